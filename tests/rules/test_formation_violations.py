from itertools import combinations
from math import ceil

from hypothesis import given, settings

from lernet_xblock.rules.formation_problem import Ints, Problem
from lernet_xblock.rules.formation_violations import Violation, violations
from tests.rules.formation_cases import formed, ints, mask, problem


def test_a_legal_formation_breaks_nothing() -> None:
    given_problem = problem(5, masks=[mask(1, 2)] * 5, apart=[[0, 3]], unit=[0, 0, 1, 2, 3], pinned=[-1, -1, 4, -1, -1])

    assert violations(given_problem, ints(4, 4, 4, 7, 7)) == ()


def test_sizes_outside_the_bounds_name_everybody() -> None:
    assert violations(problem(6), ints(0, 1, 1, 1, 1, 1)) == (
        Violation("size_below", 0, (0,)),
        Violation("size_above", 1, (1, 2, 3, 4, 5)),
    )


def test_a_mixed_stratum_names_those_outside_the_commonest() -> None:
    assert violations(problem(3, stratum=[1, 0, 1]), ints(2, 2, 2)) == (Violation("mixed_stratum", 2, (1,)),)


def test_no_common_slot_names_those_who_miss_the_best_one() -> None:
    busy = problem(3, masks=[mask(0, 1), mask(1), mask(2)])

    assert violations(busy, ints(0, 0, 0)) == (Violation("no_common_slot", 0, (2,)),)
    assert violations(problem(3, masks=busy.masks, attendance=0.6), ints(0, 0, 0)) == ()


def test_the_share_of_attendance_is_not_rounded_up_by_floating_point() -> None:
    twenty = problem(20, maximum=20, masks=[mask(0)] * 11 + [mask(1)] * 9, attendance=0.55)

    assert violations(twenty, ints(*[0] * 20)) == ()


def test_a_split_unit_is_named_once_with_its_lowest_cohort() -> None:
    split = problem(5, unit=[0, 0, 0, 1, 2])

    assert violations(split, ints(5, 3, -1, 5, 3)) == (Violation("together_split", 3, (0, 1, 2)),)
    assert violations(split, ints(-1, -1, -1, 5, 5)) == ()


def test_a_pair_kept_apart_may_both_be_unplaced() -> None:
    apart = problem(4, apart=[[1, 0], [0, 1]])

    assert violations(apart, ints(-1, -1, 0, 0)) == ()
    assert violations(apart, ints(0, 0, -1, -1)) == (Violation("apart", 0, (0, 1)),)


def test_a_pin_is_ignored_elsewhere_and_without_a_place() -> None:
    pinned = problem(4, pinned=[1, -1, 1, 1])

    assert violations(pinned, ints(0, 0, -1, 1)) == (
        Violation("size_below", 1, (3,)),
        Violation("pin_ignored", 1, (0,)),
        Violation("pin_ignored", 1, (2,)),
    )


def by_definition(given_problem: Problem, cohort: Ints) -> set[tuple[str, int]]:
    """The codes and cohorts broken, person by person."""
    found = set()
    for number in {*cohort.tolist()} - {-1}:
        people = [person for person in range(given_problem.people) if cohort[person] == number]
        slots = 1 << 35 if given_problem.masks is None else 0
        if given_problem.masks is not None:
            free = [sum(int(given_problem.masks[person]) >> slot & 1 for person in people) for slot in range(35)]
            slots = sum(count >= ceil(round(given_problem.attendance * len(people), 9)) for count in free)
        pairs = {frozenset(pair) for pair in given_problem.apart.tolist()}
        checks = {
            "size_below": len(people) < given_problem.minimum,
            "size_above": len(people) > given_problem.maximum,
            "mixed_stratum": len({*given_problem.stratum[people].tolist()}) > 1,
            "no_common_slot": not slots,
            "apart": any(frozenset(pair) in pairs for pair in combinations(people, 2)),
        }
        found |= {(code, number) for code, broken in checks.items() if broken}
    for unit in {*given_problem.unit.tolist()}:
        held = {*cohort[given_problem.unit == unit].tolist()}
        if len(held) > 1:
            found.add(("together_split", min(held - {-1})))
    pins = zip(given_problem.pinned.tolist(), cohort.tolist(), strict=True)
    return found | {("pin_ignored", pin) for pin, number in pins if pin >= 0 and pin != number}


@settings(max_examples=150, deadline=None)
@given(formed())
def test_what_is_broken_is_what_the_rules_say(case: tuple[Problem, Ints]) -> None:
    given_problem, cohort = case

    assert {(one.code, one.cohort) for one in violations(given_problem, cohort)} == by_definition(*case)
