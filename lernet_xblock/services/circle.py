"""The circles of a session, formed from who is there.

Every decision is taken under the lock of the session's row, and then of its cases: nobody begins a case meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Max

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Attendance, Case, Circle, CircleSeat, Session, Turn
from lernet_xblock.rules.circle_seating import Seating
from lernet_xblock.rules.circles import possible_counts
from lernet_xblock.services.attendance import mark_there
from lernet_xblock.services.audit import record
from lernet_xblock.services.circle_history import draw_circles
from lernet_xblock.services.turn import take_into_circle


def form_circles(
    session: Session,
    *,
    present: Collection[int],
    count: int | None,
    opened_version: int,
    by: int,
    now: datetime,
) -> list[Circle]:
    """Record these people as there, make circles of them in place of those there are, and return them.

    count: of circles, None for as many as are usual. opened_version: of `version_of`. The planned cases of those who
    are there go into their circles. Raises StaleVersion, NotFound for who is not expected, and RuleViolation for
    nobody, for circles with fewer than 4 or more than 9 people, once a case has begun, and outside the time in which
    attendance is recorded.
    """
    row = lock_session(session)
    check_version(row, opened_version)
    refuse_sizes(len(present), count)
    turns = lock_planned(row)
    mark_there(row, user_ids=present, state=Attendance.State.PRESENT, by=by, now=now)
    drawn = draw_circles(row, present=present, count=count)
    made = _replace(row, drawn, version=opened_version + 1, by=by, now=now)
    place_cases(turns, made)
    record(row.cohort.network, "circles.form", by=by, now=now, subject=row.key)
    return made


def refuse_sizes(people: int, count: int | None) -> None:
    """Raise RuleViolation for nobody, and for a number of circles that leaves fewer than 4 or more than 9 in one."""
    if not people:
        raise RuleViolation(_("Nobody is ticked. Tick who is here, and the circles follow from that."), field="here")
    if count is not None and count not in possible_counts(people):
        text = _("Circles have 4 to 9 people. With %(people)d people here that is not possible; choose another number.")
        raise RuleViolation(text % {"people": people}, field="count")


def lock_session(session: Session) -> Session:
    """Return the session's row, locked."""
    return Session.objects.select_for_update().get(pk=session.pk)


def version_of(session: Session) -> int:
    """Return the number that grows with every change of the session's circles; 0 while there are none."""
    return Circle.objects.filter(session=session).aggregate(version=Max("version"))["version"] or 0


def check_version(session: Session, opened: int) -> None:
    """Raise StaleVersion unless nobody changed the circles of the locked session since."""
    rows = circles_of(session)
    version = max((row.version for row in rows), default=0)
    if version != opened:
        first = rows[0] if rows else None
        who, at = (first.formed_by_id, first.formed_at) if first else (None, None)
        raise StaleVersion(version=version, by_id=who, at=at)


def circles_of(session: Session) -> list[Circle]:
    """Return the circles of the locked session, in order. A locking read: a plain one could show what was before."""
    return list(Circle.objects.select_for_update().filter(session=session).order_by("number"))


def seats_of(session: Session) -> dict[int, list[int]]:
    """Return who sits in each circle of the locked session, by the circle's row number. A locking read, as above."""
    found: dict[int, list[int]] = defaultdict(list)
    for seat in CircleSeat.objects.select_for_update().filter(session=session).order_by("seated_at", "pk"):
        found[seat.circle_id].append(seat.user_id)
    return found


def lock_planned(session: Session) -> list[Turn]:
    """Return the planned turns of the locked session, locked with their cases, as far as others may read these.

    Raises RuleViolation once a case of the session has begun.
    """
    turns = lock_turns(session)
    if any(turn.begun_at for turn in turns):
        raise RuleViolation(_("A case of this session has begun: the circles stay as they are."))
    return turns


def lock_turns(session: Session) -> list[Turn]:
    """Return the turns of the locked session, locked after their cases, each with its case."""
    of_session = Turn.objects.filter(session=session)
    ids = sorted(of_session.values_list("case_id", flat=True))
    cases = {case.pk: case for case in Case.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    turns = list(of_session.select_for_update().filter(case__in=cases).order_by("case_id", "pk"))
    for turn in turns:
        turn.case = cases[turn.case_id]
    return turns


def place_cases(turns: Iterable[Turn], circles: Sequence[Circle]) -> None:
    """Let each planned turn be of the circle in which its owner sits; one whose case is held or gone stays without."""
    seats = CircleSeat.objects.filter(circle__in=circles).select_related("circle")
    home = {seat.user_id: seat.circle for seat in seats}
    for turn in turns:
        readable = turn.case.state == Case.State.SHARED and turn.case.held_at is None
        if readable and turn.case.owner_id in home and not turn.begun_at:
            take_into_circle(turn, home[turn.case.owner_id])


def _replace(session: Session, seatings: Sequence[Seating], *, version: int, by: int, now: datetime) -> list[Circle]:
    Circle.objects.filter(pk__in=[circle.pk for circle in circles_of(session)]).delete()
    common = {"session": session, "cohort_id": session.cohort_id, "formed_at": now, "formed_by_id": by}
    Circle.objects.bulk_create(
        Circle(
            number=number,
            moderator_id=seating.moderator,
            timekeeper_id=seating.timekeeper,
            version=version,
            **common,
        )
        for number, seating in enumerate(seatings, start=1)
    )
    # Read again: some databases return no row numbers for rows that are made together.
    made = circles_of(session)
    CircleSeat.objects.bulk_create(
        CircleSeat(circle=circle, session=session, user_id=user, seated_at=now)
        for circle, seating in zip(made, seatings, strict=True)
        for user in seating.people
    )
    return made
