import time
from functools import cache
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules import formation_slots
from lernet_xblock.rules.formation_problem import SLOTS, Problem
from lernet_xblock.rules.formation_slots import SlotPlan, placeable, placed_by_attendance, slot_plan
from tests.formation.instances import as_problem, make_instance


def problem_of(masks: list[int] | None, people: int | None = None, **changes: Any) -> Problem:
    count = people if masks is None else len(masks)
    assert count is not None
    given: dict[str, Any] = {
        "minimum": 2,
        "maximum": 3,
        "attributes": (),
        "stratum": np.zeros(count, np.int32),
        "masks": None if masks is None else np.array(masks, np.int64),
        "attendance": 1.0,
        "apart": np.zeros((0, 2), np.int32),
        "unit": np.arange(count, dtype=np.int32),
        "pinned": np.full(count, -1, np.int32),
    }
    return Problem(**(given | changes))


def everybody(problem: Problem) -> Any:
    return np.arange(problem.people, dtype=np.int32)


def language(problem: Problem, number: int) -> Any:
    return np.nonzero(problem.stratum == number)[0].astype(np.int32)


def assert_holds(problem: Problem, rows: Any, plan: SlotPlan, share: float) -> None:
    assert {int(slot) for slot in plan.slot if slot >= 0} == set(plan.cohorts)
    masks = np.ones(len(rows), np.int64) if problem.masks is None else problem.masks[rows]
    for slot, sizes in plan.cohorts.items():
        here = plan.slot == slot
        assert here.sum() == sum(sizes)
        assert all(problem.minimum <= size <= problem.maximum for size in sizes)
        assert list(sizes) == sorted(sizes, reverse=True)
        assert ((masks[here] >> slot) & 1).sum() >= sum(ceil(share * size - 1e-9) for size in sizes)
    for unit in np.unique(problem.unit[rows]):
        assert len(set(plan.slot[problem.unit[rows] == unit].tolist())) == 1


@pytest.mark.parametrize(
    ("people", "one_language", "placed"),
    [
        (13, True, [0, 0, 10, 11, 13]),
        (60, False, [44, 48, 49, 51, 52]),
        (300, False, [272, 282, 283, 284, 287]),
    ],
)
def test_the_table_of_placed_people_by_share(people: int, one_language: bool, placed: list[int]) -> None:
    problem = as_problem(make_instance(people, 1, one_language=one_language))

    started = time.process_time()
    table = placed_by_attendance(problem)

    assert table == tuple(zip((1.0, 0.9, 0.8, 0.7, 0.6), placed, [True] * 5, strict=True))
    # Some tenths of a second.
    assert time.process_time() - started < 5


def test_placeable_is_one_row_of_the_table() -> None:
    problem = as_problem(make_instance(60, 1))

    assert placeable(problem, attendance=0.9) == 48


@pytest.mark.parametrize("share", [1.0, 0.8, 0.6])
@pytest.mark.parametrize(("people", "density"), [(60, 0.25), (300, 0.1)])
def test_a_plan_holds_what_it_says(people: int, density: float, share: float) -> None:
    problem = as_problem(make_instance(people, 4, density=density))

    for number in np.unique(problem.stratum):
        rows = language(problem, int(number))
        plan = slot_plan(problem, rows, attendance=share)
        assert plan is not None
        assert plan.proved
        assert_holds(problem, rows, plan, share)


def test_a_forced_number_of_cohorts_is_kept() -> None:
    problem = as_problem(make_instance(60, 1))
    rows = language(problem, 0)

    plans = [slot_plan(problem, rows, cohorts=cohorts) for cohorts in (1, 2, 3, 4)]

    assert [plan and plan.placed for plan in plans] == [15, 29, 34, None]
    for cohorts, plan in enumerate(plans[:3], start=1):
        assert plan is not None
        assert sum(len(sizes) for sizes in plan.cohorts.values()) == cohorts
        assert_holds(problem, rows, plan, 1.0)


def test_no_cohort_at_all_can_be_asked_for() -> None:
    problem = problem_of([1, 1, 2])

    plan = slot_plan(problem, everybody(problem), cohorts=0)

    assert plan is not None
    assert plan.slot.tolist() == [-1, -1, -1]
    assert plan.cohorts == {}


def test_without_a_slot_there_is_no_cohort() -> None:
    problem = problem_of([1, 2, 4])
    rows = everybody(problem)

    nobody = slot_plan(problem, rows)

    assert nobody is not None
    assert (nobody.placed, nobody.cohorts, nobody.proved) == (0, {}, True)
    assert slot_plan(problem, rows, cohorts=1) is None


def test_nobody_makes_an_empty_plan() -> None:
    problem = problem_of([])

    plan = slot_plan(problem, everybody(problem))

    assert plan is not None
    assert (plan.placed, plan.cohorts, plan.proved) == (0, {}, True)
    assert placed_by_attendance(problem, (1.0,)) == ((1.0, 0, True),)


@pytest.mark.parametrize(
    ("people", "cohorts", "placed", "sizes"),
    [(17, None, 15, (15,)), (27, None, 27, (14, 13)), (60, 6, 60, (10,) * 6), (9, None, 0, None), (29, 1, 15, (15,))],
)
def test_without_masks_only_sizes_count(people: int, cohorts: int | None, placed: int, sizes: Any) -> None:
    problem = problem_of(None, people, minimum=10, maximum=15)

    plan = slot_plan(problem, everybody(problem), cohorts=cohorts)

    assert plan is not None
    assert (plan.placed, plan.cohorts.get(0), plan.proved) == (placed, sizes, True)


def test_a_unit_shares_a_slot_or_none() -> None:
    # Alone, the first would go with slot 0; together they only have slot 1.
    masks = [0b01, 0b11, 0b01, 0b01, 0b10]
    masks[0] = 0b11
    problem = problem_of(masks, unit=np.array([0, 1, 2, 3, 0], np.int32))
    rows = everybody(problem)

    plan = slot_plan(problem, rows)

    assert plan is not None
    assert plan.placed == 5
    assert plan.slot[0] == plan.slot[4] == 1
    assert_holds(problem, rows, plan, 1.0)


def test_a_unit_without_a_common_slot_stays_out() -> None:
    problem = problem_of([0b01, 0b01, 0b01, 0b10, 0b10, 0b10], unit=np.array([0, 1, 2, 0, 3, 4], np.int32))

    plan = slot_plan(problem, everybody(problem))

    assert plan is not None
    assert plan.slot.tolist() == [-1, 0, 0, -1, 1, 1]
    assert plan.proved


def test_the_table_leaves_units_aside() -> None:
    problem = problem_of([0b01, 0b01, 0b10, 0b10], unit=np.array([0, 1, 0, 1], np.int32))

    assert placed_by_attendance(problem, (1.0,)) == ((1.0, 4, True),)


def test_a_plan_is_the_same_every_time() -> None:
    problem = as_problem(make_instance(60, 1))
    rows = language(problem, 0)

    first, second = (slot_plan(problem, rows, attendance=0.9) for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.slot.tolist() == second.slot.tolist()
    assert first.cohorts == second.cohorts


def test_many_people_are_placed_without_a_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = as_problem(make_instance(30_000, 1))
    monkeypatch.setattr(formation_slots, "most_placed", None)

    started = time.process_time()
    table = placed_by_attendance(problem)

    assert table == tuple((share, 30_000, True) for share in (1.0, 0.9, 0.8, 0.7, 0.6))
    assert time.process_time() - started < 2


def test_beyond_the_programme_an_answer_may_be_unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = as_problem(make_instance(300, 5, density=0.1))
    exact = placed_by_attendance(problem, (1.0,))
    monkeypatch.setattr(formation_slots, "MOST_PROGRAMMED", 50)

    ((_, placed, proved),) = placed_by_attendance(problem, (1.0,))

    assert 0 < placed < exact[0][1]
    assert not proved


def test_five_thousand_people_take_seconds() -> None:
    problem = as_problem(make_instance(5000, 2, density=0.05))

    started = time.process_time()
    ((_, placed, proved),) = placed_by_attendance(problem, (1.0,))

    assert (placed, proved) == (4954, True)
    assert time.process_time() - started < 10


def most_by_trying(masks: list[int], share: float, minimum: int, maximum: int) -> int:
    """Return the most people placed, over every way to form cohorts."""

    def meets(group: int) -> bool:
        rows = [row for row in range(len(masks)) if group >> row & 1]
        if not minimum <= len(rows) <= maximum:
            return False
        best = max(sum(masks[row] >> slot & 1 for row in rows) for slot in range(SLOTS))
        return best >= ceil(share * len(rows) - 1e-9)

    groups = [group for group in range(1, 1 << len(masks)) if meets(group)]

    @cache
    def most(left: int) -> int:
        return max(
            (group.bit_count() + most(left & ~group) for group in groups if group & ~left == 0),
            default=0,
        )

    return most((1 << len(masks)) - 1)


@settings(max_examples=60, deadline=None)
@given(
    masks=st.lists(st.integers(1, 15), min_size=1, max_size=7),
    share=st.sampled_from([1.0, 0.9, 0.8, 0.7, 0.6, 0.5]),
    minimum=st.integers(2, 3),
    more=st.integers(0, 2),
)
def test_no_other_cohorts_place_more(masks: list[int], share: float, minimum: int, more: int) -> None:
    problem = problem_of(masks, minimum=minimum, maximum=minimum + more, attendance=share)
    rows = everybody(problem)

    plan = slot_plan(problem, rows)

    assert plan is not None
    assert_holds(problem, rows, plan, share)
    assert plan.proved
    assert plan.placed == most_by_trying(masks, share, minimum, minimum + more)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_plan_with_units_and_a_forced_number_holds(data: st.DataObject) -> None:
    masks = data.draw(st.lists(st.integers(1, 2**35 - 1), min_size=1, max_size=14))
    units = data.draw(st.lists(st.integers(0, 9), min_size=len(masks), max_size=len(masks)))
    cohorts = data.draw(st.none() | st.integers(0, 5))
    share = data.draw(st.sampled_from([1.0, 0.8, 0.5]))
    problem = problem_of(masks, unit=np.array(units, np.int32), maximum=4, attendance=share)
    rows = everybody(problem)

    plan = slot_plan(problem, rows, cohorts=cohorts)

    if plan is not None:
        assert_holds(problem, rows, plan, share)
        assert cohorts is None or sum(len(sizes) for sizes in plan.cohorts.values()) == cohorts
    else:
        assert cohorts is not None
