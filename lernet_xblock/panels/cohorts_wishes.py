"""What should make a good group: the wishes in plain words, tried out in the address and asked for with one press."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.cohorts_search import propose
from lernet_xblock.panels.cohorts_words import ATTRIBUTE_NAMES, attributes, unbroken
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.cohort import NetworkSizing, network_sizing
from lernet_xblock.queries.forming import bounds_of
from lernet_xblock.queries.forming_reach import Reach
from lernet_xblock.queries.people import ready_people
from lernet_xblock.queries.proposal import ProposalLine
from lernet_xblock.queries.suggestion import suggestions
from lernet_xblock.rules.wishes import ATTENDANCES, ATTRIBUTES, BY_TIMES, FREE, MATCH, MIX, SAME, Wishes
from lernet_xblock.viewer import Viewer

# An address leaves out what is empty, so what does not matter has a word of its own there.
NO_MATTER = "free"
LARGEST_SEED = 10**9
KINDS = (
    (SAME, gettext_lazy("the same for everybody")),
    (MATCH, gettext_lazy("alike where possible")),
    (MIX, gettext_lazy("mixed where possible")),
    (NO_MATTER, gettext_lazy("no matter")),
)
IMPORTANCE = (("1", gettext_lazy("a little")), ("2", gettext_lazy("as usual")), ("3", gettext_lazy("much")))
EVERYBODY = 100
# So few groups have the sizes that were named beside their number.
MOST_FORESEEN = 8
USUAL = Wishes()


def _attendances() -> list[tuple[str, str]]:
    texts = {0: _("not needed"), EVERYBODY: _("everybody")}
    shares = {share: _("%(percent)d %% of a group") % {"percent": share} for share in ATTENDANCES}
    return [(str(share), texts.get(share, shares[share])) for share in (0, *ATTENDANCES[:-1])]


class WishesForm(ActionForm):
    """What to match and what to mix, a common time, how many groups, and where to begin. Its values are `Wishes`."""

    attendance = fields.TypedChoiceField(
        label=gettext_lazy("A free half-day in common"),
        coerce=int,
        choices=[(share, share) for share in ATTENDANCES],
    )
    choice = fields.CharField(label=gettext_lazy("Number of groups"), max_length=20, widget=fields.Select)
    base = fields.CharField(label=gettext_lazy("Begin with"), max_length=40, required=False, widget=fields.Select)
    seed = fields.IntegerField(min_value=1, max_value=LARGEST_SEED, widget=fields.HiddenInput)

    def prepare(self) -> None:
        """Add a question for each attribute, and how much it matters."""
        self.fields["attendance"].widget.choices = _attendances()
        for name in ATTRIBUTES:
            label = ATTRIBUTE_NAMES[name]
            much = _("%(what)s: how much does it matter?") % {"what": label}
            self.fields[name] = fields.ChoiceField(label=label, choices=KINDS)
            self.fields[f"{name}_weight"] = fields.ChoiceField(label=much, choices=IMPORTANCE)
            self.fields[f"{name}_weight"].widget.attrs["aria-label"] = much

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The questions about attributes, each with how much it matters."""
        return [{"kind": self[name], "weight": self[f"{name}_weight"]} for name in ATTRIBUTES]

    @property
    def others(self) -> list[Any]:
        """The questions about the groups as a whole."""
        return [self[name] for name in ("attendance", "choice", "base") if not self[name].is_hidden]

    @property
    def wishes(self) -> Wishes:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Wishes(
            kinds={name: FREE if given[name] == NO_MATTER else given[name] for name in ATTRIBUTES},
            importance={name: int(given[f"{name}_weight"]) for name in ATTRIBUTES},
            attendance=given["attendance"],
            choice=given["choice"],
            seed=given["seed"],
            base=given["base"],
        )

    def hide(self) -> None:
        """Keep every question out of sight: the form asks for what it holds."""
        for field in self.fields.values():
            field.widget = fields.HiddenInput()


def written(wishes: Wishes) -> dict[str, str]:
    """Return the wishes as the form's inputs hold them."""
    return {
        **{name: wishes.kinds[name] or NO_MATTER for name in ATTRIBUTES},
        **{f"{name}_weight": str(wishes.importance[name]) for name in ATTRIBUTES},
        "attendance": str(wishes.attendance),
        "choice": wishes.choice,
        "seed": str(wishes.seed),
        "base": wishes.base,
    }


def params_of(wishes: Wishes) -> dict[str, str]:
    """Return what is not as usual, as parameters of the panel's address."""
    usual = written(USUAL)
    values = written(wishes)
    # What is usual for the language depends on who is there.
    told = {"language", "language_weight"}
    return {name: value for name, value in values.items() if value != usual[name] or name in told}


def wishes_form(
    forms: Forms,
    params: Params,
    *,
    usual: Wishes,
    numbers: Sequence[tuple[str, str]],
    starts: Sequence[tuple[str, str]],
) -> Any:
    """Return the form as the address has it. numbers: of groups, with words; starts: what it can begin with."""
    form: Any = forms(WishesForm, "proposal.ask", initial=_asked(params, usual, numbers, starts))
    form.fields["choice"].widget.choices = numbers
    form.fields["base"].widget.choices = starts
    if len(starts) == 1:
        form.fields["base"].widget = fields.HiddenInput()
    if len(numbers) == 1:
        form.fields["choice"].widget = fields.HiddenInput()
    return form


def asked_again(forms: Forms, wishes: Wishes, *, about: str, **changes: object) -> Any:
    """Return a form that is a button only: the same wishes, but for these changes. about: tells such forms apart."""
    changed = {name: str(value) for name, value in changes.items()}
    form: Any = forms(WishesForm, "proposal.ask", about=about, initial=written(wishes) | changed)
    form.hide()
    return form


def starting_points(lines: Sequence[ProposalLine]) -> list[tuple[str, str]]:
    """Return what a proposal can begin with: nothing, or another proposal that is changed as little as possible."""
    ready = [line for line in lines if line.state == "ready"]
    text = _("Proposal %(number)d, changed as little as possible")
    return [("", _("nothing")), *((line.key, text % {"number": line.number}) for line in ready)]


def wishes_sentence(wishes: Wishes) -> str:
    """Return the wishes in a line: "Same: language. Alike: function. Mixed: department and experience."."""
    said = []
    for kind, text in ((SAME, _("Same: %(what)s.")), (MATCH, _("Alike: %(what)s.")), (MIX, _("Mixed: %(what)s."))):
        names = [name for name in ATTRIBUTES if wishes.kinds.get(name) == kind]
        said += [text % {"what": attributes(names)}] if names else []
    if wishes.attendance:
        said.append(unbroken(_("Free at one time: %(percent)d %%.") % {"percent": wishes.attendance}))
    return " ".join(said)


@action("proposal.look", panel="cohorts", permission=runs_network, form=WishesForm, remembers=False)
def look(viewer: Viewer, form: WishesForm) -> Reply:  # noqa: ARG001 - one signature
    """Go to the address of these wishes, to see what they mean; nothing is saved."""
    return Reply(panel="cohorts", params=params_of(form.wishes))


@action("proposal.ask", panel="cohorts", permission=runs_network, form=WishesForm, creates=True)
def ask(viewer: Viewer, form: WishesForm) -> Reply:
    """Start the search for a proposal and go there."""
    network = own_network(viewer)
    people = network.applications.filter(state="submitted").count()
    _check_base(viewer, form.wishes.base)
    wishes = form.wishes if form.wishes.base else settled(form.wishes, network_sizing(network, people))
    if bounds_of(network, people, wishes.choice) is None:
        raise RuleViolation(
            _("These groups do not fit the people who are here now. Please choose again."), field="choice"
        )
    proposal = propose(viewer, wishes)
    say = _("Proposal %(number)d is being searched for.") % {"number": proposal.number}
    return Reply(say=say, panel="cohorts", params={"proposal": proposal.key})


def _check_base(viewer: Viewer, base: str) -> None:
    """Raise NotFound unless a proposal can begin there: with nothing, a proposal here, or groups of the course."""
    network = own_network(viewer)
    if not base or network.proposals.filter(key=base).exists():
        return
    if base not in {one.key for one in suggestions(viewer.host, network, ready_people(network))}:
        raise NotFound


def asked(params: Params, usual: Wishes) -> Wishes:
    """Return the wishes in an address; what makes no sense there, and what it leaves out, is as usual."""
    kinds, much, shares = dict(KINDS), dict(IMPORTANCE), {str(share) for share in ATTENDANCES}
    given = {name: params.get(name, "") for name in ATTRIBUTES}
    weights = {name: params.get(f"{name}_weight", "") for name in ATTRIBUTES}
    chosen = {name: FREE if kind == NO_MATTER else kind for name, kind in given.items() if kind in kinds}
    time = params.get("attendance", "")
    return replace(
        usual,
        kinds={**usual.kinds, **chosen},
        importance={**usual.importance, **{name: int(one) for name, one in weights.items() if one in much}},
        attendance=int(time) if time in shares else usual.attendance,
    )


def usual_for(reach: Reach) -> Wishes:
    """Return what is proposed with one press: the same language, unless that would leave people without a place."""
    if reach.seated == reach.at_most:
        return USUAL
    kinds, importance = {**USUAL.kinds, "language": MATCH}, {**USUAL.importance, "language": 3}
    return replace(USUAL, kinds=kinds, importance=importance)


def settled(wishes: Wishes, sizing: NetworkSizing) -> Wishes:
    """Return the wishes with the recommended number of groups, where it was left open and the sizes were named."""
    named = sizing.recommended is not None and len(sizing.recommended.sizes) <= MOST_FORESEEN
    if wishes.choice != BY_TIMES or wishes.attendance or not named or sizing.recommended is None:
        return wishes
    return replace(wishes, choice=str(len(sizing.recommended.sizes)))


def _asked(
    params: Params,
    usual: Wishes,
    numbers: Sequence[tuple[str, str]],
    starts: Sequence[tuple[str, str]],
) -> Mapping[str, str]:
    """Return the inputs of the form for an address."""
    offered = dict(numbers), dict(starts)
    choice, base = (params.get(name, "") for name in ("choice", "base"))
    values = written(asked(params, usual))
    values["choice"] = next((one for one in (choice, BY_TIMES) if one in offered[0]), "")
    values["base"] = base if base in offered[1] else ""
    return values
