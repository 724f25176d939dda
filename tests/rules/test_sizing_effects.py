import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.sizing import sizes
from lernet_xblock.rules.sizing_effects import described


def usual(people: int, **more: Any) -> Any:
    return described(sizes(people, minimum=10, maximum=15), **more)


@pytest.mark.parametrize(
    ("people", "late_joiners", "departures"),
    [(10, [5], [0]), (15, [0], [5]), (20, [5, 5], [0, 0]), (27, [1, 2], [4, 3]), (31, [4, 5, 5], [1, 0, 0])],
)
def test_headroom_of_the_recommended_cohorts(people: int, late_joiners: list[int], departures: list[int]) -> None:
    found = usual(people)

    assert found["headroom"] == {"late_joiners": late_joiners, "departures": departures}
    assert "gap" not in found


@pytest.mark.parametrize(
    ("people", "minimum", "maximum", "above", "below"),
    [(17, 10, 15, 15, 20), (8, 10, 15, 0, 10), (0, 10, 15, 0, 10), (31, 12, 15, 30, 36), (47, 12, 15, 45, 48)],
)
def test_the_gap_is_named(people: int, minimum: int, maximum: int, above: int, below: int) -> None:
    found: Any = described(sizes(people, minimum=minimum, maximum=maximum))

    assert found["gap"] == {"above": above, "below": below}
    assert "headroom" not in found


def test_seventeen_people_have_four_ways_out_with_their_effects() -> None:
    ways = {way["kind"]: way for way in usual(17)["options"]}

    assert {kind: way["facilitators"] for kind, way in ways.items()} == {
        "waiting_list": 1,
        "wait_for_more": 2,
        "smaller_groups": 2,
        "larger_group": 1,
    }
    assert ways["larger_group"]["turns"] == [
        {"members": 17, "cohorts": 1, "circles": [6, 6, 5], "turns_per_session": 3, "sessions_for_all": 6}
    ]
    assert ways["smaller_groups"]["turns"] == [
        {"members": 9, "cohorts": 1, "circles": [5, 4], "turns_per_session": 2, "sessions_for_all": 5},
        {"members": 8, "cohorts": 1, "circles": [8], "turns_per_session": 1, "sessions_for_all": 8},
    ]
    assert ways["smaller_groups"]["confidentiality"] == {
        "code": "most_must_answer",
        "smallest_cohort": 8,
        "answers_needed": 5,
        "largest_circle": 8,
        "largest_cohort": 9,
    }
    assert ways["larger_group"]["confidentiality"]["code"] == "half_may_be_silent"


@pytest.mark.parametrize(
    ("threshold", "code"), [(4, "half_may_be_silent"), (5, "most_must_answer"), (9, "never_shown")]
)
def test_the_threshold_against_the_smallest_cohort(threshold: int, code: str) -> None:
    small = next(way for way in usual(8, threshold=threshold)["options"] if way["kind"] == "start_small")

    assert small["confidentiality"]["code"] == code
    assert small["confidentiality"]["answers_needed"] == threshold


def test_a_way_out_without_cohorts_has_no_effects() -> None:
    ways = {way["kind"]: way for way in usual(8)["options"]}

    assert ways["extend"] == {"kind": "extend", "missing": 2}
    assert ways["cancel"] == {"kind": "cancel"}


# A shared machine stutters, so no single example is timed.
@settings(deadline=None)
@given(bounds=st.tuples(st.integers(2, 30), st.integers(2, 30)).map(sorted), people=st.integers(0, 300))
def test_what_is_described_adds_to_the_answer_and_accounts_for_everybody(bounds: list[int], people: int) -> None:
    answer = sizes(people, minimum=bounds[0], maximum=bounds[1])

    found: Any = json.loads(json.dumps(described(answer)))

    plain: Any = answer.as_dict()
    assert {key: found[key] for key in plain if key != "options"} == {
        key: plain[key] for key in plain if key != "options"
    }
    for way, option in zip(found["options"], plain["options"], strict=True):
        assert option.items() <= way.items()
        for turn in way.get("turns", ()):
            assert sum(turn["circles"]) == turn["members"]
            assert turn["sessions_for_all"] == max(turn["circles"])
        if "sizes" in way:
            assert sum(turn["members"] * turn["cohorts"] for turn in way["turns"]) == sum(way["sizes"])
    if "gap" in found:
        assert found["gap"]["above"] < people < found["gap"]["below"] or people == 0
        assert sizes(found["gap"]["below"], minimum=bounds[0], maximum=bounds[1]).feasible
    else:
        assert sum(found["headroom"]["late_joiners"]) == found["recommended"] * bounds[1] - people
        assert sum(found["headroom"]["departures"]) == people - found["recommended"] * bounds[0]
