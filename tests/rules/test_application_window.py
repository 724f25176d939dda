"""The days on which applications are taken, in the network's own zone."""

from datetime import UTC, date, datetime

import pytest

from lernet_xblock.rules.application_window import CLOSED, EARLY, OPEN, application_window
from lernet_xblock.rules.network_settings import Settings

WINDOW = Settings(
    time_zone="Europe/Brussels",
    applications_open=date(2026, 11, 30),
    applications_close=date(2027, 1, 8),
)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 29, 22, 59, tzinfo=UTC), EARLY),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), OPEN),
        (datetime(2027, 1, 8, 22, 59, tzinfo=UTC), OPEN),
        (datetime(2027, 1, 8, 23, 0, tzinfo=UTC), CLOSED),
    ],
)
def test_first_and_last_day_count_whole_in_the_network_s_zone(now, expected):
    assert application_window(WINDOW, now) == expected


def test_bound_that_is_not_set_bounds_nothing():
    endless = Settings(time_zone="Europe/Brussels")
    assert application_window(endless, datetime(1999, 1, 1, tzinfo=UTC)) == OPEN
