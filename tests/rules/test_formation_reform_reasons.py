import pytest

from lernet_xblock.rules.formation_reform_reasons import reasons
from tests.rules.formation_cases import mask, problem
from tests.rules.formation_standings import stands


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"stratum": [0, 0, 0, 0, 1]}, "stratum_too_small"),
        ({"masks": [1, 1, 1, 1, 2]}, "no_common_slot"),
        ({"masks": [1, 1, 3, 3, 2]}, "no_common_slot"),
        ({"masks": [1] * 5}, "no_room"),
        ({}, "sizes_leave_over"),
        # One of three may be missing, so that a slot of the others is theirs as well.
        ({"masks": [1, 1, 1, 1, 2], "attendance": 0.6}, "no_room"),
    ],
)
def test_why_somebody_has_no_place(rules: dict[str, object], reason: str) -> None:
    assert reasons(stands(problem(5, minimum=3, **rules), 0, 0, 0, 0, -1)) == {4: reason}


def test_why_a_unit_has_no_place() -> None:
    masks = [mask(0)] * 4 + [mask(0), mask(1)]

    course = stands(problem(6, minimum=3, masks=masks, unit=[0, 1, 2, 3, 4, 4]), 0, 0, 0, 0, -1, -1)

    assert reasons(course) == {4: "unit_cannot_meet", 5: "unit_cannot_meet"}
