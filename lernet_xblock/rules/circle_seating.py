"""Who sits in which circle, and who moderates it and keeps its time (rules K1 to K3)."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lernet_xblock.rules.circle_search import cheapest_split
from lernet_xblock.rules.circles import Pair


@dataclass(frozen=True)
class Service:
    """How often somebody has moderated a circle and kept the time of one; last: in which session, -1 for never."""

    moderated: int = 0
    timed: int = 0
    last: int = -1


@dataclass(frozen=True)
class Seating:
    """A circle as it is to be. people: rising; moderator, timekeeper: None where everybody else brings a case."""

    people: tuple[int, ...]
    moderator: int | None
    timekeeper: int | None


def seat(
    people: Iterable[int],
    sizes: Sequence[int],
    *,
    earlier: Mapping[Pair, int],
    cases: Mapping[int, int],
    service: Mapping[int, Service],
    seed: int,
) -> tuple[Seating, ...]:
    """Return circles of these sizes, with their roles. The same arguments give the same circles, in any order.

    First the cases are spread as evenly as they can be (K3); then those sit together who met least: the sum of
    earlier meetings over all pairs is least, which keeps the squares of meetings over all sessions lowest (K1).
    earlier: meetings of pairs; cases: of those present, by their owner; service: who did what so far.
    """
    order = sorted(people)
    random.Random(seed).shuffle(order)  # noqa: S311 - a draw that can be repeated, no secret
    split = cheapest_split(_cost(order, earlier, cases), sizes, seed=seed)
    return tuple(_seating([order[row] for row in rows], cases, service) for rows in split)


def _cost(order: Sequence[int], earlier: Mapping[Pair, int], cases: Mapping[int, int]) -> list[list[int]]:
    """Return what each pair costs. Two cases in one circle cost more than all meetings together."""
    among = [[earlier.get((min(a, b), max(a, b)), 0) if a != b else 0 for b in order] for a in order]
    much = sum(map(sum, among)) + 1
    own = [cases.get(user, 0) for user in order]
    return [
        [one + much * own[row] * own[column] * (row != column) for column, one in enumerate(line)]
        for row, line in enumerate(among)
    ]


def _seating(people: Sequence[int], cases: Mapping[int, int], service: Mapping[int, Service]) -> Seating:
    moderator, timekeeper = roles(people, givers={user for user in people if cases.get(user)}, service=service)
    return Seating(tuple(sorted(people)), moderator, timekeeper)


def roles(
    people: Sequence[int],
    *,
    givers: Collection[int],
    service: Mapping[int, Service],
    moderator: int | None = None,
    timekeeper: int | None = None,
) -> tuple[int | None, int | None]:
    """Return who moderates and who keeps the time: two people who give no case here (K2).

    Who is given stays, as far as they may. Else it is who did it least so far, then who did either least, then who did
    so longest ago, then the first of `people`. None for a role that is left over where nearly everybody brings a case.
    """
    free = [user for user in people if user not in givers]
    kept = {user for user in (moderator, timekeeper) if user in free}
    first = moderator if moderator in kept else _least(free, kept, service, "moderated")
    second = timekeeper if timekeeper in kept else _least(free, {*kept, first}, service, "timed")
    return first, second


def _least(free: Sequence[int], taken: Collection[int | None], service: Mapping[int, Service], what: str) -> int | None:
    def so_far(user: int) -> tuple[int, int, int]:
        own = service.get(user, Service())
        return getattr(own, what), own.moderated + own.timed, own.last

    return min((user for user in free if user not in taken), key=so_far, default=None)
