"""Where the search starts: legal formations of one stratum that place as many people as possible."""

from collections.abc import Iterator

import numpy as np

from lernet_xblock.rules.circles import even_sizes
from lernet_xblock.rules.formation_board import Array, Field, whole_points
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_deal import deal
from lernet_xblock.rules.formation_few import MOST_COHORTS, few_cohorts
from lernet_xblock.rules.formation_greedy import Taste, labels, settle
from lernet_xblock.rules.formation_opening import opened
from lernet_xblock.rules.formation_problem import NOT_PLACED, SLOTS, Problem, least_free
from lernet_xblock.rules.formation_seating import seat, units_in
from lernet_xblock.rules.formation_separation import meets, separated
from lernet_xblock.rules.formation_slots import SlotPlan, slot_plan

# Strata up to this size get an integer programme where the greedy start leaves somebody out.
MOST_PLANNED = 5_000


def field_of(problem: Problem) -> Field:
    """Return the problem's people as the columns of the search."""
    points, point = whole_points(np.array([attribute.weight for attribute in problem.attributes]))
    codes = [np.append(attribute.codes, -1).astype(np.int16) for attribute in problem.attributes]
    together = np.bincount(problem.unit, minlength=1)[problem.unit] > 1
    masks = np.ones(problem.people, np.int64) if problem.masks is None else problem.masks
    sizes = np.arange(problem.maximum + 2)
    return Field(
        codes=np.stack(codes) if codes else np.zeros((0, problem.people + 1), np.int16),
        points=points,
        point=point,
        masks=np.append(masks, 0).astype(np.uint64),
        stratum=np.append(problem.stratum, -1).astype(np.int32),
        fixed=np.append(together | (problem.pinned >= 0), True),
        apart=problem.apart.astype(np.int64).reshape(-1, 2),
        # 0.6 x 15 may be a hair above 9.
        need=np.array([least_free(int(size), problem.attendance) for size in sizes], np.int8),
    )


def impossible(problem: Problem) -> Array:
    """Return by person whether their unit can never be placed: too many, of several strata, or with two kept apart."""
    units = int(problem.unit.max(initial=-1)) + 1
    lowest, highest = np.full(units, np.iinfo(np.int32).max), np.full(units, np.iinfo(np.int32).min)
    np.minimum.at(lowest, problem.unit, problem.stratum)
    np.maximum.at(highest, problem.unit, problem.stratum)
    never = (lowest < highest) | (np.bincount(problem.unit, minlength=units) > problem.maximum)
    one, other = problem.unit[problem.apart.reshape(-1, 2)].T
    never[one[one == other]] = True
    return np.asarray(never[problem.unit])


def covered(problem: Problem, field: Field, people: Array, *, taken: Array, size: int, control: Control) -> Array:
    """Return a formation (cohort by person, of everybody) that places people of one stratum, greedily.

    people: row numbers nobody has placed. taken: the formation so far, kept as it is. size: what is aimed at.
    """
    alone = people[np.bincount(problem.unit)[problem.unit[people]] == 1]
    taste = Taste(size, problem.minimum, problem.maximum, np.ones(SLOTS))
    groups = settle(field, alone, taste, by=_leading(field, alone), control=control)
    return completed(problem, field, people, groups, taken=taken)


def _leading(field: Field, people: Array) -> Array:
    """Return by person the value of the attribute that is matched most; the same for all where none is."""
    if not len(field.points) or int(field.points.max()) <= 0:
        return np.zeros(len(people), np.int16)
    return np.asarray(field.codes[int(field.points.argmax()), people])


def by_kind(problem: Problem, field: Field, people: Array, *, taken: Array, size: int, control: Control) -> Array:
    """Return a formation whose cohorts have one value of the leading attribute, as far as slots and sizes let them.

    Each value has a slot plan of its own; who is left makes cohorts of all values, or is seated.
    """
    alone = people[np.bincount(problem.unit)[problem.unit[people]] == 1]
    matched = _leading(field, alone)
    groups: list[Array] = []
    for value in np.unique(matched):
        if not control.goes_on(0.0):
            break
        block = alone[matched == value]
        plan = slot_plan(problem, block.astype(np.int32)) if len(block) >= problem.minimum else None
        if plan is not None:
            groups += separated(field, list(_dealt(problem, field, block, plan, size)), minimum=problem.minimum)
    groups = [group for group in groups if is_legal(problem, field, group)]
    rest = np.setdiff1d(alone, np.concatenate(groups)) if groups else alone
    taste = Taste(size, problem.minimum, problem.maximum, np.ones(SLOTS))
    groups += settle(field, rest, taste, by=np.zeros(len(rest), np.int16), control=control)
    return completed(problem, field, people, groups, taken=taken)


def planned(problem: Problem, field: Field, people: Array, *, taken: Array, cohorts: int | None = None) -> Array | None:
    """Return the formation of the slot plan with so many cohorts, None when there is no such plan."""
    plan = slot_plan(problem, people.astype(np.int32), cohorts=cohorts)
    if plan is None:
        return None
    groups = separated(field, list(_dealt(problem, field, people, plan)), minimum=problem.minimum)
    groups = [group for group in groups if is_legal(problem, field, group)]
    return completed(problem, field, people, groups, taken=taken)


def few(problem: Problem, field: Field, people: Array, *, taken: Array) -> Array | None:
    """Return the formation of the best choice of slots for few people who must all be free; None for others."""
    if problem.masks is None or int(field.need[-2]) < problem.maximum:
        return None
    if len(people) >= (MOST_COHORTS + 1) * problem.minimum:
        return None
    alone = people[~field.fixed[people]]
    groups: list[Array] = []
    for here, cohorts in few_cohorts(field, alone, minimum=problem.minimum, maximum=problem.maximum):
        sizes = even_sizes(len(here), cohorts)
        groups += deal(field, here, free=np.ones(len(here), bool), sizes=sizes, units=[])
    groups = separated(field, groups, minimum=problem.minimum)
    groups = [group for group in groups if is_legal(problem, field, group)]
    return completed(problem, field, people, groups, taken=taken)


def completed(problem: Problem, field: Field, people: Array, groups: list[Array], *, taken: Array) -> Array:
    """Return the formation with the legal ones of groups as cohorts and everybody else seated who can be."""
    cohort = labels(field, groups)
    cohort[cohort >= 0] += int(taken.max(initial=-1)) + 1
    cohort = np.where(taken >= 0, taken, cohort)
    waiting = people[cohort[people] == NOT_PLACED]
    units = units_in(problem.unit, waiting)
    cohort = seat(field, cohort, units, maximum=problem.maximum)
    return cohort if problem.cohorts else opened(field, cohort, units, minimum=problem.minimum)


def is_legal(problem: Problem, field: Field, group: Array) -> bool:
    """Tell whether these people can be a cohort."""
    if not problem.minimum <= len(group) <= problem.maximum:
        return False
    if len(field.apart) and np.isin(field.apart, group).all(axis=1).any():
        return False
    return meets(field, group)


def _dealt(problem: Problem, field: Field, people: Array, plan: SlotPlan, size: int | None = None) -> Iterator[Array]:
    several = np.bincount(problem.unit)[problem.unit[people]] > 1
    for slot, sizes in plan.cohorts.items():
        here = plan.slot == slot
        units = units_in(problem.unit, people[here & several])
        free = (field.masks[people] >> np.uint64(slot)) & np.uint64(1) == 1
        whole = [unit for unit in units if ((field.masks[unit] >> np.uint64(slot)) & np.uint64(1)).all()]
        alone = people[here & ~several]
        wanted = sizes
        if size is not None and free[here].all():
            number = min(max(round(int(here.sum()) / size), len(sizes)), int(here.sum()) // problem.minimum)
            wanted = even_sizes(int(here.sum()), number)
        yield from deal(field, alone, free=free[here & ~several], sizes=wanted, units=whole)
