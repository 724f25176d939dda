import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.turn_budget import Budget, Slots, budget, rest_budget, turns_in, usual_attendance

# 5 sessions: launch, three regular ones with two cases for each circle, closing.
REGULAR = (2, 2, 2)


@pytest.mark.parametrize(
    ("members", "turns", "short"), [(10, 12, 0), (12, 12, 0), (13, 12, 1), (14, 12, 2), (15, 18, 0)]
)
def test_turns_of_five_sessions_with_two_cases_for_each_circle(members: int, turns: int, short: int) -> None:
    found = budget(members, REGULAR)

    assert found == Budget(turns, members)
    assert found.short == short


def test_one_case_less_in_one_session_leaves_two_of_twelve_without() -> None:
    assert budget(12, (2, 1, 2)) == Budget(10, 12)
    assert budget(12, (2, 1, 2)).short == 2


def test_nobody_needs_no_turn() -> None:
    assert budget(0, REGULAR) == Budget(0, 0)
    assert turns_in(0, 2) == 0


@given(st.integers(1, 30), st.lists(st.integers(1, 4), min_size=1, max_size=20))
def test_a_further_session_adds_what_each_session_has_room_for(members: int, cases: list[int]) -> None:
    more = budget(members, [*cases, 2]).turns - budget(members, cases).turns

    assert more == turns_in(members, 2) >= 2


def test_what_is_left_is_compared_with_who_waits() -> None:
    ahead = (Slots(room=4, taken=1), Slots(room=4, taken=5))

    assert [slots.free for slots in ahead] == [3, 0]
    assert rest_budget(5, ahead) == Budget(3, 5)
    assert rest_budget(5, ahead).short == 2
    assert rest_budget(2, ahead).short == 0


@pytest.mark.parametrize(
    ("counts", "expected"), [((), 13), ((12,), 12), ((11, 12), 12), ((10, 11, 11), 11), ((15, 15), 13)]
)
def test_as_many_are_expected_as_came_so_far(counts: tuple[int, ...], expected: int) -> None:
    assert usual_attendance(13, counts) == expected
