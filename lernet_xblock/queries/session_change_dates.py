"""What is to be known of a date before a session is held on it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from lernet_xblock.models import Session
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.holidays_be import be_holiday
from lernet_xblock.rules.zones import clock_change, zone
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class DateNotes:
    """holiday: a code of sentences.HOLIDAYS, "" on other days; free: the group's own days without session hold it.

    clock: the wall-clock time never happens (gap), or twice (overlap). before_course, after_course: the first and the
    last day of the course, where the date lies outside of them; after_end: the last day of the network, likewise.
    """

    holiday: str
    free: bool
    clock: Literal["gap", "overlap"] | None
    before_course: date | None
    after_course: date | None
    after_end: date | None


def date_notes(viewer: Viewer, session: Session, local: datetime) -> DateNotes:
    """Return what is known of a naive wall-clock time for a session: what the host asks for the course, and no more."""
    day, settings = local.date(), read(session.cohort.network.authored)
    first, last = viewer.host.course_window(session.cohort.network.course_id)
    return DateNotes(
        holiday=be_holiday(day) or "",
        free=day in settings.free_days,
        clock=clock_change(local, zone(session.time_zone)),
        before_course=first if first is not None and day < first else None,
        after_course=last if last is not None and day > last else None,
        after_end=settings.end_date if settings.end_date is not None and day > settings.end_date else None,
    )
