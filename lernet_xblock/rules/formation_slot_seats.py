"""Who takes which slot, once it is known how many cohorts each slot has: a transport problem, solved as a flow."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from lernet_xblock.rules.formation_problem import NOT_PLACED, Ints, Masks

Counts = NDArray[np.int64]


def seat(masks: Masks, *, need: Counts, seats: Counts, slots: Ints) -> Ints:
    """Return for each person the position in `slots` where they are planned, -1 for nobody's seat.

    masks: the free slots of each person. need: how many free people each of `slots` must get, at least; seats: how
    many people in all. Free people are seated first and wherever possible; only the seats left go to others.
    """
    kinds, kind_of, counts = np.unique(masks, return_inverse=True, return_counts=True)
    free = ((kinds[:, None] >> slots) & 1).astype(bool)
    given = _flow(free, counts, need)
    given += _flow(free, counts - given.sum(axis=1), seats - given.sum(axis=0))
    left, empty = counts - given.sum(axis=1), seats - given.sum(axis=0)
    others = _flow(np.ones_like(free), left, empty)
    return _hand_out(kind_of.reshape(-1), given + others)


def _flow(free: NDArray[np.bool_], people: Counts, seats: Counts) -> Counts:
    """Return how many people of each kind (rows) go to each slot (columns): as many as can."""
    kinds, slots = free.shape
    sink = kinds + slots + 1
    of, to = np.nonzero(free)
    tails = np.concatenate([np.zeros(kinds, np.int64), of + 1, np.arange(kinds + 1, sink)])
    heads = np.concatenate([np.arange(1, kinds + 1), to + kinds + 1, np.full(slots, sink)])
    room = np.concatenate([people, people[of], seats]).astype(np.int32)
    network = sparse.csr_matrix((room, (tails, heads)), (sink + 1, sink + 1))
    carried = maximum_flow(network, 0, sink).flow[1 : kinds + 1, kinds + 1 : sink]
    given: Counts = np.maximum(carried.toarray(), 0).astype(np.int64)
    return given


def _hand_out(kind_of: NDArray[np.int64], given: Counts) -> Ints:
    """Return a slot for each person, the first of a kind to its first slots."""
    taken = np.full(len(kind_of), NOT_PLACED, np.int32)
    order = np.argsort(kind_of, kind="stable")
    first = np.searchsorted(kind_of[order], np.arange(len(given)))
    for kind, start in enumerate(first):
        to = np.repeat(np.arange(given.shape[1], dtype=np.int32), given[kind])
        taken[order[start : start + len(to)]] = to
    return taken
