"""A session is held at another time: the same meeting, in calendars the same entry."""

from datetime import datetime

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Session
from lernet_xblock.services.fresh import touch
from lernet_xblock.services.message import drop_reminders
from lernet_xblock.services.session_change import (
    forget_answers,
    lock_session,
    note,
    refuse_day,
    refuse_minutes,
    refuse_sudden,
    refuse_unfit,
    refuse_unless_ahead,
    standing_in,
    tell_group,
)
from lernet_xblock.services.session_numbers import renumber
from lernet_xblock.services.session_time import TIME_FIELDS, let_pulse_follow, set_time

KEPT = ("moved_from", "moved_by_hand", "reason", "sequence", "version", "changed_by", "changed_at")


def move_session(
    session: Session,
    *,
    local: datetime,
    duration_minutes: int,
    reason: str,
    known: bool,
    opened_version: int,
    by: int,
    now: datetime,
) -> Session:
    """Hold the session at this naive wall-clock time of its own zone; return the row, which is the same as before.

    Its evaluation follows, everybody is asked anew whether they come, and the group is told once. known:
    whoever acts knows that it is less than 48 hours ahead. Raises StaleVersion, SessionMisfit, or RuleViolation for a
    session that has begun, for the date, the minutes, a tick or a reason.
    """
    cohort, row, others = lock_session(session, opened_version=opened_version)
    refuse_unless_ahead(row, now=now)
    refuse_minutes(duration_minutes)
    refuse_day(local.date(), now=now)
    before, shown = row.starts_at, (row.local_date, row.local_time, row.duration_minutes)
    if (local.date(), local.time(), duration_minutes) == shown:
        raise RuleViolation(_("The session is at this time already: nothing to change."), field="date")
    set_time(row, local=local, duration_minutes=duration_minutes)
    refuse_unfit(row, others, now=now)
    refuse_sudden(before, row.starts_at, known=known, reason=reason, now=now)
    _keep(row, before, reason, by=by, now=now)
    renumber(cohort, by=by, now=now)
    row.refresh_from_db()
    note(row, "session.move", by=by, now=now, reason=reason)
    kind, stand_ins = "session_moved", standing_in(row)
    tell_group(row, kind=kind, by=by, now=now, before=before, reason=reason, stand_ins=stand_ins)
    return row


def _keep(row: Session, before: datetime, reason: str, *, by: int, now: datetime) -> None:
    if row.starts_at != before:
        row.moved_from = before
    row.moved_by_hand, row.reason = True, reason
    # Calendars take over an entry again only when its sequence grew (RFC 5545 section 3.8.7.4).
    row.sequence += 1
    touch(row, by=by, now=now)
    row.save(update_fields=[*TIME_FIELDS, *KEPT])
    let_pulse_follow(row)
    forget_answers(row, by=by, now=now)
    drop_reminders([row.pk], now=now)
