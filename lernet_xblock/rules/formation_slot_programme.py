"""The integer programme behind a slot plan: how many cohorts of which sizes in which slot, for most people placed.

A cohort of n at share q needs ceil(q n) free people, so n - ceil(q n) may be missing. Sizes that let equally many be
missing form a run; for each slot t and run j the programme counts cohorts K and people n with smallest K <= n <=
largest K, and asks the slot's free people to be n - j K at least. People of equal masks are one flow, whole wherever
K and n are. That nobody flows to a slot without a cohort follows from the rest in whole numbers, but not in fractions;
the tight form says so for each flow (as in facility location), and has far less to search.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from lernet_xblock.rules.formation_problem import NOT_PLACED, Ints, Masks, least_free

# Budgets are counted and never timed: the same people give the same plan on a slow machine.
MOST_NODES = 2000
Matrix = Any


@dataclass(frozen=True)
class Run:
    """Sizes smallest … largest, of which `missing` people need not be free in the cohort's slot."""

    missing: int
    smallest: int
    largest: int


@dataclass(frozen=True)
class Crowd:
    """People who may share cohorts. masks, counts: how many single people have which mask (distinct).

    slots: the slots to choose from. unit_sizes: those who stay together, people in each unit; unit_free: how many
    of each unit (rows) are free in each of `slots` (columns).
    """

    masks: Masks
    counts: Ints
    slots: Ints
    unit_sizes: Ints
    unit_free: Ints

    @property
    def singles(self) -> int:
        """How many people are in no unit."""
        return int(self.counts.sum())

    @property
    def flows(self) -> int:
        """From how many masks to how many of their slots people can go."""
        return int(((self.masks[:, None] >> self.slots) & 1).sum())


@dataclass(frozen=True)
class Answer:
    """What the programme found. cohorts, people: by slot of the crowd (rows) and run (columns).

    unit_slots: the position in the crowd's slots of each unit, -1 not placed. proved: whether no plan places more.
    """

    cohorts: Ints
    people: Ints
    unit_slots: Ints
    proved: bool


def runs(minimum: int, maximum: int, attendance: float) -> tuple[Run, ...]:
    """Return the sizes minimum … maximum as runs, by how many people may be missing."""
    missing = [(size - least_free(size, attendance), size) for size in range(minimum, maximum + 1)]
    return tuple(
        Run(count, min(size for other, size in missing if other == count), max(s for o, s in missing if o == count))
        for count in sorted({count for count, _ in missing})
    )


def most_placed(crowd: Crowd, over: Sequence[Run], *, cohorts: int | None, tight: bool = True) -> Answer | None:
    """Return the plan that places most people, None when there is none (or none was found in MOST_NODES).

    cohorts: the exact number of them, None leaves it free. tight: the loose form has the same answers and fewer
    rows, one for each flow; it pays where almost any plan will do.
    """
    form = _Form(crowd, tuple(over))
    if not form.slots:
        return _nobody(form) if not cohorts else None
    people = crowd.singles + int(crowd.unit_sizes.sum())
    found = milp(
        form.columns(0, -1, 0, 0),
        integrality=form.columns(1, 1, 0, 1) != 0,
        bounds=Bounds(0, form.most()),
        constraints=[*form.rules(tight=tight), *([] if cohorts is None else [form.exactly(cohorts)])],
        # Less than one person apart is no difference: the optimum is a whole number.
        options={"presolve": True, "node_limit": MOST_NODES, "mip_rel_gap": 0.9 / max(people, 1)},
    )
    if found.x is None:
        return None
    counted, placed, _, sits = form.parts(np.rint(found.x).astype(np.int32))
    seated = np.append(sits.reshape(form.units, form.slots), np.ones((form.units, 1), np.int32), axis=1).argmax(axis=1)
    return Answer(
        cohorts=counted.reshape(form.slots, form.runs),
        people=placed.reshape(form.slots, form.runs),
        unit_slots=np.where(seated < form.slots, seated, NOT_PLACED).astype(np.int32),
        proved=bool(found.status == 0),
    )


def _nobody(form: "_Form") -> Answer:
    none = np.zeros((0, form.runs), np.int32)
    return Answer(none, none, np.full(form.units, NOT_PLACED, np.int32), proved=True)


class _Form:
    """The variables in order: cohorts and people (by slot and run), flows (mask to slot), units (unit to slot)."""

    def __init__(self, crowd: Crowd, over: tuple[Run, ...]) -> None:
        self.crowd, self.over = crowd, over
        self.slots, self.runs, self.units = len(crowd.slots), len(over), len(crowd.unit_sizes)
        self.flow_mask, self.flow_slot = np.nonzero((crowd.masks[:, None] >> crowd.slots) & 1)
        self.widths = (self.slots * self.runs,) * 2 + (len(self.flow_mask), self.units * self.slots)

    def columns(self, *values: float) -> NDArray[np.float64]:
        """Return one value for each variable of the four kinds."""
        return np.repeat(np.array(values, float), self.widths)

    def parts(self, solution: Ints) -> list[Ints]:
        """Return the solution's four kinds of variables."""
        return np.split(solution, np.cumsum(self.widths)[:-1])

    def most(self) -> NDArray[np.float64]:
        """Return the upper bound of every variable."""
        crowd, over = self.crowd, self.over
        free = np.bincount(self.flow_slot, crowd.counts[self.flow_mask], self.slots) + crowd.unit_free.sum(axis=0)
        cohorts = free[:, None] // np.array([run.smallest - run.missing for run in over])
        people = cohorts * np.array([run.largest for run in over])
        nobody_missing = all(run.missing == 0 for run in over)
        units = (crowd.unit_free == crowd.unit_sizes[:, None]) | (not nobody_missing)
        parts = (cohorts.ravel(), people.ravel(), crowd.counts[self.flow_mask], units.ravel())
        most: NDArray[np.float64] = np.concatenate(parts).astype(np.float64)
        return most

    def rules(self, *, tight: bool) -> list[LinearConstraint]:
        """Return what every plan keeps to."""
        return [*self._people(), *self._sizes(), *self._links(tight=tight)]

    def exactly(self, cohorts: int) -> LinearConstraint:
        """Return the rule that there are so many cohorts."""
        return LinearConstraint(self.columns(1, 0, 0, 0)[None, :], cohorts, cohorts)

    def _row(self, *parts: Matrix | None) -> Matrix:
        """Return a block of rows from those of the four kinds; None is all zeros."""
        height = next(part.shape[0] for part in parts if part is not None)
        return sparse.hstack(
            [
                sparse.csr_matrix((height, width)) if part is None else part
                for part, width in zip(parts, self.widths, strict=True)
            ],
            format="csr",
        )

    def _people(self) -> list[LinearConstraint]:
        """Nobody sits twice, every slot has its free people, and those who flow to it are among its people."""
        crowd, each, flows = self.crowd, sparse.identity(self.slots), np.arange(len(self.flow_mask))
        here = sparse.kron(each, np.ones((1, self.runs)))
        missing = sparse.kron(each, [[run.missing for run in self.over]])
        from_mask = _ones(self.flow_mask, flows, (len(crowd.masks), len(flows)))
        to_slot = _ones(self.flow_slot, flows, (self.slots, len(flows)))
        units = sparse.kron(np.ones((1, self.units)), each)
        sizes = np.repeat(crowd.unit_sizes, self.slots)
        free_units, whole_units = units.multiply(crowd.unit_free.ravel()[None, :]), units.multiply(sizes[None, :])
        everybody = self.columns(0, 1, 0, 0)
        everybody[len(everybody) - len(sizes) :] = -sizes
        return [
            LinearConstraint(self._row(None, None, from_mask, None), -np.inf, crowd.counts),
            LinearConstraint(self._row(missing, -here, to_slot, free_units), 0, np.inf),
            LinearConstraint(self._row(None, here, -to_slot, -whole_units), 0, np.inf),
            LinearConstraint(everybody[None, :], -np.inf, crowd.singles),
        ]

    def _sizes(self) -> list[LinearConstraint]:
        number = sparse.identity(self.slots * self.runs)
        smallest, largest = (
            sparse.diags(np.tile(sizes, self.slots).astype(float))
            for sizes in zip(*((run.smallest, run.largest) for run in self.over), strict=True)
        )
        return [
            LinearConstraint(self._row(-smallest, number, None, None), 0, np.inf),
            LinearConstraint(self._row(largest, -number, None, None), 0, np.inf),
        ]

    def _links(self, *, tight: bool) -> list[LinearConstraint]:
        """Nobody flows to, and no unit sits in, a slot without a cohort; a unit sits once."""
        opened = sparse.kron(sparse.identity(self.slots), np.ones((1, self.runs)), format="csr")
        rules = []
        if tight:
            counts = self.crowd.counts[self.flow_mask]
            flowing = opened[self.flow_slot].multiply(counts[:, None])
            rules.append(LinearConstraint(self._row(flowing, None, -sparse.identity(len(counts)), None), 0, np.inf))
        if self.units:
            sits, times = sparse.identity(self.units * self.slots), np.tile(np.arange(self.slots), self.units)
            once = sparse.kron(sparse.identity(self.units), np.ones((1, self.slots)))
            rules.append(LinearConstraint(self._row(opened[times], None, None, -sits), 0, np.inf))
            rules.append(LinearConstraint(self._row(None, None, None, once), -np.inf, 1))
        return rules


def _ones(rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> Matrix:
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape)
