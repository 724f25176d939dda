import numpy as np
import pytest

from lernet_xblock.rules.formation_reform_units import seat_unit, unseated_units
from tests.rules.formation_cases import mask, problem
from tests.rules.formation_standings import stands


def test_units_of_whom_somebody_had_a_place_come_first() -> None:
    course = stands(problem(6, unit=[0, 0, 1, 1, 2, 3]), -1, -1, 0, -1, 0, 0)

    assert [people.tolist() for people in unseated_units(course)] == [[2, 3], [0, 1]]


@pytest.mark.parametrize(
    ("rules", "cohort"),
    [
        ({}, [0, 0, 0, 0, 1, 1]),
        ({"stratum": [0, 0, 0, 1, 1, 1]}, [0, 0, -1, -1, 1, 1]),
        ({"apart": [[3, 0]]}, [0, 0, 1, 1, 1, 1]),
        ({"masks": [mask(0), mask(0), mask(1), mask(0, 1), mask(1), mask(1)]}, [0, 0, 1, 1, 1, 1]),
        ({"masks": [mask(0), mask(0), mask(0), mask(1), mask(1), mask(1)]}, [0, 0, -1, -1, 1, 1]),
    ],
)
def test_where_a_unit_is_seated(rules: dict[str, object], cohort: list[int]) -> None:
    course = stands(
        problem(6, unit=[0, 1, 2, 2, 3, 4], codes={"function": [0, 0, 0, 0, 1, 1]}, **rules), 0, 0, 0, -1, 1, 1
    )

    seated = seat_unit(course, np.array([2, 3]))

    assert seated == (cohort[2] >= 0)
    assert course.cohort().tolist() == cohort


def test_what_was_tried_in_vain_is_undone() -> None:
    course = stands(problem(6, unit=[0, 1, 2, 3, 4, 4], minimum=3), 0, 0, 0, 0, -1, -1)

    assert not seat_unit(course, np.array([4, 5]))
    assert (course.cohort().tolist(), course.why) == ([0, 0, 0, 0, -1, -1], {})
