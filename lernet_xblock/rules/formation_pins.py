"""Cohorts whose people are partly given: those pinned to a number, and whoever stays together with them."""

from collections.abc import Iterator

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field, slot_bits
from lernet_xblock.rules.formation_problem import NOT_PLACED, Problem
from lernet_xblock.rules.formation_separation import at_odds
from lernet_xblock.rules.formation_start import impossible


def pinned_cohorts(problem: Problem, field: Field) -> tuple[Array, dict[int, int]]:
    """Return a formation of the pinned people and who fills their cohorts up, and the number each cohort must have.

    Cohorts are numbered from 0 in the order of the pins' numbers; the mapping gives the pinned number of each. Who
    is pinned and cannot be placed with the others is left out, and so is a cohort that nobody can fill.
    """
    cohort = np.full(problem.people, NOT_PLACED, np.int32)
    numbers: dict[int, int] = {}
    wanted = _wanted(problem)
    for number in np.unique(wanted[wanted >= 0]).tolist():
        members = _core(problem, field, np.nonzero(wanted == number)[0])
        members = _filled(problem, field, members, np.nonzero((cohort < 0) & ~field.fixed[:-1])[0])
        if len(members):
            cohort[members] = len(numbers)
            numbers[len(numbers)] = number
    return cohort, numbers


def _wanted(problem: Problem) -> Array:
    """Return by person the cohort that they or somebody of their unit is pinned to, -1 for none.

    A unit that is pinned to two cohorts cannot be placed: -2.
    """
    units = int(problem.unit.max(initial=-1)) + 1
    highest, lowest = np.full(units, -1, np.int64), np.full(units, np.iinfo(np.int64).max)
    pinned = problem.pinned >= 0
    np.maximum.at(highest, problem.unit[pinned], problem.pinned[pinned])
    np.minimum.at(lowest, problem.unit[pinned], problem.pinned[pinned])
    wanted = np.where((highest >= 0) & (lowest < highest), -2, highest)[problem.unit]
    return np.where(impossible(problem), -2, wanted)


def _core(problem: Problem, field: Field, members: Array) -> Array:
    """Return those of members, whole units, who can share a cohort; most of them where not all can."""
    values, counts = np.unique(field.stratum[members], return_counts=True)
    members = _with_units(problem, members, field.stratum[members] == values[counts.argmax()])
    for one, other in at_odds(field, members).tolist():
        if one in members and other in members:
            members = _with_units(problem, members, members != other)
    free = slot_bits(field.masks[members])
    if len(members) and not _may_miss(problem, field, members, int(free.sum(axis=0).max())):
        members = _with_units(problem, members, free[:, int(free.sum(axis=0).argmax())] == 1)
    while len(members) > problem.maximum:
        members = _with_units(problem, members, np.arange(len(members)) < len(members) - 1)
    return members


def _may_miss(problem: Problem, field: Field, members: Array, free: int) -> bool:
    sizes = range(max(problem.minimum, len(members)), problem.maximum + 1)
    return any(len(members) - free <= size - int(field.need[size]) for size in sizes)


def _with_units(problem: Problem, members: Array, keep: Array) -> Array:
    """Return members who are kept, without units that are not kept whole."""
    return members[~np.isin(problem.unit[members], problem.unit[members[~keep]])]


def _filled(problem: Problem, field: Field, core: Array, others: Array) -> Array:
    """Return the core with as many of others as the minimum asks for; nobody when there are not enough."""
    if not len(core):
        return core
    others = others[field.stratum[others] == field.stratum[core[0]]]
    for slot, size in _choices(problem, field, core, others):
        members = core
        free = (field.masks[others] >> np.uint64(slot)) & np.uint64(1) == 1
        fit = field.likeness(others[:, None], core[None, :]).sum(axis=1, dtype=np.int64)
        for person in others[np.lexsort([-fit, ~free])].tolist():
            if len(members) == size:
                break
            if not len(at_odds(field, np.append(members, person))):
                members = np.append(members, person)
        have = int(((field.masks[members] >> np.uint64(slot)) & np.uint64(1)).sum())
        if len(members) == size and have >= int(field.need[size]):
            return members
    return core[:0]


def _choices(problem: Problem, field: Field, core: Array, others: Array) -> Iterator[tuple[int, int]]:
    """Yield (slot, size), the slots in which most of the core and then most others are free first."""
    inside = slot_bits(field.masks[core]).sum(axis=0, dtype=np.int64)
    outside = slot_bits(field.masks[others]).sum(axis=0, dtype=np.int64) if len(others) else inside * 0
    for slot in np.lexsort([-outside, -inside]).tolist():
        for size in range(max(problem.minimum, len(core)), problem.maximum + 1):
            if inside[slot] + min(outside[slot], size - len(core)) >= field.need[size]:
                yield slot, size
