import time

import numpy as np
import pytest
from hypothesis import given, settings

from lernet_xblock.rules.formation_facts import facts
from lernet_xblock.rules.formation_problem import Attribute, Ints, Problem, score
from lernet_xblock.rules.formation_violations import Violation
from tests.rules.formation_cases import formed, ints, mask, problem


def test_slots_of_a_cohort() -> None:
    told = facts(problem(4, masks=[mask(3, 5, 34), mask(5, 34), mask(5, 34, 9), mask(3)]), ints(2, 2, 2, -1)).cohorts[0]

    assert (told.number, told.people, told.size) == (2, (0, 1, 2), 3)
    assert (told.common_slots, told.best_slot, told.best_slot_free) == ((5, 34), 5, 3)


def test_slots_where_most_are_free_and_where_none_are_asked_for() -> None:
    masks = [mask(3), mask(3, 4), mask(4, 8)]
    most = facts(problem(3, masks=masks, attendance=0.6), ints(0, 0, 0)).cohorts[0]
    nothing_common = facts(problem(3, masks=masks), ints(0, 0, 0)).cohorts[0]
    unasked = facts(problem(3), ints(0, 0, 0)).cohorts[0]

    assert (most.common_slots, most.best_slot, most.best_slot_free) == ((3, 4), 3, 2)
    assert (nothing_common.common_slots, nothing_common.best_slot) == ((), 3)
    assert (unasked.common_slots, unasked.best_slot, unasked.best_slot_free) == (None, None, None)


def test_shares_are_of_the_same_when_matched_and_of_others_when_mixed() -> None:
    given_problem = problem(4, codes={"function": [1, 1, 2, 0], "department": [0, 3, 3, 0]})

    told = facts(given_problem, ints(0, 0, 0, -1))

    assert told.cohorts[0].shares == pytest.approx({"function": 1 / 3, "department": 2 / 3})
    assert told.cohorts[0].fit == pytest.approx(0.5 / 3 + 0.3 * 2 / 3)
    assert told.course_shares == pytest.approx(told.cohorts[0].shares)


def test_who_is_alone_has_no_share() -> None:
    told = facts(problem(2, codes={"function": [1, 1]}), ints(0, -1))

    assert told.cohorts[0].shares == {"function": None}
    assert told.cohorts[0].fit == 0.0
    assert told.course_shares == {"function": None}


def test_nobody_placed_and_nobody_at_all() -> None:
    assert facts(problem(2, masks=[1, 1]), ints(-1, -1)).cohorts == ()
    assert facts(problem(0), ints()).cohorts == ()


@pytest.mark.parametrize(
    ("rules", "cohort", "binding"),
    [
        ({}, (0, 0, 0, -1), ()),
        ({}, (0, 0, -1, -1), ("at_minimum",)),
        ({}, (0, 0, 0, 0), ("at_maximum",)),
        ({"masks": [3, 3, 1, 1]}, (0, 0, 0, -1), ("one_common_slot",)),
        ({"pinned": [0, -1, -1, -1]}, (0, 0, 0, -1), ("pins",)),
        ({"unit": [0, 0, 1, 2]}, (0, 0, 0, -1), ("together",)),
        ({"apart": [[3, 0]]}, (0, 0, 0, -1), ("apart",)),
        ({"apart": [[3, 0]], "stratum": [0, 0, 0, 1]}, (0, 0, 0, -1), ()),
        ({"apart": [[3, 0]], "pinned": [-1, -1, -1, 6]}, (0, 0, 0, -1), ()),
        ({"apart": [[3, 0]], "masks": [3, 3, 3, 4]}, (0, 0, 0, -1), ()),
    ],
)
def test_what_holds_a_cohort_tight(rules: dict[str, object], cohort: tuple[int, ...], binding: tuple[str, ...]) -> None:
    assert facts(problem(4, **rules), ints(*cohort)).cohorts[0].binding == binding


def test_what_is_broken_stands_with_every_cohort_concerned() -> None:
    split = Violation("together_split", 0, (0, 3))
    ignored = Violation("pin_ignored", 5, (1,))

    told = facts(problem(6, unit=[0, 1, 2, 0, 4, 5], pinned=[-1, 5, -1, -1, -1, -1]), ints(0, 0, 5, 5, 7, 7))

    assert [one.broken for one in told.cohorts] == [(split, ignored), (split, ignored), ()]


@settings(max_examples=100, deadline=None)
@given(formed())
def test_fits_sum_up_to_the_score(case: tuple[Problem, Ints]) -> None:
    told = facts(*case).cohorts

    total = sum(one.fit * one.size for one in told)

    assert total == pytest.approx(score(*case) * case[0].people, abs=1e-9)
    weights = {one.name: abs(one.weight) for one in case[0].attributes}
    for one in told:
        if one.size > 1:
            assert one.fit == pytest.approx(sum(weights[name] * (share or 0.0) for name, share in one.shares.items()))


@settings(max_examples=50, deadline=None)
@given(formed())
def test_a_few_cohorts_are_told_as_among_all(case: tuple[Problem, Ints]) -> None:
    everything = facts(*case)
    some = {one.number for one in everything.cohorts[::2]} | {99}

    told = facts(*case, only=some)

    assert told.cohorts == tuple(one for one in everything.cohorts if one.number in some)
    assert told.course_shares == everything.course_shares


def test_many_values_are_counted_as_few_are() -> None:
    people = 9000
    codes = np.arange(people, dtype=np.int32) // 2
    crowd = Problem(
        minimum=2,
        maximum=4,
        attributes=(Attribute("organisation", -1.0, codes),),
        stratum=np.zeros(people, np.int32),
        masks=None,
        attendance=1.0,
        apart=np.zeros((0, 2), np.int32),
        unit=np.arange(people, dtype=np.int32),
        pinned=np.full(people, -1, np.int32),
    )
    cohort = np.arange(people, dtype=np.int32) // 3

    told = facts(crowd, cohort)

    assert told.cohorts[0].shares["organisation"] == pytest.approx(2 / 3)
    assert told.course_shares["organisation"] == pytest.approx(score(crowd, cohort))


def test_a_hundred_thousand_people_in_two_seconds() -> None:
    people = 100_000
    row = np.arange(people, dtype=np.int64)
    cohort = (row * 7919 % 8000).astype(np.int32)
    masks = (row * 2654435761 % 2**35) | 1
    crowd = problem(people, codes={"function": row % 12, "department": row % 25}, masks=masks, minimum=10, maximum=15)

    started = time.process_time()
    told = facts(crowd, cohort)

    assert len(told.cohorts) == 8000
    assert time.process_time() - started < 2.0
