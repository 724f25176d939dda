"""Groups in which two sit who are kept apart: one of them changes places with somebody of another group."""

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field, slot_bits


def meets(field: Field, group: Array) -> bool:
    """Tell whether enough of these people are free in one slot."""
    return len(group) > 0 and int(slot_bits(field.masks[group]).sum(axis=0).max()) >= int(field.need[len(group)])


def at_odds(field: Field, group: Array) -> Array:
    """Return the pairs (rows of two) within the group that are kept apart."""
    if not len(field.apart):
        return field.apart
    return np.asarray(field.apart[np.isin(field.apart, group).all(axis=1)])


def separated(field: Field, groups: list[Array], *, minimum: int) -> list[Array]:
    """Return the groups without pairs kept apart, where that is possible: by exchange, or by leaving one out.

    Groups stay able to meet. One that would fall below the minimum borrows from a group that can spare somebody.
    """
    for number in range(len(groups)):
        for pair in at_odds(field, groups[number]):
            goes = [int(person) for person in pair if not field.fixed[person]]
            if goes and not any(_exchanged(field, groups, number, person) for person in goes):
                groups[number] = groups[number][groups[number] != goes[0]]
                if len(groups[number]) < minimum:
                    _borrow(field, groups, number, minimum=minimum)
    return groups


def _exchanged(field: Field, groups: list[Array], number: int, goes: int) -> bool:
    mine = groups[number]
    for other, theirs in enumerate(groups):
        for place, comes in enumerate(theirs.tolist() if other != number else []):
            if field.fixed[comes]:
                continue
            here, there = np.where(mine == goes, comes, mine), theirs.copy()
            there[place] = goes
            if _well(field, here, comes) and _well(field, there, goes):
                groups[number], groups[other] = here, there
                return True
    return False


def _well(field: Field, group: Array, newcomer: int) -> bool:
    return meets(field, group) and not (at_odds(field, group) == newcomer).any()


def _borrow(field: Field, groups: list[Array], number: int, *, minimum: int) -> None:
    for other, theirs in enumerate(groups):
        if other == number or len(theirs) <= minimum:
            continue
        for person in theirs[~field.fixed[theirs]].tolist():
            here, there = np.append(groups[number], person), theirs[theirs != person]
            if _well(field, here, person) and meets(field, there):
                groups[number], groups[other] = here, there
                return
