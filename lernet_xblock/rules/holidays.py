"""Public holidays with their names, to copy into a plan as dates that people may change."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lernet_xblock.rules.holidays_be import be_holiday, from_library
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.rule_parse import FIRST_YEAR, LAST_YEAR
from lernet_xblock.rules.trajectory_schedule import spread_dates

BELGIUM = "BE"
# What stands for the end of a plan whose dates do not follow yet.
A_YEAR = timedelta(days=365)
HORIZON = 5 * A_YEAR
# A plan that makes up for lost sessions ends later, on days that may be holidays themselves.
MOST_ROUNDS = 10
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,4})?")


@dataclass(frozen=True)
class Holiday:
    """One public holiday. name: a code of sentences.HOLIDAYS for Belgium, words of the library for other countries."""

    day: date
    name: str


def holidays_between(code: str, first: date, last: date, *, language: str) -> tuple[Holiday, ...]:
    """Return the holidays of a country or a part of it from first to last, both inclusive, ascending.

    code: ISO 3166 such as BE, NL, DE-BY, in either case. language: of the names, where the library has it.
    Raises Refused schedule_holidays_unavailable without the `holidays` library, holidays_unknown for other codes.
    """
    wanted = code.strip().upper()
    if not _CODE.fullmatch(wanted):
        raise Refused("holidays_unknown", "country", {"code": code.strip()[:12]})
    country, _, part = wanted.partition("-")
    if country == BELGIUM:
        return _of_belgium(first, last)
    try:
        found = from_library(country, part or None, range(first.year, last.year + 1), language=language)
    except Refused as refused:
        if refused.code == "schedule_invalid":
            raise Refused("holidays_unknown", "country", {"code": wanted}) from refused
        raise
    return tuple(Holiday(day, name) for day, name in sorted(found.items()) if first <= day <= last)


def holidays_in_plan(settings: Settings, code: str, *, language: str) -> tuple[Holiday, ...]:
    """Return the holidays from the first session to the end of the plan; of a year where its end is not known yet.

    Raises Refused required for a missing first session and schedule_invalid for one out of reach, else as
    holidays_between does.
    """
    first = settings.first_date
    if first is None:
        raise Refused("required", "first_date")
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise Refused("schedule_invalid", "first_date")
    found: tuple[Holiday, ...] = ()
    last = _last_day(settings, first)
    for _round in range(MOST_ROUNDS):
        found = holidays_between(code, first, last, language=language)
        free = {*settings.free_days, *(one.day for one in found)}
        later = _last_day(replace(settings, free_days=tuple(sorted(free))), first)
        if later <= last:
            break
        last = later
    return found


def _last_day(settings: Settings, first: date) -> date:
    """Return the last day of the plan: that of its last session, or the day on which the network ends if later."""
    try:
        sessions = spread_dates(settings)
    except Refused:
        sessions = ()
    held = [session.local.date() for session in sessions] or [first + A_YEAR]
    end = settings.end_date or held[-1]
    return max(first, held[-1], min(end, first + HORIZON))


def _of_belgium(first: date, last: date) -> tuple[Holiday, ...]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    named = ((day, be_holiday(day)) for day in days)
    return tuple(Holiday(day, name) for day, name in named if name)
