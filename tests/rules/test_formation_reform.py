from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_problem import Ints, Problem, score
from lernet_xblock.rules.formation_reform import Move, Reformation, reform
from lernet_xblock.rules.formation_violations import violations
from lernet_xblock.rules.refusals import Refused
from tests.formation.instances import as_problem, make_instance
from tests.rules.formation_cases import ints, mask, problem, problems


def anew(given_problem: Problem, *previous: int) -> Reformation:
    return reform(replace(given_problem, previous=ints(*previous)), seed=1)


def broken(given_problem: Problem, found: Reformation) -> list[str]:
    """The rules broken, but for pins of people who find no place."""
    cohort, reasons = found.formation.cohort, found.formation.reasons
    return [
        one.code
        for one in violations(given_problem, cohort)
        if one.code != "pin_ignored"
        or reasons.get(one.people[0]) != "not_with_these_pins"
        or cohort[one.people[0]] >= 0
    ]


def test_without_changes_nobody_moves() -> None:
    found = anew(problem(6), 3, 3, 3, 8, 8, 8)

    assert found.formation.cohort.tolist() == [3, 3, 3, 8, 8, 8]
    assert (found.moves, found.formation.reasons) == ((), {})


def test_who_comes_fills_the_cohort_that_lacks_people() -> None:
    found = anew(problem(7, minimum=3, codes={"function": [0, 0, 1, 1, 1, 1, 1]}), 0, 0, 1, 1, 1, 1, -1)

    assert found.formation.cohort.tolist() == [0, 0, 1, 1, 1, 1, 0]
    assert found.moves == ()


def test_who_comes_sits_where_it_gains_most() -> None:
    found = anew(problem(7, codes={"function": [0, 0, 0, 1, 1, 1, 1]}), 0, 0, 0, 1, 1, 1, -1)

    assert found.formation.cohort.tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_somebody_is_borrowed_before_a_cohort_is_given_up() -> None:
    found = anew(problem(6, minimum=3), 0, 0, 1, 1, 1, 1)

    assert sorted(np.bincount(found.formation.cohort).tolist()) == [3, 3]
    (move,) = found.moves
    assert (move.before, move.after, move.reason, move.whom) == (1, 0, "fills_cohort", None)


def test_a_cohort_that_nobody_can_fill_is_given_up() -> None:
    found = anew(problem(5, minimum=3, maximum=5), 0, 0, 1, 1, 1)

    assert found.formation.cohort.tolist() == [1, 1, 1, 1, 1]
    assert found.moves == (Move(0, 0, 1, "dissolved"), Move(1, 0, 1, "dissolved"))


def test_who_cannot_be_placed_anywhere_is_told_why() -> None:
    alone = anew(problem(4, stratum=[0, 0, 0, 1]), 0, 0, 0, -1)
    busy = anew(problem(4, masks=[1, 1, 1, 2]), 0, 0, 0, -1)
    pinned = anew(problem(4, pinned=[-1, -1, -1, 7], minimum=3), 0, 0, 0, -1)
    full = anew(problem(5, minimum=3), 0, 0, 0, 0, -1)

    assert alone.formation.reasons == {3: "stratum_too_small"}
    assert busy.formation.reasons == {3: "no_common_slot"}
    assert pinned.formation.reasons == {3: "not_with_these_pins"}
    assert full.formation.reasons == {4: "sizes_leave_over"}


def test_a_new_cohort_has_a_new_number() -> None:
    found = anew(problem(6), 0, 0, 0, 0, -1, -1)

    assert found.formation.cohort.tolist() == [0, 0, 0, 0, 1, 1]


def test_no_cohort_is_opened_above_the_number_wanted() -> None:
    found = anew(problem(6, cohorts=1), 0, 0, 0, 0, -1, -1)

    assert found.formation.cohort.tolist() == [0, 0, 0, 0, -1, -1]


def test_somebody_makes_room_for_who_fits_nowhere_else() -> None:
    masks = [mask(0), mask(0), mask(0), mask(0, 1), mask(1), mask(1), mask(0)]
    found = anew(problem(7, masks=masks), 0, 0, 0, 0, 1, 1, -1)

    assert found.formation.cohort.tolist() == [0, 0, 0, 1, 1, 1, 0]
    assert found.moves == (Move(3, 0, 1, "makes_room_for", 6),)


def test_a_chain_of_two_makes_room() -> None:
    masks = [mask(0)] * 3 + [mask(0, 1)] + [mask(1)] * 3 + [mask(1, 2)] + [mask(2)] * 2 + [mask(0)]
    found = anew(problem(11, masks=masks), 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, -1)

    assert found.formation.cohort.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 0]
    assert {(move.person, move.reason, move.whom) for move in found.moves} == {
        (3, "makes_room_for", 10),
        (7, "makes_room_for", 10),
    }


def test_a_full_cohort_makes_room_for_a_partner() -> None:
    found = anew(problem(7, unit=[0, 1, 2, 3, 4, 5, 0]), 0, 0, 0, 0, 1, 1, -1)

    assert found.formation.cohort[6] == found.formation.cohort[0] == 0
    (move,) = found.moves
    assert (move.before, move.after, move.reason, move.whom) == (0, 1, "makes_room_for", 6)


def test_partners_without_a_slot_in_the_cohort_go_together() -> None:
    masks = [mask(0, 1), mask(0), mask(0), mask(1), mask(1), mask(1)]
    found = anew(problem(6, masks=masks, unit=[0, 1, 2, 3, 4, 0]), 0, 0, 0, 1, 1, -1)

    assert found.formation.cohort.tolist() == [1, 0, 0, 1, 1, 1]
    assert found.moves == (Move(0, 0, 1, "makes_room_for", 5),)


def test_who_is_pinned_goes_to_their_cohort_and_stays_there() -> None:
    found = anew(problem(8, pinned=[1, -1, -1, -1, -1, -1, -1, 0]), 0, 0, 0, 0, 1, 1, 1, 0)

    assert (found.formation.cohort[0], found.formation.cohort[7]) == (1, 0)
    assert Move(0, 0, 1, "rule_broken") in found.moves


def test_a_rule_of_today_moves_who_breaks_it() -> None:
    apart = anew(problem(8, apart=[[0, 1]]), 0, 0, 0, 0, 1, 1, 1, -1)
    other_slot = anew(problem(6, masks=[1, 1, 2, 2, 2, 1]), 0, 0, 0, 1, 1, 0)

    assert apart.formation.cohort[0] != apart.formation.cohort[1]
    assert other_slot.moves == (Move(2, 0, 1, "rule_broken"),)


def test_a_course_that_was_never_formed_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        reform(problem(4), seed=1)

    assert refused.value.code == "previous_missing"


def changed(people: int, seed: int, **rules: object) -> Problem:
    """A course formed by chance but legally, of whom some have left and to whom others have come."""
    made = as_problem(make_instance(people, seed), apart=np.zeros((0, 2), np.int32), masks=None, **rules)
    previous = np.full(people, -1, np.int32)
    first = 0
    for stratum in range(4):
        rows = np.nonzero(made.stratum == stratum)[0]
        groups = len(rows) // 11
        if groups:
            previous[rows] = first + np.arange(len(rows)) % groups
        first += groups
    previous[np.arange(people) % 17 == 0] = -1
    for unit in np.unique(made.unit[np.bincount(made.unit)[made.unit] > 1]).tolist():
        previous[made.unit == unit] = -1
    return replace(made, previous=previous)


def test_a_course_of_a_thousand_keeps_to_the_budget_and_gains() -> None:
    course = changed(1000, 1)
    previous = np.asarray(course.previous)
    told: list[float] = []

    found = reform(course, seed=3, progress=told.append)

    assert violations(course, found.formation.cohort) == ()
    assert len(found.moves) <= 5 * int((previous >= 0).sum()) // 1000
    assert {move.reason for move in found.moves} == {"better_fit"}
    assert found.formation.reasons == {}
    assert score(course, found.formation.cohort) > score(course, previous)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_cancelling_keeps_the_rules_and_places_everybody() -> None:
    course = changed(300, 2)

    found = reform(course, seed=1, cancel=lambda: True)

    assert found.formation.stopped
    assert violations(course, found.formation.cohort) == ()
    assert "better_fit" not in {move.reason for move in found.moves}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(problems(most=24), st.data())
def test_rules_pins_and_the_list_of_moves_hold(given_problem: Problem, data: st.DataObject) -> None:
    people = given_problem.people
    previous = ints(*data.draw(st.lists(st.integers(-1, 5), min_size=people, max_size=people)))
    course = replace(given_problem, previous=previous, maximum=max(given_problem.maximum, given_problem.minimum))

    found = reform(course, seed=data.draw(st.integers(0, 3)))

    cohort = found.formation.cohort
    assert broken(course, found) == []
    assert set(found.formation.reasons) == {*np.nonzero(cohort < 0)[0].tolist()}
    moved = np.nonzero((previous >= 0) & (previous != cohort))[0].tolist()
    assert [(move.person, move.before, move.after) for move in found.moves] == [
        (person, previous[person], cohort[person]) for person in moved
    ]
    pinned_at_home = (course.pinned >= 0) & (course.pinned == previous) & (cohort >= 0)
    assert (cohort[pinned_at_home] == previous[pinned_at_home]).all()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(problems(most=24), st.data())
def test_the_same_seed_gives_the_same_formation(given_problem: Problem, data: st.DataObject) -> None:
    people = given_problem.people
    previous: Ints = ints(*data.draw(st.lists(st.integers(-1, 5), min_size=people, max_size=people)))
    course = replace(given_problem, previous=previous, maximum=max(given_problem.maximum, given_problem.minimum))

    one, other = reform(course, seed=7), reform(course, seed=7)

    assert one.formation.cohort.tolist() == other.formation.cohort.tolist()
    assert one.moves == other.moves
