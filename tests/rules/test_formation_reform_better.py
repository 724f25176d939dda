from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_problem import Problem
from lernet_xblock.rules.formation_reform_better import spend
from tests.rules.formation_cases import mask, problem
from tests.rules.formation_standings import stands


def mixed_up(**rules: object) -> Problem:
    """Two cohorts of three, of which one of each sits where the others work in another function."""
    return problem(6, minimum=3, codes={"function": [0, 0, 1, 1, 1, 0]}, **rules)


def test_two_change_places_when_the_budget_allows_both() -> None:
    course, tight = stands(mixed_up(), *[0] * 3, *[1] * 3), stands(mixed_up(), *[0] * 3, *[1] * 3)

    spend(course, 2, Draws(1))
    spend(tight, 1, Draws(1))

    assert course.cohort().tolist() == [0, 0, 1, 1, 1, 0]
    assert course.why == {2: ("better_fit", None), 5: ("better_fit", None)}
    assert tight.moves() == 0


def test_one_goes_where_there_is_room() -> None:
    course = stands(problem(7, minimum=3, codes={"function": [0, 0, 0, 1, 1, 1, 1]}), *[0] * 4, *[1] * 3)

    spend(course, 1, Draws(1))

    assert course.cohort().tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_who_came_pushes_somebody_to_a_better_place() -> None:
    masks = [mask(0), mask(0), mask(0, 1), *[mask(1)] * 3, *[mask(0)] * 4]
    functions = [0, 0, 1, 1, 1, 1, 2, 2, 2, 0]
    course = stands(
        problem(10, minimum=3, masks=masks, codes={"function": functions}), *[0] * 3, *[1] * 3, *[2] * 3, -1
    )
    course.seats.put(course.loose(), course.loose() * 0 + 2)

    spend(course, 1, Draws(1))

    assert course.cohort().tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 2, 0]


def test_nobody_moves_for_next_to_nothing() -> None:
    alike = stands(problem(6, minimum=3, codes={"function": [0] * 6}), *[0] * 3, *[1] * 3)

    spend(alike, 6, Draws(1))

    assert alike.moves() == 0
