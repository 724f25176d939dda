"""Who is kept apart or together, and who is pinned to a group, whatever is proposed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import PairRule, Proposal
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.cohorts_refusals import refusal_sentence
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.queries.pairing import pair_lines, people_choices, pin_lines, users_of
from lernet_xblock.queries.proposal_person import figures_now
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.services.pairing import drop_pair, keep_pair, pin
from lernet_xblock.services.proposal import recount
from lernet_xblock.viewer import Viewer

APART, TOGETHER = (str(kind) for kind in (PairRule.Kind.APART, PairRule.Kind.TOGETHER))
KINDS = (
    (APART, gettext_lazy("Keep apart")),
    (TOGETHER, gettext_lazy("Keep together")),
)
# A browser searches in so many names at once; whoever else there is can be typed in full.
MOST_OFFERED = 2000


class PairForm(ActionForm):
    """Two people by name, as the list offers them."""

    kind = fields.ChoiceField(label=gettext_lazy("These two"), choices=KINDS, initial=APART)
    first = fields.CharField(label=gettext_lazy("One person"), max_length=200)
    second = fields.CharField(label=gettext_lazy("The other person"), max_length=200)

    def prepare(self) -> None:
        """Let both names be looked up in one list of the page."""
        for name in ("first", "second"):
            self.fields[name].widget.attrs["list"] = f"{self.viewer.html_id}-names"


class DropForm(ActionForm):
    """A pair, by key in `about`."""


class PinForm(ActionForm):
    """A person, by key in `about`, and the number of a group; empty for none."""

    number = fields.IntegerField(min_value=1, required=False, widget=fields.HiddenInput)


def fixed(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return what is fixed beforehand: pairs and pins, each with the button that removes it. Four queries."""
    network = own_network(viewer)
    return {
        "pairs": [(line, forms(DropForm, "pair.drop", about=line.key)) for line in pair_lines(viewer, network)],
        "pins": [(line, forms(PinForm, "proposal.pin", about=line.key)) for line in pin_lines(viewer, network)],
    }


def pairs_page(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page on which pairs are written down."""
    labels = labelled(people_choices(viewer, own_network(viewer)))
    form = forms(PairForm, "pair.keep")
    shown = fixed(viewer, forms)
    return {
        **shown,
        "pair_form": form,
        "names": list(labels.values())[:MOST_OFFERED],
        "fixing": True,
        "back": params.get("proposal", ""),
    }


def labelled(people: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return how each person is called in the list, by key; people of one name are counted."""
    times = Counter(name.casefold() for _key, name in people)
    seen: Counter[str] = Counter()
    labels = {}
    for key, name in people:
        seen[name.casefold()] += 1
        several = times[name.casefold()] > 1
        labels[key] = f"{name} ({seen[name.casefold()]})" if several else name
    return labels


@action("pair.keep", panel="cohorts", permission=runs_network, form=PairForm, creates=True)
def keep(viewer: Viewer, form: PairForm) -> Reply:
    """Keep two people apart or together in every proposal to come."""
    given = form.cleaned_data
    labels = labelled(people_choices(viewer, own_network(viewer)))
    first, second = (_meant(labels, given[name], field=name) for name in ("first", "second"))
    with told(viewer, field="second"):
        keep_pair(
            own_network(viewer),
            kind=given["kind"],
            first_key=first,
            second_key=second,
            by=viewer.user_id,
            now=viewer.now,
        )
    _recount(viewer)
    text = _("Kept apart: %(one)s, %(other)s.") if given["kind"] == APART else _("Kept together: %(one)s, %(other)s.")
    return Reply(say=text % {"one": labels[first], "other": labels[second]})


@action("pair.drop", panel="cohorts", permission=runs_network, form=DropForm)
def drop(viewer: Viewer, form: DropForm) -> Reply:
    """Forget a pair."""
    drop_pair(own_network(viewer), key=form.cleaned_data["about"], by=viewer.user_id, now=viewer.now)
    _recount(viewer)
    return Reply(say=_("Removed."))


@action("proposal.pin", panel="cohorts", permission=runs_network, form=PinForm)
def keep_pin(viewer: Viewer, form: PinForm) -> Reply:
    """Pin a person to a group in every proposal to come, or take the pin away."""
    key, number = form.cleaned_data["about"], form.cleaned_data["number"]
    if not key:
        raise NotFound
    with told(viewer):
        pin(own_network(viewer), application_key=key, number=number, by=viewer.user_id, now=viewer.now)
    _recount(viewer)
    if number is None:
        return Reply(say=_("The pin is removed."))
    return Reply(say=_("Pinned: always in %(group)s.") % {"group": group_label(number)})


@contextmanager
def told(viewer: Viewer, *, field: str | None = None) -> Iterator[None]:
    """Say in a sentence, with names, what pairs and pins contradict."""
    try:
        yield
    except Refused as refused:
        accused: Any = refused.values.get("people", ())
        users = users_of(str(one) for one in accused)
        names = viewer.host.names(users.values())
        people = [names.get(user, "—") for user in users.values()]
        raise RuleViolation(
            refusal_sentence(Refused(refused.code, refused.field, {**refused.values, "people": people})), field=field
        ) from refused


def _recount(viewer: Viewer) -> None:
    """Count anew which rules the open proposals break."""
    for proposal in own_network(viewer).proposals.select_related("network").filter(state=Proposal.State.READY):
        recount(proposal, figures=figures_now(proposal), by=viewer.user_id, now=viewer.now)


def _meant(labels: dict[str, str], text: str, *, field: str) -> str:
    """Return the key of the person who is called so. Raises RuleViolation."""
    wanted = " ".join(text.split()).casefold()
    found = [key for key, label in labels.items() if label.casefold() == wanted]
    if not found:
        raise RuleViolation(_("Choose a name from the list: nobody who applied is called that."), field=field)
    return found[0]
