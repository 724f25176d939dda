"""The people of one stratum as slot plans see them: single people, and units that move as one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_problem import SLOTS, Ints, Masks, Problem
from lernet_xblock.rules.formation_slot_filling import fits
from lernet_xblock.rules.formation_slot_programme import Crowd, Run


@dataclass(frozen=True)
class Group:
    """masks: of each person. single: the places (0 …) of those in no unit; units: the places of every unit.

    wished: the size that cohorts should have where that costs nobody a place.
    """

    masks: Masks
    single: NDArray[np.int64]
    units: tuple[NDArray[np.int64], ...]
    wished: float

    @classmethod
    def of(cls, problem: Problem, people: Ints) -> "Group":
        """Return the people (row numbers) as a group; without masks all are free in slot 0 and no other."""
        masks = np.ones(len(people), np.int64) if problem.masks is None else problem.masks[people]
        _, unit, sizes = np.unique(problem.unit[people], return_inverse=True, return_counts=True)
        together = np.nonzero(sizes[unit] > 1)[0]
        order = together[np.argsort(unit[together], kind="stable")]
        units = np.split(order, np.nonzero(np.diff(unit[order]))[0] + 1) if len(order) else []
        wished = problem.target or (problem.minimum + problem.maximum) / 2
        return cls(masks, np.nonzero(sizes[unit] == 1)[0], tuple(units), wished)

    def crowd(self, over: tuple[Run, ...], *, within: Ints | None = None) -> Crowd:
        """Return the group for the programme, with the slots in which a cohort of these sizes could be formed.

        within: of these slots only; None is all.
        """
        free = np.array([((self.masks >> slot) & 1).sum() for slot in range(SLOTS)])
        slots = np.nonzero(free >= min(run.smallest - run.missing for run in over))[0].astype(np.int32)
        if within is not None:
            slots = np.intersect1d(slots, within).astype(np.int32)
        masks, counts = np.unique(self.masks[self.single] & bits_of(slots), return_counts=True)
        unit_free = [((self.masks[unit][:, None] >> slots) & 1).sum(axis=0) for unit in self.units]
        return Crowd(
            masks=masks,
            counts=counts.astype(np.int32),
            slots=slots,
            unit_sizes=np.array([len(unit) for unit in self.units], np.int32),
            unit_free=np.array(unit_free, np.int32).reshape(len(self.units), len(slots)),
        )

    def items(self) -> tuple[Masks, Ints]:
        """Return masks and sizes of single people, then units; a unit is free when all of it are."""
        units = [int(np.bitwise_and.reduce(self.masks[unit])) for unit in self.units]
        sizes = [1] * len(self.single) + [len(unit) for unit in self.units]
        return np.append(self.masks[self.single], np.array(units, np.int64)), np.array(sizes, np.int32)

    def spread(self, of_items: Ints) -> Ints:
        """Return a value for each person from one for each item."""
        spread = np.empty(len(self.masks), np.int32)
        spread[self.single] = of_items[: len(self.single)]
        for unit, value in zip(self.units, of_items[len(self.single) :], strict=True):
            spread[unit] = value
        return spread


def reachable(crowd: Crowd, over: tuple[Run, ...]) -> int:
    """Return an upper bound on the people that any plan places: those with a slot, as far as sizes can hold them."""
    if not len(crowd.slots):
        return 0
    most = crowd.singles + int(crowd.unit_sizes.sum())
    if not any(run.missing for run in over):
        free_together = (crowd.unit_free == crowd.unit_sizes[:, None]).any(axis=1)
        most = int(crowd.counts[crowd.masks != 0].sum() + crowd.unit_sizes[free_together].sum())
    return next(people for people in range(most, -1, -1) if fits(people, over[0].smallest, over[-1].largest))


def bits_of(slots: Ints) -> int:
    """Return the mask of these slots."""
    return sum(1 << int(slot) for slot in slots)
