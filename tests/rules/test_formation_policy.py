import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_policy import MOST_WEIGHT, Policy, read_policy
from lernet_xblock.rules.refusals import Refused


def refusal(document: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        read_policy(document)
    return refused.value.code, refused.value.field


def test_the_usual_policy() -> None:
    usual = Policy()

    assert usual.weights() == {
        "function": 0.40,
        "department": -0.25,
        "organisation": -0.20,
        "experience_band": -0.15,
    }
    assert usual.same == ("language",)
    assert usual.names == ("function", "department", "organisation", "experience_band", "language")


def test_a_document_is_read() -> None:
    found = read_policy(
        {"match": {"function": 0.4}, "mix": {"department": 1}, "same": ["language", "site", "language"]}
    )

    assert found == Policy(match={"function": 0.4}, mix={"department": 1.0}, same=("language", "site"))


def test_what_is_left_out_is_empty() -> None:
    assert read_policy({"match": {"function": 1}}) == Policy(match={"function": 1.0}, mix={}, same=())


def test_a_weight_of_nothing_does_not_count() -> None:
    assert read_policy({"match": {"function": 0}, "mix": {"site": 2}}).weights() == {"site": -2.0}


def test_what_must_be_the_same_may_be_matched_as_well() -> None:
    assert read_policy({"match": {"site": 1}, "same": ["site"]}).names == ("site",)


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        (None, "policy_invalid", "policy"),
        ([], "policy_invalid", "policy"),
        ("match", "policy_invalid", "policy"),
        ({"match": ["function"]}, "policy_invalid", "match"),
        ({"mix": None}, "policy_invalid", "mix"),
        ({"same": "language"}, "policy_invalid", "same"),
        ({"same": [1]}, "policy_invalid", "same"),
        ({"match": {" ": 1}}, "policy_invalid", "match"),
        ({"match": {"function": 1}, "weights": {}}, "policy_unknown_key", "policy"),
        ({}, "policy_empty", "policy"),
        ({"match": {}, "mix": {}, "same": []}, "policy_empty", "policy"),
        ({"match": {"function": 1}, "mix": {"function": 1}}, "policy_attribute_twice", "mix"),
        ({"mix": {"language": 1}, "same": ["language"]}, "policy_attribute_twice", "mix"),
    ],
)
def test_a_wrong_document_is_refused(document: object, code: str, field: str) -> None:
    assert refusal(document) == (code, field)


@pytest.mark.parametrize(
    "weight", [-0.1, float("nan"), float("inf"), -float("inf"), MOST_WEIGHT + 1, 10**400, "1", None, True, [1]]
)
def test_a_weight_that_is_none_is_refused(weight: object) -> None:
    assert refusal({"match": {"function": weight}}) == ("policy_weight_invalid", "match.function")


def test_json_writes_what_is_no_number_too() -> None:
    assert refusal(json.loads('{"mix": {"site": NaN}}')) == ("policy_weight_invalid", "mix.site")


def test_a_policy_made_by_hand_is_checked_as_well() -> None:
    with pytest.raises(Refused) as refused:
        Policy(match={"site": 1}, mix={"site": 1}, same=())

    assert refused.value.values == {"names": ["site"]}


def test_unknown_keys_are_named() -> None:
    with pytest.raises(Refused) as refused:
        read_policy({"weights": {}, "blend": {}})

    assert refused.value.values == {"names": ["blend", "weights"]}


NAMES = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


# A shared machine stutters, so no single example is timed.
@settings(deadline=None)
@given(JSON | st.fixed_dictionaries({}, optional={"match": JSON, "mix": JSON, "same": JSON}))
def test_any_document_is_read_or_refused(document: object) -> None:
    try:
        found = read_policy(document)
    except Refused as refused:
        assert refused.code.startswith("policy_")  # noqa: PT017 - either is right, and both are checked
    else:
        assert found.names


# A shared machine stutters, so no single example is timed.
@settings(deadline=None)
@given(
    match=st.dictionaries(NAMES, st.floats(0, MOST_WEIGHT), max_size=4),
    mix=st.dictionaries(NAMES, st.floats(0, MOST_WEIGHT), max_size=4),
)
def test_every_sound_policy_is_read_as_written(match: dict[str, float], mix: dict[str, float]) -> None:
    mix = {name: weight for name, weight in mix.items() if name not in match}

    found = read_policy(json.loads(json.dumps({"match": match, "mix": mix, "same": ["1"]})))

    assert (found.match, found.mix, found.same) == (match, mix, ("1",))
