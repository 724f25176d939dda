"""The sessions ahead when cohorts are merged or split: cancelled, brought back, or copied."""

from datetime import datetime
from typing import Any

from django.db.models import F

from lernet_xblock.models import Cohort, Pulse, Session
from lernet_xblock.services.message import drop_reminders
from lernet_xblock.services.session_numbers import BEYOND, renumber
from lernet_xblock.services.session_time import PULSE_WINDOW
from lernet_xblock.services.turn_session import free_turns

COPIED = (
    "number",
    "kind",
    "title",
    "notes",
    "slot_date",
    "slot_time",
    "moved_by_hand",
    "local_date",
    "local_time",
    "time_zone",
    "duration_minutes",
    "starts_at",
    "ends_at",
    "zone_data_version",
    "place",
)


def cancel_ahead(cohort: Cohort, *, by: int, now: datetime) -> list[int]:
    """Cancel what the locked cohort has not begun yet, and return it by row number; what is over stays."""
    ahead = Session.objects.select_for_update().filter(cohort=cohort, state=Session.State.PLANNED, starts_at__gt=now)
    pks = list(ahead.order_by("pk").values_list("pk", flat=True))
    _set(pks, Session.State.CANCELLED, by=by, now=now, number=None, cancelled_at=now)
    drop_reminders(pks, now=now)
    free_turns(pks, by=by, now=now)
    return pks


def bring_back(pks: list[int], *, by: int, now: datetime) -> None:
    """Let these cancelled sessions take place after all."""
    rows = Session.objects.filter(pk__in=pks).order_by("starts_at", "pk")
    for place, row in enumerate(rows, start=1):
        # Any number that is free: they are counted anew below.
        _set([row.pk], Session.State.PLANNED, by=by, now=now, number=2 * BEYOND + place, cancelled_at=None)
    for cohort in Cohort.objects.filter(sessions__in=pks).distinct():
        renumber(cohort, by=by, now=now)


def copy_ahead(frm: Cohort, *, to: Cohort, by: int, now: datetime) -> list[Session]:
    """Give the new cohort the sessions that the other has ahead: same numbers, dates and place, each its evaluation.

    The link is left out: two groups that meet at the same time must not meet in one online room.
    """
    ahead = Session.objects.filter(cohort=frm, state=Session.State.PLANNED, starts_at__gt=now)
    Session.objects.bulk_create(
        Session(cohort=to, changed_at=now, changed_by_id=by, **{name: getattr(row, name) for name in COPIED})
        for row in ahead
    )
    # Read again: some databases return no row numbers for rows that are made together.
    made = list(Session.objects.filter(cohort=to))
    Pulse.objects.bulk_create(
        Pulse(session=row, opens_at=row.ends_at, closes_at=row.ends_at + PULSE_WINDOW) for row in made
    )
    return made


def _set(pks: list[int], state: str, *, by: int, now: datetime, **more: Any) -> None:
    # Calendars take over an entry again only when its sequence grew (RFC 5545 section 3.8.7.4).
    Session.objects.filter(pk__in=pks).update(
        state=state,
        sequence=F("sequence") + 1,
        version=F("version") + 1,
        changed_at=now,
        changed_by_id=by,
        **more,
    )
