import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_counts import count, fits, needed, slot_bits, slots_of
from lernet_xblock.rules.formation_problem import Ints, Problem, score
from tests.rules.formation_cases import formed, ints, mask, problem


def test_what_cohorts_hold() -> None:
    given_problem = problem(5, codes={"function": [1, 1, 0, 1, 2]}, masks=[1, 3, 2, 4, 4])

    counts = count(given_problem, ints(70_000, 4, 4, 4, -1))

    assert counts.numbers.tolist() == [4, 70_000]
    assert [counts.people(position) for position in range(2)] == [(1, 2, 3), (0,)]
    assert counts.at.tolist() == [1, 0, 0, 0, -1]
    assert counts.same.tolist() == [[2, 0]]
    assert counts.free is not None
    assert counts.free[:, :3].tolist() == [[1, 2, 1], [1, 0, 0]]


def test_only_some_cohorts_are_counted() -> None:
    counts = count(problem(4), ints(0, 1, 1, -1), only=[1, 9, -1])

    assert counts.numbers.tolist() == [1]
    assert counts.at.tolist() == [-1, 0, 0, -1]


@settings(max_examples=60, deadline=None)
@given(formed())
def test_fits_sum_up_to_the_score(case: tuple[Problem, Ints]) -> None:
    counts = count(*case)

    total = fits(case[0], counts.sizes, counts.same).sum()

    assert total == pytest.approx(score(*case) * case[0].people, abs=1e-9)


@given(st.sets(st.integers(0, 34)))
def test_a_mask_and_its_slots(slots: set[int]) -> None:
    assert slots_of(mask(*slots)) == tuple(sorted(slots))
    assert np.nonzero(slot_bits(np.array([mask(*slots)]))[0])[0].tolist() == sorted(slots)


@pytest.mark.parametrize(
    ("attendance", "size", "least"), [(1.0, 13, 13), (0.8, 10, 8), (0.8, 11, 9), (0.55, 20, 11), (0.5, 11, 6)]
)
def test_people_who_must_be_free(attendance: float, size: int, least: int) -> None:
    assert needed(problem(1, attendance=attendance), np.array([size])).tolist() == [least]
