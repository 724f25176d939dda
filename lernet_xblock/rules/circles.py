"""Circles: the small groups of a session; how many and how large, who met before, and who comes late."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

PREFERRED_CIRCLE = 6
SMALLEST_CIRCLE, LARGEST_CIRCLE = 4, 9

Pair = tuple[int, int]


def even_sizes(people: int, groups: int) -> tuple[int, ...]:
    """Split people evenly over groups (at least 1): larger first, at most 1 apart."""
    size, larger = divmod(people, groups)
    return (size + 1,) * larger + (size,) * (groups - larger)


def circle_sizes(people: int) -> tuple[int, ...]:
    """Return the sizes of the circles for the people present, larger first; () for nobody.

    people / 6 circles, rounded half up and at least one: 8 stay together, 9 make 5 + 4, 15 make
    5 + 5 + 5, 16 make 6 + 5 + 5. From 4 people on every circle has 4 to 8.
    """
    if people <= 0:
        return ()
    groups = (people + PREFERRED_CIRCLE // 2) // PREFERRED_CIRCLE
    return even_sizes(people, max(1, groups))


def possible_counts(people: int) -> tuple[int, ...]:
    """Return how many circles these people can make with 4 to 9 in each; one for fewer than 4 people, () for nobody."""
    if people <= 0:
        return ()
    fewest = -(-people // LARGEST_CIRCLE)
    return tuple(range(fewest, people // SMALLEST_CIRCLE + 1)) or (1,)


def met(circles: Iterable[Collection[int]]) -> Counter[Pair]:
    """Return how often each pair sat together in these circles. A pair: the lower user id first."""
    return Counter(pair for people in circles for pair in combinations(sorted(people), 2))


def repeats(people: Iterable[int], earlier: Mapping[Pair, int]) -> int:
    """Return how many pairs of these people sat together before."""
    return sum(bool(earlier.get(pair)) for pair in combinations(sorted(people), 2))


@dataclass(frozen=True)
class Room:
    """A circle that somebody may still join. busy: a case of it is being worked on."""

    number: int
    people: int
    busy: bool


def for_late(rooms: Sequence[Room]) -> int:
    """Return the number of the circle that somebody who comes late joins (K4); there is at least one.

    The smallest; of two that are equal the one in which no case is being worked on, then the first.
    """
    return min(rooms, key=lambda room: (room.people, room.busy, room.number)).number
