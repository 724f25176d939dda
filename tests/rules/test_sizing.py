import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import Sizing, Split, advised_option, sizes


def usual(n: int) -> Sizing:
    return sizes(n, minimum=10, maximum=15)


@pytest.mark.parametrize(
    ("n", "recommended"),
    [
        *((n, (n,)) for n in range(10, 16)),
        (20, (10, 10)),
        (24, (12, 12)),
        (27, (14, 13)),
        (29, (15, 14)),
        (30, (15, 15)),
        (31, (11, 10, 10)),
        (38, (13, 13, 12)),
        (40, (14, 13, 13)),
        (43, (11, 11, 11, 10)),
        (45, (12, 11, 11, 11)),
        (60, (12, 12, 12, 12, 12)),
    ],
)
def test_recommended_sizes_of_the_domain_table(n: int, recommended: tuple[int, ...]) -> None:
    found = usual(n).recommended

    assert found is not None
    assert found.sizes == recommended


@pytest.mark.parametrize(
    ("minimum", "maximum", "gaps"),
    [
        (10, 15, [16, 17, 18, 19]),
        (8, 12, [13, 14, 15]),
        (5, 7, [8, 9]),
        (12, 15, [*range(16, 24), *range(31, 36), 46, 47]),
    ],
)
def test_gaps_of_the_domain_table(minimum: int, maximum: int, gaps: list[int]) -> None:
    found = [n for n in range(201) if not sizes(n, minimum=minimum, maximum=maximum).feasible]

    assert found == [*range(minimum), *gaps]


@pytest.mark.parametrize(
    ("n", "numbers", "reason"),
    [
        (27, [2], "only_feasible"),
        (30, [2, 3], "tie_fewer_cohorts"),
        (45, [3, 4], "nearest_to_target"),
        (60, [4, 5, 6], "nearest_to_target"),
        (9, [], "below_minimum"),
        (17, [], "no_split"),
    ],
)
def test_every_feasible_number_is_listed_with_the_reason_of_the_choice(n: int, numbers: list[int], reason: str) -> None:
    found = usual(n)

    assert [split.cohorts for split in found.feasible] == numbers
    assert found.reason == reason


@pytest.mark.parametrize(
    ("n", "warnings"),
    [
        (10, ("cohort_at_minimum",)),
        (12, ()),
        (15, ("cohort_at_maximum",)),
        (20, ("cohort_at_minimum",)),
        (29, ("cohort_at_maximum",)),
        (30, ("cohort_at_maximum",)),
        (31, ("cohort_at_minimum",)),
        (43, ("cohort_at_minimum",)),
        (60, ()),
    ],
)
def test_a_cohort_at_a_bound_is_warned_of(n: int, warnings: tuple[str, ...]) -> None:
    assert usual(n).warnings == warnings


def test_one_size_only_is_at_both_bounds() -> None:
    assert sizes(24, minimum=12, maximum=12).warnings == ("cohort_at_minimum", "cohort_at_maximum")


def test_the_target_decides() -> None:
    chosen = {
        target: found.cohorts
        for target in (10, 11, 12, 12.5, 13, 15)
        if (found := sizes(60, minimum=10, maximum=15, target=target).recommended)
    }

    assert chosen == {10: 6, 11: 5, 12: 5, 12.5: 5, 13: 5, 15: 4}


@pytest.mark.parametrize(
    ("n", "waiting", "missing", "smaller", "circles"),
    [
        (16, 1, 4, [8, 8], [6, 5, 5]),
        (17, 2, 3, [9, 8], [6, 6, 5]),
        (18, 3, 2, [9, 9], [6, 6, 6]),
        (19, 4, 1, [10, 9], [7, 6, 6]),
    ],
)
def test_four_ways_out_of_the_gap_and_nothing_preselected(
    n: int, waiting: int, missing: int, smaller: list[int], circles: list[int]
) -> None:
    found = usual(n).as_dict()

    assert found == {
        "feasible": [],
        "recommended": None,
        "reason": "no_split",
        "warnings": [],
        "options": [
            {"kind": "waiting_list", "cohorts": 1, "sizes": [15], "waiting": waiting},
            {"kind": "wait_for_more", "cohorts": 2, "sizes": [10, 10], "missing": missing},
            {"kind": "smaller_groups", "cohorts": 2, "sizes": smaller, "facilitators": 2},
            {"kind": "larger_group", "cohorts": 1, "sizes": [n], "facilitators": 1, "circles": circles},
        ],
    }


@pytest.mark.parametrize(
    ("n", "facilitators", "after"),
    [
        (16, 2, "waiting_list"),
        (17, 2, "larger_group"),
        (18, 2, "smaller_groups"),
        (19, 2, "smaller_groups"),
        (16, 1, "waiting_list"),
        (18, 1, "larger_group"),
        (19, 1, "larger_group"),
    ],
)
def test_advice_in_the_gap_before_and_after_the_decision(n: int, facilitators: int, after: str) -> None:
    found = usual(n)

    assert advised_option(found, before_decision=True, facilitators=facilitators) == "wait_for_more"
    assert advised_option(found, before_decision=False, facilitators=facilitators) == after


def test_advice_without_smaller_groups_is_the_waiting_list_for_one() -> None:
    pairs = sizes(3, minimum=2, maximum=2)

    assert advised_option(pairs, before_decision=False, facilitators=9) == "waiting_list"


@pytest.mark.parametrize("n", [8, 27])
def test_no_advice_outside_a_gap(n: int) -> None:
    assert advised_option(usual(n), before_decision=True, facilitators=2) is None


def test_eight_people_are_two_short_and_stay_one_group() -> None:
    assert usual(8).as_dict()["options"] == [
        {"kind": "extend", "missing": 2},
        {"kind": "start_small", "cohorts": 1, "sizes": [8], "facilitators": 1, "circles": [8]},
        {"kind": "join_sister"},
        {"kind": "cancel"},
    ]


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_and_one_person_cannot_start_small(n: int) -> None:
    assert [option.kind for option in usual(n).options] == ["extend", "join_sister", "cancel"]


def test_a_gap_between_two_and_three_cohorts() -> None:
    options = {option.kind: option for option in sizes(31, minimum=12, maximum=15).options}

    assert options["waiting_list"].as_dict() == {
        "kind": "waiting_list",
        "cohorts": 2,
        "sizes": [15, 15],
        "waiting": 1,
    }
    assert options["wait_for_more"].missing == 5
    assert options["smaller_groups"].sizes == (11, 10, 10)
    assert options["larger_group"].sizes == (16, 15)
    assert options["larger_group"].circles == (6, 5, 5, 5, 5, 5)


def test_no_group_of_one_and_none_above_thirty_is_offered() -> None:
    pairs = [option.kind for option in sizes(3, minimum=2, maximum=2).options]
    large = [option.kind for option in sizes(39, minimum=20, maximum=22, target=21).options]
    huge = [option.kind for option in sizes(31, minimum=20, maximum=22).options]

    assert pairs == ["waiting_list", "wait_for_more", "larger_group"]
    assert large == huge == ["waiting_list", "wait_for_more", "smaller_groups"]


@pytest.mark.parametrize(
    ("n", "minimum", "maximum", "target", "code", "field"),
    [
        (-1, 10, 15, None, "people_out_of_range", "n"),
        (100_001, 10, 15, None, "people_out_of_range", "n"),
        (20, 1, 15, None, "bounds_invalid", "minimum"),
        (20, 10, 31, None, "bounds_invalid", "maximum"),
        (20, 15, 10, None, "bounds_invalid", "maximum"),
        (20, 10, 15, 9.9, "target_outside_bounds", "target"),
        (20, 10, 15, float("nan"), "target_outside_bounds", "target"),
        (20, 10, 15, float("inf"), "target_outside_bounds", "target"),
    ],
)
def test_what_is_out_of_bounds_is_refused(  # noqa: PLR0917 - one column each
    n: int, minimum: int, maximum: int, target: float | None, code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        sizes(n, minimum=minimum, maximum=maximum, target=target)

    assert (refusal.value.code, refusal.value.field) == (code, field)


BOUNDS = st.tuples(st.integers(2, 30), st.integers(2, 30)).map(sorted)


@given(bounds=BOUNDS, n=st.integers(0, 400), share=st.integers(0, 8))
def test_the_recommendation_is_the_best_of_everything_that_fits(bounds: list[int], n: int, share: int) -> None:
    minimum, maximum = bounds
    target = minimum + (maximum - minimum) * share / 8

    found = sizes(n, minimum=minimum, maximum=maximum, target=target)

    fitting = [k for k in range(1, n + 1) if minimum <= n // k and -(-n // k) <= maximum]
    assert [split.cohorts for split in found.feasible] == fitting
    if fitting:
        assert found.recommended == Split(n, min(fitting, key=lambda k: (abs(n / k - target), k)))
        assert found.options == ()
    else:
        assert found.recommended is None
        assert len(found.options) >= 3


@given(bounds=BOUNDS, n=st.integers(2, 400))
def test_every_way_out_of_a_gap_accounts_for_everybody(bounds: list[int], n: int) -> None:
    found = sizes(n, minimum=bounds[0], maximum=bounds[1])

    for option in found.options:
        if option.sizes is not None:
            assert sum(option.sizes) + (option.waiting or 0) - (option.missing or 0) == n
            assert min(option.sizes) >= 2
        if option.circles is not None:
            assert sum(option.circles) == n


def test_a_hundred_thousand_people_take_seconds_at_most() -> None:
    began = time.process_time()
    found = sizes(100_000, minimum=2, maximum=30)
    written: dict[str, Any] = found.as_dict()
    took = time.process_time() - began

    assert took < 5, "a list of sizes for each split would take minutes"
    assert len(written["feasible"]) == 50_000 - 3_334 + 1
    (in_full,) = (split for split in written["feasible"] if "sizes" in split)
    assert (in_full["cohorts"], sum(in_full["sizes"])) == (written["recommended"], 100_000)
    for split in written["feasible"]:
        if "size_counts" in split:
            assert sum(size * count for size, count in split["size_counts"]) == 100_000
            assert sum(count for _, count in split["size_counts"]) == split["cohorts"]
