"""The dates of a schedule rule: day arithmetic on the wall clock, then one step to UTC.

The rule and its eleven laws are the public contract of the scheduler. Weeks are counted as ISO
weeks from the week of `begin`, months from its month; a session is never lost or doubled by a
clock change, since no arithmetic is ever done on instants.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.rule_parse import parse_rule
from lernet_xblock.rules.schedule_rule import ListedDates, MonthlyNth, Rule, Weekly
from lernet_xblock.rules.zones import to_utc, zone

__all__ = ["HORIZON_YEARS", "Occurrence", "Rule", "occurrences", "parse_rule"]

HORIZON_YEARS = 5


@dataclass(frozen=True)
class Occurrence:
    """One session: its naive wall-clock start, and the instants, aware and in UTC.

    local: midnight for an all-day session, which has no ends_at.
    """

    local: datetime
    starts_at: datetime
    ends_at: datetime | None


def occurrences(rule: Rule) -> tuple[Occurrence, ...]:
    """Return the sessions of the rule, ascending; none at all when every date is excluded.

    Raises Refused schedule_unsatisfiable when the rule needs a date later than five years after
    begin, and schedule_holidays_unavailable or schedule_invalid for an unknown holiday calendar.
    """
    horizon = _years_later(rule.begin, HORIZON_YEARS)
    within = zone(rule.tz)
    kept: list[Occurrence] = []
    used = 0
    for planned in _candidates(rule, min(horizon, rule.until or horizon)):
        local = _shifted(rule, planned)
        excluded = rule.exclusions.covers(local.date())
        if not excluded:
            kept.append(_occurrence(rule, local, within))
        used += not (excluded and rule.extend)
        if used == rule.count:
            return tuple(kept)
    if _cut_short(rule, horizon):
        raise Refused("schedule_unsatisfiable", values={"years": HORIZON_YEARS})
    return tuple(kept)


def _years_later(day: date, years: int) -> date:
    # 29 February has no namesake in a common year: its last day of February stands in.
    last = monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))


def _cut_short(rule: Rule, horizon: date) -> bool:
    """Tell whether the rule still wanted dates when its candidates up to the horizon ran out."""
    wanted_until = rule.until or date.max
    if isinstance(rule.frequency, ListedDates):
        # A list that is simply shorter than the count has ended; it was not cut short.
        return any(horizon < day <= wanted_until for day in rule.frequency.dates)
    return wanted_until > horizon


def _candidates(rule: Rule, last: date) -> Iterator[date]:
    """Yield the unshifted plan dates from begin to last, both inclusive, ascending."""
    frequency = rule.frequency
    if isinstance(frequency, Weekly):
        days = _weekly(frequency, rule.begin)
    elif isinstance(frequency, MonthlyNth):
        days = _monthly(frequency, rule.begin, last)
    else:
        days = iter(frequency.dates)
    return takewhile(lambda day: day <= last, (day for day in days if day >= rule.begin))


def _weekly(frequency: Weekly, begin: date) -> Iterator[date]:
    monday = begin - timedelta(days=begin.weekday())
    while True:
        for weekday in frequency.weekdays:
            yield monday + timedelta(days=weekday)
        monday += timedelta(weeks=frequency.interval)


def _monthly(frequency: MonthlyNth, begin: date, last: date) -> Iterator[date]:
    first = begin.year * 12 + begin.month - 1
    # Bounded by last, as 12 months apart a fifth Tuesday of February may never come.
    for month in range(first, last.year * 12 + last.month, frequency.interval):
        day = nth_weekday(month // 12, month % 12 + 1, frequency.nth, frequency.weekday)
        if day is not None:
            yield day


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date | None:
    """Return the nth (1 to 5, -1 last) weekday (0 Monday to 6) of a month, None without one."""
    first_weekday, length = monthrange(year, month)
    first = 1 + (weekday - first_weekday) % 7
    day = first + 7 * (nth - 1) if nth > 0 else first + (length - first) // 7 * 7
    return date(year, month, day) if day <= length else None


def _shifted(rule: Rule, planned: date) -> datetime:
    """Return the naive local start after the cohort's shift; all-day stays on a midnight."""
    shift = timedelta(days=rule.shift_days, minutes=rule.shift_minutes)
    local = datetime.combine(planned, rule.time or time()) + shift
    return local if rule.time is not None else datetime.combine(local.date(), time())


def _occurrence(rule: Rule, local: datetime, within: ZoneInfo) -> Occurrence:
    starts_at = to_utc(local, within)
    if rule.time is None:
        return Occurrence(local, starts_at, None)
    return Occurrence(local, starts_at, starts_at + timedelta(minutes=rule.duration_minutes))
