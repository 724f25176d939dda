import os
import subprocess
import sys
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules import spread as spread_module
from lernet_xblock.rules.circles import even_sizes
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.spread import spread

ROOT = Path(spread_module.__file__).parents[2]
THREE_DEPARTMENTS: list[tuple[int, str | None]] = [
    (number, ("care", "kitchen", "logistics")[number % 3]) for number in range(24)
]

PEOPLE = st.lists(st.sampled_from(["a", "b", "c", "d", None, ""]), min_size=1, max_size=60).map(
    lambda values: list(enumerate(values))
)


def counts(cohorts: tuple[tuple[int, ...], ...], people: list[tuple[int, str | None]]) -> list[Counter[str | None]]:
    value_of = dict(people)
    return [Counter(value_of[one] for one in cohort) for cohort in cohorts]


def test_three_departments_of_eight_in_two_cohorts_are_four_of_each() -> None:
    for seed in range(20):
        cohorts = spread(THREE_DEPARTMENTS, (12, 12), seed=seed)

        assert counts(cohorts, THREE_DEPARTMENTS) == [{"care": 4, "kitchen": 4, "logistics": 4}] * 2


@given(people=PEOPLE, groups=st.integers(1, 8), seed=st.integers(0, 2**128))
def test_values_differ_by_at_most_one_between_cohorts_of_about_one_size(
    people: list[tuple[int, str | None]], groups: int, seed: int
) -> None:
    sizes = even_sizes(len(people), min(groups, len(people)))[::-1]

    cohorts = spread(people, sizes, seed=seed)

    assert [len(cohort) for cohort in cohorts] == list(sizes)
    assert sorted(one for cohort in cohorts for one in cohort) == [one for one, _ in people]
    for first, second in combinations(counts(cohorts, people), 2):
        assert all(abs(first[value] - second[value]) <= 1 for value in {*first, *second})


@given(people=PEOPLE, cuts=st.sets(st.integers(1, 59), max_size=7), seed=st.integers(0, 999))
def test_cohorts_of_any_sizes_get_less_than_two_off_their_share(
    people: list[tuple[int, str | None]], cuts: set[int], seed: int
) -> None:
    ends = [0, *sorted(cut for cut in cuts if cut < len(people)), len(people)]
    sizes = [end - start for start, end in pairwise(ends)]

    cohorts = spread(people, sizes, seed=seed)

    assert [len(cohort) for cohort in cohorts] == sizes
    assert sorted(one for cohort in cohorts for one in cohort) == [one for one, _ in people]
    total = Counter(value for _, value in people)
    for size, found in zip(sizes, counts(cohorts, people), strict=True):
        assert all(abs(found[value] - size * total[value] / len(people)) < 2 for value in total)


@given(order=st.permutations(THREE_DEPARTMENTS))
def test_the_order_of_people_has_no_effect(order: list[tuple[int, str | None]]) -> None:
    assert spread(order, (9, 8, 7), seed=3) == spread(THREE_DEPARTMENTS, (9, 8, 7), seed=3)


def test_another_seed_gives_other_cohorts() -> None:
    drawn = {spread(THREE_DEPARTMENTS, (12, 12), seed=seed) for seed in range(50)}

    assert len(drawn) == 50


@pytest.mark.parametrize("hash_seed", ["0", "1", "12345"])
def test_a_seed_gives_the_same_cohorts_in_every_process(hash_seed: str) -> None:
    program = (
        "from lernet_xblock.rules.spread import spread;"
        "print(spread([(str(n), 'xyz'[n % 3]) for n in range(6)], (3, 3), seed=1))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "(('4', '0', '2'), ('5', '3', '1'))\n"


def test_nobody_and_no_cohort_is_nothing() -> None:
    nobody: list[tuple[int, str | None]] = []

    assert spread(nobody, (), seed=1) == ()


@pytest.mark.parametrize("sizes", [(12, 11), (12, 13), (), (24, 0), (25, -1)])
def test_sizes_that_do_not_seat_everybody_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        spread(THREE_DEPARTMENTS, sizes, seed=1)

    assert refusal.value.code == "sizes_do_not_add_up"


def test_a_person_listed_twice_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        spread([("ann", "care"), ("ann", "kitchen")], (1, 1), seed=1)

    assert (refusal.value.code, refusal.value.values) == ("person_twice", {"id": "ann"})
