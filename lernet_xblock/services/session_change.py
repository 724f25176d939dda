"""What every change of a session has in common: the locks, where it may stand, who is told, what it takes along."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import AttendanceChange, Cohort, Facilitation, Membership, Session, Substitution
from lernet_xblock.rules.session_fit import LONGEST_MINUTES, Misfit, Span, is_sudden, is_too_far, misfit
from lernet_xblock.sentences import shown_day
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.message import announce
from lernet_xblock.services.notice import tell

MISFITS: dict[str, Any] = {
    "overlap": gettext_lazy("It would overlap with the session on %(day)s. Please choose another time."),
    "launch_first": gettext_lazy("The launch comes first: it cannot be held after the session on %(day)s."),
    "before_launch": gettext_lazy("The launch is on %(day)s, and every other session comes after it."),
    "closing_last": gettext_lazy("The closing comes last: it cannot be held before the session on %(day)s."),
    "after_closing": gettext_lazy("The closing is on %(day)s, and every other session comes before it."),
}


class SessionMisfit(RuleViolation):
    """Another session of the cohort is in the way: at the same time, or in the order (rules S2 and S3)."""

    def __init__(self, found: Misfit, *, field: str = "date") -> None:
        super().__init__(misfit_sentence(found), field=field)


def misfit_sentence(found: Misfit) -> str:
    """Return why a session cannot stand there, with the date of the other one."""
    return str(MISFITS[found.code]) % {"day": shown_day(found.other.day)}


def lock_session(session: Session, *, opened_version: int) -> tuple[Cohort, Session, list[Session]]:
    """Return the cohort, the session and the other sessions of the cohort, all locked in this order.

    Locking reads: a plain one could still show what was there before this one waited. Raises StaleVersion with the
    time that is stored now, NotFound for a session that is gone.
    """
    cohort = Cohort.objects.select_for_update().get(pk=session.cohort_id)
    rows = list(Session.objects.select_for_update().filter(cohort=cohort).order_by("pk"))
    found = next((row for row in rows if row.pk == session.pk), None)
    if found is None:
        raise NotFound
    for row in rows:
        row.cohort = cohort
    check_fresh(found, opened_version, theirs=stored_time(found))
    return cohort, found, [row for row in rows if row.pk != found.pk]


def stored_time(row: Session) -> Mapping[str, str]:
    """Return when the session is, as a form of date, time and minutes would show it."""
    time = row.local_time.isoformat("minutes")
    return {"date": row.local_date.isoformat(), "time": time, "minutes": str(row.duration_minutes)}


def refuse_unless_ahead(row: Session, *, now: datetime) -> None:
    """Raise RuleViolation for a session that has begun, is over, or does not take place."""
    if row.state == Session.State.CANCELLED:
        raise RuleViolation(_("This session is cancelled already."))
    if row.state != Session.State.PLANNED or row.held_at is not None or row.starts_at <= now:
        raise RuleViolation(_("This session has begun, or it is over: its date stays as it was."))


def refuse_minutes(minutes: int) -> None:
    """Raise RuleViolation for a session that is longer than eight hours, or has no length (rule S1)."""
    if not 1 <= minutes <= LONGEST_MINUTES:
        text = _("A session lasts from 1 to %(longest)d minutes.")
        raise RuleViolation(text % {"longest": LONGEST_MINUTES}, field="minutes")


def refuse_day(day: date, *, now: datetime) -> None:
    """Raise RuleViolation for a local date in the past, or years ahead."""
    # Whatever the zone, it is over by then; and no moment outside the calendar is ever computed.
    if (now.date() - day).days > 1:
        raise RuleViolation(_("This date lies in the past. Please choose one that is ahead."), field="date")
    if is_too_far(day, now=now):
        raise RuleViolation(_("This date is too far ahead. Please choose one within five years."), field="date")


def refuse_before_course(day: date, first: date | None) -> None:
    """Raise RuleViolation for a local date before the first day of the course: nobody could open this page by then."""
    if first is not None and day < first:
        raise RuleViolation(_("The course has not begun by then. Please choose a later date."), field="date")


def refuse_unfit(row: Session, others: Iterable[Session], *, now: datetime) -> None:
    """Raise RuleViolation for a row, unsaved, at a time that is not ahead, SessionMisfit for one that is taken."""
    if row.starts_at <= now:
        raise RuleViolation(_("This date lies in the past. Please choose one that is ahead."), field="date")
    found = misfit(span_of(row), spans_of(others))
    if found is not None:
        raise SessionMisfit(found)


def refuse_sudden(*starts: datetime, known: bool, reason: str, now: datetime) -> None:
    """Raise RuleViolation for a change of something less than 48 hours ahead without a tick and a reason (rule S4)."""
    if not is_sudden(*starts, now=now):
        return
    if not known:
        text = _("This is less than 48 hours ahead. Tick that you know, and that people may have set out already.")
        raise RuleViolation(text, field="known")
    refuse_without_reason(reason)


def refuse_without_reason(reason: str) -> None:
    """Raise RuleViolation where the group would not read why."""
    if not reason.strip():
        raise RuleViolation(_("Please say why: the group reads it."), field="reason")


def span_of(row: Session) -> Span:
    """Return the session as the rules see it."""
    return Span(row.kind, row.local_date, row.starts_at, row.ends_at)


def spans_of(rows: Iterable[Session]) -> list[Span]:
    """Return those that take place."""
    return [span_of(row) for row in rows if row.state == Session.State.PLANNED]


def forget_answers(row: Session, *, by: int, now: datetime) -> None:
    """Ask everybody anew whether they come; what was recorded of people stays in the history alone."""
    row.rsvps.all().delete()
    cells = list(row.attendance.select_for_update().order_by("pk"))
    AttendanceChange.objects.bulk_create(
        AttendanceChange(
            session=row,
            user_id=cell.user_id,
            before=cell.state,
            after="",
            minutes_before=cell.minutes,
            at=now,
            by_id=by,
        )
        for cell in cells
    )
    row.attendance.filter(pk__in=[cell.pk for cell in cells]).delete()


def tell_group(
    row: Session,
    *,
    kind: str,
    by: int,
    now: datetime,
    before: datetime,
    reason: str,
    stand_ins: Sequence[int] = (),
) -> None:
    """Tell the group once: a notice in the course for everybody but who acts, and one message.

    before: when what was changed was to begin; stand_ins: those beside the group whom it concerns.
    """
    cohort = row.cohort
    members = set(Membership.objects.filter(cohort=cohort, active=True).values_list("user_id", flat=True))
    guides = set(Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True))
    tell(cohort.network, (members | guides | set(stand_ins)) - {by}, kind=kind, now=now, cohort=cohort, session=row)
    facts = {"before": before.astimezone(UTC).isoformat(), "reason": reason}
    announce(row, kind=kind, now=now, by=by, facts=facts, urgent=True)
    beside = set(stand_ins) - members - guides
    if beside:
        announce(row, kind=kind, now=now, by=by, facts=facts, urgent=True, to=beside)


def standing_in(row: Session) -> list[int]:
    """Return who stands in for the session, by number of the person."""
    return list(Substitution.objects.filter(session=row, ended_at=None).values_list("user_id", flat=True))


def note(row: Session, verb: str, *, by: int, now: datetime, reason: str) -> None:
    """Add a line to the log."""
    record(row.cohort.network, verb, by=by, now=now, subject=row.key, reason=reason)
