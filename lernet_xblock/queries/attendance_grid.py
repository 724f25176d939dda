"""The attendance of a group as a grid: its members × its sessions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lernet_xblock.models import Attendance, Cohort, Membership, Session
from lernet_xblock.queries.attendance import places_at, stays_of
from lernet_xblock.rules.presence import EXPECTED, LEFT, NOT_YET
from lernet_xblock.viewer import Viewer

# What a cell shows where nothing is recorded: nobody did, or the session has not begun.
NOT_RECORDED, AHEAD = "not_recorded", "ahead"
# Cells of people who were expected at a session that has begun.
COUNTED = frozenset({*Attendance.State.values, NOT_RECORDED})


@dataclass(frozen=True)
class GridRow:
    """One person. cells: a state for each session, of Attendance.State or of what stands where there is none.

    there: sessions the person was at; of: those that took place and expected them; minutes: attended in all, a whole
    session where nobody said how long.
    """

    name: str
    cells: tuple[str, ...]
    there: int
    of: int
    minutes: int


@dataclass(frozen=True)
class GridColumn:
    """One session. there, of: how many of those who are expected were there; begun: counting makes sense."""

    session: Session
    there: int
    of: int
    begun: bool


@dataclass(frozen=True)
class Grid:
    """Members × sessions of one cohort; sessions that are not held are left out."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]


def grid(viewer: Viewer, cohort: Cohort) -> Grid:
    """Return the attendance of a cohort that the reader runs: four queries, whatever its size.

    Somebody who was a member at none of the sessions is not on it.
    """
    sessions = list(Session.objects.filter(cohort=cohort, state=Session.State.PLANNED))
    cells = {(row.user_id, row.session_id): row for row in Attendance.objects.filter(session__in=sessions)}
    stays: dict[int, list[Membership]] = defaultdict(list)
    for stay in stays_of(cohort):
        stays[stay.user_id].append(stay)
    names = viewer.host.names(stays)
    states = {
        user: tuple(_cell(viewer, own, session, cells.get((user, session.pk))) for session in sessions)
        for user, own in stays.items()
    }
    shown = {user: row for user, row in states.items() if set(row) - {LEFT, NOT_YET}}
    rows = [
        _row(names.get(user, "—"), row, [(session, cells.get((user, session.pk))) for session in sessions])
        for user, row in shown.items()
    ]
    columns = (_column(viewer, one, [row[place] for row in shown.values()]) for place, one in enumerate(sessions))
    return Grid(tuple(columns), tuple(sorted(rows, key=lambda row: row.name.casefold())))


def _cell(viewer: Viewer, stays: Sequence[Membership], session: Session, cell: Attendance | None) -> str:
    if cell is not None:
        return str(cell.state)
    place = next(iter(places_at(stays, session).values()))[1]
    if place != EXPECTED:
        return place
    return NOT_RECORDED if session.starts_at <= viewer.now else AHEAD


def _row(name: str, states: Sequence[str], cells: Sequence[tuple[Session, Attendance | None]]) -> GridRow:
    attended = [(session, cell) for session, cell in cells if cell is not None and cell.state in Attendance.THERE]
    return GridRow(
        name=name,
        cells=tuple(states),
        there=len(attended),
        of=sum(state in COUNTED for state in states),
        minutes=sum(session.duration_minutes if cell.minutes is None else cell.minutes for session, cell in attended),
    )


def _column(viewer: Viewer, session: Session, states: Sequence[str]) -> GridColumn:
    there = sum(state in Attendance.THERE for state in states)
    of = sum(state in COUNTED or state == AHEAD for state in states)
    return GridColumn(session, there, of, begun=session.starts_at <= viewer.now)
