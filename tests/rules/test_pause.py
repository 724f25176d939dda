"""Pauses by the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lernet_xblock.rules.pause import last_possible_day, pauses_at, today_in

BRUSSELS = ZoneInfo("Europe/Brussels")
SINCE = datetime(2027, 3, 1, 9, tzinfo=UTC)


def test_a_day_begins_at_midnight_of_the_zone():
    late = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
    assert (today_in(UTC, late), today_in(BRUSSELS, late)) == (date(2027, 3, 1), date(2027, 3, 2))


def test_a_pause_ends_ninety_days_ahead_at_the_latest():
    assert last_possible_day(date(2027, 3, 1)) == date(2027, 5, 30)


@pytest.mark.parametrize(
    ("moment", "pauses"),
    [
        (SINCE - timedelta(seconds=1), False),
        (SINCE, True),
        (datetime(2027, 3, 9, 22, 59, tzinfo=UTC), True),
        (datetime(2027, 3, 9, 23, 0, tzinfo=UTC), False),
    ],
)
def test_the_last_day_is_part_of_the_pause(moment, pauses):
    assert pauses_at(moment, since=SINCE, until=date(2027, 3, 9), zone=BRUSSELS) is pauses


def test_who_never_paused_does_not_pause():
    assert not pauses_at(SINCE, since=None, until=None, zone=BRUSSELS)
