from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_comparison import compare, effect
from lernet_xblock.rules.formation_problem import Ints, Problem, score
from lernet_xblock.rules.formation_violations import Violation, violations
from tests.rules.formation_cases import formed, ints, mask, problem


def test_the_effect_of_moving_one_person() -> None:
    masks = [mask(0, 1), mask(1), mask(1), mask(1), mask(0, 1), mask(0), mask(0, 1), mask(0, 1)]
    given_problem = problem(8, codes={"function": [0, 1, 1, 1, 0, 0, 2, 2]}, masks=masks, maximum=3)
    before, after = ints(0, 0, 0, 0, 1, 1, 2, 2), ints(1, 0, 0, 0, 1, 1, 2, 2)

    told = effect(given_problem, before, after)

    assert [one.number for one in told.cohorts] == [0, 1]
    assert told.cohorts[0].shares == pytest.approx({"function": 0.5})
    assert [one.before.common_slots for one in told.cohorts] == [(1,), (0,)]
    assert [one.after.common_slots for one in told.cohorts] == [(1,), (0,)]
    assert told.appeared == ()
    assert told.disappeared == (Violation("size_above", 0, (0, 1, 2, 3)),)


def test_the_effect_of_nothing() -> None:
    told = effect(problem(2), ints(0, 0), ints(0, 0))

    assert (told.score, told.cohorts, told.appeared, told.disappeared) == (0.0, (), (), ())


def test_the_effect_on_a_cohort_that_opens_or_empties() -> None:
    told = effect(problem(4, codes={"function": [0, 0, 1, 1]}), ints(0, 0, 1, 1), ints(0, 0, 3, 3))

    assert [(one.number, one.before is None, one.after is None) for one in told.cohorts] == [
        (1, False, True),
        (3, True, False),
    ]
    assert [one.shares for one in told.cohorts] == [{"function": None}] * 2


def with_another(case: tuple[Problem, Ints], data: st.DataObject) -> Ints:
    numbers = st.integers(-1, max(1, case[0].people // 3))
    return np.array(data.draw(st.lists(numbers, min_size=case[0].people, max_size=case[0].people)), np.int32)


@settings(max_examples=100, deadline=None)
@given(formed(), st.data())
def test_an_effect_is_the_difference_of_scores_and_of_faults(case: tuple[Problem, Ints], data: st.DataObject) -> None:
    given_problem, before = case
    after = with_another(case, data)

    told = effect(given_problem, before, after)

    assert told.score == pytest.approx(score(given_problem, after) - score(given_problem, before), abs=1e-9)
    was = {one.identity for one in violations(given_problem, before)}
    becomes = {one.identity for one in violations(given_problem, after)}
    assert {one.identity for one in told.appeared} == becomes - was
    assert {one.identity for one in told.disappeared} == was - becomes


def test_two_formations_beside_each_other() -> None:
    given_problem = problem(7, codes={"function": [0, 0, 0, 1, 1, 1, 1]}, masks=[1, 1, 1, 1, 1, 1, 2])

    told = compare(given_problem, ints(0, 0, 0, 4, 4, 4, -1), ints(9, 9, -1, 9, 2, 2, 2))

    assert (told.one.placed, told.one.cohorts, told.one.sizes) == (6, 2, {3: 2})
    assert told.one.shares == {"function": 1.0}
    assert (told.one.with_common_slot, told.other.with_common_slot) == (2, 1)
    assert told.other.violations == {"no_common_slot": 1}
    assert told.one.score == pytest.approx(score(given_problem, ints(0, 0, 0, 4, 4, 4, -1)))
    assert (told.moved, told.only_one, told.only_other) == (1, 1, 1)


def test_new_numbers_for_the_same_cohorts_move_nobody() -> None:
    assert compare(problem(4), ints(0, 0, 1, 1), ints(5, 5, 0, 0)).moved == 0
    assert compare(problem(2), ints(-1, -1), ints(0, 0)).moved == 0


@settings(max_examples=60, deadline=None)
@given(formed(), st.data())
def test_as_few_people_move_as_any_matching_allows(case: tuple[Problem, Ints], data: st.DataObject) -> None:
    given_problem, one = case
    other = with_another(case, data)
    both = (one >= 0) & (other >= 0)
    numbers, labels = sorted({*one[both].tolist()}), sorted({*other[both].tolist()})
    padded = labels + [-2] * len(numbers)

    found = compare(given_problem, one, other).moved

    if len(numbers) <= 3:
        partners = ({*zip(numbers, chosen, strict=True)} for chosen in permutations(padded, len(numbers)))
        pairs = [*zip(one[both].tolist(), other[both].tolist(), strict=True)]
        assert found == min((sum(pair not in match for pair in pairs) for match in partners), default=0)
