import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lernet_xblock.rules import formation_reform_seats
from lernet_xblock.rules.formation_problem import Ints, Problem, score
from lernet_xblock.rules.formation_reform_seats import Seats
from lernet_xblock.rules.formation_violations import violations
from tests.rules.formation_cases import formed, ints, problem

POSITIONS = 9
# What Seats judges; the rest is for whoever asks it.
JUDGED = ("size_above", "mixed_stratum", "no_common_slot", "apart")


def seated(given_problem: Problem, cohort: Ints) -> Seats:
    seats = Seats(given_problem, POSITIONS)
    people = np.nonzero(cohort >= 0)[0]
    seats.put(people, cohort[people].astype(np.int64))
    return seats


def faults(given_problem: Problem, cohort: Ints) -> set[tuple[str, int]]:
    return {(one.code, one.cohort) for one in violations(given_problem, cohort) if one.code in JUDGED}


def legal(case: tuple[Problem, Ints]) -> tuple[Problem, Ints, float]:
    """The case without those cohorts in which anything judged is broken."""
    given_problem, cohort = case
    for _, number in faults(given_problem, cohort):
        cohort[cohort == number] = -1
    return given_problem, cohort, score(given_problem, cohort) * given_problem.people


@settings(max_examples=80, deadline=None)
@given(formed())
def test_joining_is_judged_as_the_rules_and_the_score_do(case: tuple[Problem, Ints]) -> None:
    given_problem, cohort, before = legal(case)
    people = np.nonzero(cohort < 0)[0]
    positions = np.unique(cohort[cohort >= 0]).astype(np.int64)
    seats = seated(given_problem, cohort)

    gain, admitted = seats.joining(people, positions), seats.admits(people, positions)

    for row, person in enumerate(people):
        for column, position in enumerate(positions):
            after = cohort.copy()
            after[person] = position
            assert admitted[row, column] == (not faults(given_problem, after))
            assert before + gain[row, column] == pytest.approx(score(given_problem, after) * len(cohort), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(formed())
def test_leaving_is_judged_as_the_rules_and_the_score_do(case: tuple[Problem, Ints]) -> None:
    given_problem, cohort, before = legal(case)
    people = np.nonzero(cohort >= 0)[0]
    seats = seated(given_problem, cohort)

    gain, allowed = seats.leaving(people), seats.may_leave(people)

    for row, person in enumerate(people):
        after = cohort.copy()
        after[person] = -1
        enough = (after == cohort[person]).sum() >= given_problem.minimum
        assert allowed[row] == (enough and not faults(given_problem, after))
        assert before + gain[row] == pytest.approx(score(given_problem, after) * len(cohort), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(formed())
def test_taking_a_seat_is_judged_as_the_rules_and_the_score_do(case: tuple[Problem, Ints]) -> None:
    given_problem, cohort, before = legal(case)
    people, others = np.nonzero(cohort < 0)[0], np.nonzero(cohort >= 0)[0]
    others = others[(cohort[others, None] == cohort[others]).sum(axis=1) > 1]
    seats = seated(given_problem, cohort)

    gain, allowed = seats.replacing(people, others), seats.may_replace(people, others)

    for row, person in enumerate(people):
        for column, other in enumerate(others):
            after = cohort.copy()
            after[person], after[other] = cohort[other], -1
            assert allowed[row, column] == (not faults(given_problem, after))
            assert before + gain[row, column] == pytest.approx(score(given_problem, after) * len(cohort), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(formed(), st.data())
def test_coming_and_going_leaves_what_seating_at_once_makes(case: tuple[Problem, Ints], data: st.DataObject) -> None:
    given_problem, cohort = case
    assume((cohort >= 0).any())
    some = data.draw(st.lists(st.sampled_from(np.nonzero(cohort >= 0)[0].tolist()), unique=True, min_size=1))
    seats = seated(given_problem, cohort)

    seats.take(np.array(some))
    seats.put(np.array(some), cohort[some].astype(np.int64))

    again = seated(given_problem, cohort)
    assert seats.at.tolist() == again.at.tolist()
    assert seats.same.tolist() == again.same.tolist()
    assert seats.free.tolist() == again.free.tolist()
    assert seats.sizes.tolist() == again.sizes.tolist()


def test_the_rarest_values_are_left_out_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formation_reform_seats, "MOST_CELLS", POSITIONS)
    seats = seated(problem(5, codes={"function": [3, 3, 3, 8, 8]}), ints(0, 0, -1, 0, -1))

    assert seats.likeness(np.array([2, 4]), np.array([0])).tolist() == [[1.0], [0.0]]
