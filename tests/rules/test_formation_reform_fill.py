from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_reform_fill import fill_holes, reseat, seat_loose
from tests.rules.formation_cases import mask, problem
from tests.rules.formation_standings import stands


def test_as_many_cohorts_are_filled_as_can_be() -> None:
    masks = [mask(0)] * 2 + [mask(1)] * 2 + [mask(0, 1), mask(0)]
    course = stands(problem(6, minimum=3, masks=masks), 0, 0, 1, 1, -1, -1)

    fill_holes(course)

    assert course.cohort().tolist() == [0, 0, 1, 1, 1, 0]


def test_a_cohort_may_take_several() -> None:
    course = stands(problem(4), 0, 0, -1, -1)

    seat_loose(course)

    assert course.cohort().tolist() == [0, 0, 0, 0]


def test_those_who_came_change_places_and_nobody_else_does() -> None:
    course = stands(
        problem(10, codes={"function": [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]}, maximum=5), *[0] * 4, *[1] * 4, -1, -1
    )
    course.seats.put(course.loose(), course.loose() - 8)

    gained = reseat(course, Draws(1))

    assert course.cohort().tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    assert gained > 0
