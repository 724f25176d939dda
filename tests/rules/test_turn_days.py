from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.turn_days import Odd, odd, reminds_at, suggested_deadlines

NOW = datetime(2026, 12, 3, 10, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_deadlines_are_spread_over_seven_working_days() -> None:
    # A Thursday.
    found = suggested_deadlines(date(2026, 12, 3))
    assert [one.isoformat() for one in found] == [
        "2026-12-07T17:00:00",
        "2026-12-09T17:00:00",
        "2026-12-10T17:00:00",
        "2026-12-14T17:00:00",
    ]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_suggested_deadlines_rise_on_working_days_after_today(today: date) -> None:
    found = suggested_deadlines(today)
    assert all(one < after for one, after in pairwise(found))
    assert found[0].date() > today
    assert all(one.weekday() < 5 for one in found)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ((1, 2, 3, 4), None),
        ((-1, 2, 3, 4), (0, Odd.PAST)),
        ((0, 2, 3, 4), (0, Odd.PAST)),
        ((1, 1, 3, 4), (1, Odd.ORDER)),
        ((1, 3, 2, 4), (2, Odd.ORDER)),
        ((1, 2, 3, 93), (3, Odd.FAR)),
        ((3, -2, 4, 5), (1, Odd.PAST)),
    ],
)
def test_the_first_deadline_that_cannot_be_is_named(days: tuple[int, ...], found: tuple[int, Odd] | None) -> None:
    assert odd([NOW + number * DAY for number in days], NOW) == found


def test_reminders_come_a_day_before_and_not_of_short_phases() -> None:
    assert reminds_at(NOW, NOW + 2 * DAY) == NOW + DAY
    assert reminds_at(NOW, NOW + 36 * HOUR) == NOW + 12 * HOUR
    assert reminds_at(NOW, NOW + 35 * HOUR) is None
