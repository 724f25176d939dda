"""What a screen tells about a formation: for each cohort its slots, how well people fit and what holds it tight."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lernet_xblock.rules.formation_counts import (
    Counts,
    Flags,
    Sums,
    count,
    fits,
    needed,
    slot_bits,
    slot_masks,
    slots_of,
)
from lernet_xblock.rules.formation_problem import Ints, Problem
from lernet_xblock.rules.formation_violations import Violation, found_in, stratum_bounds

Shares = Mapping[str, float | None]
# In the order in which they are told.
BINDING = ("at_minimum", "at_maximum", "one_common_slot", "pins", "together", "apart")


@dataclass(frozen=True)
class CohortFacts:
    """One cohort. number: as in Formation; people: rows, rising.

    common_slots: 0 … 34, where enough are free (Problem.attendance); None without a slot rule, as best_slot (the one
    with the most people free, the first of equals) and best_slot_free (people). shares: for each attribute the mean
    share (0 … 1) of mates with the same value when it is matched, with another one when it is mixed; None for
    somebody alone. fit: the mean over its people of what each adds to J x N, 0 … sum of weights without sign.
    binding, of BINDING: at_minimum, at_maximum: nobody may leave or come; one_common_slot: only one is left; pins,
    together: somebody is held by a pin or in a unit; apart: somebody could come if they were not kept apart from a
    member. broken: the rules broken here, and the units of somebody here that are split.
    """

    number: int
    people: tuple[int, ...]
    common_slots: tuple[int, ...] | None
    best_slot: int | None
    best_slot_free: int | None
    shares: Shares
    fit: float
    binding: tuple[str, ...]
    broken: tuple[Violation, ...]

    @property
    def size(self) -> int:
        """How many people it has."""
        return len(self.people)


@dataclass(frozen=True)
class Facts:
    """cohorts: by rising number. course_shares: as CohortFacts.shares, over everybody who has mates."""

    cohorts: tuple[CohortFacts, ...]
    course_shares: Shares


def facts(problem: Problem, cohort: Ints, *, only: Collection[int] | None = None) -> Facts:
    """Tell about every cohort that holds somebody, or only those of these numbers.

    cohort: as in Formation. The shares of the course are over all cohorts in either case.
    """
    whole = count(problem, cohort) if only is None else None
    counts = whole or count(problem, cohort, only=only)
    binding = _binding(problem, cohort, counts)
    broken = _broken(found_in(problem, cohort, counts), cohort, counts)
    slots = _slots(problem, counts)
    part = fits(problem, counts.sizes, counts.same) / np.maximum(counts.sizes, 1)
    shares = _shares(problem, counts)
    told = tuple(
        CohortFacts(
            int(counts.numbers[position]),
            counts.people(position),
            *slots[position],
            shares=shares[position],
            fit=float(part[position]),
            binding=binding[position],
            broken=broken[position],
        )
        for position in range(len(counts.sizes))
    )
    return Facts(told, course_shares(problem, cohort, counts=whole))


def course_shares(problem: Problem, cohort: Ints, *, counts: Counts | None = None) -> Shares:
    """Return for each attribute the mean share of fitting mates over everybody who has mates; None when nobody has.

    counts: of all cohorts, when they are known.
    """
    # Nobody's free slots count here.
    known = counts or count(replace(problem, masks=None), cohort)
    with_mates = int(known.sizes[known.sizes > 1].sum())
    mates = np.maximum(known.sizes - 1, 1)
    shares: dict[str, float | None] = {}
    for attribute, pairs in zip(problem.attributes, known.same, strict=True):
        same = float((pairs / mates).sum()) / with_mates if with_mates else None
        shares[attribute.name] = same if same is None or attribute.weight > 0 else 1.0 - same
    return shares


def _shares(problem: Problem, counts: Counts) -> list[Shares]:
    pairs = np.maximum(counts.sizes * (counts.sizes - 1), 1)
    columns = []
    for attribute, same in zip(problem.attributes, counts.same, strict=True):
        share = same / pairs
        columns.append((share if attribute.weight > 0 else 1.0 - share).tolist())
    names = [attribute.name for attribute in problem.attributes]
    return [
        {name: column[position] if size > 1 else None for name, column in zip(names, columns, strict=True)}
        for position, size in enumerate(counts.sizes.tolist())
    ]


def _slots(problem: Problem, counts: Counts) -> list[tuple[tuple[int, ...] | None, int | None, int | None]]:
    if counts.free is None:
        return [(None, None, None)] * len(counts.sizes)
    common = slot_masks(counts.free, needed(problem, counts.sizes)).tolist()
    best = counts.free.argmax(axis=1).tolist()
    most = counts.free.max(axis=1, initial=0).tolist()
    return [(slots_of(mask), slot, free) for mask, slot, free in zip(common, best, most, strict=True)]


def _binding(problem: Problem, cohort: Ints, counts: Counts) -> list[tuple[str, ...]]:
    one_slot = np.zeros(len(counts.sizes), np.bool_)
    if counts.free is not None:
        one_slot = (counts.free >= needed(problem, counts.sizes)[:, None]).sum(axis=1) == 1
    in_unit = np.bincount(problem.unit)[problem.unit] > 1 if problem.people else np.zeros(0, np.bool_)
    holds = (
        counts.sizes == problem.minimum,
        counts.sizes == problem.maximum,
        one_slot,
        _any_of(counts, problem.pinned == cohort),
        _any_of(counts, in_unit),
        _kept_out(problem, cohort, counts),
    )
    table = np.array(holds).T.tolist()
    return [tuple(code for code, held in zip(BINDING, row, strict=True) if held) for row in table]


def _any_of(counts: Counts, people: Flags) -> Flags:
    """In which cohorts one of these people sits."""
    found = np.zeros(len(counts.sizes), np.bool_)
    found[counts.at[people & (counts.at >= 0)]] = True
    return found


def _kept_out(problem: Problem, cohort: Ints, counts: Counts) -> Flags:
    """Which cohorts could take somebody who is kept apart from a member, if it were not for that."""
    pairs = problem.apart.reshape(-1, 2)
    inside = np.concatenate([pairs[:, 0], pairs[:, 1]])
    outside = np.concatenate([pairs[:, 1], pairs[:, 0]])
    seated = (counts.at[inside] >= 0) & (cohort[inside] != cohort[outside])
    inside, outside = inside[seated], outside[seated]
    at = counts.at[inside]
    lowest, highest = stratum_bounds(problem, counts)
    strata = problem.stratum[outside]
    could = (counts.sizes[at] < problem.maximum) & (lowest[at] == strata) & (highest[at] == strata)
    could &= (problem.pinned[outside] < 0) | (problem.pinned[outside] == cohort[inside])
    could &= _shares_slot(problem, counts, at, outside)
    found = np.zeros(len(counts.sizes), np.bool_)
    found[at[could]] = True
    return found


def _shares_slot(problem: Problem, counts: Counts, at: Sums, people: Sums) -> Flags:
    """Whether each cohort still has a common slot when that person joins it. at, people: of the same length."""
    if counts.free is None or problem.masks is None:
        return np.ones(len(at), np.bool_)
    free = counts.free[at] + slot_bits(problem.masks[people])
    return np.asarray((free >= needed(problem, counts.sizes[at] + 1)[:, None]).any(axis=1))


def _broken(found: tuple[Violation, ...], cohort: Ints, counts: Counts) -> list[tuple[Violation, ...]]:
    """Sort the violations by the positions of the cohorts that they concern."""
    position = {number: at for at, number in enumerate(counts.numbers.tolist())}
    lists: list[list[Violation]] = [[] for _ in position]
    for one in found:
        concerned = {one.cohort, *cohort[list(one.people)].tolist()}
        for number in sorted(concerned & position.keys()):
            lists[position[number]].append(one)
    return [tuple(one) for one in lists]
