from lernet_xblock.rules.formation_reform_cohorts import complete_cohorts, open_cohorts
from tests.rules.formation_cases import mask, problem
from tests.rules.formation_standings import stands


def test_who_stands_against_the_common_slot_goes_when_nobody_brings_it_back() -> None:
    course = stands(problem(7, masks=[1, 1, 1, 2, 2, 2, 2], attendance=0.7, maximum=6), 0, 0, 0, 0, 1, 1, 1)
    short = stands(problem(5, masks=[1, 1, 1, 2, 2], attendance=0.6, maximum=6), 0, 0, 5, 0, 0)

    complete_cohorts(course)
    complete_cohorts(short)

    assert course.holes().tolist() == short.holes().tolist() == []


def test_a_cohort_opens_in_the_slot_where_most_wait() -> None:
    course = stands(problem(5, masks=[mask(0), mask(0, 1), mask(1), mask(1), mask(2)], minimum=3), *[-1] * 5)

    assert open_cohorts(course, moves_a_place=0) == 1
    assert course.cohort().tolist() == [-1, 0, 0, 0, -1]


def test_a_unit_is_taken_whole_and_a_pair_kept_apart_is_not() -> None:
    course = stands(problem(5, unit=[0, 0, 1, 2, 3], apart=[[0, 2]], minimum=3), *[-1] * 5)

    assert open_cohorts(course, moves_a_place=0) == 1
    assert course.cohort().tolist() == [0, 0, -1, 0, 0]


def test_so_many_are_borrowed_and_no_more() -> None:
    full = problem(9, minimum=3, stratum=[0] * 9)
    course = stands(full, *[0] * 4, *[1] * 4, -1)
    few = stands(full, *[0] * 4, *[1] * 4, -1)

    assert open_cohorts(course, moves_a_place=2) == 1
    assert open_cohorts(few, moves_a_place=1) == 0
    assert sorted(course.cohort().tolist().count(number) for number in range(3)) == [3, 3, 3]
