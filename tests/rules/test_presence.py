"""Whom a session expects, and the windows of rule S6, to the second."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from lernet_xblock.rules.presence import EXPECTED, LEFT, NOT_YET, PAUSED, checking_in, place_at, recording

START = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
END = START + timedelta(hours=3)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass
class Stay:
    joined_at: datetime = START - DAY
    left_at: datetime | None = None
    paused_at: datetime | None = None
    paused_until: date | None = None


@dataclass
class Meeting:
    starts_at: datetime = START
    ends_at: datetime = END
    time_zone: str = "Europe/Brussels"


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (START - timedelta(minutes=30), True),
        (START - timedelta(minutes=30) - SECOND, False),
        (END + timedelta(days=14), True),
        (END + timedelta(days=14) + SECOND, False),
    ],
)
def test_attendance_is_recorded_from_half_an_hour_before_until_fourteen_days_after(moment, inside):
    assert recording(START, END).holds(moment) is inside


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (START - timedelta(minutes=15), True),
        (START - timedelta(minutes=15) - SECOND, False),
        (START + timedelta(minutes=30), True),
        (START + timedelta(minutes=30) + SECOND, False),
    ],
)
def test_people_check_in_around_the_start(moment, inside):
    assert checking_in(START).holds(moment) is inside


@pytest.mark.parametrize(
    ("stay", "place"),
    [
        (Stay(), EXPECTED),
        (Stay(joined_at=END - SECOND), EXPECTED),
        (Stay(joined_at=END), NOT_YET),
        (Stay(left_at=START), EXPECTED),
        (Stay(left_at=START - SECOND), LEFT),
        (Stay(paused_at=START, paused_until=date(2027, 2, 2)), PAUSED),
        (Stay(paused_at=START + SECOND, paused_until=date(2027, 2, 2)), EXPECTED),
        (Stay(paused_at=START - DAY, paused_until=date(2027, 2, 1)), EXPECTED),
        (Stay(joined_at=END, paused_at=START, paused_until=date(2027, 3, 1)), NOT_YET),
    ],
)
def test_members_at_the_session_are_expected_and_nobody_else(stay, place):
    assert place_at(stay, Meeting()) == place


def test_a_pause_ends_by_the_calendar_of_the_session():
    late = datetime(2027, 2, 2, 23, 30, tzinfo=UTC)
    stay = Stay(paused_at=START - DAY, paused_until=date(2027, 2, 2))
    meetings = [Meeting(late, late + timedelta(hours=1), zone) for zone in ("Europe/Brussels", "UTC")]
    assert [place_at(stay, one) for one in meetings] == [EXPECTED, PAUSED]
