"""Who sits in which cohort while it changes: what each cohort holds, kept current, and who may come, go or replace.

Cohorts stand by position; a position without people has no stratum yet. Everything that decides is a whole number or
a sum in a fixed order, so that every machine decides alike.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_counts import SLOT_BITS, Flags, Floats, Sums, needed, slot_bits
from lernet_xblock.rules.formation_problem import SLOTS, Masks, Problem

EMPTY = -1
# The code of all values that nobody shares; nobody is counted under it.
NOBODY_ELSE = 0
# Above so many cells (values x cohorts) the rarest values are left out of the search; they hardly ever meet.
MOST_CELLS = 50_000_000

Table = NDArray[np.int16]


class Seats:
    """The seats of a problem over a fixed number of positions; nobody is seated at first.

    at: the position of each person, -1 for none. sizes, stratum: by position. free: positions x SLOTS, people free.
    """

    def __init__(self, problem: Problem, positions: int) -> None:
        self.problem = problem
        self.at = np.full(problem.people, -1, np.int64)
        self.sizes = np.zeros(positions, np.int64)
        self.stratum = np.full(positions, EMPTY, np.int64)
        self.free = np.zeros((positions, SLOTS), np.int32)
        # Without a slot rule everybody is free in one slot, which is then always common.
        self.masks: Masks = np.ones(problem.people, np.int64) if problem.masks is None else problem.masks
        self.bits = slot_bits(self.masks).astype(np.int32)
        self.weights = [attribute.weight for attribute in problem.attributes]
        self.mixed = -sum(weight for weight in self.weights if weight < 0)
        self.codes = [_met(attribute.codes, positions) for attribute in problem.attributes]
        self._held: list[Table] = [
            np.zeros((int(codes.max(initial=0)) + 1, positions), np.int16) for codes in self.codes
        ]
        self.same = np.zeros((len(self.codes), positions), np.int64)
        self.apart: dict[int, set[int]] = defaultdict(set)
        for one, other in problem.apart.reshape(-1, 2).tolist():
            self.apart[one].add(other)
            self.apart[other].add(one)
        self._open = np.zeros(positions, np.int64)
        self._near = np.zeros(positions, np.int64)

    def put(self, people: Sums, positions: Sums) -> None:
        """Seat people who have no seat."""
        for turn in _turns(positions):
            self._put(people[turn], positions[turn])
        self.at[people] = positions

    def take(self, people: Sums) -> None:
        """Take the seats of people who have one."""
        for turn in _turns(self.at[people]):
            self._take(people[turn])
        self.at[people] = -1

    def _put(self, people: Sums, positions: Sums) -> None:
        self.sizes[positions] += 1
        self.free[positions] += self.bits[people]
        self.stratum[positions] = self.problem.stratum[people]
        for same, codes, held in zip(self.same, self.codes, self._held, strict=True):
            cells = codes[people], positions
            same[positions] += 2 * held[cells]
            held[cells] += codes[people] > NOBODY_ELSE
        self._refresh(positions)

    def _take(self, people: Sums) -> None:
        positions = self.at[people]
        self.sizes[positions] -= 1
        self.free[positions] -= self.bits[people]
        self.stratum[positions[self.sizes[positions] == 0]] = EMPTY
        for same, codes, held in zip(self.same, self.codes, self._held, strict=True):
            cells = codes[people], positions
            held[cells] -= codes[people] > NOBODY_ELSE
            same[positions] -= 2 * held[cells]
        self._refresh(positions)

    def _refresh(self, positions: Sums) -> None:
        least = needed(self.problem, self.sizes[positions] + 1)[:, None]
        free = self.free[positions]
        self._open[positions] = ((free >= least) * SLOT_BITS).sum(axis=1)
        self._near[positions] = ((free >= least - 1) * SLOT_BITS).sum(axis=1)

    def members(self, position: int) -> Sums:
        """The people in a cohort, rising."""
        return np.nonzero(self.at == position)[0]

    def likeness(self, people: Sums, positions: Sums) -> Floats:
        """By person and position, the sum of the weights of the values shared with each member, -inf … inf.

        Somebody who sits there is counted as their own mate as well.
        """
        total = np.zeros((len(people), len(positions)))
        for weight, codes, held in zip(self.weights, self.codes, self._held, strict=True):
            values, rows = np.unique(codes[people], return_inverse=True)
            total += (weight * held[values[:, None], positions])[rows.reshape(-1)]
        return total

    def likeness_own(self, people: Sums) -> Floats:
        """For each person the sum of the weights of the values shared with each mate."""
        total = np.zeros(len(people))
        for weight, codes, held in zip(self.weights, self.codes, self._held, strict=True):
            code = codes[people]
            total += weight * np.maximum(held[code, self.at[people]].astype(np.int64) - 1, 0)
        return total

    def values(self, positions: Sums) -> Floats:
        """What each cohort adds to N x J, 0 when it has less than two people."""
        sizes = self.sizes[positions]
        shared = self._shared(positions) / np.maximum(sizes - 1, 1)
        return np.where(sizes > 1, shared + self.mixed * sizes, 0.0)

    def _shared(self, positions: Sums) -> Floats:
        total = np.zeros(len(positions))
        for weight, same in zip(self.weights, self.same, strict=True):
            total += weight * same[positions]
        return total

    def joining(self, people: Sums, positions: Sums) -> Floats:
        """By person and position, by how much N x J changes when that person joins."""
        sizes = self.sizes[positions]
        mates = np.maximum(sizes, 1)
        alone = self._shared(positions) / mates + np.where(sizes > 0, self.mixed * (sizes + 1), 0.0)
        return np.asarray(2.0 * self.likeness(people, positions) / mates + (alone - self.values(positions)))

    def leaving(self, people: Sums) -> Floats:
        """For each person who sits somewhere, by how much N x J changes when they leave."""
        positions = self.at[people]
        sizes = self.sizes[positions]
        shared = self._shared(positions) - 2.0 * self.likeness_own(people)
        mates = sizes - 2
        left = np.where(mates > 0, shared / np.maximum(mates, 1) + self.mixed * (sizes - 1), 0.0)
        return np.asarray(left - self.values(positions))

    def admits(self, people: Sums, positions: Sums) -> Flags:
        """By person and position, whether that person may join: stratum, size, slot, kept apart. Pins are not asked."""
        fits = self.problem.stratum[people][:, None] == self.stratum[positions]
        fits &= (self._near[positions] & self.masks[people][:, None]) != 0
        fits |= (self.problem.stratum[people][:, None] == self.stratum[positions]) & (self._open[positions] != 0)
        fits &= self.sizes[positions] < self.problem.maximum
        for row, person in self._kept(people):
            held = self.at[list(self.apart[person])]
            fits[row] &= ~np.isin(positions, held[held >= 0])
        return np.asarray(fits)

    def _kept(self, people: Sums) -> Iterable[tuple[int, int]]:
        return ((row, person) for row, person in enumerate(people.tolist()) if person in self.apart)

    def may_leave(self, people: Sums) -> Flags:
        """For each person who sits somewhere, whether the others may stay without them: size and slot."""
        positions = self.at[people]
        sizes = self.sizes[positions] - 1
        left = self.free[positions] - self.bits[people]
        in_slot = (left >= needed(self.problem, sizes)[:, None]).any(axis=1)
        return np.asarray((sizes >= self.problem.minimum) & in_slot)

    def may_replace(self, people: Sums, seated: Sums) -> Flags:
        """By person and seated person, whether the first may take the seat of the second."""
        positions = self.at[seated]
        least = needed(self.problem, self.sizes[positions])[:, None]
        free, busy, go = self.free[positions], ~self.masks[people][:, None], self.masks[seated]
        sure, even, near = (((free >= least + more) * SLOT_BITS).sum(axis=1) for more in (1, 0, -1))
        fits = (even & ~(go & busy)) | (near & ~busy & ~go)
        legal = ((fits | sure) != 0) & (self.problem.stratum[people][:, None] == self.stratum[positions])
        legal &= self.at[people][:, None] != positions
        for row, person in self._kept(people):
            mates = list(self.apart[person])
            held = self.at[mates]
            for mate, position in zip(mates, held.tolist(), strict=True):
                legal[row] &= (positions != position) | (seated == mate) | (position < 0)
        return np.asarray(legal)

    def replacing(self, people: Sums, seated: Sums) -> Floats:
        """By person and seated person, by how much that cohort's part of N x J changes when the first replaces them."""
        positions = self.at[seated]
        alike = np.zeros((len(people), len(seated)))
        for weight, codes in zip(self.weights, self.codes, strict=True):
            alike += weight * ((codes[people][:, None] == codes[seated]) & (codes[seated] > NOBODY_ELSE))
        cohorts, column = np.unique(positions, return_inverse=True)
        change = self.likeness(people, cohorts)[:, column.reshape(-1)] - alike - self.likeness_own(seated)
        return np.asarray(2.0 * change / np.maximum(self.sizes[positions] - 1, 1))


def _turns(positions: Sums) -> list[Sums]:
    """Return rows in turns, in none of which a position comes twice."""
    order = np.argsort(positions, kind="stable")
    first = np.nonzero(np.diff(positions[order], prepend=-1))[0]
    place = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    return [order[place == turn] for turn in range(int(place.max(initial=-1)) + 1)]


def _met(codes: NDArray[np.int32], positions: int) -> Sums:
    """Return codes from 1 for values that two people have, by falling number of people; 0 for all others."""
    times = np.bincount(codes)
    commonest = np.argsort(-times, kind="stable")[: max(1, MOST_CELLS // max(positions, 1))]
    kept = commonest[times[commonest] > 1]
    renamed = np.zeros(len(times), np.int64)
    renamed[kept] = np.arange(1, len(kept) + 1)
    return renamed[codes] if len(codes) else np.zeros(0, np.int64)
