from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_moves import alternatives, best_alternative, shares_there
from lernet_xblock.rules.formation_problem import NOT_PLACED, Attribute, Ints, Problem, score
from lernet_xblock.rules.formation_violations import violations
from tests.formation.instances import generated
from tests.rules.formation_cases import formed, ints, mask, problem


def codes(given_problem: Problem, cohort: Ints, person: int, number: int) -> list[tuple[str, int]]:
    """The codes and cohorts that stand against the person's moving there."""
    found = {one.cohort: one for one in alternatives(given_problem, cohort, person)}[number]
    return [(one.code, one.cohort) for one in found.breaks]


def test_the_best_place_is_legal_and_gains_most() -> None:
    functions = problem(9, codes={"function": [1, 0, 0, 1, 1, 1, 0, 1, 1]})
    cohort = ints(0, 0, 0, 1, 1, 1, 2, 2, 2)

    found = alternatives(functions, cohort, 0)

    assert [one.cohort for one in found] == [1, 2, NOT_PLACED]
    assert found[0].gain == pytest.approx(0.5 * (4 - 3) + 0.5 * (2 - 2 / 2))
    assert found[0].breaks == ()
    assert best_alternative(functions, cohort, 0) == found[0]
    assert alternatives(functions, cohort, 0, most=1) == found[:1]


def test_gains_that_differ_by_rounding_keep_the_order_of_numbers() -> None:
    alike = problem(12, codes={"function": [0] * 12, "department": [0, 1, 2] * 4, "organisation": [0, 1] * 6})

    found = alternatives(alike, ints(7, 7, 7, 5, 5, 5, 3, 3, 3, 1, 1, 1), 0)

    assert [one.cohort for one in found] == [1, 5, 3, NOT_PLACED]


@pytest.mark.parametrize(
    ("rules", "cohort", "against"),
    [
        ({}, (0, 0, 0, 1, 1, -1), []),
        ({}, (0, 0, -1, 1, 1, -1), [("size_below", 0)]),
        ({"maximum": 2}, (0, 0, 0, 1, 1, -1), [("size_above", 1)]),
        ({"stratum": [0, 0, 0, 1, 1, 1]}, (0, 0, 0, 1, 1, -1), [("mixed_stratum", 1)]),
        ({"masks": [1, 1, 1, 2, 2, 2]}, (0, 0, 0, 1, 1, -1), [("no_common_slot", 1)]),
        ({"apart": [[3, 0], [0, 5]]}, (0, 0, 0, 1, 1, -1), [("apart", 1)]),
        ({"unit": [0, 0, 1, 2, 3, 4]}, (0, 0, 0, 1, 1, -1), [("together_split", 0)]),
        ({"pinned": [0, -1, -1, -1, -1, -1]}, (0, 0, 0, 1, 1, -1), [("pin_ignored", 0)]),
        ({"pinned": [1, -1, -1, -1, -1, -1]}, (0, 0, 0, 1, 1, -1), []),
        ({"unit": [0, 1, 2, 0, 3, 4]}, (0, 0, 0, 1, 1, -1), []),
    ],
)
def test_what_stands_against_a_move(
    rules: dict[str, object], cohort: tuple[int, ...], against: list[tuple[str, int]]
) -> None:
    assert codes(problem(6, **rules), ints(*cohort), 0, 1) == against


def test_leaving_may_take_the_common_slot_away() -> None:
    half = problem(6, masks=[mask(0)] * 2 + [mask(0, 1)] + [mask(2), mask(3), mask(0)], attendance=0.6, maximum=5)

    assert codes(half, ints(0, 0, 0, 0, 0, -1), 3, NOT_PLACED) == []
    assert codes(half, ints(0, 0, 0, 0, 0, -1), 0, NOT_PLACED) == [("no_common_slot", 0)]


def test_who_has_no_place_yet() -> None:
    waiting = problem(5, codes={"function": [0, 0, 1, 1, 0]}, masks=[3, 1, 1, 2, 1])

    found = alternatives(waiting, ints(0, 0, 1, 1, -1), 4)

    assert [(one.cohort, one.free_slots_after) for one in found] == [(0, (0,)), (1, ())]
    assert found[0].breaks == ()
    assert best_alternative(waiting, ints(0, 0, -1, -1, -1), 1) is None


@settings(max_examples=100, deadline=None)
@given(formed(), st.data())
def test_a_gain_is_what_moving_really_gains(case: tuple[Problem, Ints], data: st.DataObject) -> None:
    given_problem, cohort = case
    person = data.draw(st.integers(0, given_problem.people - 1))
    before = {(one.code, one.cohort) for one in violations(given_problem, cohort)}

    for one in alternatives(given_problem, cohort, person):
        moved = cohort.copy()
        moved[person] = one.cohort
        gain = (score(given_problem, moved) - score(given_problem, cohort)) * given_problem.people
        assert one.gain == pytest.approx(gain, abs=1e-9)
        after = violations(given_problem, moved)
        concerned = {(fault.code, fault.cohort) for fault in after if person in fault.people}
        touched = {int(cohort[person]), one.cohort}
        new = {(fault.code, fault.cohort) for fault in after if fault.cohort in touched} - before
        breaks = {(fault.code, fault.cohort) for fault in one.breaks}
        assert new - breaks <= concerned & {("together_split", number) for number in range(20)}
        assert breaks <= {(fault.code, fault.cohort) for fault in after}


@settings(max_examples=50, deadline=None)
@given(formed(), st.data())
def test_a_move_without_faults_brings_none(case: tuple[Problem, Ints], data: st.DataObject) -> None:
    given_problem, cohort = case
    person = data.draw(st.integers(0, given_problem.people - 1))
    before = {one.identity for one in violations(given_problem, cohort)}

    for one in alternatives(given_problem, cohort, person):
        moved = np.where(np.arange(len(cohort)) == person, one.cohort, cohort).astype(np.int32)
        brought = {fault.identity for fault in violations(given_problem, moved)} - before
        assert bool(brought) <= bool(one.breaks)


def test_the_shares_of_a_person_are_those_of_their_mates():
    problem = replace(
        generated(12, 1, one_language=True),
        attributes=(
            Attribute("function", 1.0, np.array([0, 0, 0, 1] + [2] * 8, np.int32)),
            Attribute("department", -1.0, np.array([0, 1, 0, 0] + [2] * 8, np.int32)),
        ),
    )
    cohort = np.array([0, 0, 0, 0] + [1] * 8, np.int32)
    assert shares_there(problem, cohort, 0, 0) == {"function": pytest.approx(2 / 3), "department": pytest.approx(1 / 3)}
    assert shares_there(problem, cohort, 0, 1) == {"function": 0.0, "department": 1.0}
    assert shares_there(problem, cohort, 0, 7) == {}
