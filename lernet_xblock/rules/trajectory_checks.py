"""What keeps a network from opening its applications (rules N1 to N5 and N9).

Nothing here raises on a missing value: the author saves half-finished settings all the time, and
each problem names the field it belongs to.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import urlsplit

from lernet_xblock.rules.network_settings import (
    DATES,
    FREQUENCIES,
    MODES,
    MONTHLY_LAST,
    WEEKLY,
    Problem,
    Settings,
)
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.rule_parse import MAXIMUM_COUNT
from lernet_xblock.rules.sizing import LARGEST_BOUND, SMALLEST_BOUND
from lernet_xblock.rules.trajectory_schedule import FEWEST_SESSIONS, spread_dates
from lernet_xblock.rules.zones import zone

MOST_TAGS = 8
MOST_COHORTS = 10_000
_Found = Iterator[Problem]
# Field: least and most characters, both counted without spaces at the ends.
_LENGTHS = {"title": (1, 80), "goal": (40, 600), "audience": (0, 200)}
_RANGES = {
    "minimum_size": (SMALLEST_BOUND, LARGEST_BOUND),
    "maximum_size": (SMALLEST_BOUND, LARGEST_BOUND),
    "cohort_limit": (1, MOST_COHORTS),
    "session_count": (FEWEST_SESSIONS, MAXIMUM_COUNT),
    "session_minutes": (60, 240),
    "preparation_minutes": (0, 120),
    "cases_per_circle": (1, 4),
    "threshold": (4, 10),
}
# What opening applications needs; `interval` or `listed_dates` comes on top, by the frequency.
REQUIRED = (
    "title",
    "goal",
    *_RANGES,
    "frequency",
    "first_date",
    "session_time",
    "time_zone",
    "working_language",
    "mode",
    "applications_close",
    "decision_date",
)


def check(settings: Settings) -> tuple[Problem, ...]:
    """Return everything that prevents opening, in the order of a form; () when nothing does.

    Codes: required; too_short, too_long, too_many, out_of_range with the bounds as values;
    unknown_choice; below_minimum_size, outside_bounds; zone_unknown; not_https; and of dates
    close_before_open, decision_before_close, start_not_after_decision, end_not_after_start,
    end_before_last_session, first_date_not_earliest, first_date_not_last_weekday,
    dates_repeated, dates_do_not_match_count, schedule_invalid, schedule_unsatisfiable, free_days_leave_too_few.
    """
    parts: tuple[Callable[[Settings], _Found], ...] = (
        _required,
        _lengths,
        _ranges,
        _choices,
        _size_bounds,
        _interval,
        _place_in_time,
        _first_date,
        _listed_dates,
        _window,
    )
    found = tuple(problem for part in parts for problem in part(settings))
    said = {problem.field for problem in found}
    # The schedule cannot be drawn up for the very reasons just given: once is enough.
    return found + tuple(problem for problem in _sessions(settings) if problem.field not in said)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _required(settings: Settings) -> _Found:
    for name in REQUIRED:
        if _is_missing(getattr(settings, name)):
            yield Problem(name, "required")
    if settings.frequency in FREQUENCIES:
        name = "listed_dates" if settings.frequency == DATES else "interval"
        if not getattr(settings, name) and getattr(settings, name) != 0:
            yield Problem(name, "required")


def _lengths(settings: Settings) -> _Found:
    for name, (least, most) in _LENGTHS.items():
        length = len((getattr(settings, name) or "").strip())
        if 0 < length < least:
            yield Problem(name, "too_short", {"minimum": least, "length": length})
        if length > most:
            yield Problem(name, "too_long", {"maximum": most, "length": length})
    if len(settings.tags) > MOST_TAGS:
        yield Problem("tags", "too_many", {"maximum": MOST_TAGS, "given": len(settings.tags)})


def _out_of_range(name: str, value: int | None, least: int, most: int) -> _Found:
    if value is not None and not least <= value <= most:
        yield Problem(name, "out_of_range", {"minimum": least, "maximum": most})


def _ranges(settings: Settings) -> _Found:
    for name, (least, most) in _RANGES.items():
        yield from _out_of_range(name, getattr(settings, name), least, most)


def _interval(settings: Settings) -> _Found:
    if settings.frequency in FREQUENCIES and settings.frequency != DATES:
        most = 52 if settings.frequency == WEEKLY else 12
        yield from _out_of_range("interval", settings.interval, 1, most)


def _choices(settings: Settings) -> _Found:
    for name, choices in (("frequency", FREQUENCIES), ("mode", MODES)):
        value = getattr(settings, name)
        if not _is_missing(value) and value not in choices:
            yield Problem(name, "unknown_choice", {"choices": choices})


def _size_bounds(settings: Settings) -> _Found:
    least, most, target = settings.minimum_size, settings.maximum_size, settings.target_size
    if least is None or most is None:
        return
    if most < least:
        yield Problem("maximum_size", "below_minimum_size", {"minimum": least})
    elif target is not None and not least <= target <= most:
        yield Problem("target_size", "outside_bounds", {"minimum": least, "maximum": most})


def _place_in_time(settings: Settings) -> _Found:
    if not _is_missing(settings.time_zone) and _zone_problem(settings.time_zone or ""):
        yield Problem("time_zone", "zone_unknown")
    if not _is_missing(settings.meeting_link) and not is_https(settings.meeting_link or ""):
        yield Problem("meeting_link", "not_https")


def _zone_problem(name: str) -> bool:
    try:
        zone(name)
    except Refused:
        return True
    return False


def is_https(link: str) -> bool:
    """Tell whether the link is an absolute https address without spaces, controls or a login."""
    if any(ord(character) <= ord(" ") or character in "\\\x7f" for character in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None


def _first_date(settings: Settings) -> _Found:
    first = settings.first_date
    if first is None or settings.frequency != MONTHLY_LAST:
        return
    if first.day + 7 <= monthrange(first.year, first.month)[1]:
        yield Problem("first_date", "first_date_not_last_weekday", {"date": first})


def _listed_dates(settings: Settings) -> _Found:
    listed = settings.listed_dates
    if settings.frequency != DATES or not listed:
        return
    if len(set(listed)) < len(listed):
        yield Problem("listed_dates", "dates_repeated")
    if settings.first_date is not None and settings.first_date != min(listed):
        yield Problem("first_date", "first_date_not_earliest", {"earliest": min(listed)})
    if settings.session_count is not None and len(set(listed)) != settings.session_count:
        values = {"given": len(set(listed)), "sessions": settings.session_count}
        yield Problem("listed_dates", "dates_do_not_match_count", values)


def _window(settings: Settings) -> _Found:
    opens, closes = settings.applications_open, settings.applications_close
    decision, first, end = settings.decision_date, settings.first_date, settings.end_date
    if opens and closes and closes < opens:
        yield Problem("applications_close", "close_before_open", {"date": opens})
    # Without a closing date the opening one still comes before the decision.
    known_close = closes or opens
    if known_close and decision and decision < known_close:
        yield Problem("decision_date", "decision_before_close", {"date": known_close})
    if decision and first and first <= decision:
        yield Problem("first_date", "start_not_after_decision", {"date": decision})
    if first and end and end <= first:
        yield Problem("end_date", "end_not_after_start", {"date": first})


def _sessions(settings: Settings) -> _Found:
    try:
        sessions = spread_dates(settings)
    except Refused as refused:
        if refused.code == "schedule_unsatisfiable":
            yield Problem("session_count", refused.code, refused.values)
        else:
            yield Problem(refused.field or "first_date", refused.code, refused.values)
    else:
        yield from _end(settings.end_date, sessions)
        if settings.free_days and len(sessions) < FEWEST_SESSIONS <= (settings.session_count or 0):
            values = {"sessions": len(sessions), "minimum": FEWEST_SESSIONS}
            yield Problem("free_days", "free_days_leave_too_few", values)


def _end(end: date | None, sessions: tuple[Occurrence, ...]) -> _Found:
    last = max((session.local.date() for session in sessions), default=None)
    if end and last and end < last:
        yield Problem("end_date", "end_before_last_session", {"date": last})
