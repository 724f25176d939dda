"""The board of cases: what the group shared, by where it is in its life, and one's own drafts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Case
from lernet_xblock.panels.case_forms import tags_of
from lernet_xblock.panels.case_readership import reads_cases
from lernet_xblock.panels.case_search import search_form
from lernet_xblock.panels.charter_refusal import locked_part
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries import case_board as queries
from lernet_xblock.queries import case_life as life
from lernet_xblock.templatetags.lernet_show import short_day
from lernet_xblock.viewer import Viewer

SECTIONS: dict[str, Any] = {
    life.WORKED_ON: gettext_lazy("Being worked on"),
    life.PLANNED: gettext_lazy("Planned"),
    life.WAITING: gettext_lazy("Waiting for a turn"),
    life.AWAITING: gettext_lazy("Waiting to hear what came of it"),
    life.TALKED: gettext_lazy("Talked through"),
    life.TOLD: gettext_lazy("Told how it went"),
    life.PUT_AWAY: gettext_lazy("Put away"),
}
DAYS_A_WEEK, DAYS_A_MONTH = 7, 30
# Up to here an age is said in days, and up to there in weeks.
IN_DAYS, IN_WEEKS = 14, 63


def age(days: int) -> str:
    """Return how long ago a case was shared, as people say it. days: whole days of the calendar."""
    if days <= 0:
        return _("shared today")
    if days < IN_DAYS:
        return ngettext("shared yesterday", "shared %(n)d days ago", days) % {"n": days}
    if days < IN_WEEKS:
        weeks = days // DAYS_A_WEEK
        return ngettext("shared %(n)d week ago", "shared %(n)d weeks ago", weeks) % {"n": weeks}
    months = days // DAYS_A_MONTH
    return ngettext("shared %(n)d month ago", "shared %(n)d months ago", months) % {"n": months}


def row(viewer: Viewer, line: queries.CaseLine) -> dict[str, Any]:
    """Return a line of the board with its words."""
    today = viewer.now.astimezone(viewer.zone).date()
    return {"line": line, "tags": tags_of(line), "age": _age(viewer, line, today), "notes": _notes(viewer, line)}


def rows(viewer: Viewer, lines: Iterable[queries.CaseLine]) -> list[dict[str, Any]]:
    """Return lines of the board with their words."""
    return [row(viewer, line) for line in lines]


def _age(viewer: Viewer, line: queries.CaseLine, today: date) -> str:
    if line.shared_at is None:
        return ""
    return age((today - line.shared_at.astimezone(viewer.zone).date()).days)


def _notes(viewer: Viewer, line: queries.CaseLine) -> list[str]:
    """Return what is to be known beside title, owner and age: when it is needed, and for when it is planned."""
    notes = []
    if line.place == life.PLANNED:
        on = {"day": short_day(line.meets_at, viewer.zone)} if line.meets_at else {}
        notes.append(_("Planned for %(day)s") % on if on else _("Planned, over several days"))
    if line.needed_by:
        notes.append(_("Needed by %(day)s") % {"day": short_day(line.needed_by)})
    if line.held:
        notes.append(_("Reported, and held back until somebody has looked at it"))
    return notes


def _sections(viewer: Viewer, board: queries.Board) -> list[dict[str, Any]]:
    """Return the places of a board that hold a case, in order."""
    found = []
    for place, title in SECTIONS.items():
        lines = [line for line in board.cases if line.place == place]
        if lines:
            found.append({"title": title, "rows": rows(viewer, lines), "away": place == life.PUT_AWAY})
    return found


def board(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other pages
    """Return the cases of the reader's groups; who left a group finds their own cases only."""
    space = queries.case_space(viewer)
    if not reads_cases(viewer) and not space.mine:
        raise NotFound
    shared = any(one.cases for one in space.boards)
    return {
        "template": "lernet_xblock/case_board.html",
        "space": space,
        **locked_part(viewer, locked=space.locked),
        "boards": [{"label": one.label, "sections": _sections(viewer, one), "held": one.held} for one in space.boards],
        "mine": rows(viewer, (line for line in space.mine if line.state != Case.State.SHARED)),
        "away": rows(viewer, (line for line in space.mine if line.state == Case.State.SHARED)),
        "start": forms(ActionForm, "case.start"),
        "search": search_form(forms) if shared or space.mine else None,
        "themed": any(line.theme for one in space.boards for line in one.cases),
        "clusters": bool(viewer.facilitations) and shared,
    }
