"""The order in which the search sees people: by who they are, not by how the list was sorted.

So the same people in another order make the same formation. People of equal content and relations may change places.
"""

from dataclasses import replace

import numpy as np

from lernet_xblock.rules.formation_board import Array
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_problem import Problem

# Relations are looked at this far: with whom, and with whom those are.
_STEPS = 2


def in_order(problem: Problem, draws: Draws) -> tuple[Problem, Array]:
    """Return the problem with its people in an order drawn from who they are, and the row number each had."""
    order = np.argsort(_rank(problem), kind="stable")
    # Shuffled, because neighbours of a sorted list are alike in everything, and ties go to who comes first.
    order = order[draws.order(problem.people)]
    place = np.empty(problem.people, np.int64)
    place[order] = np.arange(problem.people)
    apart = np.sort(place[problem.apart.reshape(-1, 2)], axis=1)
    _, first, unit = np.unique(problem.unit[order], return_index=True, return_inverse=True)
    by_first = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    ordered = replace(
        problem,
        attributes=tuple(replace(attribute, codes=attribute.codes[order]) for attribute in problem.attributes),
        stratum=problem.stratum[order],
        masks=None if problem.masks is None else problem.masks[order],
        apart=np.unique(apart, axis=0).astype(np.int32),
        unit=by_first[unit.reshape(-1)].astype(np.int32),
        pinned=problem.pinned[order],
        previous=None if problem.previous is None else problem.previous[order],
    )
    return ordered, order


def _rank(problem: Problem) -> Array:
    masks = np.zeros(problem.people, np.int64) if problem.masks is None else problem.masks
    columns: list[Array] = [problem.pinned, masks, *(attribute.codes for attribute in reversed(problem.attributes))]
    rank = _ranks([problem.stratum, *columns])
    for _ in range(_STEPS):
        rank = _ranks([_beside(problem, rank), _together(problem, rank), rank])
    return rank


def _ranks(columns: list[Array]) -> Array:
    """Return the rank of each row by the last column, then the one before it, and so on; equal rows share one."""
    order = np.lexsort(columns)
    new = np.zeros(len(order), bool)
    for column in columns:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(new)
    return rank


def _beside(problem: Problem, rank: Array) -> Array:
    """Return by person a number made of the ranks of those they are kept apart from, whatever their order."""
    total = np.zeros(problem.people, np.int64)
    one, other = problem.apart.reshape(-1, 2).astype(np.int64).T
    mixed = _mixed(rank)
    np.add.at(total, one, mixed[other])
    np.add.at(total, other, mixed[one])
    return total


def _together(problem: Problem, rank: Array) -> Array:
    total = np.zeros(int(problem.unit.max(initial=-1)) + 1, np.int64)
    np.add.at(total, problem.unit, _mixed(rank))
    return np.where(np.bincount(problem.unit)[problem.unit] > 1, total[problem.unit], 0) if len(rank) else rank


def _mixed(rank: Array) -> Array:
    # A multiplicative hash, so that sums of ranks seldom meet; overflow is part of it.
    words = (rank.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return ((words ^ (words >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)).view(np.int64)
