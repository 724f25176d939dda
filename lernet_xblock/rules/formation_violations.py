"""Which hard rules a formation breaks, cohort by cohort, and who is concerned."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from lernet_xblock.rules.formation_counts import Counts, Sums, count, needed, slot_bits
from lernet_xblock.rules.formation_problem import Ints, Problem

# In the order in which they are told.
CODES = (
    "size_below",
    "size_above",
    "mixed_stratum",
    "no_common_slot",
    "apart",
    "together_split",
    "pin_ignored",
)
# One of these for a cohort; of the others one for each group of people.
OF_COHORTS = frozenset(CODES[:4])


class Violation(NamedTuple):
    """One broken rule. cohort: its number; people: rows of those concerned, rising.

    size_below, size_above: everybody in the cohort; mixed_stratum: those outside its commonest stratum;
    no_common_slot: those who are not free in its best slot; apart: both; together_split: everybody who belongs
    together, cohort is the lowest that holds some of them; pin_ignored: who is not in the cohort of their pin, and
    that cohort.
    """

    code: str
    cohort: int
    people: tuple[int, ...]

    @property
    def identity(self) -> tuple[str, int | tuple[int, ...]]:
        """The same for the same fault in two formations, whoever else has come or gone."""
        return (self.code, self.cohort if self.code in OF_COHORTS else self.people)


def violations(problem: Problem, cohort: Ints) -> tuple[Violation, ...]:
    """Return every broken rule by code, cohort and people. cohort: as in Formation; being unplaced breaks no rule.

    People who belong together may all be unplaced; people with a pin may not.
    """
    return found_in(problem, cohort, count(problem, cohort))


def found_in(problem: Problem, cohort: Ints, counts: Counts) -> tuple[Violation, ...]:
    """Return what violations() does, of the cohorts that were counted and of all pairs, units and pins."""
    found = (
        *_sizes(problem, counts),
        *_strata(problem, counts),
        *_slots(problem, counts),
        *_apart(problem, cohort),
        *_together(problem, cohort),
        *_pins(problem, cohort),
    )
    return tuple(sorted(found, key=lambda one: (CODES.index(one.code), one.cohort, one.people)))


def stratum_bounds(problem: Problem, counts: Counts) -> tuple[Ints, Ints]:
    """Return the lowest and the highest stratum in each cohort; they are equal unless it is mixed."""
    if not len(counts.numbers):
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    strata, first = problem.stratum[counts.rows], counts.starts[:-1]
    return np.minimum.reduceat(strata, first), np.maximum.reduceat(strata, first)


def _whole(code: str, counts: Counts, positions: Sums) -> Iterator[Violation]:
    for position in positions.tolist():
        yield Violation(code, int(counts.numbers[position]), counts.people(position))


def _sizes(problem: Problem, counts: Counts) -> Iterator[Violation]:
    yield from _whole("size_below", counts, np.nonzero(counts.sizes < problem.minimum)[0])
    yield from _whole("size_above", counts, np.nonzero(counts.sizes > problem.maximum)[0])


def _strata(problem: Problem, counts: Counts) -> Iterator[Violation]:
    lowest, highest = stratum_bounds(problem, counts)
    for number, people in _people_of(counts, np.nonzero(lowest != highest)[0]):
        strata = problem.stratum[people]
        kinds, times = np.unique(strata, return_counts=True)
        others = people[strata != kinds[np.argmax(times)]]
        yield Violation("mixed_stratum", number, tuple(others.tolist()))


def _slots(problem: Problem, counts: Counts) -> Iterator[Violation]:
    if problem.masks is None or counts.free is None:
        return
    best = counts.free.max(axis=1, initial=0)
    for number, people in _people_of(counts, np.nonzero(best < needed(problem, counts.sizes))[0]):
        free = slot_bits(problem.masks[people])
        busy = people[free[:, free.sum(axis=0, dtype=np.int64).argmax()] == 0]
        yield Violation("no_common_slot", number, tuple(busy.tolist()))


def _people_of(counts: Counts, positions: Sums) -> Iterator[tuple[int, Sums]]:
    for position in positions.tolist():
        yield int(counts.numbers[position]), counts.rows[counts.starts[position] : counts.starts[position + 1]]


def _apart(problem: Problem, cohort: Ints) -> Iterator[Violation]:
    one, other = problem.apart.reshape(-1, 2).T
    broken = (cohort[one] >= 0) & (cohort[one] == cohort[other])
    pairs = {(min(pair), max(pair)) for pair in problem.apart.reshape(-1, 2)[broken].tolist()}
    for pair in pairs:
        yield Violation("apart", int(cohort[pair[0]]), pair)


def _together(problem: Problem, cohort: Ints) -> Iterator[Violation]:
    rows = np.argsort(problem.unit, kind="stable")
    first = np.nonzero(np.diff(problem.unit[rows], prepend=-1))[0]
    if not len(first):
        return
    lowest = np.minimum.reduceat(cohort[rows], first)
    highest = np.maximum.reduceat(cohort[rows], first)
    ends = np.append(first, len(rows))
    for position in np.nonzero(lowest != highest)[0].tolist():
        people = rows[ends[position] : ends[position + 1]]
        held = cohort[people]
        yield Violation("together_split", int(held[held >= 0].min()), tuple(people.tolist()))


def _pins(problem: Problem, cohort: Ints) -> Iterator[Violation]:
    for person in np.nonzero((problem.pinned >= 0) & (problem.pinned != cohort))[0].tolist():
        yield Violation("pin_ignored", int(problem.pinned[person]), (person,))
