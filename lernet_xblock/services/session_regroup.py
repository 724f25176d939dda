"""The sessions ahead when cohorts are merged or split: cancelled, brought back, or copied."""

from datetime import datetime

from django.db.models import F

from lernet_xblock.models import Cohort, Pulse, Session
from lernet_xblock.services.session import PULSE_WINDOW

COPIED = (
    "number",
    "kind",
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
    _set(pks, Session.State.CANCELLED, by=by, now=now)
    return pks


def bring_back(pks: list[int], *, by: int, now: datetime) -> None:
    """Let these cancelled sessions take place after all."""
    _set(pks, Session.State.PLANNED, by=by, now=now)


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


def _set(pks: list[int], state: str, *, by: int, now: datetime) -> None:
    # Calendars take over an entry again only when its sequence grew (RFC 5545 section 3.8.7.4).
    Session.objects.filter(pk__in=pks).update(
        state=state,
        sequence=F("sequence") + 1,
        version=F("version") + 1,
        changed_at=now,
        changed_by_id=by,
    )
