"""Where a course stands while it is formed anew: who sits where, who sat where before, and why somebody moves."""

from dataclasses import dataclass, field

import numpy as np

from lernet_xblock.rules.formation_counts import Flags, Sums, needed
from lernet_xblock.rules.formation_problem import NOT_PLACED, Ints, Problem
from lernet_xblock.rules.formation_reform_seats import Seats
from lernet_xblock.rules.formation_reform_settle import settled, units

Why = tuple[str, int | None]


@dataclass(frozen=True)
class Mark:
    """How a course stood at one time."""

    at: Sums
    why: dict[int, Why]
    opened: int


@dataclass
class Standing:
    """seats: by position; home: the position everybody had before, -1 for none; numbers: of the cohorts by position.

    held: people who do not move by themselves, for a pin or for those they stay together with. why: the reason and
    whom it was for, of everybody who was moved on the way. opened: positions in use, the rest are for new cohorts.
    units: the people of each unit of several.
    """

    seats: Seats
    home: Sums
    numbers: list[int]
    held: Flags
    opened: int
    units: tuple[Sums, ...]
    why: dict[int, Why] = field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        """What is formed."""
        return self.seats.problem

    def cohort(self) -> Ints:
        """Return the number of everybody's cohort, as Formation.cohort."""
        numbers = np.array([*self.numbers, NOT_PLACED], np.int32)
        return numbers[self.seats.at]

    def loose(self) -> Sums:
        """The people without a seat who may have any."""
        return np.nonzero((self.seats.at < 0) & ~self.held)[0]

    def staying(self, people: Sums) -> Sums:
        """For each person 1 when they sit where they sat before, else 0: what moving them costs."""
        at = self.seats.at[people]
        return np.asarray((at >= 0) & (at == self.home[people]), np.int64)

    def moves(self) -> int:
        """How many people who had a place before do not have it now, or have another one."""
        return int(((self.home >= 0) & (self.home != self.seats.at)).sum())

    def used(self, stratum: int) -> Sums:
        """The positions of the cohorts of a stratum."""
        return np.nonzero(self.seats.stratum == stratum)[0]

    def holes(self) -> Sums:
        """The positions of the cohorts that lack people: for the minimum, or for a common slot."""
        sizes = self.seats.sizes
        slotless = self.seats.free.max(axis=1, initial=0) < needed(self.problem, sizes)
        return np.nonzero((sizes > 0) & ((sizes < self.problem.minimum) | slotless))[0]

    def movable(self, stratum: int) -> Sums:
        """The seated people of a stratum who may be moved."""
        return np.nonzero((self.seats.at >= 0) & ~self.held & (self.problem.stratum == stratum))[0]

    def shift(self, people: Sums, positions: Sums, why: Why) -> None:
        """Seat people at these positions: all leave before the first comes. The first reason of each is kept."""
        self.seats.take(people[self.seats.at[people] >= 0])
        self.seats.put(people, positions)
        for person, at_home in zip(people.tolist(), (positions == self.home[people]).tolist(), strict=True):
            if at_home:
                self.why.pop(person, None)
            else:
                self.why.setdefault(person, why)

    def release(self, people: Sums, why: Why) -> None:
        """Take the seats of these people."""
        self.seats.take(people)
        for person in people.tolist():
            self.why.setdefault(person, why)

    def mark(self) -> Mark:
        """Remember how everybody sits, for back()."""
        return Mark(self.seats.at.copy(), dict(self.why), self.opened)

    def back(self, mark: Mark) -> None:
        """Seat everybody as at the mark."""
        changed = np.nonzero(self.seats.at != mark.at)[0]
        self.seats.take(changed[self.seats.at[changed] >= 0])
        again = changed[mark.at[changed] >= 0]
        self.seats.put(again, mark.at[again])
        self.why, self.opened = dict(mark.why), mark.opened

    def open(self) -> int | None:
        """Return the position of a new cohort, None when there may be no more of them."""
        wanted = self.problem.cohorts
        if self.opened == len(self.numbers) or (wanted is not None and int((self.seats.sizes > 0).sum()) >= wanted):
            return None
        self.opened += 1
        return self.opened - 1


def standing(problem: Problem, previous: Ints) -> Standing:
    """Seat everybody who may stay where they were; cohorts may lack people, but nothing else is broken."""
    kept = settled(problem, previous)
    known = np.unique(np.concatenate([previous, kept, problem.pinned]))
    known = known[known >= 0].tolist()
    waiting = int((kept < 0).sum())
    # A new cohort places one waiting person for three who are borrowed for it.
    more = waiting // max(1, problem.minimum // 4) + 1
    first = known[-1] + 1 if known else 0
    numbers = [*known, *range(first, first + more)]
    position = np.full(first + 1, -1, np.int64)
    position[known] = np.arange(len(known))
    seats = Seats(problem, len(numbers))
    people = np.nonzero(kept >= 0)[0]
    seats.put(people, position[kept[people]])
    home = np.where(previous >= 0, position[previous], -1)
    held = (np.bincount(problem.unit)[problem.unit] > 1) | (problem.pinned >= 0)
    # Why a unit moves shows when it is seated: mostly for the one of them who came.
    left = np.nonzero((previous >= 0) & (kept != previous) & ((problem.pinned >= 0) | ~held))[0]
    why: dict[int, Why] = dict.fromkeys(left.tolist(), ("rule_broken", None))
    return Standing(seats, home, numbers, held, len(known), tuple(units(problem)), why)
