"""One person of a proposal: every other group with what it would mean, and the move itself, however it is made."""

from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Proposal
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.cohorts_words import (
    EFFECTS,
    GAINS,
    LEFT_OUT,
    SHARE_LABELS,
    attributes,
    obstacle_sentence,
    problem_sentence,
    unbroken,
)
from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.panels.organiser import own_network, own_proposal, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.proposal import CARDS, find_proposal
from lernet_xblock.queries.proposal_person import (
    Effect,
    GroupChange,
    PersonPage,
    Rise,
    Target,
    effect_of,
    figures_now,
    person_page,
)
from lernet_xblock.rules.wishes import read_wishes
from lernet_xblock.services.proposal import keep_figures, move
from lernet_xblock.viewer import Viewer

# What the page shows before the rest is unfolded.
FIRST_SHOWN = 8
NO_GROUP = 0


class MoveForm(VersionedForm):
    """A proposal in `about`, a person by key, and the number of a group from 1; 0 is no group."""

    person = fields.CharField(max_length=20, widget=fields.HiddenInput)
    number = fields.IntegerField(min_value=NO_GROUP, widget=fields.HiddenInput)


def person_shown(viewer: Viewer, proposal: Proposal, params: Params) -> dict[str, Any]:
    """Return the page of one person: where they are, the best other group and why not, and every group there is."""
    found = person_page(viewer, proposal, params["person"])
    seat = proposal.seats.get(application__key=params["person"])
    places = [_place(target) for target in found.targets]
    wishes = read_wishes(proposal.wishes)
    return {
        "seat": found.seat,
        "label": found.label,
        "reason": _reason(found, attributes(wishes.same) if wishes.same else ""),
        "best": _best_sentence(found),
        "rises": [_rise_sentence(rise) for rise in found.rises if rise.before != rise.after],
        "places": places[:FIRST_SHOWN],
        "more": places[FIRST_SHOWN:],
        "move": {"about": proposal.key, "person": found.seat.key, "version": proposal.version},
        "pin": {"about": found.seat.key, "number": "" if found.seat.pinned else seat.number},
        "number": proposal.number,
        "key": proposal.key,
        "page": page_of(seat.number),
    }


def page_of(number: int | None) -> int:
    """Return the page of a proposal on which the group stands; who has none is on the first."""
    return 1 if number is None else (number - 1) // CARDS + 1


def effect_shown(viewer: Viewer, proposal: Proposal, params: Params) -> dict[str, Any]:
    """Return what the move in the address did, with the button that takes it back; {} for none."""
    seat = proposal.seats.select_related("application").filter(application__key=params.get("moved", "")).first()
    before = params.get("from", "")
    if seat is None or not before.isascii() or not before.isdigit() or int(before) == (seat.number or NO_GROUP):
        return {}
    came_from = int(before) or None
    done = effect_of(viewer, proposal, application=seat.application_id, before=came_from, after=seat.number)
    return {
        "number": seat.number,
        "moved": moved_sentence(done),
        "groups": [group_sentence(change) for change in done.groups],
        "effect": str(EFFECTS[done.better]),
        "appeared": [problem_sentence(one) for one in done.appeared],
        "disappeared": [problem_sentence(one) for one in done.disappeared],
        "standing": [problem_sentence(one) for one in done.standing],
        "move": {"about": proposal.key, "person": seat.application.key, "version": proposal.version},
        "before": came_from or NO_GROUP,
    }


def moved_sentence(done: Effect) -> str:
    """Return who moved from where to where."""
    values = {"name": done.name, "before": done.before, "after": done.after}
    if not done.before:
        return _("%(name)s is in %(after)s now.") % values
    if not done.after:
        return _("%(name)s left %(before)s and has no group now.") % values
    return _("%(name)s moved from %(before)s to %(after)s.") % values


def group_sentence(change: GroupChange) -> str:
    """Return what a move did to one group: "Group A: same function 9 % before, 11 % now."."""
    text = _("%(share)s %(before)d %% before, %(after)d %% now")
    told = [
        text % {"share": SHARE_LABELS[rise.attribute, rise.kind], "before": rise.before, "after": rise.after}
        for rise in change.rises
        if rise.before != rise.after
    ]
    what = "; ".join(told) or _("it fits as before")
    return unbroken(_("%(group)s: %(what)s.") % {"group": change.label, "what": what})


@action("proposal.move", panel="cohorts", permission=runs_network, form=MoveForm)
def move_person(viewer: Viewer, form: MoveForm) -> Reply:
    """Put a person into another group, whatever rule that breaks, and say what it did."""
    given = form.cleaned_data
    proposal = own_proposal(viewer, given["about"])
    seat = proposal.seats.filter(application__key=given["person"]).first()
    before = seat.number if seat else None
    seat = move(
        proposal,
        application_key=given["person"],
        number=given["number"] or None,
        opened_version=given["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    proposal = find_proposal(own_network(viewer), proposal.key)
    keep_figures(proposal, figures=figures_now(proposal))
    done = effect_of(viewer, proposal, application=seat.application_id, before=before, after=seat.number)
    return Reply(
        say=" ".join([moved_sentence(done), str(EFFECTS[done.better]), *_broken(done)]),
        panel="cohorts",
        params={
            "proposal": proposal.key,
            "page": str(page_of(seat.number)),
            "moved": given["person"],
            "from": str(before or NO_GROUP),
        },
    )


def _broken(done: Effect) -> list[str]:
    """Return the rules that the move broke, for those who listen."""
    told = [_("Broken now:"), *(problem_sentence(one) for one in done.appeared)] if done.appeared else []
    if done.standing:
        told += [_("Still broken:"), *(problem_sentence(one) for one in done.standing)]
    return told


def _place(target: Target) -> dict[str, Any]:
    """Return one place in words. `size`: with the person."""
    return {
        "number": target.number or NO_GROUP,
        "label": target.label,
        "size": target.size,
        "gain": str(GAINS[target.gain]) if target.number else "",
        "breaks": [obstacle_sentence(one) for one in target.breaks],
    }


def _rise_sentence(rise: Rise) -> str:
    """Return "Same function 20 % here, 10 % there"."""
    text = _("%(share)s %(here)d %% here, %(there)d %% there")
    told = {"share": SHARE_LABELS[rise.attribute, rise.kind], "here": rise.before, "there": rise.after}
    return unbroken(text % told)


def _best_sentence(found: PersonPage) -> str:
    """Return which other group would be best, and what stands against it."""
    best = found.best
    if best is None:
        return _("There is no other group.")
    told = {"group": best.label, "gain": GAINS[best.gain], "why": " ".join(map(obstacle_sentence, best.breaks))}
    if best.breaks:
        return _("The best other group would be %(group)s, but: %(why)s") % told
    return _("The best other group is %(group)s. %(gain)s, compared with here.") % told


def _reason(found: PersonPage, same: str) -> str:
    code = found.seat.reason
    return f"{LEFT_OUT[code] % {'same': same}}." if code in LEFT_OUT else ""
