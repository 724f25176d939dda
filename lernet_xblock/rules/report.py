"""Who looks into a report, and until when: somebody who guides the group and is not involved, else the course team."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

FACILITATOR, DEPUTY = "facilitator", "deputy"
# The facilitator first, then who stands in for them.
ORDER = (FACILITATOR, DEPUTY)
# What nobody decides is released by itself after so long, so that a report is no way to silence somebody.
HELD_FOR = timedelta(days=5)
ANSWER_WORKING_DAYS = 2
SATURDAY = 5


def choose_handler(guides: Iterable[tuple[str, int]], involved: Collection[int]) -> int | None:
    """Return who handles a report, None for the course team.

    guides: role and number of each person who guides the group; involved: the author of what was reported, and
    everybody who reported it.
    """
    fit = {role: user for role, user in guides if user not in involved}
    return next((fit[role] for role in ORDER if role in fit), None)


def release_at(raised_at: datetime) -> datetime:
    """Return when something held since this moment is released, unless it is serious or somebody decides before."""
    return raised_at + HELD_FOR


def answer_by(raised_on: date) -> date:
    """Return the day by which people hope for a decision: two working days after the day of the report."""
    day, left = raised_on, ANSWER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day
