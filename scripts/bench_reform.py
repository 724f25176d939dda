"""Forming a course anew, measured: 3 % of the people leave and 5 % come, beside a formation from scratch.

    python scripts/bench_reform.py                 300, 3 000, 30 000 and 100 000 people
    python scripts/bench_reform.py 300 --seeds 5   one size, five courses

Seconds are of the processor. Split units: pairs kept together of whom one is placed, or both in different cohorts.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lernet_xblock.rules.formation import form  # noqa: E402 - the root is on the path only now
from lernet_xblock.rules.formation_problem import NOT_PLACED, Ints, Problem, score  # noqa: E402 - as above
from lernet_xblock.rules.formation_reform import Reformation, reform  # noqa: E402 - as above
from lernet_xblock.rules.formation_violations import violations  # noqa: E402 - as above
from tests.formation.instances import as_problem, make_instance  # noqa: E402 - as above

LEAVE, JOIN = 0.03, 0.05
SIZES = (300, 3_000, 30_000, 100_000)


@dataclass(frozen=True)
class Measured:
    """One course. people: after the change; staying: those who had a place and did not leave. J as in score()."""

    people: int
    seed: int
    scratch: float
    formed_anew: float
    staying: int
    moved: int
    budget: int
    unplaced: int
    unplaced_from_scratch: int
    split_units: int
    other_violations: int
    seconds: float

    def __str__(self) -> str:
        """One line of a table."""
        change = 100 * (self.formed_anew / self.scratch - 1)
        return (
            f"| {self.people} | {self.seed} | {self.scratch:.4f} | {self.formed_anew:.4f} | {change:+.2f} % "
            f"| {self.moved} of {self.staying} ({100 * self.moved / max(self.staying, 1):.2f} %, budget {self.budget}) "
            f"| {self.unplaced} ({self.unplaced_from_scratch}) | {self.split_units} | {self.other_violations} "
            f"| {self.seconds:.2f} |"
        )


HEAD = "| N | seed | J scratch | J anew | difference | stayers moved | unplaced (scratch) | split | other | s |"


def part(problem: Problem, rows: NDArray[np.int64]) -> Problem:
    """Return the problem of these people alone, without what was formed before."""
    place = np.full(problem.people, NOT_PLACED)
    place[rows] = np.arange(len(rows))
    apart = place[problem.apart]
    return replace(
        problem,
        attributes=tuple(replace(one, codes=one.codes[rows]) for one in problem.attributes),
        stratum=problem.stratum[rows],
        masks=None if problem.masks is None else problem.masks[rows],
        apart=apart[(apart >= 0).all(axis=1)].astype(np.int32),
        unit=np.unique(problem.unit[rows], return_inverse=True)[1].reshape(-1).astype(np.int32),
        pinned=problem.pinned[rows],
        previous=None,
    )


def changed_course(people: int, seed: int, *, attendance: float = 1.0) -> Problem:
    """Return a course of so many people, formed, of whom some have left and to whom others have come."""
    joining = round(JOIN * people)
    everybody = as_problem(make_instance(people + joining, seed), attendance=attendance)
    earlier = np.arange(people)
    previous = np.full(everybody.people, NOT_PLACED, np.int32)
    previous[earlier] = form(part(everybody, earlier), seed=seed).cohort
    gone = np.random.Generator(np.random.PCG64(seed + 1000)).permutation(people)[: round(LEAVE * people)]
    rows = np.setdiff1d(np.arange(everybody.people), gone)
    return replace(part(everybody, rows), previous=previous[rows])


def measure_reform(people: int, seed: int, *, attendance: float = 1.0) -> Measured:
    """Form a changed course anew and from scratch."""
    problem = changed_course(people, seed, attendance=attendance)
    scratch = form(replace(problem, previous=None), seed=seed).cohort
    started = time.process_time()
    found = reform(problem, seed=seed)
    seconds = time.process_time() - started
    return _measured(problem, seed, scratch, found, seconds)


def _measured(problem: Problem, seed: int, scratch: Ints, found: Reformation, seconds: float) -> Measured:
    cohort = found.formation.cohort
    broken = [one.code for one in violations(problem, cohort)]
    staying = 0 if problem.previous is None else int((problem.previous >= 0).sum())
    return Measured(
        people=problem.people,
        seed=seed,
        scratch=score(problem, scratch),
        formed_anew=score(problem, cohort),
        staying=staying,
        moved=len(found.moves),
        budget=5 * staying // 1000,
        unplaced=int((cohort < 0).sum()),
        unplaced_from_scratch=int((scratch < 0).sum()),
        split_units=broken.count("together_split"),
        other_violations=len(broken) - broken.count("together_split"),
        seconds=seconds,
    )


def rows(sizes: list[int], seeds: int, attendance: float) -> Iterator[str]:
    """Yield the lines of the table, each as soon as it is measured."""
    yield HEAD
    yield "|" + "---|" * HEAD.count(" | ") + "---|"
    for people in sizes:
        for seed in range(1, seeds + 1):
            yield str(measure_reform(people, seed, attendance=attendance))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="people before the change")
    parser.add_argument("--seeds", type=int, default=1, help="so many courses of each size")
    parser.add_argument("--attendance", type=float, default=1.0, help="the share that must be free in a common slot")
    given = parser.parse_args()
    for line in rows(given.sizes, given.seeds, given.attendance):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
