"""The board of the search: people as compact columns, and who sits in which cohort.

Everything is an array over cohorts, so that thousands of cohorts change in one step.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# A word of slots has room for 64; a week has 35.
WORD = 64
# Similarities are kept in eight bits: the sum of all weights must not pass this.
_MOST_POINTS = 120
_ALL_SLOTS = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Field:
    """The people of a search, in the order of the search.

    Every column has one row more than there are people: nobody, who shares nothing and is free in no slot, so that
    an empty seat, which holds -1, reads like any other.

    codes: (attributes, people + 1) int16. points: the weight of each attribute in whole points, int8. point: what
    one point is worth in J. masks: free slots, uint64. stratum: int32. fixed: who is not to be moved, bool.
    apart: (pairs, 2) row numbers. need: by size, the people who must be free in the best slot, to room + 1.
    """

    codes: Array
    points: Array
    point: float
    masks: Array
    stratum: Array
    fixed: Array
    apart: Array
    need: Array

    @property
    def people(self) -> int:
        """How many people there are."""
        return int(self.codes.shape[1]) - 1

    def likeness(self, left: Array, right: Array) -> Array:
        """Return the points that two arrays of row numbers share, int8; they broadcast like any arrays."""
        total = np.zeros(np.broadcast_shapes(left.shape, right.shape), np.int8)
        for codes, points in zip(self.codes, self.points, strict=True):
            total += (codes[left] == codes[right]).view(np.int8) * points
        return total

    def part(self, people: Array, stratum: Array) -> "Field":
        """Return the field of these people only, somebody may be there several times; stratum: by person.

        Pairs are kept apart within a stratum.
        """
        rows = np.append(people, self.people)
        return replace(
            self,
            codes=self.codes[:, rows],
            masks=self.masks[rows],
            stratum=np.append(stratum, -1).astype(np.int32),
            fixed=self.fixed[rows],
            apart=self._apart_in(people, stratum),
        )

    def _apart_in(self, people: Array, stratum: Array) -> Array:
        inside = np.zeros(self.people, bool)
        inside[people] = True
        met = self.apart[inside[self.apart].all(axis=1)] if len(self.apart) else self.apart
        pairs = []
        for one, other in met.tolist():
            ones, others = np.nonzero(people == one)[0], np.nonzero(people == other)[0]
            row, beside = np.nonzero(stratum[ones][:, None] == stratum[others][None, :])
            pairs.append(np.stack([ones[row], others[beside]], axis=1))
        return np.concatenate(pairs) if pairs else np.zeros((0, 2), np.int64)


def whole_points(weights: Array) -> tuple[Array, float]:
    """Return weights as whole points (int8) and what a point is worth; exact where a small denominator allows it."""
    total = float(np.abs(weights).sum())
    if total <= 0:
        return np.zeros(len(weights), np.int8), 1.0
    best, worth = np.zeros(len(weights)), np.inf
    error = np.inf
    for points in range(1, _MOST_POINTS + 1):
        rounded = np.rint(weights * points / total)
        off = float(np.abs(rounded * total / points - weights).max())
        if off < error - 1e-9 and np.abs(rounded).sum() <= _MOST_POINTS + len(weights):
            best, worth, error = rounded, total / points, off
    return best.astype(np.int8), float(worth)


def slot_bits(masks: Array) -> Array:
    """Return masks (n) as n rows of WORD columns, 1 where the slot is free, int8."""
    bits = np.unpackbits(masks.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    return np.asarray(bits.view(np.int8))


def bits_where(condition: Array) -> Array:
    """Return rows of WORD truth values as one word each, uint64."""
    return np.asarray(np.packbits(condition, axis=1, bitorder="little").view(np.uint64).reshape(-1))


@dataclass
class Board:
    """Who sits where.

    seats: (cohorts, room) row numbers, -1 beyond the size. own: for each seat the points its person shares with the
    others of the cohort. counts: (cohorts, WORD) people free by slot. waiting: rows of seats that are no cohorts but
    hold people without one. low, high: the sizes within which people may leave and join. stratum: by cohort.
    """

    field: Field
    seats: Array
    sizes: Array
    stratum: Array
    waiting: Array
    low: Array
    high: Array
    own: Array
    counts: Array

    @property
    def cohorts(self) -> int:
        """How many rows there are, waiting ones included."""
        return len(self.sizes)

    def rates(self) -> Array:
        """Return by row what a shared point of one member counts, 1 / mates; 0 for who waits."""
        mates = np.maximum(self.sizes - 1, 1)
        return np.asarray(np.where(self.waiting, 0.0, 1.0 / mates).astype(np.float32))

    def values(self) -> Array:
        """Return by row the points of all its members over their mates, float64; 0 for who waits."""
        return np.asarray(self.own.sum(axis=1, dtype=np.int64) * self.rates().astype(np.float64))

    def cohort_of(self) -> Array:
        """Return the row of each person, -1 for who waits, int32."""
        found = np.full(self.field.people, -1, np.int32)
        rows, columns = np.nonzero((self.seats >= 0) & ~self.waiting[:, None])
        found[self.seats[rows, columns]] = rows
        return found

    def refresh(self, rows: Array) -> None:
        """Derive own and counts of these rows from the seats."""
        seats = self.seats[rows]
        members = np.ascontiguousarray(seats.T)
        shared = self.field.likeness(members[:, None, :], members[None, :, :])
        own = shared.sum(axis=1, dtype=np.int16).T - np.int16(int(self.field.points.sum()))
        self.own[rows] = np.where(seats >= 0, own, 0)
        bits = slot_bits(self.field.masks[members].reshape(-1))
        self.counts[rows] = bits.reshape(*members.shape, WORD).sum(axis=0, dtype=np.int8)


def board_of(field: Field, cohort: Array, *, low: int, high: int, room: int) -> Board:
    """Return the board of a formation: cohort by person, -1 waits; rows follow the order of the numbers.

    low, high: the sizes between which the search may change a cohort. room: the seats of a row, >= every size.
    """
    numbers, row = np.unique(cohort[cohort >= 0], return_inverse=True)
    where = np.empty(len(cohort), np.int64)
    where[cohort >= 0] = row.reshape(-1)
    where[cohort < 0] = _waiting_rows(field, np.nonzero(cohort < 0)[0], first=len(numbers), room=room)
    cohorts = int(where.max(initial=-1)) + 1
    seats = seats_of(where, cohorts, room=room)
    sizes = (seats >= 0).sum(axis=1)
    waiting = np.arange(cohorts) >= len(numbers)
    stratum = field.stratum[seats[:, 0]] if cohorts else np.zeros(0, np.int32)
    board = Board(
        field=field,
        seats=seats,
        sizes=sizes.astype(np.int32),
        stratum=stratum,
        waiting=waiting,
        low=np.where(waiting, 0, low).astype(np.int32),
        high=np.where(waiting, 0, high).astype(np.int32),
        own=np.zeros((cohorts, room), np.int16),
        counts=np.zeros((cohorts, WORD), np.int8),
    )
    for start in range(0, cohorts, 512):
        board.refresh(np.arange(start, min(start + 512, cohorts)))
    return board


def seats_of(cohort: Array, cohorts: int, *, room: int) -> Array:
    """Return (cohorts, room) row numbers of who has cohort 0, 1, …, -1 beyond; -1 in cohort is nowhere."""
    order = np.argsort(cohort, kind="stable")
    order = order[int((cohort < 0).sum()) :]
    row = cohort[order]
    first = np.searchsorted(row, np.arange(cohorts))
    seats = np.full((cohorts, room), -1, np.int32)
    seats[row, np.arange(len(row)) - first[row]] = order
    return seats


def _waiting_rows(field: Field, people: Array, *, first: int, room: int) -> Array:
    """Return a row for each of people, rows of one stratum and at most room people, numbered from first."""
    rows = np.zeros(len(people), np.int64)
    row = first
    for stratum in np.unique(field.stratum[people]).tolist():
        here = np.nonzero(field.stratum[people] == stratum)[0]
        rows[here] = row + np.arange(len(here)) // room
        row += -(-len(here) // room)
    return rows
