"""From a slot plan to cohorts: who of a slot's people shares which of its cohorts."""

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field


def deal(field: Field, people: Array, *, free: Array, sizes: tuple[int, ...], units: list[Array]) -> list[Array]:
    """Return one group of people for each of the sizes, people of a kind beside each other.

    people: row numbers that stand alone; free: which of them have the slot; units: those who stay together, with
    every member free. Groups that lack people or free people come out smaller; whoever is in none is left over.
    """
    groups: list[list[int]] = [[] for _ in sizes]
    people, free = _spread(field, people, free, len(sizes))
    for unit in sorted(units, key=len, reverse=True):
        roomiest = max(range(len(sizes)), key=lambda at: sizes[at] - len(groups[at]))
        if sizes[roomiest] - len(groups[roomiest]) >= len(unit):
            groups[roomiest] += unit.tolist()
    need = [max(int(field.need[size]) - len(group), 0) for size, group in zip(sizes, groups, strict=True)]
    able = _hand_out(groups, people[free], need)
    room = [size - len(group) for size, group in zip(sizes, groups, strict=True)]
    _hand_out(groups, np.concatenate([people[~free], able]), room)
    return [np.array(group, np.int64) for group in groups]


def _spread(field: Field, people: Array, free: Array, groups: int) -> tuple[Array, Array]:
    """Return people (and which are free) in an order in which neighbours share the leading value and little else."""
    if not len(field.points):
        return people, free
    order = np.lexsort(field.codes[::-1, people])
    order = np.concatenate([order[start::groups] for start in range(groups)])
    leading = field.codes[int(field.points.argmax()), people[order]]
    order = order[np.argsort(leading, kind="stable")]
    return people[order], free[order]


def _hand_out(groups: list[list[int]], people: Array, wanted: list[int]) -> Array:
    start = 0
    for group, count in zip(groups, wanted, strict=True):
        group.extend(people[start : start + count].tolist())
        start += len(people[start : start + count])
    return people[start:]
