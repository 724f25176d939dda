"""The slot plan of few people, by looking at every choice of slots: exact, and faster than an integer programme.

For slots with k_t cohorts each, those who can be placed number min over sets S of slots of |free in S| + maximum times
the cohorts outside S, and the minima can be met if |free in S| >= minimum times the cohorts in S for every S.
Source: max-flow min-cut; an augmenting path never empties a seat.
"""

from itertools import combinations, combinations_with_replacement

import numpy as np
from scipy.optimize import linear_sum_assignment

from lernet_xblock.rules.formation_board import Array, Field, slot_bits

# So many cohorts at most, of which 35 slots make 8 435 choices.
MOST_COHORTS = 3
_MUST, _MAY, _NEVER = 1000, 1, -(10**6)


def few_cohorts(field: Field, people: Array, *, minimum: int, maximum: int) -> list[tuple[Array, int]]:
    """Return the people of each slot and how many cohorts they make, for most of people placed.

    people: row numbers of one stratum who stand alone, fewer than (MOST_COHORTS + 1) x minimum. Every cohort has a
    slot that all of it are free in.
    """
    free = slot_bits(field.masks[people]) == 1
    live = np.nonzero(free.sum(axis=0) >= minimum)[0]
    best, slots = 0, ()
    for cohorts in range(1, min(MOST_COHORTS, len(people) // minimum) + 1):
        choices = np.array(list(combinations_with_replacement(live.tolist(), cohorts)), np.int64).reshape(-1, cohorts)
        placed = _placed(free, choices, minimum=minimum, maximum=maximum)
        if placed.max(initial=0) > best:
            best, slots = int(placed.max()), tuple(choices[placed.argmax()].tolist())
    return _seated(free, people, slots, minimum=minimum, maximum=maximum) if best else []


def _placed(free: Array, choices: Array, *, minimum: int, maximum: int) -> Array:
    """Return how many people each choice (a row of slots, one for each cohort) can place; 0 where it is impossible."""
    cohorts = choices.shape[1]
    columns = np.packbits(free, axis=0).T
    placed = np.full(len(choices), cohorts * maximum)
    for size in range(1, cohorts + 1):
        for inside in combinations(range(cohorts), size):
            reached = np.bitwise_or.reduce(columns[choices[:, inside]], axis=1)
            count = np.unpackbits(reached, axis=1).sum(axis=1, dtype=np.int64)
            placed = np.minimum(placed, count + (cohorts - size) * maximum)
            placed[count < size * minimum] = 0
    return placed


def _seated(
    free: Array, people: Array, slots: tuple[int, ...], *, minimum: int, maximum: int
) -> list[tuple[Array, int]]:
    seats = np.repeat(np.array(slots), maximum)
    worth = np.where(np.arange(len(seats)) % maximum < minimum, _MUST, _MAY)
    worths = np.where(free[:, seats], worth[None, :], _NEVER)
    # Seats for nobody, so that who has no slot need not take one.
    row, column = linear_sum_assignment(
        np.concatenate([worths, np.zeros((len(people), len(people)))], axis=1), maximize=True
    )
    taken = np.full(len(people), -1)
    inside = column < len(seats)
    taken[row[inside]] = seats[column[inside]]
    return [(people[taken == slot], slots.count(slot)) for slot in sorted(set(slots))]
