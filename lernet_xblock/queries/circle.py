"""The circles of a session: who is here and who sits where, for those who guide it; the own circle, for a member."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Subquery

from lernet_xblock.models import Attendance, Circle, CircleSeat, Rsvp, Session, Turn
from lernet_xblock.queries.attendance import places_at, stays_of
from lernet_xblock.queries.session import SessionLine
from lernet_xblock.rules.circles import Pair, Room, for_late, repeats
from lernet_xblock.rules.presence import EXPECTED, RECORDED_BEFORE, recording
from lernet_xblock.viewer import Viewer

MODERATOR, TIMEKEEPER = "moderator", "timekeeper"
# So long after a session the circle of the day is still shown.
SHOWN_AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class Person:
    """Somebody who is expected. number: of the membership; rsvp, state: as on the sheet of attendance, "" for none.

    circle: the number of the one they sit in, 0 for none; case: they bring one to this session.
    """

    user_id: int
    number: int
    name: str
    rsvp: str
    state: str
    circle: int
    late: bool
    case: bool


@dataclass(frozen=True)
class Seat:
    """Somebody in a circle. role: MODERATOR, TIMEKEEPER or ""; case: the circle works on theirs."""

    number: int
    name: str
    role: str
    case: bool
    late: bool


@dataclass(frozen=True)
class CircleLine:
    """A circle, people by name. key: "" for one that is not formed yet; again: pairs who sat together before.

    busy: a case is being worked on.
    """

    number: int
    key: str
    seats: tuple[Seat, ...]
    again: int
    busy: bool = False


@dataclass(frozen=True)
class CircleScene:
    """A session with its people, by name, and its circles as rows. version: of services.circle, 0 for no circles.

    open: circles can be formed now, as far as the clock and the reader go; begun: a case has begun.
    """

    session: Session
    open: bool
    begun: bool
    people: tuple[Person, ...]
    rows: tuple[Circle, ...]
    busy: frozenset[int]

    @property
    def version(self) -> int:
        """The number that grows with every change."""
        return max((row.version for row in self.rows), default=0)

    @property
    def here(self) -> tuple[Person, ...]:
        """Those who are recorded as there."""
        return tuple(person for person in self.people if person.state in Attendance.THERE)

    @property
    def unseated(self) -> tuple[Person, ...]:
        """Those who sit in no circle."""
        return tuple(person for person in self.people if not person.circle)

    @property
    def away(self) -> tuple[Person, ...]:
        """Those whose case is planned, and who sit in no circle."""
        return tuple(person for person in self.unseated if person.case)

    @property
    def late_to(self) -> int:
        """The number of the circle for who comes late, 0 without circles."""
        rooms = [
            Room(row.number, sum(one.circle == row.number for one in self.people), row.pk in self.busy)
            for row in self.rows
        ]
        return for_late(rooms) if rooms else 0


def circle_scene(viewer: Viewer, session: Session) -> CircleScene:
    """Return a session that the reader may change: seven queries, whatever the number of people."""
    places = places_at(stays_of(session.cohort), session)
    told = dict(Rsvp.objects.filter(session=session).values_list("user_id", "answer"))
    cells = dict(Attendance.objects.filter(session=session).values_list("user_id", "state"))
    rows = tuple(Circle.objects.filter(session=session).order_by("number"))
    seats = {seat.user_id: seat for seat in CircleSeat.objects.filter(session=session).select_related("circle")}
    turns = list(Turn.objects.filter(session=session).select_related("case"))
    givers = {turn.case.owner_id for turn in turns if turn.open}
    listed = {user: stay for user, (stay, place) in places.items() if place == EXPECTED or user in seats}
    names = viewer.host.names(listed)
    people = [
        Person(
            user_id=user,
            number=stay.pk,
            name=names.get(user, "—"),
            rsvp=told.get(user, ""),
            state=cells.get(user, ""),
            circle=seats[user].circle.number if user in seats else 0,
            late=user in seats and seats[user].late,
            case=user in givers,
        )
        for user, stay in listed.items()
    ]
    now_open = session.state == Session.State.PLANNED and recording(session.starts_at, session.ends_at).holds(
        viewer.now
    )
    return CircleScene(
        session=session,
        open=now_open and viewer.may_write,
        begun=any(turn.begun_at for turn in turns),
        people=tuple(sorted(people, key=lambda person: person.name.casefold())),
        rows=rows,
        busy=frozenset(turn.circle_id for turn in turns if turn.begun_at and turn.open and turn.circle_id),
    )


def circle_lines(scene: CircleScene, earlier: Mapping[Pair, int]) -> list[CircleLine]:
    """Return the circles that were formed. earlier: meetings of pairs in other sessions."""
    return [
        _line(
            scene,
            [one.user_id for one in scene.people if one.circle == row.number],
            Circle(number=row.number, key=row.key, moderator_id=row.moderator_id, timekeeper_id=row.timekeeper_id),
            earlier,
            busy=row.pk in scene.busy,
        )
        for row in scene.rows
    ]


def drawn_lines(
    scene: CircleScene, drawn: Sequence[tuple[Iterable[int], int | None, int | None]], earlier: Mapping[Pair, int]
) -> list[CircleLine]:
    """Return circles that are not formed yet. drawn: for each the people, who moderates, and who keeps the time."""
    return [
        _line(scene, people, Circle(number=number, key="", moderator_id=moderator, timekeeper_id=timekeeper), earlier)
        for number, (people, moderator, timekeeper) in enumerate(drawn, start=1)
    ]


def _line(
    scene: CircleScene, users: Iterable[int], row: Circle, earlier: Mapping[Pair, int], *, busy: bool = False
) -> CircleLine:
    inside = set(users)
    role = {row.moderator_id: MODERATOR, row.timekeeper_id: TIMEKEEPER}
    seats = tuple(
        Seat(one.number, one.name, role.get(one.user_id, ""), one.case, one.late and bool(row.key))
        for one in scene.people
        if one.user_id in inside
    )
    return CircleLine(row.number, row.key, seats, repeats(inside, earlier), busy)


@dataclass(frozen=True)
class OwnCircle:
    """The circle that the reader sits in on the day. names: of the others; moderator, timekeeper: "" for nobody.

    role: the reader's own, MODERATOR, TIMEKEEPER or ""; case: the circle works on the reader's; of: how many there are.
    works_on: key of the case that the circle works on first, "" for none yet.
    """

    number: int
    of: int
    names: tuple[str, ...]
    moderator: str
    timekeeper: str
    role: str
    case: bool
    works_on: str = ""


def own_circles(viewer: Viewer, lines: Iterable[SessionLine]) -> dict[str, OwnCircle]:
    """Return the reader's own circle in those of the sessions that are held today, by session key.

    Two queries on the day of a session, none on other days.
    """
    now = viewer.now
    today = [one.key for one in lines if one.starts_at - RECORDED_BEFORE <= now <= one.ends_at + SHOWN_AFTER]
    if not today:
        return {}
    brings = Turn.objects.filter(circle=OuterRef("circle"), case__owner=OuterRef("user"), open=True)
    rows = CircleSeat.objects.filter(session__key__in=today, session__cohort__network=viewer.network)
    first = Turn.objects.filter(circle=OuterRef("circle"), open=True, case__held_at=None).order_by("planned_at", "pk")
    works_on = Subquery(first.values("case__key")[:1])
    seats = list(rows.select_related("circle", "session").annotate(brings=Exists(brings), works_on=works_on))
    names = viewer.host.names(seat.user_id for seat in seats) if seats else {}
    mine = [seat for seat in seats if seat.user_id == viewer.user_id]
    return {seat.session.key: _own(viewer, seat, seats, names) for seat in mine}


def _own(viewer: Viewer, own: CircleSeat, seats: Iterable[CircleSeat], names: Mapping[int, str]) -> OwnCircle:
    of_session = [seat for seat in seats if seat.session_id == own.session_id]
    others = [seat.user_id for seat in of_session if seat.circle_id == own.circle_id and seat != own]
    role = {own.circle.moderator_id: MODERATOR, own.circle.timekeeper_id: TIMEKEEPER}
    return OwnCircle(
        number=own.circle.number,
        of=len({seat.circle_id for seat in of_session}),
        names=tuple(sorted((names.get(user, "—") for user in others), key=str.casefold)),
        moderator=names.get(own.circle.moderator_id or 0, ""),
        timekeeper=names.get(own.circle.timekeeper_id or 0, ""),
        role=role.get(viewer.user_id, ""),
        case=getattr(own, "brings", False),
        works_on=getattr(own, "works_on", None) or "",
    )
