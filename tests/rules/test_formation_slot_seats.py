import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_slot_seats import seat


def seated(masks: list[int], need: list[int], seats: list[int], slots: list[int]) -> list[int]:
    return seat(
        np.array(masks, np.int64),
        need=np.array(need, np.int64),
        seats=np.array(seats, np.int64),
        slots=np.array(slots, np.int32),
    ).tolist()


def test_free_people_are_seated_where_they_are_needed() -> None:
    # Slots 3 and 5; only the second is free in both.
    assert seated([1 << 3, 1 << 3 | 1 << 5, 1 << 5], [2, 1], [2, 1], [3, 5]) == [0, 0, 1]


def test_seats_that_are_left_go_to_others() -> None:
    assert seated([1, 1, 2], [1], [3], [0]) == [0, 0, 0]
    assert seated([1, 1, 2], [1], [2], [0]) == [0, 0, -1]


def test_nobody_and_no_slots() -> None:
    assert seated([], [], [], []) == []
    assert seated([1], [], [], []) == [-1]


# A shared machine stutters, so no single example is timed.
@settings(deadline=None)
@given(st.data())
def test_as_many_sit_as_there_are_seats_and_people(data: st.DataObject) -> None:
    masks = data.draw(st.lists(st.integers(0, 15), max_size=10))
    seats = data.draw(st.lists(st.integers(0, 4), min_size=4, max_size=4))

    found = seated(masks, [0] * 4, seats, [0, 1, 2, 3])

    assert sum(at >= 0 for at in found) == min(len(masks), sum(seats))
    assert all(found.count(at) <= seats[at] for at in range(4))
