"""Why somebody finds no place in a formation that keeps most people where they were."""

from collections.abc import Mapping

import numpy as np

from lernet_xblock.rules.formation_counts import Flags, Sums, needed
from lernet_xblock.rules.formation_reform_standing import Standing


def reasons(standing: Standing) -> Mapping[int, str]:
    """Return a code of Formation.reasons for everybody without a seat."""
    return {person: _reason(standing, person) for person in np.nonzero(standing.seats.at < 0)[0].tolist()}


def _reason(standing: Standing, person: int) -> str:
    problem, seats = standing.problem, standing.seats
    unit = np.nonzero(problem.unit == problem.unit[person])[0]
    alike = np.nonzero(problem.stratum == problem.stratum[person])[0]
    if (problem.pinned[unit] >= 0).any():
        return "not_with_these_pins"
    if len(alike) < problem.minimum:
        return "stratum_too_small"
    if not _slots_with_enough(standing, alike)[_own_slots(standing, unit)].any():
        return "no_common_slot" if len(unit) == 1 else "unit_cannot_meet"
    if problem.masks is None:
        return "sizes_leave_over"
    meet = seats.free[standing.used(int(problem.stratum[person]))][:, _own_slots(standing, unit)]
    sizes = seats.sizes[standing.used(int(problem.stratum[person]))]
    return "no_room" if (meet >= needed(problem, sizes + 1)[:, None] - 1).any() else "no_common_slot"


def _own_slots(standing: Standing, unit: Sums) -> Flags:
    """The slots in which the whole unit is free; every slot where some of a cohort may miss it."""
    problem = standing.problem
    may_miss = problem.minimum - int(needed(problem, np.array([problem.minimum]))[0])
    return np.asarray((standing.seats.bits[unit] == 0).sum(axis=0) <= may_miss)


def _slots_with_enough(standing: Standing, people: Sums) -> Flags:
    least = needed(standing.problem, np.array([standing.problem.minimum]))[0]
    return np.asarray(standing.seats.bits[people].sum(axis=0) >= least)
