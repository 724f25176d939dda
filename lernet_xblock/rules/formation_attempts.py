"""Several searches at once: the people of a stratum several times over, as if each time were a stratum of its own.

The arrays are longer, the steps are the same; nobody meets their own copy, because strata never mix.
"""

from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_board import Array, Board, Field, board_of
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_problem import NOT_PLACED
from lernet_xblock.rules.formation_reseat import reseated
from lernet_xblock.rules.formation_search import Schedule, anneal
from lernet_xblock.rules.formation_seating import seat, units_in


@dataclass(frozen=True)
class Limits:
    """Sizes of cohorts. minimum, maximum: what holds. low, high: what the search may change sizes to."""

    minimum: int
    maximum: int
    low: int
    high: int


@dataclass(frozen=True)
class Attempt:
    """A formation of some people of one stratum. people: row numbers. cohort: of each of them, -1 for none.

    placed: how many have one. worth: what the cohorts are worth, in J of one person.
    """

    people: Array
    cohort: Array
    placed: int = 0
    worth: float = 0.0

    @property
    def rank(self) -> tuple[int, float]:
        """What makes one attempt better than another: first the people placed, then the worth."""
        return self.placed, round(self.worth, 6)


def cooled(
    field: Field,
    unit: Array,
    attempts: list[Attempt],
    schedule: Schedule,
    *,
    limits: Limits,
    draws: Draws,
    control: Control,
) -> list[Attempt]:
    """Return the attempts after annealing, each able to meet.

    unit: by person, -1 for who is not to be seated anew.
    """
    if not attempts:
        return []
    people = np.concatenate([attempt.people for attempt in attempts])
    sizes = [len(attempt.people) for attempt in attempts]
    field = field.part(people, np.repeat(np.arange(len(attempts)), sizes))
    start = _side_by_side(attempts)
    board = board_of(field, start, low=limits.low, high=limits.high, room=limits.maximum)
    anneal(board, schedule, draws=draws, control=control)
    reseated(board, schedule.reseats, draws=draws, control=control)
    if schedule.price is not None:
        copy = np.repeat(np.arange(len(attempts)), sizes)
        board = _hardened(board, np.where(unit[people] < 0, NOT_PLACED, unit[people] + copy * len(unit)), limits=limits)
    return _found(board, attempts)


def _side_by_side(attempts: list[Attempt]) -> Array:
    parts, first = [], 0
    for attempt in attempts:
        parts.append(np.where(attempt.cohort >= 0, attempt.cohort + first, NOT_PLACED))
        first += int(attempt.cohort.max(initial=-1)) + 1
    return np.concatenate(parts)


def _found(board: Board, attempts: list[Attempt]) -> list[Attempt]:
    field = board.field
    constant = -float(field.points[field.points < 0].sum(dtype=np.int64))
    placed = np.where(board.waiting, 0, board.sizes)
    value = (board.values() + constant * placed) * field.point
    people = np.bincount(board.stratum, placed, len(attempts))
    worth = np.bincount(board.stratum, value, len(attempts))
    cohort, found, first = board.cohort_of(), [], 0
    for number, attempt in enumerate(attempts):
        mine = cohort[first : first + len(attempt.people)]
        first += len(attempt.people)
        numbered = np.where(mine >= 0, np.unique(np.append(mine, -1), return_inverse=True)[1].reshape(-1)[:-1] - 1, -1)
        found.append(Attempt(attempt.people, numbered, int(people[number]), float(worth[number])))
    return found


def _hardened(board: Board, unit: Array, *, limits: Limits) -> Board:
    """Return the board with only cohorts that can meet: who misses the slot goes, cohorts then too small dissolve."""
    field, cohort = board.field, board.cohort_of()
    missing = field.need[board.sizes] - board.counts.max(axis=1)
    for row in np.nonzero((missing > 0) & ~board.waiting)[0].tolist():
        members = board.seats[row, : board.sizes[row]]
        slot = np.uint64(board.counts[row].argmax())
        free = (field.masks[members] >> slot) & np.uint64(1) == 1
        goes = members[~free & ~field.fixed[members]]
        keep = len(members) - len(goes)
        cohort[goes if keep >= limits.minimum and free[field.fixed[members]].all() else members] = NOT_PLACED
    cohort = np.unique(np.append(cohort, -1), return_inverse=True)[1].reshape(-1)[:-1] - 1
    cohort = seat(field, cohort, units_in(unit, np.nonzero((cohort < 0) & (unit >= 0))[0]), maximum=limits.maximum)
    return board_of(field, cohort, low=limits.low, high=limits.high, room=limits.maximum)
