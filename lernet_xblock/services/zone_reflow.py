"""New time-zone data: sessions ahead keep their wall clock, and begin at the instant that it means now (rule S8)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from lernet_xblock.models import Cohort, Session
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.zone_shift import Shift
from lernet_xblock.rules.zones import tz_version
from lernet_xblock.services.audit import record
from lernet_xblock.services.message import announce, drop_reminders
from lernet_xblock.services.notice import tell
from lernet_xblock.services.session_time import TIME_FIELDS, let_pulse_follow, set_time


def reflow(cohort_id: int, *, now: datetime) -> list[Shift]:
    """Derive the instants of the cohort's planned sessions ahead anew, and return those that changed.

    Those alone look different in calendars (their sequence grows), and are told to members and guides; of the others
    only the mark of the data is kept. Answers stay: on the clock of the place nothing moved.
    """
    cohort = Cohort.objects.select_for_update().select_related("network").get(pk=cohort_id)
    rows = Session.objects.select_for_update().filter(cohort=cohort, state=Session.State.PLANNED, starts_at__gt=now)
    shifts, same = [], []
    for row in rows.order_by("pk"):
        before = row.starts_at, row.ends_at
        if not _derived(row):
            continue
        if (row.starts_at, row.ends_at) == before:
            same.append(row.pk)
            continue
        row.cohort = cohort
        _keep(row, before[0], now=now)
        shifts.append(_shift(row, before[0]))
    Session.objects.filter(pk__in=same).update(zone_data_version=tz_version())
    if shifts:
        record(cohort.network, "sessions.reflow", by=None, now=now, subject=cohort.key)
    return shifts


def _derived(row: Session) -> bool:
    """Put the row where its wall clock is by the data in use; return False where these do not know its zone."""
    try:
        set_time(row, local=_local(row), duration_minutes=row.duration_minutes)
    except Refused:
        return False
    return True


def _keep(row: Session, before: datetime, *, now: datetime) -> None:
    # Calendars take over an entry again only when its sequence grew (RFC 5545 section 3.8.7.4).
    row.sequence += 1
    row.version += 1
    # Nobody did it.
    row.changed_by_id, row.changed_at = None, now
    row.save(update_fields=[*TIME_FIELDS, "sequence", "version", "changed_by", "changed_at"])
    let_pulse_follow(row)
    drop_reminders([row.pk], now=now)
    tell(row.cohort.network, _people(row), kind="session_moved", now=now, cohort=row.cohort, session=row)
    announce(row, kind="session_moved", now=now, facts={"before": before.astimezone(UTC).isoformat()}, urgent=True)


def _people(row: Session) -> Iterable[int]:
    """Return the members, those who guide the group, and who stands in for the session."""
    members = row.cohort.memberships.filter(active=True).values_list("user_id", flat=True)
    guides = row.cohort.facilitations.values_list("user_id", flat=True)
    stand_ins = row.substitutions.filter(ended_at=None).values_list("user_id", flat=True)
    return {*members, *guides, *stand_ins}


def _local(row: Session) -> datetime:
    return datetime.combine(row.local_date, row.local_time)


def _shift(row: Session, before: datetime) -> Shift:
    return Shift(row.cohort.key, row.key, _local(row), row.time_zone, before, row.starts_at)
