"""What an author may do but should know of: unusual sizes, holidays, clock changes, gaps."""

from collections.abc import Iterator
from datetime import timedelta

from lernet_xblock.rules.holidays_be import be_holiday
from lernet_xblock.rules.network_settings import (
    RECOMMENDED_MAXIMUM,
    RECOMMENDED_MINIMUM,
    Notice,
    Settings,
)
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import LARGEST_BOUND
from lernet_xblock.rules.trajectory_schedule import FEWEST_SESSIONS, session_kinds, spread_dates
from lernet_xblock.rules.turn_budget import budget, turns_in
from lernet_xblock.rules.zones import clock_change, zone

# So many people who guide one group each can still be asked one by one.
MANY_COHORTS = 8


def notices(settings: Settings) -> tuple[Notice, ...]:
    """Return what is allowed but worth saying; () when nothing is. Never raises.

    Codes: size_outside_recommendation, maximum_below_threshold, many_groups (value groups), place_missing,
    meeting_link_missing, charter_missing, turns_short (values turns, members, short, more: turns that a further
    session makes), sessions_lost (value lost); per session session_on_holiday and session_day_after_holiday (values
    date, holiday: a code), session_in_clock_gap and session_in_clock_overlap (values local: the naive start).
    """
    dates = _dates(settings)
    following = () if dates is None else (*_turns(settings, len(dates)), *_sessions(settings, dates))
    return (*_sizes(settings), *_gaps(settings), *following)


def _dates(settings: Settings) -> tuple[Occurrence, ...] | None:
    try:
        return spread_dates(settings)
    except Refused:
        return None


def _sizes(settings: Settings) -> Iterator[Notice]:
    bounds: dict[str, object] = {"minimum": RECOMMENDED_MINIMUM, "maximum": RECOMMENDED_MAXIMUM}
    for name in ("minimum_size", "maximum_size"):
        size = getattr(settings, name)
        if size is not None and not RECOMMENDED_MINIMUM <= size <= RECOMMENDED_MAXIMUM:
            yield Notice(name, "size_outside_recommendation", bounds)
    most, threshold = settings.maximum_size, settings.threshold
    if most is not None and threshold is not None and most < threshold:
        yield Notice("maximum_size", "maximum_below_threshold", {"threshold": threshold})
    if settings.cohort_limit is not None and settings.cohort_limit > MANY_COHORTS:
        yield Notice("cohort_limit", "many_groups", {"groups": settings.cohort_limit})


def _gaps(settings: Settings) -> Iterator[Notice]:
    if settings.mode in ("in_person", "mixed") and not (settings.place or "").strip():
        yield Notice("place", "place_missing")
    if settings.mode in ("online", "mixed") and not (settings.meeting_link or "").strip():
        yield Notice("meeting_link", "meeting_link_missing")
    if not (settings.charter_text or "").strip():
        yield Notice("charter_text", "charter_missing")


def _turns(settings: Settings, sessions: int) -> Iterator[Notice]:
    """Say when not everybody of a group of the preferred size, else of the middle one, can have a turn (rule N6)."""
    least, most, cases = settings.minimum_size, settings.maximum_size, settings.cases_per_circle
    if sessions < FEWEST_SESSIONS or least is None or most is None or cases is None:
        return
    # Sizes that cannot be are told as such.
    members = min(settings.target_size or (least + most) // 2, LARGEST_BOUND)
    found = budget(members, [cases] * session_kinds(sessions).count("regular"))
    if found.short:
        values = {"turns": found.turns, "members": members, "short": found.short, "more": turns_in(members, cases)}
        yield Notice("cases_per_circle", "turns_short", values)


def _sessions(settings: Settings, sessions: tuple[Occurrence, ...]) -> Iterator[Notice]:
    lost = (settings.session_count or 0) - len(sessions)
    if settings.free_days and lost > 0:
        yield Notice("free_days", "sessions_lost", {"lost": lost})
    field = "listed_dates" if settings.frequency == "dates" else "first_date"
    for session in sessions:
        yield from _holiday(field, session)
        yield from _clock_change(session, settings.time_zone or "")


def _holiday(field: str, session: Occurrence) -> Iterator[Notice]:
    day = session.local.date()
    today, yesterday = be_holiday(day), be_holiday(day - timedelta(days=1))
    if today:
        yield Notice(field, "session_on_holiday", {"date": day, "holiday": today})
    elif yesterday:
        yield Notice(field, "session_day_after_holiday", {"date": day, "holiday": yesterday})


def _clock_change(session: Occurrence, zone_name: str) -> Iterator[Notice]:
    change = clock_change(session.local, zone(zone_name))
    if change:
        yield Notice("session_time", f"session_in_clock_{change}", {"local": session.local})
