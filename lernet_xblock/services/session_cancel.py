"""A session is not held as planned: on another day instead, or not at all (rule S5)."""

from collections.abc import Iterable
from datetime import datetime

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Cohort, Pulse, Session, Substitution
from lernet_xblock.rules.session_fit import Span, leaves_regular, may_go
from lernet_xblock.services.fresh import touch
from lernet_xblock.services.message import drop_reminders
from lernet_xblock.services.notice import tell
from lernet_xblock.services.session_change import (
    forget_answers,
    lock_session,
    note,
    refuse_day,
    refuse_minutes,
    refuse_sudden,
    refuse_unfit,
    refuse_unless_ahead,
    refuse_without_reason,
    span_of,
    spans_of,
    tell_group,
)
from lernet_xblock.services.session_numbers import renumber
from lernet_xblock.services.session_time import PULSE_WINDOW, set_time
from lernet_xblock.services.turn_session import free_turns, hand_over

# What a session on another day instead has of the one it is held instead of.
SAME = ("kind", "title", "notes", "place", "meeting_link", "slot_date", "slot_time", "time_zone")
CANCELLED = ("state", "number", "cancelled_at", "reason", "merged_into", "sequence")
SIGNED = ("version", "changed_by", "changed_at")


def replace_session(
    session: Session,
    *,
    local: datetime,
    duration_minutes: int,
    reason: str,
    known: bool,
    opened_version: int,
    by: int,
    now: datetime,
) -> tuple[Session, Session]:
    """Cancel the session and plan another one in its place; return both. For calendars it is another entry.

    The arguments and refusals are those of move_session; a reason is always needed.
    """
    cohort, row, others = lock_session(session, opened_version=opened_version)
    refuse_unless_ahead(row, now=now)
    refuse_without_reason(reason)
    new = successor(row, local, duration_minutes, by=by, now=now)
    refuse_unfit(new, others, now=now)
    refuse_sudden(row.starts_at, new.starts_at, known=known, reason=reason, now=now)
    new.number = row.number
    stand_ins = cancel_row(row, reason, by=by, now=now)
    plan_beside(cohort, new, by=by, now=now)
    hand_over(row, to=new)
    row.refresh_from_db()
    note(row, "session.replace", by=by, now=now, reason=reason)
    told = {"before": row.starts_at, "reason": reason, "stand_ins": stand_ins}
    tell_group(new, kind="session_replaced", by=by, now=now, **told)
    return row, new


def drop_session(
    session: Session,
    *,
    reason: str,
    known: bool,
    opened_version: int,
    by: int,
    now: datetime,
) -> Session:
    """Cancel the session with nothing in its place, and return it.

    Raises StaleVersion, and RuleViolation for the launch, the closing and the only regular session, for one that has
    begun, and for a tick or a reason that is missing.
    """
    cohort, row, others = lock_session(session, opened_version=opened_version)
    refuse_unless_ahead(row, now=now)
    if not may_go(span_of(row)):
        text = _("The launch and the closing are always held. Move this session, or hold it on another day instead.")
        raise RuleViolation(text, field="way")
    refuse_last_regular(spans_of(others))
    refuse_without_reason(reason)
    refuse_sudden(row.starts_at, known=known, reason=reason, now=now)
    stand_ins = cancel_row(row, reason, by=by, now=now)
    free_turns([row.pk], by=by, now=now)
    renumber(cohort, by=by, now=now)
    row.refresh_from_db()
    note(row, "session.drop", by=by, now=now, reason=reason)
    told = {"before": row.starts_at, "reason": reason, "stand_ins": stand_ins}
    tell_group(row, kind="session_cancelled", by=by, now=now, **told)
    return row


def refuse_last_regular(rest: Iterable[Span]) -> None:
    """Raise RuleViolation unless one of what would still be held is neither launch nor closing."""
    if not leaves_regular(rest):
        text = _(
            "This is the only session between the launch and the closing, so it cannot be left out."
            " Hold it on another day instead."
        )
        raise RuleViolation(text, field="way")


def successor(
    row: Session,
    local: datetime,
    duration_minutes: int,
    *,
    by: int,
    now: datetime,
) -> Session:
    """Return a session, unsaved and without a number, that is held at this wall-clock time instead of the other.

    Raises RuleViolation for the date or the minutes.
    """
    refuse_minutes(duration_minutes)
    refuse_day(local.date(), now=now)
    new = Session(cohort=row.cohort, moved_by_hand=True, changed_by_id=by, changed_at=now)
    for name in SAME:
        setattr(new, name, getattr(row, name))
    set_time(new, local=local, duration_minutes=duration_minutes)
    return new


def plan_beside(cohort: Cohort, new: Session, *, by: int, now: datetime) -> None:
    """Save a session of the locked cohort, with its evaluation, and count anew. It has a number that is free."""
    new.save()
    Pulse.objects.create(session=new, opens_at=new.ends_at, closes_at=new.ends_at + PULSE_WINDOW)
    renumber(cohort, by=by, now=now)
    new.refresh_from_db()


def cancel_row(row: Session, reason: str, *, by: int, now: datetime, into: Session | None = None) -> list[int]:
    """Cancel the locked session, with all that hangs on it; return who stood in for it, by number of the person.

    Its row stays, so that calendars learn of it; nothing but undoing a merger of groups ever brings it back.
    """
    row.state, row.number, row.cancelled_at = Session.State.CANCELLED, None, now
    row.reason, row.merged_into = reason, into
    # Calendars take over an entry again only when its sequence grew (RFC 5545 section 3.8.7.4).
    row.sequence += 1
    touch(row, by=by, now=now)
    row.save(update_fields=[*CANCELLED, *SIGNED])
    forget_answers(row, by=by, now=now)
    drop_reminders([row.pk], now=now)
    return _end_substitutions(row, now=now)


def _end_substitutions(row: Session, *, now: datetime) -> list[int]:
    rows = list(Substitution.objects.select_for_update().filter(session=row, ended_at=None).order_by("pk"))
    people = [one.user_id for one in rows]
    Substitution.objects.filter(pk__in=[one.pk for one in rows]).update(ended_at=now)
    tell(row.cohort.network, people, kind="stands_in_no_longer", now=now, cohort=row.cohort, session=row)
    return people
