"""Spreading one attribute over cohorts, such as the departments people come from."""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle, islice
from typing import TypeVar

from lernet_xblock.rules.drawing import draw_key
from lernet_xblock.rules.refusals import Refused

Id = TypeVar("Id", int, str)


def spread(people: Sequence[tuple[Id, str | None]], sizes: Sequence[int], *, seed: int) -> tuple[tuple[Id, ...], ...]:
    """Deal the people over cohorts of exactly these sizes, each attribute value evenly.

    people: (id, attribute value), in any order; None is a value of its own. sizes: at least 1
    each, adding up to the people. Returns the ids per cohort, in the order of sizes.
    When the sizes are at most 1 apart, the people of a value differ by at most 1 between any two
    cohorts. Otherwise a cohort of size s has fewer than 2 more or less of a value than its exact
    share, s / all x people of that value.
    The same seed gives the same cohorts whatever the order of people or the version of Python.
    Raises Refused person_twice or sizes_do_not_add_up.
    """
    _check(people, sizes)
    # Value after value in one row: each value is an unbroken stretch of the seats dealt below.
    row = sorted(people, key=lambda person: _place(person, seed))
    cohorts: tuple[list[Id], ...] = tuple([] for _ in sizes)
    for (person, _), seat in zip(row, _seats(sizes), strict=True):
        cohorts[seat].append(person)
    return tuple(tuple(sorted(ids, key=lambda one: _order(one, seed))) for ids in cohorts)


def _check(people: Sequence[tuple[Id, str | None]], sizes: Sequence[int]) -> None:
    if sum(sizes) != len(people) or min(sizes, default=1) < 1:
        values: dict[str, object] = {"people": len(people), "seats": sum(sizes)}
        raise Refused("sizes_do_not_add_up", "sizes", values)
    repeated = [person for person, times in Counter(one for one, _ in people).items() if times > 1]
    if repeated:
        raise Refused("person_twice", "people", {"id": repeated[0]})


def _order(person: int | str, seed: int) -> tuple[bytes, str]:
    return draw_key(seed, "person", str(person)), str(person)


def _place(person: tuple[int | str, str | None], seed: int) -> tuple[bytes, bool, bytes, str]:
    one, value = person
    return (draw_key(seed, "value", value or ""), value is None, *_order(one, seed))


def _seats(sizes: Sequence[int]) -> list[int]:
    """Return the cohort of each seat in the order of dealing, every stretch of it balanced."""
    if max(sizes, default=0) - min(sizes, default=0) > 1:
        return _weighted_seats(sizes)
    # Round robin, larger cohorts first, so that the last, shorter round ends with them.
    larger_first = sorted(range(len(sizes)), key=lambda cohort: -sizes[cohort])
    return list(islice(cycle(larger_first), sum(sizes)))


def _weighted_seats(sizes: Sequence[int]) -> list[int]:
    """Seat every prefix within 1 of each cohort's exact share.

    R. Tijdeman, The chairman assignment problem, Discrete Mathematics 32 (1980), 323-330; all
    quantities are multiplied by seats x slack to stay whole numbers.
    """
    seats, slack = sum(sizes), 2 * len(sizes) - 2
    dealt = [0] * len(sizes)
    order = []
    for turn in range(1, seats + 1):
        owed = [turn * size - seats * given for size, given in zip(sizes, dealt, strict=True)]
        eligible = [cohort for cohort, debt in enumerate(owed) if debt * slack >= seats]
        chosen = min(
            eligible,
            key=lambda cohort: _urgency(owed[cohort], sizes[cohort], seats, slack),
        )
        dealt[chosen] += 1
        order.append(chosen)
    return order


def _urgency(owed: int, size: int, seats: int, slack: int) -> float:
    return (seats * (slack - 1) - owed * slack) / size
