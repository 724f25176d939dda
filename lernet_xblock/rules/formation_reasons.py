"""Why somebody is not placed, as the codes of formation_problem.Formation."""

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field, slot_bits
from lernet_xblock.rules.formation_problem import Problem
from lernet_xblock.rules.formation_seating import Tables
from lernet_xblock.rules.formation_start import impossible


def reasons_of(problem: Problem, field: Field, cohort: Array) -> dict[int, str]:
    """Return a code for each person without a cohort, in the order of the row numbers. cohort: from 0 without gaps."""
    left = np.nonzero(cohort < 0)[0].tolist()
    if not left:
        return {}
    facts = _Facts(problem, field, cohort)
    return {person: facts.reason(person) for person in left}


class _Facts:
    def __init__(self, problem: Problem, field: Field, cohort: Array) -> None:
        self.problem, self.field = problem, field
        self.tables = Tables(field, cohort.copy(), maximum=problem.maximum)
        self.never = impossible(problem)
        self.pinned = np.isin(problem.unit, problem.unit[problem.pinned >= 0])
        self.free: dict[int, Array] = {}
        self.people = dict(
            zip(*(part.tolist() for part in np.unique(problem.stratum, return_counts=True)), strict=True)
        )

    def reason(self, person: int) -> str:
        """Return the first code that holds for a person who is not placed."""
        problem = self.problem
        if self.people[int(problem.stratum[person])] < problem.minimum:
            return "stratum_too_small"
        if self.pinned[person]:
            return "not_with_these_pins"
        if self.never[person]:
            return "unit_cannot_meet"
        unit = np.nonzero(problem.unit == problem.unit[person])[0]
        if not self._can_meet(unit):
            return "no_common_slot" if len(unit) == 1 else "unit_cannot_meet"
        full = problem.masks is not None and self.tables.takes_but_for_room(unit)
        return "no_room" if full else "sizes_leave_over"

    def _can_meet(self, unit: Array) -> bool:
        """Tell whether a slot has enough people for a cohort, of the unit's own slots where nobody may be missing."""
        need = int(self.field.need[self.problem.minimum])
        free = self._free_in(int(self.field.stratum[unit[0]]))
        if need == self.problem.minimum:
            free = free[slot_bits(np.bitwise_and.reduce(self.field.masks[unit], keepdims=True))[0] == 1]
        return int(free.max(initial=0)) >= need

    def _free_in(self, stratum: int) -> Array:
        if stratum not in self.free:
            bits = slot_bits(self.field.masks[:-1][self.problem.stratum == stratum])
            self.free[stratum] = bits.sum(axis=0, dtype=np.int64)
        return self.free[stratum]
