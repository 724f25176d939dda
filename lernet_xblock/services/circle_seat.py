"""Circles that stand: who comes late joins one, and who guides the session changes them by hand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Attendance, Circle, CircleSeat, Session, Turn
from lernet_xblock.rules.circle_seating import roles
from lernet_xblock.rules.circles import LARGEST_CIRCLE, SMALLEST_CIRCLE, Room, for_late
from lernet_xblock.rules.presence import STILL_IN_TIME
from lernet_xblock.services.attendance import mark_there
from lernet_xblock.services.audit import record
from lernet_xblock.services.circle import (
    check_version,
    circles_of,
    lock_planned,
    lock_session,
    lock_turns,
    place_cases,
    seats_of,
)
from lernet_xblock.services.circle_history import service_so_far


def seat_late(session: Session, *, user_id: int, number: int | None, by: int, now: datetime) -> Circle:
    """Let somebody who comes after the circles were formed join one, record them as there, and return it (K4).

    number: of the circle; None for the smallest. Who sits somewhere already stays there. Raises NotFound for who is
    not expected and for a circle that does not exist, and RuleViolation before circles are formed and outside the
    time in which attendance is recorded.
    """
    row = lock_session(session)
    circles, seats = circles_of(row), seats_of(row)
    if not circles:
        raise RuleViolation(_("Form the circles first: then late arrivals join them."))
    seated = next((circle for circle in circles if user_id in seats[circle.pk]), None)
    if seated is not None:
        return seated
    turns = lock_turns(row)
    circle = _numbered(circles, number or smallest(circles, seats, turns))
    late = now > row.starts_at + STILL_IN_TIME
    state = Attendance.State.LATE if late else Attendance.State.PRESENT
    mark_there(row, user_ids=[user_id], state=state, by=by, now=now)
    CircleSeat.objects.create(circle=circle, session=row, user_id=user_id, late=True, seated_at=now)
    place_cases([turn for turn in turns if turn.case.owner_id == user_id], [circle])
    _settle(row, [circle], turns)
    record(row.cohort.network, "circles.join", by=by, now=now, subject=row.key)
    return circle


def seat_case(turn: Turn) -> Circle | None:
    """Let a turn that is planned once the circles are formed be of the one its owner sits in, and return that.

    None where the owner sits in none. Who had a role there gives it up for somebody else (K2). The turn is a planned
    one of a session; whoever calls holds the locks of the session and of the case.
    """
    if turn.session is None:
        return None
    circles, seats = circles_of(turn.session), seats_of(turn.session)
    circle = next((one for one in circles if turn.case.owner_id in seats[one.pk]), None)
    if circle is not None:
        place_cases([turn], [circle])
        _settle(turn.session, [circle], lock_turns(turn.session))
    return circle


def smallest(circles: Iterable[Circle], seats: Mapping[int, Sequence[int]], turns: Iterable[Turn]) -> int:
    """Return the number of the circle that somebody who comes late joins. seats, turns: of the session."""
    busy = {turn.circle_id for turn in turns if turn.begun_at and turn.open}
    return for_late([Room(circle.number, len(seats[circle.pk]), circle.pk in busy) for circle in circles])


def move_seat(session: Session, *, user_id: int, number: int, opened_version: int, by: int, now: datetime) -> Circle:
    """Let somebody sit in another circle, before any case begins, and return it. A case of theirs goes with them.

    A role they leave goes to somebody else. Raises NotFound, StaleVersion, and RuleViolation for circles that would
    have fewer than 4 or more than 9 people, and once a case has begun.
    """
    row = lock_session(session)
    check_version(row, opened_version)
    circles, seats = circles_of(row), seats_of(row)
    left = next((circle for circle in circles if user_id in seats[circle.pk]), None)
    to = _numbered(circles, number)
    if left is None:
        raise NotFound
    if to == left:
        return to
    turns = lock_planned(row)
    _refuse_sizes(left, to, seats)
    CircleSeat.objects.filter(session=row, user_id=user_id).update(circle=to)
    place_cases([turn for turn in turns if turn.case.owner_id == user_id], [to])
    _settle(row, [left, to], turns)
    record(row.cohort.network, "circles.move", by=by, now=now, subject=row.key)
    return to


def set_roles(
    circle: Circle,
    *,
    moderator: int | None,
    timekeeper: int | None,
    opened_version: int,
    by: int,
    now: datetime,
) -> Circle:
    """Say who moderates a circle and who keeps its time, None for nobody, and return it.

    Raises StaleVersion, NotFound for who does not sit in it, and RuleViolation for one person in both roles and for
    somebody whose case it works on (K2).
    """
    row = lock_session(circle.session)
    check_version(row, opened_version)
    own = _numbered(circles_of(row), circle.number)
    chosen = [user for user in (moderator, timekeeper) if user is not None]
    people = seats_of(row)[own.pk]
    if not set(people).issuperset(chosen):
        raise NotFound
    if len(chosen) != len(set(chosen)):
        raise RuleViolation(_("Please choose two different people: one moderates, one keeps the time."))
    if _givers(people, lock_turns(row)).intersection(chosen):
        raise RuleViolation(_("Whoever brings a case to this circle neither moderates it nor keeps its time."))
    own.moderator_id, own.timekeeper_id = moderator, timekeeper
    _save(row, [own])
    record(row.cohort.network, "circles.roles", by=by, now=now, subject=row.key)
    return own


def _numbered(circles: Iterable[Circle], number: int) -> Circle:
    found = next((circle for circle in circles if circle.number == number), None)
    if found is None:
        raise NotFound
    return found


def _refuse_sizes(left: Circle, to: Circle, seats: Mapping[int, Sequence[int]]) -> None:
    if len(seats[to.pk]) >= LARGEST_CIRCLE:
        text = _("Circle %(circle)d has %(most)d people already, which is the most.")
        raise RuleViolation(text % {"circle": to.number, "most": LARGEST_CIRCLE})
    if len(seats[left.pk]) <= SMALLEST_CIRCLE:
        text = _("Circle %(circle)d would be left with fewer than %(least)d people. Move somebody there first.")
        raise RuleViolation(text % {"circle": left.number, "least": SMALLEST_CIRCLE})


def _givers(people: Iterable[int], turns: Iterable[Turn]) -> set[int]:
    """Return those of the people of a circle whose case it works on, or is going to."""
    return {turn.case.owner_id for turn in turns if turn.open} & set(people)


def _settle(session: Session, circles: Sequence[Circle], turns: Sequence[Turn]) -> None:
    """Fill the roles of circles whose people have changed; who has one keeps it as far as they may."""
    seats = seats_of(session)
    service = service_so_far(session, [user for circle in circles for user in seats[circle.pk]])
    for circle in circles:
        people = seats[circle.pk]
        circle.moderator_id, circle.timekeeper_id = roles(
            people,
            givers=_givers(people, turns),
            service=service,
            moderator=circle.moderator_id,
            timekeeper=circle.timekeeper_id,
        )
    _save(session, circles)


def _save(session: Session, circles: Iterable[Circle]) -> None:
    """Save the circles, each with a version above all others of the session."""
    version = max(row.version for row in circles_of(session)) + 1
    for circle in circles:
        circle.version = version
        circle.save(update_fields=["moderator", "timekeeper", "version"])
