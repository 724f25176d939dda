from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from lernet_xblock.rules.formation_problem import Ints, Problem
from lernet_xblock.rules.formation_reform_settle import settled, units
from lernet_xblock.rules.formation_violations import violations
from tests.rules.formation_cases import formed, ints, mask, problem


def test_what_breaks_no_rule_stays() -> None:
    assert settled(problem(5), ints(4, 4, 4, 7, -1)).tolist() == [4, 4, 4, 7, -1]


def test_a_pin_takes_the_whole_unit_along() -> None:
    pinned = problem(5, unit=[0, 0, 1, 2, 3], pinned=[-1, 7, -1, -1, -1])

    assert settled(pinned, ints(0, 0, 0, 7, 7)).tolist() == [7, 7, 0, 7, 7]


def test_partners_who_sat_apart_are_seated_together_later() -> None:
    assert settled(problem(4, unit=[0, 0, 1, 2]), ints(0, 1, 0, 1)).tolist() == [-1, -1, 0, 1]


def test_the_last_without_a_pin_leave_a_cohort_that_is_too_large() -> None:
    pinned = problem(6, pinned=[-1, -1, -1, -1, -1, 0])

    assert settled(pinned, ints(0, 0, 0, 0, 0, 0)).tolist() == [0, 0, 0, -1, -1, 0]


def test_the_fewest_leave_a_cohort_without_a_slot() -> None:
    masks = [mask(0), mask(0), mask(1), mask(0)]

    assert settled(problem(4, masks=masks), ints(0, 0, 0, 0)).tolist() == [0, 0, -1, 0]
    pinned = problem(4, masks=masks, pinned=[-1, -1, 0, -1])
    assert settled(pinned, ints(0, 0, 0, 0)).tolist() == [-1, -1, 0, -1]


def test_a_slot_that_one_more_person_gives_back_is_waited_for() -> None:
    short = problem(6, masks=[1, 1, 1, 2, 2, 1], attendance=0.6, maximum=6)

    assert settled(short, ints(0, 0, -1, 0, 0, -1)).tolist() == [0, 0, -1, 0, 0, -1]
    assert settled(replace(short, attendance=0.8), ints(0, 0, -1, 0, 0, -1)).tolist() == [0, 0, -1, -1, -1, -1]


def test_units_of_several() -> None:
    given_problem = problem(6, unit=[3, 0, 3, 1, 0, 2])

    assert [people.tolist() for people in units(given_problem)] == [[1, 4], [0, 2]]
    assert list(units(problem(2))) == []


@settings(max_examples=100, deadline=None)
@given(formed())
def test_what_is_settled_only_lacks_people(case: tuple[Problem, Ints]) -> None:
    given_problem, previous = case

    cohort = settled(given_problem, previous)

    found = [one for one in violations(given_problem, cohort) if one.code not in ("size_below", "pin_ignored")]
    assert {one.code for one in found} <= ({"no_common_slot"} if given_problem.attendance < 1 else set())
    stays = (cohort == previous) | (cohort < 0)
    in_unit = np.bincount(given_problem.unit)[given_problem.unit] > 1
    assert (stays | (cohort == given_problem.pinned) | in_unit).all()
