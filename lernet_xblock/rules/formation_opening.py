"""A further cohort for somebody whom no cohort can take: others leave cohorts that can spare them."""

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field
from lernet_xblock.rules.formation_problem import NOT_PLACED, SLOTS
from lernet_xblock.rules.formation_separation import at_odds, meets


def opened(field: Field, cohort: Array, units: list[Array], *, minimum: int) -> Array:
    """Return the formation with cohorts opened for as many of the units as possible that have none.

    cohort: by person, from 0 without gaps, -1 for none. Every cohort can meet as before, none falls below the
    minimum.
    """
    cohort = cohort.copy()
    for unit in units:
        members = _gathered(field, cohort, unit, minimum) if cohort[unit[0]] < 0 else unit[:0]
        if len(members):
            cohort[members] = int(cohort.max()) + 1
    return cohort


def _gathered(field: Field, cohort: Array, unit: Array, minimum: int) -> Array:
    """Return a cohort of the minimum around the unit, nobody where none can be gathered."""
    sizes = np.append(np.bincount(cohort[cohort >= 0]), 0)
    near = (field.stratum[:-1] == field.stratum[unit[0]]) & ~field.fixed[:-1]
    near[unit] = False
    spare = np.nonzero(near & ((cohort < 0) | (sizes[cohort] > minimum)))[0]
    shared = np.bitwise_and.reduce(field.masks[unit])
    for slot in range(SLOTS):
        bit = np.uint64(1) << np.uint64(slot)
        able = spare[(field.masks[spare] & bit) != 0]
        if shared & bit and len(able) + len(unit) >= minimum:
            members = _chosen(field, cohort, unit, able, minimum)
            if len(members) >= minimum:
                return members
    return spare[:0]


def _chosen(field: Field, cohort: Array, unit: Array, able: Array, minimum: int) -> Array:
    """Return the unit with others, those without a cohort and those most alike first, one of each cohort."""
    fit = field.likeness(unit[:, None], able[None, :]).sum(axis=0, dtype=np.int64)
    members, left = unit, set[int]()
    for other in able[np.lexsort([-fit, cohort[able] >= 0])].tolist():
        if len(members) >= minimum:
            break
        row = int(cohort[other])
        if row in left or len(at_odds(field, np.append(members, other))) or not _may_leave(field, cohort, other):
            continue
        members = np.append(members, other)
        left |= {row} - {NOT_PLACED}
    return members


def _may_leave(field: Field, cohort: Array, person: int) -> bool:
    if cohort[person] < 0:
        return True
    mates = np.nonzero(cohort == cohort[person])[0]
    return meets(field, mates[mates != person])
