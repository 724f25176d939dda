"""A first formation: cohorts of people who are alike and share a slot, the least flexible people first.

Scarcity first: the slot is taken in which the people weigh most, who weigh the more the fewer slots they have left.
Source: greedy covering by scarcity, measured against the slot plan of the integer programme.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field, slot_bits
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_problem import NOT_PLACED, SLOTS

# How much less a person weighs with each further slot; whole numbers, so that sums are exact everywhere.
_SCARCITY = np.array([0] + [round(1e6 * slots**-1.5) for slots in range(1, SLOTS + 1)], np.float64)
# Of the cohorts that a slot could fill, the share that is formed before the slots are weighed again.
_SHARE_AT_ONCE = 3


@dataclass(frozen=True)
class Taste:
    """How cohorts are cut. size: what is aimed at, between the bounds. slots: by slot how much it is liked, > 0."""

    size: int
    minimum: int
    maximum: int
    slots: Array


def settle(field: Field, people: Array, taste: Taste, *, by: Array, control: Control) -> list[Array]:
    """Return cohorts of people (row numbers, one stratum), each with a slot that all are free in.

    by: the block of each of people; cohorts are formed within a block first, then of what
    is left. Some people may be left over. Nobody is beside a person they are kept apart from.
    """
    formed: list[Array] = []
    left: list[Array] = []
    for block in np.unique(by):
        if not control.goes_on(0.0):
            return formed
        members = people[by == block]
        groups, others = _cover(field, members, taste)
        formed += groups
        left.append(others)
    rest = np.concatenate(left) if left else people[:0]
    return formed + _cover(field, rest, taste)[0]


def _cover(field: Field, people: Array, taste: Taste) -> tuple[list[Array], Array]:
    """Return cohorts of people, and who is in none."""
    if len(people) < taste.minimum:
        return [], people
    bits = slot_bits(field.masks[people])[:, :SLOTS].astype(np.float64)
    alive = np.ones(len(people), bool)
    formed: list[Array] = []
    while True:
        rows = np.nonzero(alive)[0]
        free = bits[rows]
        live = free.sum(axis=0) >= taste.minimum
        if not live.any():
            return formed, people[alive]
        flexibility = (free @ live).astype(np.int64)
        weight = (_SCARCITY[flexibility] @ free) * taste.slots
        slot = int(np.where(live, weight, -1).argmax())
        able = np.nonzero(free[:, slot])[0]
        able = rows[able[np.argsort(flexibility[able], kind="stable")]]
        taken = list(_groups(field, people, able, taste))
        if not taken:
            bits[able, slot] = 0
        for group in taken:
            alive[group] = False
            formed.append(people[group])


def _groups(field: Field, people: Array, able: Array, taste: Taste) -> Iterator[Array]:
    """Yield groups of able (rows of people, the least flexible first), who can all share a cohort."""
    cohorts = max(1, len(able) // taste.size // _SHARE_AT_ONCE)
    wanted = cohorts * taste.size
    if cohorts == 1 and len(able) <= taste.maximum:
        wanted = len(able)
    chosen = able[:wanted]
    order = np.lexsort(field.codes[::-1, people[chosen]])
    dealt = chosen[order]
    for group in (dealt[start::cohorts] for start in range(cohorts)):
        legal = group[_compatible(field, people[group])]
        if len(legal) >= taste.minimum:
            yield legal


def _compatible(field: Field, group: Array) -> Array:
    """Return True for those of group who can stay; of two who are kept apart, the later goes."""
    stays = np.ones(len(group), bool)
    if len(field.apart):
        member = np.zeros(field.people, bool)
        member[group] = True
        for one, other in field.apart[member[field.apart].all(axis=1)]:
            at_one, at_other = int(np.nonzero(group == one)[0][0]), int(np.nonzero(group == other)[0][0])
            if stays[at_one] and stays[at_other]:
                stays[max(at_one, at_other)] = False
    return stays


def labels(field: Field, cohorts: list[Array]) -> Array:
    """Return the cohort of each person, numbered in the order of the list, -1 for who is in none; int32."""
    cohort = np.full(field.people, NOT_PLACED, np.int32)
    for number, members in enumerate(cohorts):
        cohort[members] = number
    return cohort
