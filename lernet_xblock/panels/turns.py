"""Turns: the board of who has had one for those who guide a group; their own balance for members."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext, npgettext
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.sessions import choices
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.session import choose_cohort, cohorts_of
from lernet_xblock.queries.turn_board import DONE, NOW, MemberTurns, TurnBoard, TurnDot, turn_board
from lernet_xblock.queries.turn_fairness import balances, counted
from lernet_xblock.rules.fair_turns import Balance
from lernet_xblock.rules.turn_budget import SHORTER_FORMATS, turns_in
from lernet_xblock.templatetags.lernet_show import short_day
from lernet_xblock.viewer import Viewer

# So many people are named who could come next.
MOST_SUGGESTED = 3


@panel("turns", title=gettext_lazy("Turns"), visible=permissions.takes_part, in_menu=lambda _viewer: False)
def turns(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return the board of the group in the address, for who guides or runs it; else the reader's own balance."""
    planned = [cohort for cohort in cohorts_of(viewer) if permissions.may_plan(viewer, cohort)]
    if not planned:
        return _own(viewer, params)
    cohort = choose_cohort(viewer, planned, params.get("cohort", ""))
    if cohort is None:
        raise NotFound
    board = turn_board(viewer, cohort)
    return {
        "part": "lernet_xblock/turns_board.html",
        "choices": choices(planned, cohort),
        "address_of": "turns",
        "label": cohort_label(cohort),
        "board": board,
        "tally": _tally(board),
        "rows": [_row(viewer, one) for one in board.members],
        "ahead": [_slots(viewer, board, place) for place in range(len(board.ahead))],
        "orphaned": any(one.orphaned for one in board.ahead),
        "suggested": board.suggested[:MOST_SUGGESTED],
        "budget": _budget(board),
        "fixes": _fixes(board) if board.rest.short else [],
        "counted": _counted(board),
    }


def _own(viewer: Viewer, params: Params) -> dict[str, Any]:
    if (
        viewer.cohort is None
        or not permissions.is_member(viewer)
        or params.get("cohort", "") not in ("", viewer.cohort.key)
    ):
        raise NotFound
    found = balances(viewer.cohort.pk)
    return {
        "part": "lernet_xblock/turns_own.html",
        "label": cohort_label(viewer.cohort),
        "own": own_words(found.get(viewer.user_id, Balance()), *counted(found)),
    }


def own_words(own: Balance, none: int, members: int) -> list[str]:
    """Return what a member reads: their own turns, and of the others numbers only."""
    if own.had:
        text = ngettext("You have had %(n)d turn.", "You have had %(n)d turns.", own.had) % {"n": own.had}
    else:
        text = _("You have had no turn yet.")
    said = [text]
    if own.planned:
        said.append(ngettext("%(n)d is planned.", "%(n)d are planned.", own.planned) % {"n": own.planned})
    if none:
        rest = ngettext("%(n)d of %(of)d has had none yet.", "%(n)d of %(of)d have had none yet.", none)
        said.append(rest % {"n": none, "of": members})
    else:
        said.append(_("Everybody in your group has had one."))
    return said


def _tally(board: TurnBoard) -> str:
    text = ngettext("%(n)d of %(of)d has had a turn.", "%(n)d of %(of)d have had a turn.", board.had)
    return text % {"n": board.had, "of": len(board.members)}


def _row(viewer: Viewer, one: MemberTurns) -> dict[str, Any]:
    words = [_words(viewer, dot) for dot in one.dots]
    return {"member": one, "words": words or [_("none yet")], "waits": one.ready and not one.dots}


def _words(viewer: Viewer, dot: TurnDot) -> str:
    day = short_day(dot.day, viewer.zone) if dot.day else ""
    if dot.state == DONE:
        return _("had one on %(day)s") % {"day": day}
    if dot.state == NOW:
        return _("at work on it since %(day)s") % {"day": day}
    return _("planned for %(day)s") % {"day": day} if day else _("planned, over several days")


def _slots(viewer: Viewer, board: TurnBoard, place: int) -> dict[str, Any]:
    one = board.ahead[place]
    text = ngettext("%(n)d of %(of)d turn planned", "%(n)d of %(of)d turns planned", one.slots.room)
    free = npgettext("turns", "%(n)d free", "%(n)d free", one.slots.free)
    gone = ngettext(
        "%(n)d turn is free again: its case giver has left the group.",
        "%(n)d turns are free again: their case givers have left the group.",
        one.orphaned,
    )
    return {
        "day": short_day(one.day, viewer.zone),
        "text": text % {"n": one.slots.taken, "of": one.slots.room},
        "free": free % {"n": one.slots.free} if one.slots.free else "",
        "orphaned": gone % {"n": one.orphaned} if one.orphaned else "",
    }


def _budget(board: TurnBoard) -> str:
    """Return "4 turns are left for 6 members who have none: 2 short."."""
    rest = board.rest
    if not rest.members:
        return _("Everybody has had a turn, or has one planned.")
    turns_left = ngettext("%(n)d free turn", "%(n)d free turns", rest.turns) % {"n": rest.turns}
    members = ngettext("%(n)d member without one", "%(n)d members without one", rest.members) % {"n": rest.members}
    if rest.short:
        return _("%(turns)s for %(members)s: %(short)d short.") % {
            "turns": turns_left,
            "members": members,
            "short": rest.short,
        }
    return _("%(turns)s for %(members)s: enough for everybody.") % {"turns": turns_left, "members": members}


def _fixes(board: TurnBoard) -> list[str]:
    more = turns_in(board.come, board.per_circle)
    session = ngettext("A further session makes %(n)d more turn.", "A further session makes %(n)d more turns.", more)
    formats = _(
        "A shorter format makes room for one more case: respectful gossip takes %(gossip)d minutes, questions only"
        " %(questions)d, a full turn 60."
    )
    return [
        _("A round in groups of three gives everybody a short turn."),
        session % {"n": more},
        formats % {"gossip": SHORTER_FORMATS["respectful_gossip"], "questions": SHORTER_FORMATS["questions_only"]},
    ]


def _counted(board: TurnBoard) -> str:
    people = ngettext("%(n)d person who usually comes", "%(n)d people who usually come", board.come)
    cases = ngettext("%(n)d case for each circle", "%(n)d cases for each circle", board.per_circle)
    return _("Counted with %(people)s, and %(cases)s.") % {
        "people": people % {"n": board.come},
        "cases": cases % {"n": board.per_circle},
    }
