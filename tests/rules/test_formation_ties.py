from typing import Any

import numpy as np
import pytest

from lernet_xblock.rules.formation_ties import Ties, tie
from lernet_xblock.rules.refusals import Refused

IDS = tuple("abcdefgh")


def tied(**given: Any) -> Any:
    ties = Ties(
        IDS,
        {name: row for row, name in enumerate(IDS)},
        [tuple(pair) for pair in given.pop("apart", "").split()],
        [tuple(pair) for pair in given.pop("together", "").split()],
        given.pop("pins", {}),
    )
    masks = given.pop("masks", None)
    rules: dict[str, Any] = {"stratum": np.zeros(len(IDS), np.int32), "maximum": 4, "attendance": 1.0, "cohorts": None}
    return tie(ties, masks=None if masks is None else np.array(masks, np.int64), **(rules | given))


def refusal(**given: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        tied(**given)
    return refused.value


def test_a_chain_of_pairs_is_one_unit() -> None:
    unit, apart, pinned = tied(together="ba cb fe aa", apart="ad da", pins={"b": 2})

    assert unit.tolist() == [0, 0, 0, 1, 2, 2, 3, 4]
    assert apart.tolist() == [[0, 3]]
    assert pinned.tolist() == [2, 2, 2, -1, -1, -1, -1, -1]


def test_pins_of_one_cohort_are_no_unit() -> None:
    unit, _, pinned = tied(pins={"a": 0, "b": 0, "c": 999_999})

    assert unit.tolist() == list(range(8))
    assert pinned.tolist() == [0, 0, 999_999, -1, -1, -1, -1, -1]


def test_a_long_chain_given_backwards_is_refused_at_once() -> None:
    ids = [str(number) for number in range(100_000)]
    ties = Ties(
        ids,
        {name: row for row, name in enumerate(ids)},
        (),
        [(ids[row - 1], ids[row]) for row in range(99_999, 0, -1)],
        {},
    )

    with pytest.raises(Refused) as refused:
        tie(
            ties,
            stratum=np.zeros(len(ids), np.int32),
            masks=None,
            maximum=15,
            attendance=1.0,
            cohorts=None,
        )

    assert (refused.value.code, refused.value.values["count"]) == ("together_too_many", 100_000)


ONE_SLOT_EACH = [1, 2, 4, 8, 16, 32, 64, 128]
TWO_STRATA = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)


@pytest.mark.parametrize(
    ("given", "code", "field", "people"),
    [
        ({"apart": "ab ax"}, "person_unknown", "apart", ["x"]),
        ({"together": "xa ya"}, "person_unknown", "together", ["x", "y"]),
        ({"pins": {"x": 1}}, "person_unknown", "pins", ["x"]),
        ({"apart": "ab cc dd"}, "apart_from_themself", "apart", ["c", "d"]),
        ({"apart": "ab", "together": "ab"}, "together_and_apart", "apart", ["a", "b"]),
        ({"apart": "da", "together": "ab bc cd"}, "together_and_apart", "apart", ["a", "d"]),
        ({"together": "ae", "stratum": TWO_STRATA}, "together_not_same", "together", ["a", "e"]),
        ({"together": "ab bc cd de"}, "together_too_many", "together", ["a", "b", "c", "d", "e"]),
        ({"together": "ab", "masks": ONE_SLOT_EACH}, "together_cannot_meet", "together", ["a", "b"]),
        ({"together": "ab", "pins": {"a": 1, "b": 2}}, "pinned_to_two", "pins", ["a", "b"]),
        ({"apart": "ab", "pins": {"a": 1, "b": 1}}, "pinned_and_apart", "pins", ["a", "b"]),
        ({"apart": "ac", "together": "cd", "pins": {"a": 1, "d": 1}}, "pinned_and_apart", "pins", ["a", "c"]),
        ({"pins": {"a": 1, "e": 1}, "stratum": TWO_STRATA}, "pinned_not_same", "pins", ["a", "e"]),
        ({"pins": dict.fromkeys("abcde", 3)}, "pinned_too_many", "pins", ["a", "b", "c", "d", "e"]),
        ({"pins": {"a": 3, "d": 3, "e": 3}, "together": "ab bc"}, "pinned_too_many", "pins", ["a", "b", "c", "d", "e"]),
        ({"pins": {"a": 1, "b": 1}, "masks": ONE_SLOT_EACH}, "pinned_cannot_meet", "pins", ["a", "b"]),
    ],
)
def test_what_cannot_be_names_its_people(given: dict[str, Any], code: str, field: str, people: list[str]) -> None:
    refused = refusal(**given)

    assert (refused.code, refused.field, refused.values["people"]) == (code, field, people)
    assert refused.values["count"] == len(people)


def test_a_refused_cohort_of_pins_is_named() -> None:
    assert refusal(pins=dict.fromkeys("abcde", 3)).values["cohort"] == 3


def test_more_pinned_cohorts_than_there_may_be() -> None:
    refused = refusal(pins={"a": 1, "b": 2, "c": 9}, cohorts=2)

    assert (refused.code, refused.values) == ("pinned_to_too_many", {"cohorts": 3, "highest": 2})


def test_some_may_be_missing_below_full_attendance() -> None:
    # A cohort of four at 0.7 needs three free, so one of the two may be missing.
    unit, _, _ = tied(together="ab", masks=ONE_SLOT_EACH, attendance=0.7)

    assert unit[0] == unit[1]
    assert refusal(together="ab bc", masks=ONE_SLOT_EACH, attendance=0.7).code == "together_cannot_meet"


def test_people_of_one_slot_can_stay_together() -> None:
    unit, _, pinned = tied(together="ab", pins={"a": 5}, masks=[3, 6, 1, 1, 1, 1, 1, 1])

    assert unit[0] == unit[1]
    assert pinned.tolist()[:2] == [5, 5]
