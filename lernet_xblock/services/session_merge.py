"""A session becomes part of another one of its cohort (rule S5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Session
from lernet_xblock.rules.session_fit import left_by_merger, may_become_part, misfit
from lernet_xblock.services.fresh import check_fresh, touch
from lernet_xblock.services.session import TITLE_LENGTH
from lernet_xblock.services.session_cancel import SIGNED, cancel_row, refuse_last_regular
from lernet_xblock.services.session_change import (
    SessionMisfit,
    lock_session,
    note,
    refuse_minutes,
    refuse_sudden,
    refuse_unless_ahead,
    refuse_without_reason,
    span_of,
    spans_of,
    standing_in,
    tell_group,
)
from lernet_xblock.services.session_numbers import renumber
from lernet_xblock.services.session_time import let_pulse_follow
from lernet_xblock.services.turn_session import hand_over

TAKEN_OVER = ("title", "notes", "duration_minutes", "ends_at", "moved_by_hand", "sequence")


def merge_session(  # noqa: PLR0913 - two rows, each with the version it was seen with
    session: Session,
    *,
    into: Session,
    duration_minutes: int,
    reason: str,
    known: bool,
    opened_version: int,
    into_version: int,
    by: int,
    now: datetime,
) -> tuple[Session, Session]:
    """Cancel the session, and let another one that is ahead take over what it was about; return both.

    duration_minutes: of the other, which may become longer. Raises StaleVersion for either, NotFound for one of
    another cohort, SessionMisfit where the longer one meets the next, and RuleViolation as drop_session does; the
    launch goes only into the session after it, and the closing into the one before it.
    """
    cohort, row, others = lock_session(session, opened_version=opened_version)
    target = next((one for one in others if one.pk == into.pk), None)
    if target is None:
        raise NotFound
    check_fresh(target, into_version)
    refuse_unless_ahead(row, now=now)
    _refuse_target(row, target, others, now=now)
    refuse_without_reason(reason)
    refuse_sudden(row.starts_at, target.starts_at, known=known, reason=reason, now=now)
    _lengthen(target, duration_minutes, [one for one in others if one.pk != target.pk])
    stand_ins = cancel_row(row, reason, into=target, by=by, now=now)
    _take_over(target, row, by=by, now=now)
    hand_over(row, to=target)
    renumber(cohort, by=by, now=now)
    for one in (row, target):
        one.refresh_from_db()
    note(row, "session.merge", by=by, now=now, reason=reason)
    told = {"before": row.starts_at, "reason": reason, "stand_ins": [*stand_ins, *standing_in(target)]}
    tell_group(target, kind="session_merged", by=by, now=now, **told)
    return row, target


def _refuse_target(row: Session, target: Session, others: Sequence[Session], *, now: datetime) -> None:
    if target.state != Session.State.PLANNED or target.starts_at <= now:
        raise RuleViolation(_("This session has begun, or it is not held. Please choose another one."), field="into")
    own, goal, held = span_of(row), span_of(target), spans_of(others)
    if not may_become_part(own, goal, held):
        text = _("The launch goes into the session after it, and the closing into the one before it.")
        raise RuleViolation(text, field="into")
    refuse_last_regular(left_by_merger(own, goal, held))


def _lengthen(target: Session, minutes: int, others: Sequence[Session]) -> None:
    """Let the row, which nobody saves here, last so long. Raises RuleViolation, SessionMisfit."""
    refuse_minutes(minutes)
    if minutes < target.duration_minutes:
        text = _("It takes over what another session was about: it cannot be shorter than its %(minutes)d minutes.")
        raise RuleViolation(text % {"minutes": target.duration_minutes}, field="minutes")
    if minutes > target.duration_minutes:
        target.duration_minutes, target.moved_by_hand = minutes, True
        target.ends_at = target.starts_at + timedelta(minutes=minutes)
        found = misfit(span_of(target), spans_of(others))
        if found is not None:
            raise SessionMisfit(found, field="minutes")


def _take_over(target: Session, row: Session, *, by: int, now: datetime) -> None:
    """Let the other session be about both; what both say is said once."""
    target.title = merged_title(target.title, row.title)
    target.notes = "\n\n".join(dict.fromkeys(text for text in (target.notes, row.notes) if text))
    target.sequence += 1
    touch(target, by=by, now=now)
    target.save(update_fields=[*TAKEN_OVER, *SIGNED])
    let_pulse_follow(target)


def merged_title(first: str, second: str) -> str:
    """Return both titles as one, the first alone where both do not fit."""
    both = " · ".join(dict.fromkeys(title for title in (first, second) if title))
    return both if len(both) <= TITLE_LENGTH else first
