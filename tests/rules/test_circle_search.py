import random
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.circle_search import cheapest_split, search, splits
from lernet_xblock.rules.circles import circle_sizes, even_sizes, possible_counts

Cost = list[list[int]]


def total(cost: Cost, split: list[list[int]]) -> int:
    return sum(cost[a][b] for rows in split for a, b in combinations(rows, 2))


def least_by_hand(cost: Cost, sizes: tuple[int, ...], rows: frozenset[int]) -> int:
    """Every way to choose the first circle, and every way to go on."""
    if not sizes:
        return 0
    return min(
        total(cost, [list(first)]) + least_by_hand(cost, sizes[1:], rows - set(first))
        for first in combinations(sorted(rows), sizes[0])
    )


@st.composite
def costs(draw: st.DrawFn, most: int = 10) -> Cost:
    people = draw(st.integers(1, most))
    above = [[draw(st.integers(0, 4)) for _ in range(row)] for row in range(people)]
    return [[above[max(a, b)][min(a, b)] if a != b else 0 for b in range(people)] for a in range(people)]


def random_cost(people: int, seed: int) -> Cost:
    draw = random.Random(seed)  # noqa: S311 - instances that can be made again, no secret
    cost = [[0] * people for _ in range(people)]
    for a, b in combinations(range(people), 2):
        cost[a][b] = cost[b][a] = draw.choice((0, 0, 1, 1, 2, 3))
    return cost


@given(cost=costs(), choice=st.integers(0, 5), seed=st.integers(0, 99))
@settings(max_examples=150, deadline=None)
def test_no_other_split_costs_less(cost: Cost, choice: int, seed: int) -> None:
    counts = possible_counts(len(cost))
    sizes = even_sizes(len(cost), counts[choice % len(counts)])

    split = cheapest_split(cost, sizes, seed=seed)

    assert [len(rows) for rows in split] == list(sizes)
    assert sorted(row for rows in split for row in rows) == list(range(len(cost)))
    assert total(cost, split) == least_by_hand(cost, sizes, frozenset(range(len(cost))))
    assert split == cheapest_split(cost, sizes, seed=seed)


@pytest.mark.parametrize("people", [9, 10])
def test_swapping_alone_finds_the_best_split_of_few_people(people: int) -> None:
    sizes = circle_sizes(people)
    for seed in range(40):
        cost = random_cost(people, seed)
        split, least = search(cost, sizes, seed=seed)
        assert total(cost, split) == least == least_by_hand(cost, sizes, frozenset(range(people)))


def test_three_circles_that_met_before_are_mixed_as_well_as_they_can_be() -> None:
    # Each new circle of 5 takes 2 + 2 + 1 from the former three: two pairs meet again in each.
    cost = [[int(a != b and a // 5 == b // 5) for b in range(15)] for a in range(15)]
    assert search(cost, (5, 5, 5), seed=1)[1] == 6


def test_splits_are_counted() -> None:
    assert splits((6, 6)) == 462
    assert splits((7, 6)) == 1716
    assert splits((5, 5, 5)) == 126_126
    assert splits((8,)) == 1


@pytest.mark.parametrize(("people", "most_ms"), [(13, 50), (15, 50), (30, 300)])
def test_it_is_fast(people: int, most_ms: int) -> None:
    cost = random_cost(people, 7)
    spent = []
    for _try in range(3):
        begun = time.process_time()
        cheapest_split(cost, circle_sizes(people), seed=3)
        spent.append(1000 * (time.process_time() - begun))
    assert min(spent) <= most_ms
