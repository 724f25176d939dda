"""How much is searched: which starts, how many attempts, how warm, how long. Counted in rounds, never in seconds.

Measured on generated courses of 60 to 100 000 people; see scripts/bench_formation.py.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lernet_xblock.rules.formation_attempts import Limits
from lernet_xblock.rules.formation_board import Array, Field
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_problem import Problem
from lernet_xblock.rules.formation_search import Schedule
from lernet_xblock.rules.formation_start import MOST_PLANNED, by_kind, covered, few, planned

Effort = Literal["full", "quick"]

# Up to so many people of a stratum, slots are left to the search, at a price; above, the start settles them.
FREE_SLOTS = 700
# Up to so many, the start is planned value by value; above, covered greedily.
_BY_KIND = 20_000
# Numbers of cohorts tried for a small stratum.
_NUMBERS = 3


# By number of people: attempts of each small stratum, rounds of each generation of them, rounds with slots as law.
_BUDGETS = (
    (40, 6, 200, 60),
    (120, 9, 500, 120),
    (600, 18, 1900, 200),
    (1500, 3, 1100, 300),
    (5000, 9, 1100, 1500),
)
# Heat and price of each generation: the price is that of a person who is not free in the slot of their cohort, in J
# of one person, at first and before it is law. The best of one generation, several times over, start the next.
_GENERATIONS = ((0.2, (0.4, 1.2)), (0.12, (0.6, 1.2)), (0.1, (0.6, 1.2)))
_RESEATS = 100
# Few people need no search to speak of; many none for starts beyond the first.
_FEW, _MANY = 15, 5_000


@dataclass(frozen=True)
class Budget:
    """How much to search.

    free: the generations of the search with slots at a price. attempts: of each small stratum in each of them.
    legal: the search of all strata after it.
    """

    free: tuple[Schedule, ...]
    attempts: int
    legal: Schedule


def budget_of(problem: Problem, effort: Effort) -> Budget:
    """Return how much to search for so many people."""
    people = problem.people
    if effort == "quick":
        return Budget((), 1, Schedule(40 if people <= _MANY else 15, 0.0))
    if people <= _FEW:
        return Budget((), 2, Schedule(60, 0.1))
    if problem.masks is None and people <= _MANY:
        return Budget((), 2, Schedule(800, 0.1))
    for most, attempts, rounds, legal in _BUDGETS:
        if people <= most:
            free = tuple(Schedule(rounds, heat, price) for heat, price in _GENERATIONS)
            return Budget(free, attempts, Schedule(legal, 0.04, reseats=_RESEATS))
    return Budget((), 1, Schedule(max(40, 4_300_000 // people), 0.0))


def limits_of(problem: Problem, cohorts: int | None) -> Limits:
    """Return the sizes within which the search may change cohorts. cohorts: their number where it is given."""
    low, high = problem.minimum, problem.maximum
    if problem.target is not None:
        low, high = max(low, int(problem.target) - 1), min(high, int(np.ceil(problem.target)) + 1)
    elif problem.people > _MANY and low < high:
        # A cohort at the minimum breaks when one person leaves; with so many people the others pay little for it.
        low += 1
    if cohorts and _nothing_binds(problem) and low <= problem.people // cohorts <= high:
        low, high = problem.people // cohorts, -(-problem.people // cohorts)
    return Limits(problem.minimum, problem.maximum, low, high)


def _nothing_binds(problem: Problem) -> bool:
    one_stratum = len(np.unique(problem.stratum)) <= 1
    return problem.masks is None and one_stratum and not (problem.pinned >= 0).any()


def formations(
    problem: Problem,
    field: Field,
    people: Array,
    *,
    taken: Array,
    cohorts: int | None,
    effort: Effort,
    control: Control,
) -> list[Array]:
    """Return starts for one stratum: those that place most of its people, the most promising first.

    people: row numbers nobody has placed; taken: the formation so far. cohorts: their number where it is given.
    """
    if cohorts is not None:
        exact = planned(problem, field, people, taken=taken, cohorts=cohorts)
        if exact is not None:
            return [exact]
    size = _size(problem)
    found = _covers(problem, field, people, taken=taken, size=size, effort=effort, control=control)
    most = _most(found, people)
    if len(people) > MOST_PLANNED:
        # A slot plan would place a handful more, and know nothing of who is alike.
        return found[:1]
    if most < len(people) and not control.stopped:
        plan = few(problem, field, people, taken=taken) if effort == "quick" else None
        plan = planned(problem, field, people, taken=taken) if plan is None else plan
        found += [] if plan is None else [plan]
        most = _most(found, people)
    if len(people) <= FREE_SLOTS and effort == "full":
        found += _by_number(problem, field, people, range(most // size, 0, -1)[:_NUMBERS], taken=taken, control=control)
        most = _most(found, people)
    best = [cohort for cohort in found if _most([cohort], people) == most]
    # The first of a large stratum is so much better that the search may make up for those it leaves out.
    if len(people) > FREE_SLOTS:
        best = best[:1] if best[0] is found[0] else [best[0], found[0]]
    return best


def _size(problem: Problem) -> int:
    """Return the size that starts aim at."""
    wished = problem.minimum + (problem.people > _MANY) if problem.target is None else int(problem.target)
    return min(max(wished, problem.minimum), problem.maximum)


def _most(found: list[Array], people: Array) -> int:
    return max((int((cohort[people] >= 0).sum()) for cohort in found), default=0)


def _covers(
    problem: Problem, field: Field, people: Array, *, taken: Array, size: int, effort: Effort, control: Control
) -> list[Array]:
    found = []
    if FREE_SLOTS < len(people) <= _BY_KIND and effort == "full":
        found.append(by_kind(problem, field, people, taken=taken, size=size, control=control))
    aims = [size, min(size + 1, problem.maximum)] if len(people) <= _BY_KIND else [size]
    return found + [covered(problem, field, people, taken=taken, size=aim, control=control) for aim in aims]


def _by_number(
    problem: Problem, field: Field, people: Array, numbers: range, *, taken: Array, control: Control
) -> list[Array]:
    found = []
    for number in numbers:
        if control.goes_on(0.0):
            plan = planned(problem, field, people, taken=taken, cohorts=number)
            found += [] if plan is None else [plan]
    return found
