"""A takeaway in words: who reads it, where it is from, where it stands."""

from collections.abc import Iterable
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Takeaway
from lernet_xblock.queries.takeaway import OPEN, Line
from lernet_xblock.templatetags.lernet_show import day, short_day
from lernet_xblock.viewer import Viewer

State, Visibility = Takeaway.State, Takeaway.Visibility


def readers(line: Line) -> str:
    """Return who can read it, as its owner is told."""
    if _private(line):
        return _("Only you can read it.")
    if line.visibility == Visibility.CASE_GIVER:
        return _("You and the case giver can read it.")
    return _("You and those of your group who can read the case can read it.")


def _private(line: Line) -> bool:
    return line.visibility == Visibility.ME or not line.of_case or line.state == State.DROPPED


def facts(viewer: Viewer, line: Line) -> list[str]:
    """Return where it stands, and with whom."""
    found = []
    if line.state in OPEN and line.by_date:
        sentence = _("Postponed to %(day)s") if line.state == State.POSTPONED else _("By %(day)s")
        found.append(sentence % {"day": short_day(line.by_date)})
    if line.with_whom:
        found.append(_("with %(names)s") % {"names": line.with_whom})
    if line.state == State.TOLD:
        found.append(_("shared with your team"))
    if line.state == State.TRIED:
        found.append(_("tried"))
    return [*found, _("noted on %(day)s") % {"day": short_day(line.made_at, viewer.zone)}]


def source(viewer: Viewer, line: Line) -> str:
    """Return where it is from; the title of a case stands only where its owner may still read it."""
    if line.of_case:
        return line.case_title or _("A case that you can no longer read")
    if line.session_at:
        return _("The session of %(day)s") % {"day": day(line.session_at, viewer.zone)}
    return ""


def row(viewer: Viewer, line: Line) -> dict[str, Any]:
    """Return a line with its words."""
    return {
        "line": line,
        "facts": facts(viewer, line),
        "readers": readers(line),
        "private": _private(line),
        "source": source(viewer, line),
    }


def rows(viewer: Viewer, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return lines with their words."""
    return [row(viewer, line) for line in lines]


def by_source(viewer: Viewer, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return lines grouped by the case or session they are from, in the order in which these first come."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in lines:
        one = row(viewer, line)
        mark = (line.case_key, str(line.session_at or ""), one["source"])
        groups.setdefault(mark, []).append(one)
    return [
        {"source": source_words, "case_key": case_key, "rows": found}
        for (case_key, _at, source_words), found in groups.items()
    ]
