import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_slot_filling import cohorts_by_slot, fill_slots, fits


def filled(masks: list[int], weights: list[int] | None = None, *, minimum: int = 2, maximum: int = 3) -> list[int]:
    sizes = np.array(weights or [1] * len(masks), np.int32)
    return fill_slots(np.array(masks, np.int64), sizes, minimum=minimum, maximum=maximum).tolist()


@pytest.mark.parametrize(("people", "holds"), [(0, True), (9, False), (10, True), (16, False), (19, False), (20, True)])
def test_people_fit_or_not(people: int, holds: bool) -> None:
    assert fits(people, 10, 15) is holds


def test_the_most_popular_slot_takes_everybody_who_is_free() -> None:
    assert filled([0b011, 0b010, 0b110, 0b100, 0b100]) == [1, 1, 1, 2, 2]


def test_a_slot_borrows_from_one_that_can_spare_people() -> None:
    # Slot 0 has four; the last is free in slot 1 only, as is one of the four.
    assert filled([0b01, 0b01, 0b01, 0b11, 0b10], minimum=2) == [0, 0, 0, 1, 1]


def test_whoever_is_one_too_many_stays_out() -> None:
    assert filled([1, 1, 1, 1], minimum=3, maximum=3) == [-1, 0, 0, 0]


def test_nobody_fills_nothing() -> None:
    assert filled([]) == []


def test_cohorts_near_the_wished_size() -> None:
    def numbers(people: list[int], cohorts: int | None) -> dict[int, int] | None:
        return cohorts_by_slot(people, cohorts, minimum=10, maximum=15, wished=12.0)

    assert numbers([36, 0, 14], None) == {0: 3, 2: 1}
    assert numbers([36, 0, 14], 4) == {0: 3, 2: 1}
    assert numbers([60, 20], 8) == {0: 6, 1: 2}
    assert numbers([60, 20], 7) == {0: 5, 1: 2}
    assert numbers([60, 20], 5) is None
    assert numbers([60, 20], 9) is None
    assert numbers([0], 0) == {}


# A shared machine stutters, so no single example is timed.
@settings(deadline=None)
@given(
    items=st.lists(st.tuples(st.integers(0, 2**35 - 1), st.sampled_from([1, 1, 1, 2, 3])), max_size=40),
    minimum=st.integers(2, 6),
    more=st.integers(0, 5),
)
def test_everybody_is_free_and_sizes_can_be_met(items: list[tuple[int, int]], minimum: int, more: int) -> None:
    masks, weights = [mask for mask, _ in items], [weight for _, weight in items]

    found = filled(masks, weights, minimum=minimum, maximum=minimum + more)

    assert all(slot < 0 or mask >> slot & 1 for slot, mask in zip(found, masks, strict=True))
    for slot in set(found) - {-1}:
        people = sum(weight for weight, at in zip(weights, found, strict=True) if at == slot)
        assert fits(people, minimum, minimum + more)
