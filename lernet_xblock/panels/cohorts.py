"""The proposal of groups and the one confirmation that forms them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Network
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.cohorts_running import running
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Address, Params, panel
from lernet_xblock.queries.application import decision_is_over
from lernet_xblock.queries.cohort import FORMED_HERE, MOST_GROUPS, SPLIT, NetworkSizing, Way, network_sizing
from lernet_xblock.queries.people import difference, marks_of, propose, proposed_groups, ready_people
from lernet_xblock.rules.application_window import OPEN, application_window
from lernet_xblock.rules.sizing import advised_option
from lernet_xblock.services.cohort import BEFORE_GROUPS, PeopleChanged, form_cohorts, lock_before_forming, too_late
from lernet_xblock.viewer import Viewer

LARGEST_SEED = 10**9
NOTHING = "nothing"
SPREADS = (
    ("department", gettext_lazy("Department")),
    ("organisation", gettext_lazy("Organisation")),
    ("function", gettext_lazy("Function")),
    ("language", gettext_lazy("Language")),
    ("experience", gettext_lazy("Years of experience")),
    (NOTHING, gettext_lazy("Nothing in particular")),
)
# Whole sentences by number: a language may bend what is counted.
GROUPS_OF = {
    1: gettext_lazy("One group of %(sizes)s"),
    2: gettext_lazy("Two groups: %(sizes)s"),
    3: gettext_lazy("Three groups: %(sizes)s"),
    4: gettext_lazy("Four groups: %(sizes)s"),
    5: gettext_lazy("Five groups: %(sizes)s"),
    6: gettext_lazy("Six groups: %(sizes)s"),
    7: gettext_lazy("Seven groups: %(sizes)s"),
    8: gettext_lazy("Eight groups: %(sizes)s"),
    MOST_GROUPS + 1: gettext_lazy("More than eight groups: %(sizes)s"),
}
# A number of groups that fits, or the kind of a deliberate way.
CHOICES = (*(str(number) for number in range(1, MOST_GROUPS + 1)), *FORMED_HERE[1:])


def listed(numbers: Iterable[int]) -> str:
    """Return "14, 14 and 13"."""
    *some, last = (str(number) for number in numbers)
    return _("%(some)s and %(last)s") % {"some": ", ".join(some), "last": last} if some else last


def groups_of(sizes: tuple[int, ...]) -> str:
    """Return "Two groups: 14 and 13"."""
    return GROUPS_OF[min(len(sizes), MOST_GROUPS + 1)] % {"sizes": listed(sizes)}


@dataclass(frozen=True)
class Choice:
    """What a proposal is asked for: how many groups or which way, what is spread, and the draw."""

    name: str
    spread: str
    seed: int

    @classmethod
    def read(cls, params: Params) -> "Choice":
        """Return the choice in an address; what makes no sense there is left out."""
        spread, seed = params.get("spread", ""), params.get("seed", "")
        return cls(
            name=params.get("way") or params.get("groups", ""),
            spread=spread if spread in dict(SPREADS) else NOTHING,
            seed=int(seed) if seed.isascii() and seed.isdigit() and len(seed) < len(str(LARGEST_SEED)) else 1,
        )

    def params(self, seed: int | None = None) -> dict[str, str]:
        """Return the choice as parameters of the panel's address."""
        kind = "groups" if self.name.isdigit() else "way"
        return {kind: self.name, "spread": self.spread, "seed": str(seed or self.seed)}

    @property
    def attribute(self) -> str:
        """The attribute that is spread, "" for none."""
        return "" if self.spread == NOTHING else self.spread

    def way(self, sizing: NetworkSizing) -> Way | None:
        """Return the way that was chosen, None when it does not fit the people who are there."""
        named = [(str(len(way.sizes)), way) for way in sizing.fitting]
        named += [(way.kind, way) for way in sizing.others if way.possible]
        return dict(named).get(self.name)


class ProposeForm(ActionForm):
    """Which groups to look at. Nothing is saved by it."""

    choice = fields.ChoiceField(
        label=gettext_lazy("Number of groups"),
        choices=[(one, one) for one in CHOICES],
        widget=fields.RadioSelect,
    )
    spread = fields.ChoiceField(label=gettext_lazy("Spread evenly over the groups"), choices=SPREADS)
    seed = fields.IntegerField(min_value=1, max_value=LARGEST_SEED - 1, widget=fields.HiddenInput)

    def narrow(self, sizing: NetworkSizing, chosen: Way | None) -> None:
        """Offer what fits; where there is nothing to choose between, keep the choice out of sight."""
        self.fields["choice"].choices = [(str(len(way.sizes)), groups_of(way.sizes)) for way in sizing.fitting]
        if len(sizing.fitting) < 2 or (chosen and chosen.kind != SPLIT):  # noqa: PLR2004 - one is no choice
            self.fields["choice"].widget = fields.HiddenInput()


class ConfirmForm(VersionedForm):
    """The proposal as it was seen. `digest` and `marks` tell whether the people are still the same."""

    choice = fields.ChoiceField(choices=[(one, one) for one in CHOICES], widget=fields.HiddenInput)
    spread = fields.ChoiceField(choices=SPREADS, widget=fields.HiddenInput)
    seed = fields.IntegerField(min_value=1, max_value=LARGEST_SEED - 1, widget=fields.HiddenInput)
    digest = fields.CharField(max_length=64, widget=fields.HiddenInput)
    marks = fields.CharField(max_length=10_000, required=False, widget=fields.HiddenInput)
    reason = fields.CharField(
        label=gettext_lazy("Why these sizes?"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Your reason is kept with the groups, for whoever asks later."),
    )


@panel("cohorts", title=gettext_lazy("Groups"), visible=runs_network)
def cohorts(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the sizing and the proposals before groups are formed, and the groups afterwards."""
    network = own_network(viewer)
    if network.state not in BEFORE_GROUPS:
        shown = {**running(viewer, params, forms), "conflict": ""}
    else:
        shown = {**forming(viewer, network, params, forms), "conflict": ""}
        sizing = shown["sizing"]
        shown["ways"] = [_way_card(viewer, sizing, way) for way in sizing.others]
        shown["sizes"] = listed(sizing.recommended.sizes) if sizing.recommended else ""
    refused = forms.refused("cohorts.confirm")
    if refused is not None and "confirm" not in shown:
        shown["conflict"] = refused.sentence
    return shown


@action("cohorts.propose", panel="cohorts", permission=runs_network, form=ProposeForm)
def show_proposal(viewer: Viewer, form: ProposeForm) -> Reply:  # noqa: ARG001 - one signature
    """Go to the address of the proposal; nothing is saved."""
    values = form.cleaned_data
    return Reply(panel="cohorts", params=Choice(values["choice"], values["spread"], values["seed"]).params())


@action("cohorts.confirm", panel="cohorts", permission=runs_network, form=ConfirmForm)
def confirm(viewer: Viewer, form: ConfirmForm) -> Reply:
    """Form the groups that were seen, or say who was first or how the people changed."""
    values = form.cleaned_data
    network = lock_before_forming(own_network(viewer), opened_version=values["version"])
    ready = ready_people(network)
    choice = Choice(values["choice"], values["spread"], values["seed"])
    way = choice.way(network_sizing(network, len(ready)))
    proposal = propose(ready, way=way, attribute=choice.attribute, seed=choice.seed) if way else None
    if proposal is None or proposal.digest != values["digest"]:
        arrived, gone = difference(values["marks"], proposal.marks if proposal else marks_of(ready))
        raise PeopleChanged(arrived=arrived, gone=gone)
    cohorts = form_cohorts(
        network,
        groups=proposal.groups,
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
        reason=values["reason"] if way and way.outside else "",
    )
    text = ngettext("%(n)d group is formed.", "%(n)d groups are formed.", len(cohorts)) % {"n": len(cohorts)}
    return Reply(say=f"{text} {_('Each has its sessions and its charter; say now who guides it.')}", panel="cohorts")


def forming(viewer: Viewer, network: Network, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the sizing, the way looked at and its preview before groups are formed; {} afterwards."""
    if network.state not in BEFORE_GROUPS:
        return {}
    ready = ready_people(network)
    sizing, choice = network_sizing(network, len(ready)), Choice.read(params)
    way = choice.way(sizing)
    shown: dict[str, Any] = {"sizing": sizing, "way": way, "outdated": bool(choice.name) and way is None}
    shown["too_late"] = too_late(viewer.plan, now=viewer.now)
    if sizing.fitting or way:
        shown["propose"] = _propose_form(forms, sizing, choice, way)
    if way:
        shown |= _preview(viewer, network, ready, choice, way, forms=forms)
    return shown


def _propose_form(forms: Forms, sizing: NetworkSizing, choice: Choice, way: Way | None) -> ActionForm:
    recommended = str(len(sizing.recommended.sizes)) if sizing.recommended else ""
    form = forms(
        ProposeForm,
        "cohorts.propose",
        initial={
            "choice": choice.name if way else recommended,
            "seed": choice.seed,
            "spread": choice.spread if way else "department",
        },
    )
    form.narrow(sizing, way)
    return form


def _preview(
    viewer: Viewer,
    network: Network,
    ready: list[Any],
    choice: Choice,
    way: Way,
    *,
    forms: Forms,
) -> dict[str, Any]:
    proposal = propose(ready, way=way, attribute=choice.attribute, seed=choice.seed)
    groups, rest = proposed_groups(viewer, ready, proposal, choice.attribute)
    values = {
        "choice": choice.name,
        "spread": choice.spread,
        "seed": choice.seed,
        "version": network.version,
        "digest": proposal.digest,
        "marks": proposal.marks,
    }
    form = _confirm_form(viewer, forms, values)
    form.fields["reason"].required = True
    window = application_window(viewer.plan, viewer.now)
    if not way.outside:
        del form.fields["reason"]
    return {
        "groups": groups,
        "rest": rest,
        "confirm": form,
        "open_until": viewer.plan.applications_close if window == OPEN else None,
        "spread": dict(SPREADS)[choice.spread],
        "again": str(Address("cohorts", choice.params(seed=choice.seed % (LARGEST_SEED - 1) + 1))),
    }


def _confirm_form(viewer: Viewer, forms: Forms, values: dict[str, Any]) -> ConfirmForm:
    """Return the form of this proposal; after a refusal it asks for what is seen now, and says why."""
    refused = forms.refused("cohorts.confirm")
    if refused is not None and all(refused.data.get(name) == str(value) for name, value in values.items()):
        return refused
    form = ConfirmForm(viewer=viewer, action="cohorts.confirm", initial=values)
    if refused is not None:
        form.initial["reason"] = refused.data.get("reason", "")
        form.sentence = refused.sentence
    return form


def _way_card(viewer: Viewer, sizing: NetworkSizing, way: Way) -> dict[str, Any]:
    limit = own_network(viewer).cohort_limit
    return {
        "way": way,
        "groups": groups_of(way.sizes) if way.sizes else "",
        "circles": listed(way.circles) if way.circles else "",
        "total": sizing.people + way.missing,
        "late": decision_is_over(viewer.plan, viewer.now),
        "advice": _advice(viewer, sizing, way.kind),
        "beyond": limit if len(way.sizes) > limit else 0,
    }


def _advice(viewer: Viewer, sizing: NetworkSizing, kind: str) -> str:
    """Return under which condition this way is advised, "" when it is not; nothing is chosen by it."""
    if sizing.reason != "no_split":
        return ""
    decision = viewer.plan.decision_date
    if decision is None or viewer.now.astimezone(viewer.zone).date() <= decision:
        waits = kind == advised_option(sizing.rule, before_decision=True, facilitators=0)
        return _("This is what we advise before the decision date") if waits else ""
    many = advised_option(sizing.rule, before_decision=False, facilitators=sizing.people)
    one = advised_option(sizing.rule, before_decision=False, facilitators=0)
    if kind == many == one:
        return _("Our advice")
    if kind == many:
        return _("Our advice if each group has a facilitator")
    return _("This is what we advise if facilitators are missing") if kind == one else ""
