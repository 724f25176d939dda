"""Splitting people into circles so that the pairs who sit together cost least.

Few splits are all looked at, which is exact: two circles of up to 7 + 7, three of 4 + 4 + 4. More are searched by
swapping two people as long as that helps, from many beginnings.
"""

import random
from collections import Counter
from collections.abc import Sequence
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

# So many splits are looked at one by one.
MOST_SPLITS = 6000
BEGINNINGS = 150

Split = list[list[int]]
Ints = NDArray[np.int64]


def cheapest_split(cost: Sequence[Sequence[int]], sizes: Sequence[int], *, seed: int) -> Split:
    """Return the people of each circle, by row of `cost`, so that the cost of all pairs in them is least.

    cost: symmetric, 0 … , with 0 on the diagonal; sizes: of the circles, larger first, together as many as rows.
    The seed decides between splits that cost the same.
    """
    found, at_least = search(cost, sizes, seed=seed)
    if at_least and splits(sizes) <= MOST_SPLITS:
        return _Enumeration(cost, sizes, found, at_least).best
    return found


def splits(sizes: Sequence[int]) -> int:
    """Return how many different ways there are to make circles of these sizes."""
    people = factorial(sum(sizes)) // prod(map(factorial, sizes))
    return people // prod(factorial(times) for times in Counter(sizes).values())


def search(cost: Sequence[Sequence[int]], sizes: Sequence[int], *, seed: int) -> tuple[Split, int]:
    """Return the best split that swapping finds, and its cost."""
    matrix = np.array(cost, dtype=np.int64).reshape(len(cost), len(cost))
    circle_of = np.repeat(np.arange(len(sizes)), sizes)
    draw = random.Random(seed)  # noqa: S311 - a draw that can be repeated, no secret
    best, least = circle_of, _total(matrix, circle_of)
    for _beginning in range(BEGINNINGS):
        order = list(range(len(cost)))
        draw.shuffle(order)
        settled = _settle(matrix, circle_of[order], len(sizes))
        reached = _total(matrix, settled)
        if reached < least or best is circle_of:
            best, least = settled, min(reached, least)
        if not least:
            break
    return [np.flatnonzero(best == circle).tolist() for circle in range(len(sizes))], least


def _total(matrix: Ints, circle_of: Ints) -> int:
    together = circle_of[:, None] == circle_of[None, :]
    return int(matrix[together].sum()) // 2


def _settle(matrix: Ints, circle_of: Ints, circles: int) -> Ints:
    """Swap the two people whose swap saves most, until none saves anything."""
    circle_of = circle_of.copy()
    people = np.arange(len(circle_of))
    while True:
        seats = (circle_of[:, None] == np.arange(circles)[None, :]).astype(np.int64)
        beside = matrix @ seats
        there = beside[:, circle_of] - beside[people, circle_of][:, None]
        saved = -(there + there.T - 2 * matrix)
        saved[circle_of[:, None] == circle_of[None, :]] = 0
        one, other = divmod(int(saved.argmax()), len(circle_of))
        if saved[one, other] <= 0:
            return circle_of
        circle_of[one], circle_of[other] = circle_of[other], circle_of[one]


class _Enumeration:
    """Every split, person by person; a branch that costs as much as the best known one is left."""

    def __init__(self, cost: Sequence[Sequence[int]], sizes: Sequence[int], known: Split, least: int) -> None:
        self.cost, self.sizes, self.best, self.least = cost, sizes, known, least
        self.seats: Split = [[] for _size in sizes]
        self._place(0, 0)

    def _place(self, person: int, spent: int) -> None:
        if person == len(self.cost):
            self.best, self.least = [list(seat) for seat in self.seats], spent
            return
        row, tried = self.cost[person], set()
        for seat, size in zip(self.seats, self.sizes, strict=True):
            # Empty circles of one size are all the same.
            if len(seat) == size or (not seat and size in tried):
                continue
            if not seat:
                tried.add(size)
            total = spent + sum(row[other] for other in seat)
            if total < self.least:
                seat.append(person)
                self._place(person + 1, total)
                seat.pop()
