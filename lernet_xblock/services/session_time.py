"""When a session is held: wall clock and zone are kept, the instants beside them follow (rule S8)."""

from datetime import datetime, timedelta

from lernet_xblock.models import Pulse, Session
from lernet_xblock.rules.zones import to_utc, tz_version, zone

PULSE_WINDOW = timedelta(hours=72)
TIME_FIELDS = ("local_date", "local_time", "duration_minutes", "starts_at", "ends_at", "zone_data_version")


def set_time(session: Session, *, local: datetime, duration_minutes: int) -> None:
    """Put the row, which nobody saves here, at a naive wall-clock time in its own zone."""
    session.local_date, session.local_time = local.date(), local.time()
    session.duration_minutes = duration_minutes
    session.starts_at = to_utc(local, zone(session.time_zone))
    session.ends_at = session.starts_at + timedelta(minutes=duration_minutes)
    session.zone_data_version = tz_version()


def let_pulse_follow(session: Session) -> None:
    """Let the evaluation open when the session ends now, for as long as always."""
    Pulse.objects.filter(session=session).update(opens_at=session.ends_at, closes_at=session.ends_at + PULSE_WINDOW)
