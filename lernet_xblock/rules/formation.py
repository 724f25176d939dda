"""Cohort formation: who learns with whom, under rules that hold without exception.

Objective: first as many people placed as possible, then the largest J (see formation_problem.score). The way there:
legal starts (formation_start), annealing by exchanges (formation_search), the best of several attempts.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lernet_xblock.rules.formation_attempts import Attempt, cooled
from lernet_xblock.rules.formation_board import Array, Field
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_order import in_order
from lernet_xblock.rules.formation_pins import pinned_cohorts
from lernet_xblock.rules.formation_plan import FREE_SLOTS, Effort, budget_of, formations, limits_of
from lernet_xblock.rules.formation_problem import NOT_PLACED, Attribute, Cancel, Formation, Problem, Progress
from lernet_xblock.rules.formation_reasons import reasons_of
from lernet_xblock.rules.formation_start import field_of, impossible

# Attempts of a small stratum that the next generation starts from.
_SURVIVORS = 3


def form(
    problem: Problem,
    *,
    seed: int,
    effort: Effort = "full",
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> Formation:
    """Return the best formation found with this effort; every cohort in it keeps every rule.

    seed: >= 0; the same problem and seed give the same formation, in whatever order the people are given as far as
    they differ. effort: quick is a first preview. cancel: asked several times a second, except during an integer
    programme; when it answers True the best formation so far is returned, as stopped. progress: hears the share
    that is done, which never falls and ends at 1.

    Units and pins are kept: a pinned cohort has its pin's number. problem.cohorts is met where it is possible, and
    problem.target where it costs no placement.
    """
    control, draws = Control(cancel, progress), Draws(seed)
    ordered, order = in_order(_with_attributes(problem), draws)
    field = field_of(ordered)
    taken, numbers = pinned_cohorts(ordered, field)
    cohort = _searched(ordered, field, taken, effort, draws=draws, control=control)
    named = _named(cohort, np.where(ordered.pinned >= 0, taken, NOT_PLACED), numbers)
    reasons = reasons_of(ordered, field, _dense(cohort))
    result = np.full(problem.people, NOT_PLACED, np.int32)
    result[order] = named
    control.finish()
    by_person = {int(order[person]): code for person, code in reasons.items()}
    return Formation(result, dict(sorted(by_person.items())), control.stopped)


def _with_attributes(problem: Problem) -> Problem:
    """Return the problem with something to compare: where nothing counts, everybody is alike in it."""
    if problem.attributes:
        return problem
    return replace(problem, attributes=(Attribute("", 1.0, np.zeros(problem.people, np.int32)),))


def _searched(problem: Problem, field: Field, taken: Array, effort: Effort, *, draws: Draws, control: Control) -> Array:
    budget = budget_of(problem, effort)
    limits = limits_of(problem, problem.cohorts)
    unit = np.where(_settled(problem), NOT_PLACED, problem.unit)
    control.span(0.0, 0.15)
    begun = _begun(problem, field, taken, effort, control=control)
    tried = {stratum: [_attempt(field, stratum, found) for found in several] for stratum, several in begun.items()}
    first = [attempt for several in tried.values() for attempt in several[: _starts_kept(several[0])]]
    for number, schedule in enumerate(budget.free):
        if not control.stopped:
            control.span(*(0.15 + 0.65 * (number + part) / len(budget.free) for part in (0, 1)))
            attempts = _next(tried, budget.attempts)
            found = cooled(field, unit, attempts, schedule, limits=limits, draws=draws, control=control)
            _add(tried, found, field)
    control.span(0.8 if budget.free else 0.15, 1.0)
    first += [attempt for several in tried.values() for attempt in several[:1]]
    ended = cooled(field, unit, first, budget.legal, limits=limits, draws=draws, control=control)
    return _best(problem, ended)


def _begun(
    problem: Problem, field: Field, taken: Array, effort: Effort, *, control: Control
) -> Mapping[int, list[Array]]:
    """Return by stratum its starts; the first is legal and places most."""
    strata = np.unique(problem.stratum).tolist()
    numbers, settled = _numbers(problem, taken), _settled(problem)
    begun: dict[int, list[Array]] = {}
    for index, stratum in enumerate(strata):
        control.goes_on(index / len(strata))
        people = np.nonzero((problem.stratum == stratum) & (taken < 0) & ~settled)[0]
        quick: Effort = "quick" if control.stopped else effort
        begun[stratum] = (
            formations(problem, field, people, taken=taken, cohorts=numbers.get(stratum), effort=quick, control=control)
            if len(people)
            else [taken]
        )
    return begun


def _settled(problem: Problem) -> Array:
    """Return by person whether no search is to seat them: they or somebody of their unit is pinned, or it never can."""
    return np.asarray(np.isin(problem.unit, problem.unit[problem.pinned >= 0]) | impossible(problem))


def _attempt(field: Field, stratum: int, cohort: Array) -> Attempt:
    people = np.nonzero(field.stratum[:-1] == stratum)[0]
    return Attempt(people, _dense(cohort[people]))


def _starts_kept(attempt: Attempt) -> int:
    """Return how many starts of a stratum are searched as they are: of a large one the second as well."""
    return 1 if len(attempt.people) <= FREE_SLOTS else 2


def _next(tried: Mapping[int, list[Attempt]], count: int) -> list[Attempt]:
    """Return the attempts that the next generation starts from: the survivors of each small stratum, in turn."""
    small = [several for several in tried.values() if len(several[0].people) <= FREE_SLOTS]
    return [
        several[number % len(several)] for several in small for number in range(count) if several[0].cohort.max() > 0
    ]


def _add(tried: dict[int, list[Attempt]], found: list[Attempt], field: Field) -> None:
    """Let the best of what was found and of what was there before survive: of each number of cohorts the best one."""
    for stratum, several in tried.items():
        mine = [attempt for attempt in found if int(field.stratum[attempt.people[0]]) == stratum]
        ranked = sorted([*mine, *(attempt for attempt in several if attempt.placed)], key=_rank, reverse=True)
        best: dict[int, Attempt] = {}
        for attempt in ranked:
            best.setdefault(int(attempt.cohort.max()), attempt)
        tried[stratum] = list(best.values())[:_SURVIVORS] or several


def _rank(attempt: Attempt) -> tuple[int, float]:
    return attempt.rank


def _numbers(problem: Problem, taken: Array) -> dict[int, int]:
    """Return how many of the cohorts asked for each stratum gets, in proportion; nothing where none are asked for."""
    if problem.cohorts is None:
        return {}
    strata, people = np.unique(problem.stratum[taken < 0], return_counts=True)
    left = max(problem.cohorts - int(taken.max(initial=-1)) - 1, 0)
    most, least = people // problem.minimum, -(-people // problem.maximum)
    least = np.minimum(least, most)
    given = least.copy()
    for _ in range(left - int(given.sum())):
        room = given < most
        if not room.any():
            break
        given[np.where(room, people / np.maximum(given, 0.5), -1).argmax()] += 1
    return dict(zip(strata.tolist(), given.tolist(), strict=True))


def _best(problem: Problem, attempts: list[Attempt]) -> Array:
    best = np.full(problem.people, NOT_PLACED, np.int64)
    rank: dict[int, tuple[int, float]] = {}
    for attempt in attempts:
        stratum = int(problem.stratum[attempt.people[0]])
        if attempt.rank > rank.get(stratum, (-1, 0.0)):
            rank[stratum] = attempt.rank
            best[attempt.people] = np.where(attempt.cohort >= 0, attempt.cohort + problem.people * stratum, NOT_PLACED)
    return best


def _dense(cohort: Array) -> Array:
    numbers = np.unique(cohort[cohort >= 0])
    return np.where(cohort >= 0, np.searchsorted(numbers, cohort), NOT_PLACED).astype(np.int32)


def _named(cohort: Array, pinned: Array, numbers: Mapping[int, int]) -> Array:
    """Return cohorts numbered from 0, except that those of pins have the numbers of the pins.

    pinned: by pinned person the row of their cohort, -1 for others; numbers: the pin's number of a row.
    """
    dense = _dense(cohort)
    held = {int(dense[np.nonzero(pinned == row)[0][0]]): number for row, number in numbers.items()}
    free = iter(number for number in range(len(cohort) + len(numbers)) if number not in set(numbers.values()))
    names = [held[row] if row in held else next(free) for row in range(int(dense.max(initial=-1)) + 1)]
    return np.append(np.array(names, np.int64), NOT_PLACED)[dense].astype(np.int32)
