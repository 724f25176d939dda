"""Who was at a session: one cell for each person, written apart from all others, and every change kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Attendance, AttendanceChange, Membership, Rsvp, Session
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.presence import EXPECTED, STILL_IN_TIME, checking_in, place_at, recording

State = Attendance.State


@dataclass(frozen=True)
class Entry:
    """What a cell says. state: of Attendance.State, "" for not recorded; minutes: None where nobody said."""

    state: str
    minutes: int | None = None
    self_checked: bool = False


def set_attendance(
    session: Session,
    *,
    user_id: int,
    state: str,
    minutes: int | None,
    opened_version: int,
    by: int,
    now: datetime,
) -> Attendance | None:
    """Record whether somebody was there and return the cell; None for state "", which takes the record back.

    opened_version: of the cell as it was seen, 0 for one that was empty. What is the same stays untouched. Raises
    StaleVersion with what is stored now, NotFound for who was not expected, and RuleViolation outside the window of
    rule S6, for a session that is not held, and for minutes that cannot be.
    """
    row = _recordable(session, now=now)
    if not _was_expected(row, user_id):
        raise NotFound
    entry = Entry(state, _minutes(row, state, minutes))
    if not opened_version and state:
        made = _insert(row, user_id, entry, by=by, now=now)
        if made is not None:
            return made
    stored = Attendance.objects.select_for_update().filter(session=row, user_id=user_id).first()
    if _says(stored) == (entry.state, entry.minutes):
        return stored
    if stored is None or stored.version != opened_version:
        raise _stale(row, user_id, stored)
    return _replace(stored, entry, by=by, now=now)


def set_all(session: Session, *, by: int, now: datetime) -> int:
    """Record everybody of whom nothing is recorded as present, as excused who said not to come; return how many.

    Raises RuleViolation outside the window of rule S6 and for a session that is not held.
    """
    row = _recordable(session, now=now)
    recorded = set(Attendance.objects.filter(session=row).values_list("user_id", flat=True))
    away = Rsvp.objects.filter(session=row, answer=Rsvp.Answer.NOT_COMING)
    excused = set(away.values_list("user_id", flat=True))
    people = {stay.user_id for stay in _stays(row) if place_at(stay, row) == EXPECTED}
    made = [
        _insert(row, user_id, Entry(State.EXCUSED if user_id in excused else State.PRESENT), by=by, now=now)
        for user_id in sorted(people - recorded)
    ]
    return sum(one is not None for one in made)


def mark_there(session: Session, *, user_ids: Collection[int], state: str, by: int, now: datetime) -> int:
    """Record these people with this state of Attendance.THERE, unless they are recorded as there; return how many.

    Raises NotFound for who was not expected, and RuleViolation as `set_all` does.
    """
    row = _recordable(session, now=now)
    expected = {stay.user_id for stay in _stays(row) if place_at(stay, row) == EXPECTED}
    if not expected.issuperset(user_ids):
        raise NotFound
    cells = Attendance.objects.select_for_update().filter(session=row, user_id__in=list(user_ids)).order_by("pk")
    stored = {cell.user_id: cell for cell in cells}
    missing = [user_id for user_id in sorted(user_ids) if user_id not in stored]
    away = [cell for cell in stored.values() if cell.state not in Attendance.THERE]
    for user_id in missing:
        _insert(row, user_id, Entry(state), by=by, now=now)
    for cell in away:
        _replace(cell, Entry(state), by=by, now=now)
    return len(missing) + len(away)


def check_in(session: Session, *, user_id: int, now: datetime) -> Attendance:
    """Let a member say that they are there, and return the cell: late from five minutes after the start on.

    What is recorded already stands, whoever did it. Raises RuleViolation outside −15 … +30 minutes around the start,
    where the network does not have it, and for who is not expected.
    """
    if not read(session.cohort.network.authored).self_check_in:
        raise RuleViolation(_("In this network the facilitator records who is there."))
    row = _locked(session)
    window = checking_in(row.starts_at)
    if now < window.opens_at:
        raise RuleViolation(_("It is early: you can check in from 15 minutes before the start."))
    if now > window.closes_at:
        raise RuleViolation(_("The time to check in is over. Your facilitator records who was there."))
    own = next((stay for stay in _stays(row) if stay.user_id == user_id and stay.active), None)
    if own is None or place_at(own, row) != EXPECTED:
        raise RuleViolation(_("You are not expected at this session."))
    state = State.PRESENT if now <= row.starts_at + STILL_IN_TIME else State.LATE
    made = _insert(row, user_id, Entry(state, self_checked=True), by=user_id, now=now)
    return made or Attendance.objects.select_for_update().get(session=row, user_id=user_id)


def _locked(session: Session) -> Session:
    """Return the session's row, locked: cells of one session are written one after the other."""
    row = Session.objects.select_for_update().get(pk=session.pk)
    if row.state != Session.State.PLANNED:
        raise RuleViolation(_("This session was not held, so there is no attendance to record."))
    return row


def _recordable(session: Session, *, now: datetime) -> Session:
    row = _locked(session)
    window = recording(row.starts_at, row.ends_at)
    if now < window.opens_at:
        raise RuleViolation(_("Attendance can be recorded from 30 minutes before the start."))
    if now > window.closes_at:
        raise RuleViolation(_("Attendance can be corrected until 14 days after the session. That time is over."))
    return row


def _stays(row: Session) -> list[Membership]:
    """Return the memberships of the session's cohort; one that was taken back never was."""
    return list(Membership.objects.filter(cohort=row.cohort_id).exclude(end=Membership.End.UNDONE))


def _was_expected(row: Session, user_id: int) -> bool:
    stays = Membership.objects.filter(cohort=row.cohort_id, user_id=user_id).exclude(end=Membership.End.UNDONE)
    return any(place_at(stay, row) == EXPECTED for stay in stays)


def _minutes(row: Session, state: str, minutes: int | None) -> int | None:
    if minutes is None:
        return None
    if state not in Attendance.THERE:
        raise RuleViolation(_("Minutes are for those who were there."), field="minutes")
    if not 0 <= minutes <= row.duration_minutes:
        text = _("This session had %(minutes)d minutes: give a number from 0 to %(minutes)d.")
        raise RuleViolation(text % {"minutes": row.duration_minutes}, field="minutes")
    return minutes


def _says(stored: Attendance | None) -> tuple[str, int | None]:
    return ("", None) if stored is None else (stored.state, stored.minutes)


def _insert(row: Session, user_id: int, entry: Entry, *, by: int, now: datetime) -> Attendance | None:
    """Return the new cell; None where there is one. Inserting decides: looking first would lock the gaps of others."""
    own = AttendanceChange.objects.filter(session=row, user_id=user_id)
    made = Attendance(session=row, user_id=user_id, at=now, by_id=by, **vars(entry))
    # A cell that was emptied counts on, so that nobody takes the new one for the one they saw.
    made.version = own.count() + 1
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return None
    _keep(made, ("", None), (entry.state, entry.minutes), by=by, now=now)
    return made


def _replace(stored: Attendance, entry: Entry, *, by: int, now: datetime) -> Attendance | None:
    _keep(stored, _says(stored), (entry.state, entry.minutes), by=by, now=now)
    if not entry.state:
        stored.delete()
        return None
    stored.state, stored.minutes, stored.self_checked = entry.state, entry.minutes, False
    stored.version, stored.at, stored.by_id = stored.version + 1, now, by
    stored.save()
    return stored


def _keep(
    cell: Attendance,
    before: tuple[str, int | None],
    after: tuple[str, int | None],
    *,
    by: int,
    now: datetime,
) -> None:
    AttendanceChange.objects.create(
        session_id=cell.session_id,
        user_id=cell.user_id,
        before=before[0],
        after=after[0],
        minutes_before=before[1],
        minutes_after=after[1],
        at=now,
        by_id=by,
    )


def _stale(row: Session, user_id: int, stored: Attendance | None) -> StaleVersion:
    """Return the conflict, with who changed the cell last; of one that was emptied its history knows."""
    if stored is not None:
        return StaleVersion(version=stored.version, theirs={"state": stored.state}, by_id=stored.by_id, at=stored.at)
    last = AttendanceChange.objects.filter(session=row, user_id=user_id).last()
    return StaleVersion(
        version=0, theirs={"state": ""}, by_id=last.by_id if last else None, at=last.at if last else None
    )
