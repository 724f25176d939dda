"""The sessions that a network's settings describe: their dates, kinds and hours."""

from datetime import date, timedelta

from lernet_xblock.rules.network_settings import (
    DATES,
    MONTHLY,
    MONTHLY_LAST,
    WEEKLY,
    Settings,
)
from lernet_xblock.rules.recurrence import Occurrence, nth_weekday, occurrences, parse_rule
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.rule_parse import WEEKDAYS
from lernet_xblock.rules.schedule_rule import Rule

FEWEST_SESSIONS = 3
_NEEDED = (
    "session_count",
    "frequency",
    "first_date",
    "session_time",
    "time_zone",
    "session_minutes",
)
# The schedule rule speaks of its own paths; an author knows the settings behind them.
_SETTING_OF = {
    "tz": "time_zone",
    "begin": "first_date",
    "time": "session_time",
    "duration_min": "session_minutes",
    "end.count": "session_count",
    "freq.kind": "frequency",
    "freq.interval": "interval",
    "freq.dates": "listed_dates",
    "exclude.dates": "free_days",
    "cohort_shift.days": "shift_days",
    "cohort_shift.minutes": "shift_minutes",
}


def recurrence_rule(settings: Settings, *, shift_days: int = 0, shift_minutes: int = 0) -> Rule:
    """Return the schedule rule of the settings, for a cohort shifted on the wall clock.

    Raises Refused required for the first missing setting, or schedule_invalid for one that is
    out of range; field is the name in Settings (or of the shift).
    """
    missing = [name for name in _NEEDED if getattr(settings, name) in (None, "")]
    if missing:
        raise Refused("required", missing[0])
    rule = _base(settings) | {
        "freq": _frequency(settings),
        "cohort_shift": {"days": shift_days, "minutes": shift_minutes},
    }
    try:
        return parse_rule(rule)
    except Refused as refused:
        raise Refused(refused.code, _SETTING_OF.get(refused.field or "")) from refused


def first_date_for(settings: Settings, day: date, *, begun: int) -> date:
    """Return the first date of a plan in which so many sessions come before that day, each an interval earlier.

    The day itself for dates of one's own choice, and where no such weekday leads to it.
    """
    steps = begun * (settings.interval or 0)
    if settings.frequency == WEEKLY:
        return day - timedelta(weeks=steps)
    if settings.frequency not in (MONTHLY, MONTHLY_LAST):
        return day
    nth = -1 if settings.frequency == MONTHLY_LAST else (day.day - 1) // 7 + 1
    year, month = divmod(day.year * 12 + day.month - 1 - steps, 12)
    return nth_weekday(year, month + 1, nth, day.weekday()) or day


def _base(settings: Settings) -> dict[str, object]:
    return {
        "tz": settings.time_zone,
        "begin": str(settings.first_date),
        "time": settings.session_time and settings.session_time.isoformat("seconds"),
        "duration_min": settings.session_minutes,
        "end": {"count": settings.session_count},
        "exclude": {"dates": [str(day) for day in settings.free_days]},
        "on_excluded": "extend" if settings.make_up else "drop",
    }


def _frequency(settings: Settings) -> dict[str, object]:
    first = settings.first_date
    if settings.frequency == DATES or first is None:
        return {"kind": DATES, "dates": [str(day) for day in settings.listed_dates]}
    weekday = WEEKDAYS[first.weekday()]
    if settings.frequency == WEEKLY:
        return {"kind": WEEKLY, "interval": settings.interval, "weekdays": [weekday]}
    if settings.frequency not in (MONTHLY, MONTHLY_LAST):
        return {"kind": settings.frequency}
    nth = -1 if settings.frequency == MONTHLY_LAST else (first.day - 1) // 7 + 1
    return {"kind": "monthly_nth", "interval": settings.interval, "nth": nth, "weekday": weekday}


def spread_dates(settings: Settings, *, shift_days: int = 0, shift_minutes: int = 0) -> tuple[Occurrence, ...]:
    """Return the sessions of one cohort, ascending: wall-clock start and instants.

    Raises Refused as recurrence_rule does, and schedule_unsatisfiable.
    """
    return occurrences(recurrence_rule(settings, shift_days=shift_days, shift_minutes=shift_minutes))


def session_kinds(count: int) -> tuple[str, ...]:
    """Return the kind of each session: launch, regular …, closing.

    Raises Refused too_few_sessions below three: a network needs one that is neither.
    """
    if count < FEWEST_SESSIONS:
        raise Refused("too_few_sessions", "session_count", {"minimum": FEWEST_SESSIONS})
    return ("launch", *["regular"] * (count - 2), "closing")


def hours_minutes_total(settings: Settings) -> int:
    """Return the minutes a member gives in all: sessions x (session + preparation); unset is 0."""
    each = (settings.session_minutes or 0) + (settings.preparation_minutes or 0)
    return (settings.session_count or 0) * each
