"""Changing groups that exist already: pairs that a move would break, and a group in two halves."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from lernet_xblock.rules.circles import even_sizes
from lernet_xblock.rules.spread import spread

APART, TOGETHER = "apart", "together"
# Draws among which the one that keeps most pairs is taken.
DRAWS = 12


class Pair(NamedTuple):
    """Two people who are to be in different groups ("apart") or in the same one ("together")."""

    kind: str
    first: int
    second: int


def broken_pairs(
    pairs: Iterable[Pair],
    *,
    moving: Collection[int],
    there: Collection[int],
    behind: Collection[int],
) -> tuple[Pair, ...]:
    """Return the pairs that do not hold after the move, each with somebody who moves as its first.

    moving: who changes groups; there: who is in the new group already; behind: who stays in the old one.
    """
    found = []
    for kind, one, other in pairs:
        for mover, stays in ((one, other), (other, one)):
            against = there if kind == APART else behind
            if mover in moving and stays in against:
                found.append(Pair(kind, mover, stays))
    return tuple(found)


def halves(people: Sequence[tuple[int, str | None]], pairs: Sequence[Pair]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the people in two groups, sizes at most 1 apart and the larger first, their values evenly spread.

    people: (id, attribute value), at least 2. Of a dozen draws, the first that leaves the fewest pairs broken.
    """
    draws = (spread(people, even_sizes(len(people), 2), seed=seed) for seed in range(1, DRAWS + 1))
    first, second = min(draws, key=lambda groups: _missed(pairs, groups))
    return first, second


def _missed(pairs: Iterable[Pair], groups: Sequence[Collection[int]]) -> int:
    """Return how many pairs the groups part that belong together, or join that belong apart."""
    place = {one: number for number, group in enumerate(groups) for one in group}
    return sum(
        (place[one] == place[other]) is (kind == APART) for kind, one, other in pairs if one in place and other in place
    )
