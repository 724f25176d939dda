"""The deadlines of a turn that goes over several days."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from lernet_xblock.rules.case_turn import WORKED

# Working days for the whole turn, and when a deadline is on its day.
WORKING_DAYS, HOUR = 7, time(17, 0)
LAST_WEEKDAY = 4
LONGEST = timedelta(days=92)
# A reminder comes so long before a deadline, where the phase was open for a while before.
REMINDED_BEFORE, OPEN_BEFORE_REMINDER = timedelta(days=1), timedelta(hours=12)


class Odd(StrEnum):
    """What is wrong with deadlines."""

    PAST = "past"
    ORDER = "order"
    FAR = "far"


def suggested_deadlines(today: date) -> tuple[datetime, ...]:
    """Return a deadline on the wall clock for each phase of WORKED, spread evenly over the next working days."""
    ends = [round(WORKING_DAYS * place / len(WORKED)) for place in range(1, len(WORKED) + 1)]
    return tuple(datetime.combine(_after(today, days), HOUR) for days in ends)


def _after(day: date, working_days: int) -> date:
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() <= LAST_WEEKDAY
    return day


def odd(deadlines: Sequence[datetime], now: datetime) -> tuple[int, Odd] | None:
    """Return the first deadline that cannot be, by its place, and why; None for deadlines that rise from now on."""
    for place, (before, one) in enumerate(pairwise([now, *deadlines])):
        if one <= now:
            return place, Odd.PAST
        if one <= before:
            return place, Odd.ORDER
        if one > now + LONGEST:
            return place, Odd.FAR
    return None


def reminds_at(since: datetime, until: datetime) -> datetime | None:
    """Return when those who are silent in a phase are reminded; None for a phase that is short."""
    moment = until - REMINDED_BEFORE
    return moment if since + OPEN_BEFORE_REMINDER <= moment else None
