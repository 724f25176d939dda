"""Cohort formation as a whole: every rule holds, as many as possible are placed, and J is as it should be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation import form
from lernet_xblock.rules.formation_problem import Attribute, Problem, score
from tests.formation.checker import cohorts_of, violations, worth
from tests.formation.instances import bounds, generated

FEW = settings(max_examples=25, deadline=None, derandomize=True)


def problem_of(people: int, **changes: object) -> Problem:
    """Return people of one stratum with no slot rule and one attribute, all different."""
    plain = Problem(
        minimum=10,
        maximum=15,
        attributes=(Attribute("department", -1.0, np.arange(people, dtype=np.int32)),),
        stratum=np.zeros(people, np.int32),
        masks=None,
        attendance=1.0,
        apart=np.zeros((0, 2), np.int32),
        unit=np.arange(people, dtype=np.int32),
        pinned=np.full(people, -1, np.int32),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # Tests pass the fields by name.


def sizes_of(problem: Problem, **options: object) -> list[int]:
    formation = form(problem, seed=1, **options)  # type: ignore[arg-type]  # As above.
    assert violations(problem, formation) == {}
    return sorted((len(members) for members in cohorts_of(formation).values()), reverse=True)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw small problems with pairs, pins, shares and sizes of all kinds."""
    people = draw(st.integers(1, 48))
    minimum = draw(st.integers(2, 8))
    problem = (
        generated(
            people,
            draw(st.integers(0, 1000)),
            one_language=draw(st.booleans()),
            density=draw(st.sampled_from([0.25, 0.5])),
            attendance=draw(st.sampled_from([1.0, 0.9, 0.7, 0.6])),
            minimum=minimum,
            maximum=minimum + draw(st.integers(0, 6)),
        )
        if people > 20
        else problem_of(people, minimum=minimum, maximum=minimum + draw(st.integers(0, 6)))
    )
    rows = st.integers(0, people - 1)
    unit = problem.unit.copy()
    for one, other in draw(st.lists(st.tuples(rows, rows), max_size=3)):
        unit[unit == unit[other]] = unit[one]
    pairs = draw(st.lists(st.tuples(rows, rows), max_size=6))
    pairs = [(one, other) for one, other in pairs if unit[one] != unit[other]]
    pinned = problem.pinned.copy()
    for person, number in draw(st.dictionaries(rows, st.sampled_from([0, 3, 7]), max_size=4)).items():
        pinned[person] = number
    return replace(
        problem,
        unit=np.unique(unit, return_inverse=True)[1].reshape(-1).astype(np.int32),
        apart=np.array(pairs, np.int32).reshape(-1, 2),
        pinned=pinned,
        cohorts=draw(st.none() | st.integers(1, 5)),
        target=draw(st.none() | st.just(float(minimum))),
    )


@FEW
@given(problem=problems())
def test_every_rule_holds_and_everybody_left_has_a_reason(problem):
    formation = form(problem, seed=3, effort="quick")

    assert violations(problem, formation) == {}
    assert score(problem, formation.cohort) == pytest.approx(worth(problem, formation))


@FEW
@given(problem=problems(), shuffle=st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_given_does_not_matter(problem, shuffle):
    order = list(range(problem.people))
    shuffle.shuffle(order)
    place = np.argsort(order)
    shuffled = replace(
        problem,
        attributes=tuple(replace(attribute, codes=attribute.codes[order]) for attribute in problem.attributes),
        stratum=problem.stratum[order],
        masks=None if problem.masks is None else problem.masks[order],
        apart=place[problem.apart].astype(np.int32)[:, ::-1],
        unit=problem.unit[order],
        pinned=problem.pinned[order],
    )

    found = form(shuffled, seed=1, effort="quick").cohort

    assert score(shuffled, found) == pytest.approx(score(problem, form(problem, seed=1, effort="quick").cohort))


@settings(max_examples=4, deadline=None, derandomize=True)
@given(problem=problems())
def test_every_rule_holds_after_the_full_search(problem):
    assert violations(problem, form(problem, seed=5)) == {}


def test_the_same_seed_gives_the_same_formation():
    problem = generated(40, 4)

    first, second = form(problem, seed=9), form(problem, seed=9)

    assert first.cohort.tolist() == second.cohort.tolist()
    assert first.reasons == second.reasons


@pytest.mark.parametrize("people", [60, 300])
def test_as_many_are_placed_as_the_bound_allows(people):
    problem = generated(people, 1)

    formation = form(problem, seed=1, effort="quick")

    assert violations(problem, formation) == {}
    assert int((formation.cohort >= 0).sum()) == bounds()[people].placed


def test_full_effort_comes_near_the_bound():
    problem = generated(60, 1)

    formation = form(problem, seed=1)

    assert int((formation.cohort >= 0).sum()) == bounds()[60].placed
    assert score(problem, formation.cohort) >= 0.4536 - 1e-4


def test_the_number_of_cohorts_that_is_asked_for_is_met_evenly():
    assert sizes_of(problem_of(27, cohorts=2)) == [14, 13]
    assert sizes_of(problem_of(60, cohorts=5)) == [12, 12, 12, 12, 12]
    assert sizes_of(problem_of(61, cohorts=5)) == [13, 12, 12, 12, 12]


def test_what_the_sizes_leave_over_is_named():
    problem = problem_of(17)

    formation = form(problem, seed=1)

    assert sorted(len(members) for members in cohorts_of(formation).values()) == [15]
    assert set(formation.reasons.values()) == {"sizes_leave_over"}


def test_fewer_people_than_a_cohort_needs_are_not_placed():
    formation = form(problem_of(9), seed=1)

    assert (formation.cohort == -1).all()
    assert set(formation.reasons.values()) == {"stratum_too_small"}


def test_nobody_at_all_is_a_formation():
    formation = form(problem_of(0), seed=1)

    assert formation.cohort.tolist() == []


def test_pinned_people_get_their_number_and_their_mates():
    pinned = np.full(40, -1, np.int32)
    pinned[[3, 4, 5]], pinned[9] = 7, 2
    problem = problem_of(40, pinned=pinned)

    formation = form(problem, seed=1)

    assert formation.cohort[[3, 4, 5, 9]].tolist() == [7, 7, 7, 2]
    assert violations(problem, formation) == {}


def test_a_share_below_one_places_people_whom_the_full_share_leaves_out():
    all_of_them = form(generated(60, 1), seed=1, effort="quick").cohort
    most_of_them = generated(60, 1, attendance=0.8)

    formation = form(most_of_them, seed=1, effort="quick")

    assert violations(most_of_them, formation) == {}
    assert (formation.cohort >= 0).sum() > (all_of_them >= 0).sum()


def test_cancelling_returns_a_legal_formation_that_says_so():
    problem, asked = generated(300, 2), []

    def cancel() -> bool:
        asked.append(1)
        return len(asked) > 20

    formation = form(problem, seed=1, cancel=cancel)

    assert formation.stopped
    assert violations(problem, formation) == {}
    assert (formation.cohort >= 0).any()


def test_progress_never_falls_and_ends_at_one():
    shares = []

    form(generated(60, 2), seed=1, effort="quick", progress=shares.append)

    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_where_nothing_counts_people_are_placed_all_the_same():
    problem = replace(generated(27, 1, one_language=True), attributes=(), masks=None)
    sizes = np.bincount(form(problem, seed=1).cohort)
    assert sizes.sum() == 27
    assert sizes.min() >= 10
