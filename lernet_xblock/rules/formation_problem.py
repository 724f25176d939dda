"""What cohort formation works on: people as columns of numbers, and what a formation is.

One row of an array for each person, in the order in which they were given. Values are coded from 0; what the codes
stand for stays with whoever made the problem (see formation_people).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Masks = NDArray[np.int64]

# Weekly slots: Monday to Friday, seven blocks a day; the bit of block b on day d is 7 * d + b.
SLOTS = 35
NOT_PLACED = -1
# The least share of a cohort that must be free in a common slot.
LEAST_ATTENDANCE = 0.5

Cancel = Callable[[], bool]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Attribute:
    """One attribute that counts in the objective. weight > 0: to match it; < 0: to mix it.

    codes: the value of each person, from 0. A person adds weight x (share of mates of the same value) when it is
    matched, and -weight x (share of mates of another value) when it is mixed.
    """

    name: str
    weight: float
    codes: Ints


@dataclass(frozen=True)
class Problem:
    """Who is to be placed under which rules.

    minimum, maximum: people in a cohort. stratum: a number for each person; only people of one number share a cohort
    (the same language, say). masks: the free weekly slots of each person, bit t of SLOTS, at least one; None when no
    common slot is asked for. attendance: the share q of a cohort that must be free in its best slot, 0.5 … 1; a
    cohort of n needs a slot with at least ceil(q n) people free. apart: pairs of people never in one cohort.
    unit: people of the same number are together, in one cohort or all unplaced; a number for each person, from 0.
    pinned: the cohort a person must be in, -1 for none. previous: the cohort a person was in, -1 for none; None when
    nothing was formed before. cohorts: the exact number of cohorts wanted, None to leave it to the search.
    target: the size wished for, None for no wish; sizes may differ from it.
    """

    minimum: int
    maximum: int
    attributes: tuple[Attribute, ...]
    stratum: Ints
    masks: Masks | None
    attendance: float
    apart: NDArray[np.int32]
    unit: Ints
    pinned: Ints
    previous: Ints | None = None
    cohorts: int | None = None
    target: float | None = None

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.stratum)


@dataclass(frozen=True)
class Formation:
    """Who is where.

    cohort: a number for each person, from 0 without gaps except where pins or earlier cohorts hold numbers; -1 is
    not placed. reasons: why, by person, for everybody who is not placed:

    stratum_too_small: fewer people share what must be the same than a cohort needs;
    no_common_slot: no slot of theirs has enough people;
    unit_cannot_meet: those who must stay together share no slot that enough others have;
    sizes_leave_over: the sizes cannot take everybody, and this person is one too many;
    no_room: every cohort that could take them is full or holds somebody they are kept apart from;
    not_with_these_pins: the pins leave no place.

    stopped: whether it was cancelled, and is the best found until then.
    """

    cohort: Ints
    reasons: Mapping[int, str] = field(default_factory=dict)
    stopped: bool = False


def least_free(size: int, attendance: float) -> int:
    """Return how many of a cohort of this size must be free in its slot: ceil(attendance x size)."""
    # 0.7 x 10 is 7.000000000000001 nowhere, but 0.6 x 15 and its like may be a hair above the whole number.
    return ceil(attendance * size - 1e-9)


def score(problem: Problem, cohort: Ints) -> float:
    """Return J, 0 … the sum of all weights without sign: the mean over all people of how well their mates fit.

    Source: maximally diverse grouping with matched and mixed attributes; a person who is not placed, or is alone,
    counts 0. cohort: a number for each person, -1 is not placed.
    """
    if not problem.people:
        return 0.0
    placed = cohort >= 0
    sizes = np.bincount(cohort[placed]) if placed.any() else np.zeros(1, np.int64)
    shared = placed & (sizes[np.where(placed, cohort, 0)] > 1)
    mates = np.where(sizes > 1, sizes - 1, 1)
    total = 0.0
    for attribute in problem.attributes:
        values = int(attribute.codes.max()) + 1
        pairs = np.bincount(cohort[shared].astype(np.int64) * values + attribute.codes[shared])
        # In a cohort where c people share a value, each has c - 1 mates of it.
        cells = np.nonzero(pairs)[0]
        same = float((pairs[cells] * (pairs[cells] - 1) / mates[cells // values]).sum())
        total += attribute.weight * same + (-attribute.weight * int(shared.sum()) if attribute.weight < 0 else 0.0)
    return total / problem.people
