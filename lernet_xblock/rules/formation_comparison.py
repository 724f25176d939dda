"""Two formations of the same people beside each other: what a change does, and how far apart they are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_counts import Counts, count, fits, needed
from lernet_xblock.rules.formation_facts import CohortFacts, Shares, course_shares, facts
from lernet_xblock.rules.formation_problem import Ints, Problem
from lernet_xblock.rules.formation_violations import Violation, found_in


@dataclass(frozen=True)
class CohortChange:
    """One cohort before and after; None where it held nobody."""

    number: int
    before: CohortFacts | None
    after: CohortFacts | None

    @property
    def shares(self) -> Shares:
        """By how much the share of each attribute rose, -1 … 1; None where there were or are no mates."""
        earlier = self.before.shares if self.before else {}
        later = self.after.shares if self.after else {}
        return {name: _rise(earlier.get(name), later.get(name)) for name in {**earlier, **later}}


@dataclass(frozen=True)
class Effect:
    """What a change does. score: by how much J rises. cohorts: those whose people changed, by number.

    appeared, disappeared: the rules broken only after, only before. The same fault of the same cohort, pair, unit or
    pin counts as one, though the people of the cohort differ.
    """

    score: float
    cohorts: tuple[CohortChange, ...]
    appeared: tuple[Violation, ...]
    disappeared: tuple[Violation, ...]


@dataclass(frozen=True)
class Summary:
    """One formation. score: J. placed: people. sizes: how many cohorts there are of each size, by rising size.

    shares: as Facts.course_shares. with_common_slot: cohorts that have one; None without a slot rule.
    violations: how many there are of each code that occurs.
    """

    score: float
    placed: int
    cohorts: int
    sizes: Mapping[int, int]
    shares: Shares
    with_common_slot: int | None
    violations: Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """Two formations of the same people.

    moved: people placed in both who would sit in another cohort, when each cohort of one is matched with at most one
    of the other so that as many as possible stay. only_one, only_other: people placed in one of them only.
    """

    one: Summary
    other: Summary
    moved: int
    only_one: int
    only_other: int


def effect(problem: Problem, before: Ints, after: Ints) -> Effect:
    """Tell what changing one formation into the other does. before, after: as Formation.cohort."""
    changed = before != after
    touched = np.union1d(before[changed], after[changed])
    numbers = touched[touched >= 0].tolist()
    earlier, later = facts(problem, before, only=numbers), facts(problem, after, only=numbers)
    was = {one.number: one for one in earlier.cohorts}
    becomes = {one.number: one for one in later.cohorts}
    gone, come = _by_identity(problem, before, numbers), _by_identity(problem, after, numbers)
    return Effect(
        score=(_sum_of_fits(later.cohorts) - _sum_of_fits(earlier.cohorts)) / max(problem.people, 1),
        cohorts=tuple(CohortChange(number, was.get(number), becomes.get(number)) for number in numbers),
        appeared=tuple(come[key] for key in come if key not in gone),
        disappeared=tuple(gone[key] for key in gone if key not in come),
    )


def compare(problem: Problem, one: Ints, other: Ints) -> Comparison:
    """Set two formations of the same people beside each other. one, other: as Formation.cohort."""
    counted, counted_other = count(problem, one), count(problem, other)
    placed, placed_other = one >= 0, other >= 0
    return Comparison(
        one=summary(problem, one, counts=counted),
        other=summary(problem, other, counts=counted_other),
        moved=_moved(counted, counted_other),
        only_one=int((placed & ~placed_other).sum()),
        only_other=int((placed_other & ~placed).sum()),
    )


def _rise(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _sum_of_fits(cohorts: tuple[CohortFacts, ...]) -> float:
    return sum(one.fit * one.size for one in cohorts)


def _by_identity(
    problem: Problem, cohort: Ints, numbers: list[int]
) -> dict[tuple[str, int | tuple[int, ...]], Violation]:
    return {one.identity: one for one in found_in(problem, cohort, count(problem, cohort, only=numbers))}


def summary(problem: Problem, cohort: Ints, *, counts: Counts | None = None) -> Summary:
    """Tell the figures of a formation. counts: of all cohorts, when they are known."""
    counts = counts or count(problem, cohort)
    sizes, times = np.unique(counts.sizes, return_counts=True)
    broken: dict[str, int] = {}
    for one in found_in(problem, cohort, counts):
        broken[one.code] = broken.get(one.code, 0) + 1
    in_slot = None
    if counts.free is not None:
        in_slot = int((counts.free.max(axis=1, initial=0) >= needed(problem, counts.sizes)).sum())
    return Summary(
        score=float(fits(problem, counts.sizes, counts.same).sum()) / max(problem.people, 1),
        placed=int(counts.sizes.sum()),
        cohorts=len(counts.sizes),
        sizes=dict(zip(sizes.tolist(), times.tolist(), strict=True)),
        shares=course_shares(problem, cohort, counts=counts),
        with_common_slot=in_slot,
        violations=broken,
    )


def _moved(one: Counts, other: Counts) -> int:
    """People placed in both who sit in another cohort after the matching of cohorts that keeps most of them."""
    # scipy takes half a second to import, and a process may never compare anything.
    from scipy.sparse import csr_array  # noqa: PLC0415 - see above
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415 - see above

    both = (one.at >= 0) & (other.at >= 0)
    rows, columns = len(one.sizes), len(other.sizes)
    if not both.any():
        return 0
    cells, stay = np.unique(one.at[both] * columns + other.at[both], return_counts=True)
    # Each cohort may also stay without a partner, in a column of its own; zeros would count as no edge.
    left = np.concatenate([cells // columns, np.arange(rows)])
    right = np.concatenate([cells % columns, columns + np.arange(rows)])
    worth = np.concatenate([stay + 1.0, np.ones(rows)])
    overlap = csr_array((worth, (left, right)), shape=(rows, columns + rows))
    matched = min_weight_full_bipartite_matching(overlap, maximize=True)
    kept = overlap[matched].sum() - rows
    return int(both.sum() - round(float(kept)))
