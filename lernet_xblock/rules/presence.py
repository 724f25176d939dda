"""Whom a session expects, and when it can be said who was there (rule S6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from lernet_xblock.rules.pause import pauses_at
from lernet_xblock.rules.zones import zone

EXPECTED, NOT_YET, PAUSED, LEFT = "expected", "not_yet", "paused", "left"

RECORDED_BEFORE, RECORDED_WITHIN = timedelta(minutes=30), timedelta(days=14)
CHECK_IN_BEFORE, CHECK_IN_WITHIN = timedelta(minutes=15), timedelta(minutes=30)
# Who says so until then is present, who says so after it is late.
STILL_IN_TIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Window:
    """From a moment to a moment, both included."""

    opens_at: datetime
    closes_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Tell whether the moment lies in it."""
        return self.opens_at <= moment <= self.closes_at


def recording(starts_at: datetime, ends_at: datetime) -> Window:
    """Return when attendance of a session is recorded: from 30 minutes before its start until 14 days after its end."""
    return Window(starts_at - RECORDED_BEFORE, ends_at + RECORDED_WITHIN)


def checking_in(starts_at: datetime) -> Window:
    """Return when people can say themselves that they are there: from 15 minutes before the start to 30 after it."""
    return Window(starts_at - CHECK_IN_BEFORE, starts_at + CHECK_IN_WITHIN)


class Stay(Protocol):
    """What is told of a membership. paused_until: the last day of a pause, None like `paused_at` for no pause."""

    joined_at: datetime
    left_at: datetime | None
    paused_at: datetime | None
    paused_until: date | None


class Meeting(Protocol):
    """What is told of a session. time_zone: an IANA name."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str


def place_at(stay: Stay, meeting: Meeting) -> str:
    """Return EXPECTED, NOT_YET, PAUSED or LEFT.

    Who joins while the session goes on is expected; who left before it began, or pauses then, is not.
    """
    if stay.joined_at >= meeting.ends_at:
        return NOT_YET
    if stay.left_at is not None and stay.left_at < meeting.starts_at:
        return LEFT
    since, until = stay.paused_at, stay.paused_until
    pauses = pauses_at(meeting.starts_at, since=since, until=until, zone=zone(meeting.time_zone))
    return PAUSED if pauses else EXPECTED
