"""The attendance sheet of one session, as those who guide it see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Attendance, AttendanceChange, Cohort, Membership, Rsvp, Session
from lernet_xblock.rules.presence import EXPECTED, LEFT, NOT_YET, PAUSED, place_at, recording
from lernet_xblock.viewer import Viewer

# Of several memberships of a person the one that says most about a session counts.
TELLING = (EXPECTED, PAUSED, NOT_YET, LEFT)


@dataclass(frozen=True)
class CellChange:
    """One correction. before, after: of Attendance.State, "" for nothing recorded; own: the person said so."""

    before: str
    after: str
    minutes_before: int | None
    minutes_after: int | None
    at: datetime
    by: str
    own: bool


@dataclass(frozen=True)
class PersonLine:
    """One person of a sheet. number: of the membership, checked against the session whenever it comes back.

    place: of rules.presence. rsvp, reason: what the person announced, "" for nothing. state: of Attendance.State, ""
    for not recorded; version: of the cell, 0 for an empty one; at: when it was written; changes: oldest first.
    """

    number: int
    name: str
    place: str
    rsvp: str
    reason: str
    state: str
    minutes: int | None
    version: int
    self_checked: bool
    at: datetime | None
    changes: tuple[CellChange, ...]


@dataclass(frozen=True)
class Sheet:
    """One session. open: cells may be written now; recorded, expected: how many people."""

    session: Session
    open: bool
    lines: tuple[PersonLine, ...]

    @property
    def expected(self) -> int:
        """People who were to be there."""
        return sum(line.place == EXPECTED for line in self.lines)

    @property
    def recorded(self) -> int:
        """Those of whom something is recorded."""
        return sum(bool(line.state) for line in self.lines)

    @property
    def there(self) -> int:
        """Those who were there."""
        return sum(line.state in Attendance.THERE for line in self.lines)


def sheet(viewer: Viewer, session: Session) -> Sheet:
    """Return the sheet of a session that the reader may change: five queries, whatever the number of people.

    On it are those who are expected, those who pause or came to the group later, and whoever has a record.
    """
    cells = {row.user_id: row for row in Attendance.objects.filter(session=session)}
    told = {row.user_id: row for row in Rsvp.objects.filter(session=session)}
    changes = list(AttendanceChange.objects.filter(session=session))
    places = places_at(stays_of(session.cohort), session)
    listed = {user: row for user, row in places.items() if row[1] != LEFT or user in cells}
    acted = {change.by_id for change in changes if change.by_id}
    names = viewer.host.names({*listed, *acted})
    lines = [
        _line(
            stay,
            place,
            names=names,
            # What somebody typed for those who guide the group is for them in person.
            told=told.get(user) if viewer.may_write else None,
            cell=cells.get(user),
            changes=[one for one in changes if one.user_id == user],
        )
        for user, (stay, place) in listed.items()
    ]
    now_open = recording(session.starts_at, session.ends_at).holds(viewer.now)
    held = session.state == Session.State.PLANNED
    return Sheet(session, held and now_open and viewer.may_write, tuple(sorted(lines, key=_by_name)))


def _by_name(line: PersonLine) -> tuple[bool, str]:
    """Those who are expected come first."""
    return line.place != EXPECTED, line.name.casefold()


def stays_of(cohort: Cohort) -> list[Membership]:
    """Return the memberships of a cohort; one that was taken back never was."""
    return list(Membership.objects.filter(cohort=cohort).exclude(end=Membership.End.UNDONE).order_by("pk"))


def places_at(stays: Iterable[Membership], session: Session) -> dict[int, tuple[Membership, str]]:
    """Return the membership that counts for the session, and what it says, by person."""
    found: dict[int, tuple[Membership, str]] = {}
    for stay in stays:
        place = place_at(stay, session)
        before = found.get(stay.user_id)
        if before is None or TELLING.index(place) < TELLING.index(before[1]):
            found[stay.user_id] = stay, place
    return found


def _line(
    stay: Membership,
    place: str,
    *,
    names: Mapping[int, str],
    told: Rsvp | None,
    cell: Attendance | None,
    changes: Sequence[AttendanceChange],
) -> PersonLine:
    return PersonLine(
        number=stay.pk,
        name=names.get(stay.user_id, "—"),
        place=place,
        rsvp=told.answer if told else "",
        reason=told.reason if told else "",
        state=cell.state if cell else "",
        minutes=cell.minutes if cell else None,
        version=cell.version if cell else 0,
        self_checked=bool(cell and cell.self_checked),
        at=cell.at if cell else None,
        changes=tuple(_change(one, names) for one in changes),
    )


def _change(row: AttendanceChange, names: Mapping[int, str]) -> CellChange:
    return CellChange(
        before=row.before,
        after=row.after,
        minutes_before=row.minutes_before,
        minutes_after=row.minutes_after,
        at=row.at,
        by=names.get(row.by_id or 0, ""),
        own=row.by_id == row.user_id,
    )
