from typing import Any

import numpy as np
import pytest

from lernet_xblock.rules.formation_problem import least_free
from lernet_xblock.rules.formation_slot_programme import Crowd, Run, most_placed, runs


def crowd(counts: dict[int, int], slots: int, units: Any = ()) -> Crowd:
    return Crowd(
        masks=np.array(sorted(counts), np.int64),
        counts=np.array([counts[mask] for mask in sorted(counts)], np.int32),
        slots=np.arange(slots, dtype=np.int32),
        unit_sizes=np.array([size for size, _ in units], np.int32),
        unit_free=np.array([free for _, free in units], np.int32).reshape(len(units), slots),
    )


@pytest.mark.parametrize(
    ("size", "share", "free"), [(10, 1.0, 10), (10, 0.7, 7), (11, 0.9, 10), (15, 0.6, 9), (13, 0.6, 8), (3, 0.5, 2)]
)
def test_the_free_people_a_cohort_needs(size: int, share: float, free: int) -> None:
    assert least_free(size, share) == free


@pytest.mark.parametrize(
    ("share", "found"),
    [
        (1.0, [(0, 10, 15)]),
        (0.9, [(1, 10, 15)]),
        (0.8, [(2, 10, 14), (3, 15, 15)]),
        (0.6, [(4, 10, 12), (5, 13, 14), (6, 15, 15)]),
    ],
)
def test_sizes_are_grouped_by_who_may_be_missing(share: float, found: list[tuple[int, int, int]]) -> None:
    assert runs(10, 15, share) == tuple(Run(*one) for one in found)


@pytest.mark.parametrize("tight", [False, True])
def test_loose_and_tight_forms_agree(tight: bool) -> None:
    answer = most_placed(crowd({0b01: 2, 0b10: 1, 0b11: 2}, 2), runs(2, 3, 1.0), cohorts=None, tight=tight)

    assert answer is not None
    assert (int(answer.people.sum()), answer.proved) == (5, True)


def test_a_unit_sits_once_and_where_all_of_it_are_free() -> None:
    answer = most_placed(crowd({0b01: 2, 0b10: 1}, 2, [(2, [1, 2])]), runs(2, 3, 1.0), cohorts=None)

    assert answer is not None
    assert answer.people.ravel().tolist() == [2, 3]
    assert answer.unit_slots.tolist() == [1]


def test_some_of_a_unit_may_be_missing() -> None:
    answer = most_placed(crowd({0b1: 2}, 1, [(2, [1])]), runs(4, 4, 0.7), cohorts=None)

    assert answer is not None
    assert (answer.people.ravel().tolist(), answer.unit_slots.tolist()) == ([4], [0])


def test_no_slots_hold_no_cohorts() -> None:
    nobody = crowd({}, 0)

    answer = most_placed(nobody, runs(2, 3, 1.0), cohorts=None)

    assert answer is not None
    assert answer.proved
    assert most_placed(nobody, runs(2, 3, 1.0), cohorts=1) is None


def test_a_number_of_cohorts_that_is_too_large_has_no_plan() -> None:
    assert most_placed(crowd({0b1: 5}, 1), runs(2, 3, 1.0), cohorts=3) is None
