"""Whether a session took place after all: said by somebody, or understood once it is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Pulse, PulseRelease, Session
from lernet_xblock.rules.session_fit import misfit
from lernet_xblock.services.fresh import touch
from lernet_xblock.services.message import drop_reminders
from lernet_xblock.services.session_cancel import plan_beside, successor
from lernet_xblock.services.session_change import (
    SessionMisfit,
    forget_answers,
    lock_session,
    note,
    refuse_sudden,
    refuse_unfit,
    refuse_without_reason,
    span_of,
    spans_of,
    tell_group,
)
from lernet_xblock.services.session_numbers import BEYOND, renumber
from lernet_xblock.services.session_time import PULSE_WINDOW
from lernet_xblock.services.turn_session import free_turns

SAID_WITHIN = timedelta(days=14)
STATED = ("state", "held_at", "reason", "sequence", "version", "changed_by", "changed_at")


def confirm_held(session: Session, *, opened_version: int, by: int, now: datetime) -> Session:
    """Keep that the session took place: from its start on, until 14 days after it. Nobody is told.

    A second time changes nothing. Raises StaleVersion, and RuleViolation outside of that time, or for a session that
    is cancelled or was said not to be held.
    """
    _cohort, row, _others = lock_session(session, opened_version=opened_version)
    if row.state != Session.State.PLANNED:
        raise RuleViolation(_("This session is cancelled, or it was not held."))
    _refuse_outside(row, SAID_WITHIN, now=now)
    if row.held_at is None:
        row.held_at = now
        touch(row, by=by, now=now)
        row.save(update_fields=[*STATED])
        note(row, "session.held", by=by, now=now, reason="")
    return row


def declare_not_held(session: Session, *, reason: str, opened_version: int, by: int, now: datetime) -> Session:
    """Keep that the session did not take place: from its start on, until its evaluation closes.

    Its evaluation is never published, nobody counts as absent, and the group is told once. Raises StaleVersion, and
    RuleViolation outside of that time, without a reason, or for a session that does not take place anyway.
    """
    cohort, row, _others = lock_session(session, opened_version=opened_version)
    if row.state != Session.State.PLANNED:
        raise RuleViolation(_("This session is cancelled, or it was not held."))
    _refuse_evaluated(row, now=now)
    refuse_without_reason(reason)
    row.held_at = None
    _state(row, Session.State.NOT_HELD, reason, by=by, now=now)
    forget_answers(row, by=by, now=now)
    drop_reminders([row.pk], now=now)
    free_turns([row.pk], by=by, now=now)
    renumber(cohort, by=by, now=now)
    row.refresh_from_db()
    note(row, "session.not_held", by=by, now=now, reason=reason)
    tell_group(row, kind="session_not_held", by=by, now=now, before=row.starts_at, reason=reason)
    return row


def take_back_not_held(session: Session, *, opened_version: int, by: int, now: datetime) -> Session:
    """Let the session be as it was planned, in the same time in which it can be said not to be held.

    Raises StaleVersion, SessionMisfit where another session stands there by now, and RuleViolation.
    """
    cohort, row, others = lock_session(session, opened_version=opened_version)
    if row.state != Session.State.NOT_HELD:
        raise RuleViolation(_("Nobody said that this session was not held."))
    _refuse_evaluated(row, now=now)
    _refuse_overlap(row, others)
    _state(row, Session.State.PLANNED, "", by=by, now=now)
    renumber(cohort, by=by, now=now)
    row.refresh_from_db()
    note(row, "session.not_held.undo", by=by, now=now, reason="")
    return row


def hold_instead(
    session: Session,
    *,
    local: datetime,
    duration_minutes: int,
    known: bool,
    opened_version: int,
    by: int,
    now: datetime,
) -> Session:
    """Plan another session in place of one that was not held, and return it; the group is told once.

    Raises as move_session does; the reason is that of the session that was not held.
    """
    cohort, row, others = lock_session(session, opened_version=opened_version)
    if row.state != Session.State.NOT_HELD:
        raise RuleViolation(_("Nobody said that this session was not held."))
    new = successor(row, local, duration_minutes, by=by, now=now)
    refuse_unfit(new, others, now=now)
    refuse_sudden(new.starts_at, known=known, reason=row.reason, now=now)
    # Whoever saw the same page is told that this was done.
    touch(row, by=by, now=now)
    row.save(update_fields=[*STATED])
    new.number = 2 * BEYOND
    plan_beside(cohort, new, by=by, now=now)
    note(new, "session.hold_instead", by=by, now=now, reason=row.reason)
    tell_group(new, kind="session_replaced", by=by, now=now, before=row.starts_at, reason=row.reason)
    return new


def _refuse_outside(row: Session, within: timedelta, *, now: datetime) -> None:
    if now < row.starts_at:
        raise RuleViolation(_("This session has not begun yet."))
    if now > row.ends_at + within:
        raise RuleViolation(_("It is too late for this: what is said of this session stays."))


def _refuse_evaluated(row: Session, *, now: datetime) -> None:
    """Raise RuleViolation outside of the time, and once results were published, whatever the clock says."""
    _refuse_outside(row, PULSE_WINDOW, now=now)
    # Who publishes holds this lock, and looks at the session afterwards.
    pulse = Pulse.objects.select_for_update().filter(session=row).first()
    if PulseRelease.objects.select_for_update().filter(pulse=pulse).exists():
        raise RuleViolation(_("It is too late for this: the results of its evaluation are published."))


def _refuse_overlap(row: Session, others: Sequence[Session]) -> None:
    near = [one for one in others if one.starts_at < row.ends_at and row.starts_at < one.ends_at]
    found = misfit(span_of(row), spans_of(near))
    if found is not None:
        raise SessionMisfit(found)


def _state(row: Session, state: str, reason: str, *, by: int, now: datetime) -> None:
    row.state, row.reason = state, reason
    # It looks different in a calendar from now on (RFC 5545 section 3.8.7.4).
    row.sequence += 1
    touch(row, by=by, now=now)
    row.save(update_fields=[*STATED])
