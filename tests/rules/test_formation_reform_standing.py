import numpy as np

from tests.rules.formation_cases import problem
from tests.rules.formation_standings import stands


def test_cohorts_keep_their_numbers_and_new_ones_get_higher_ones() -> None:
    course = stands(problem(6, pinned=[-1, -1, -1, -1, -1, 9]), 3, 3, 7, 7, -1, -1)

    assert course.cohort().tolist() == [3, 3, 7, 7, -1, 9]
    assert course.loose().tolist() == [4]
    opened = course.open()
    assert opened is not None
    assert course.numbers[opened] == 10


def test_what_is_moved_can_be_put_back() -> None:
    course = stands(problem(5), 0, 0, 0, 1, 1)
    mark = course.mark()

    course.shift(np.array([0]), np.array([1]), ("better_fit", None))
    course.release(np.array([3]), ("dissolved", None))

    assert (course.cohort().tolist(), course.moves()) == ([1, 0, 0, -1, 1], 2)
    assert course.why == {0: ("better_fit", None), 3: ("dissolved", None)}
    course.back(mark)
    assert (course.cohort().tolist(), course.moves(), course.why) == ([0, 0, 0, 1, 1], 0, {})


def test_the_first_reason_is_kept_until_somebody_is_back_home() -> None:
    course = stands(problem(6), 0, 0, 0, 1, 1, 1)

    course.shift(np.array([0]), np.array([1]), ("fills_cohort", None))
    course.shift(np.array([0]), np.array([1]), ("better_fit", None))
    assert course.why == {0: ("fills_cohort", None)}
    course.shift(np.array([0]), np.array([0]), ("better_fit", None))
    assert course.why == {}
