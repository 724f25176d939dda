"""Cohorts around pinned people."""

import numpy as np

from lernet_xblock.rules.formation_pins import pinned_cohorts
from lernet_xblock.rules.formation_problem import Problem
from lernet_xblock.rules.formation_start import field_of
from tests.rules.test_formation import problem_of


def pins(people: int, **numbers: int) -> np.ndarray:
    pinned = np.full(people, -1, np.int32)
    for person, number in numbers.items():
        pinned[int(person.removeprefix("p"))] = number
    return pinned


def formed(problem: Problem) -> tuple[list[list[int]], dict[int, int]]:
    cohort, numbers = pinned_cohorts(problem, field_of(problem))
    return [np.nonzero(cohort == row)[0].tolist() for row in numbers], numbers


def test_a_pinned_person_brings_the_unit_and_others_fill_the_cohort_up():
    unit = np.arange(12, dtype=np.int32)
    unit[5] = 0

    members, numbers = formed(problem_of(12, unit=unit, pinned=pins(12, p0=4)))

    assert numbers == {0: 4}
    assert len(members[0]) == 10
    assert {0, 5} <= set(members[0])


def test_a_cohort_that_nobody_can_fill_is_not_formed():
    assert formed(problem_of(9, pinned=pins(9, p0=4))) == ([], {})


def test_of_two_pinned_together_and_kept_apart_one_stays():
    problem = problem_of(20, apart=np.array([[0, 1]], np.int32), pinned=pins(20, p0=1, p1=1))

    members, _ = formed(problem)

    assert len({0, 1} & set(members[0])) == 1


def test_a_unit_pinned_to_two_cohorts_is_left_out():
    unit = np.arange(20, dtype=np.int32)
    unit[1] = 0

    assert formed(problem_of(20, unit=unit, pinned=pins(20, p0=1, p1=2))) == ([], {})
