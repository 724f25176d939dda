import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.evaluation import ItemRelease, release
from lernet_xblock.rules.refusals import Refused

SEEDS = range(40)
Values = tuple[int, ...]
Published = tuple[object, ...]


def item_of(values: Values, item: str = "useful", *, threshold: int = 5, seed: int = 1, blanks: int = 0) -> ItemRelease:
    answers = [{item: value} for value in values] + [{item: None}] * blanks
    found = release(answers, [], threshold=threshold, seed=seed)
    return next(one for one in found.items if one.item == item)


def test_below_the_threshold_nothing_but_the_number_of_answers_is_told() -> None:
    answers = [{"useful": 1, "pace": 3}] * 4

    found = release(answers, ["stays hidden"], threshold=5, seed=1)

    assert found.as_dict() == {
        "state": "withheld",
        "answered": 4,
        "threshold": 5,
        "items": [],
        "comments": [],
    }


def test_a_released_pulse_in_full() -> None:
    ratings = [4, 5, 3, 4, 4, 2, 5, 4, 3]
    answers = [{"useful": value, "safety": 5, "voice": None, "pace": 2 if value > 2 else 3} for value in ratings]
    answers[0]["new_idea"] = 1

    found = release(answers, ["keep the walk", " ", "shorter"], threshold=5, seed=1).as_dict()

    comments: Any = found.pop("comments")
    assert sorted(comments) == ["keep the walk", "shorter"]
    items: Any = found.pop("items")
    assert found == {"state": "released", "answered": 9, "threshold": 5}
    by_item = {one["item"]: one for one in items}
    assert by_item["useful"] == {
        "item": "useful", "scale": 5, "shown": "dots", "answered": 9, "dots": [0, 1, 2, 4, 2], "median": 4.0,
    }  # fmt: skip
    assert by_item["safety"]["shown"] == "band"
    assert by_item["voice"] == by_item["new_idea"] | {"item": "voice"} == {
        "item": "voice", "scale": 5, "shown": "nothing",
    }  # fmt: skip
    assert by_item["pace"] == {"item": "pace", "scale": 3, "shown": "band", "answered": 9, "band": [1, 3]}
    assert list(by_item) == ["useful", "safety", "voice", "new_idea", "transfer", "pace"]


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ((4, 4, 5, 3, 3), 4.0),
        ((1, 2, 3, 4, 5), 3.0),
        ((5, 5, 5, 4, 4), 4.5),
        ((1, 1, 1, 2, 2), 1.5),
        ((2, 2, 2, 3, 3, 3), 2.5),
        ((3, 3, 3, 3, 4, 4, 5), 3.5),
        ((3, 3, 3, 4, 4, 5), 3.5),
    ],
)
def test_five_to_seven_answers_show_a_mean_in_halves_and_no_dots(values: Values, mean: float) -> None:
    found = item_of(values)

    assert (found.shown, found.answered, found.mean) == ("coarse", len(values), mean)
    assert (found.dots, found.median, found.band) == (None, None, None)


@pytest.mark.parametrize(("values", "mean"), [((1, 1, 3, 4), 2.5), ((2, 2, 4, 5), 3.5), ((1, 2, 3, 5), 3.0)])
def test_a_mean_on_a_quarter_is_rounded_up(values: Values, mean: float) -> None:
    # 9/4 = 2.25, 13/4 = 3.25, 11/4 = 2.75
    assert item_of(values, threshold=4).mean == mean


def test_from_eight_answers_dots_and_the_median_between_two() -> None:
    found = item_of((1, 2, 3, 3, 4, 4, 5, 5))

    assert (found.dots, found.median, found.mean) == ((1, 1, 2, 2, 2), 3.5, None)


def test_pace_has_three_dots() -> None:
    found = item_of((1, 2, 2, 2, 2, 2, 3, 3), "pace")

    assert (found.dots, found.median) == ((1, 5, 2), 2.0)


@pytest.mark.parametrize(
    ("values", "bands"),
    [
        ((1, 1, 1, 1, 1), {(1, 3)}),
        ((2, 2, 2, 2, 5), {(1, 3), (2, 4)}),
        ((3, 3, 3, 3, 3, 3, 3, 3), {(1, 3), (2, 4), (3, 5)}),
        ((4, 4, 4, 4, 4, 4, 4, 4), {(2, 4), (3, 5)}),
        ((1, 5, 5, 5, 5, 5, 5, 5), {(3, 5)}),
    ],
)
def test_where_all_or_all_but_one_agree_only_a_band_around_them_is_shown(
    values: Values, bands: set[tuple[int, int]]
) -> None:
    found = [item_of(values, seed=seed) for seed in SEEDS]

    assert {one.band for one in found} == bands
    assert {(one.shown, one.mean, one.dots, one.median) for one in found} == {("band", None, None, None)}


def test_blank_answers_count_for_the_pulse_and_not_for_the_item() -> None:
    assert item_of((1, 3, 4, 5), blanks=4) == ItemRelease("useful", 5, "nothing")
    assert item_of((1, 3, 4, 5, 5), blanks=4).answered == 5


@pytest.mark.parametrize("threshold", [4, 7, 8, 10])
def test_the_threshold_of_the_network_holds_for_every_item(threshold: int) -> None:
    enough: Values = (1, 2, 3, 4, 5, 1, 2, 3, 4, 5)[:threshold]

    assert item_of(enough[1:], threshold=threshold, blanks=1).shown == "nothing"
    assert item_of(enough, threshold=threshold).shown == ("coarse" if threshold < 8 else "dots")


@cache
def publications(size: int, scale: int) -> dict[Published, set[Values]]:
    """Map everything that may be published of an item to the answers it may come from."""
    found: dict[Published, set[Values]] = defaultdict(set)
    item = "useful" if scale == 5 else "pace"
    for values in combinations_with_replacement(range(1, scale + 1), size):
        agreeing = max(Counter(values).values()) >= size - 1
        for seed in SEEDS if agreeing else SEEDS[:1]:
            shown = item_of(values, item, threshold=4, seed=seed)
            found[shown.shown, shown.answered, shown.band, shown.mean, shown.dots, shown.median].add(values)
    return found


SIZES = [(size, scale) for size in range(4, 11) for scale in (3, 5)]


@pytest.mark.parametrize(("size", "scale"), SIZES)
def test_nobody_outside_learns_an_answer(size: int, scale: int) -> None:
    for shown, sources in publications(size, scale).items():
        # One person's answer is fixed when in every source everybody gave the same one.
        assert not all(len(set(values)) == 1 for values in sources), shown
        # Dots are the counts themselves; anything coarser leaves at least two.
        assert shown[0] == "dots" or len(sources) >= 2, shown


def rests(sources: set[Values], own: int) -> Iterator[Values]:
    """Yield what the others may have answered, known to somebody who answered `own`."""
    for values in sources:
        if own in values:
            at = values.index(own)
            yield values[:at] + values[at + 1 :]


@pytest.mark.parametrize(("size", "scale"), SIZES)
def test_no_member_learns_another_answer_from_the_own_one(size: int, scale: int) -> None:
    for shown, sources in publications(size, scale).items():
        for own in range(1, scale + 1):
            left = set(rests(sources, own))
            fixed = {rest[0] for rest in left if len(set(rest)) == 1}
            all_alike = all(len(set(rest)) == 1 for rest in left)
            assert not left or not all_alike or len(fixed) >= 2, (shown, own)


def test_the_attack_would_succeed_on_plain_figures() -> None:
    # Proof that the two tests above can fail: one of eight differs, and would know the others.
    plain: set[Values] = {(4, 4, 4, 4, 4, 4, 4, 5)}

    assert [set(rest) for rest in rests(plain, 5)] == [{4}]
    assert item_of(min(plain)).shown == "band"


ANSWERS = st.lists(
    st.fixed_dictionaries(
        {"useful": st.none() | st.integers(1, 5), "safety": st.none() | st.integers(1, 5)},
        optional={"pace": st.none() | st.integers(1, 3)},
    ),
    max_size=14,
)


@given(answers=ANSWERS, data=st.data(), threshold=st.integers(4, 10), seed=st.integers(0, 2**128))
def test_who_gave_which_answers_together_leaves_no_trace(
    answers: list[dict[str, int | None]], data: st.DataObject, threshold: int, seed: int
) -> None:
    columns = {item: [answer.get(item) for answer in answers] for item in ("useful", "safety", "pace")}
    mixed = {item: data.draw(st.permutations(column)) for item, column in columns.items()}
    others: list[dict[str, int | None]] = [
        {item: column[row] for item, column in mixed.items()} for row in range(len(answers))
    ]

    assert release(others, [], threshold=threshold, seed=seed) == release(answers, [], threshold=threshold, seed=seed)


@given(order=st.permutations(["one", "two", "three", "four", "four"]))
def test_comments_come_in_an_order_of_the_seed_alone(order: list[str]) -> None:
    answers = [{"useful": 3}] * 5

    first = release(answers, ["one", "two", "three", "four", "four"], threshold=5, seed=9)

    assert release(answers, order, threshold=5, seed=9).comments == first.comments


def test_comments_come_in_many_orders_over_seeds() -> None:
    answers = [{"useful": 3}] * 5

    orders = {release(answers, ["a", "b", "c"], threshold=5, seed=seed).comments for seed in range(100)}

    assert len(orders) == 6


@given(answers=ANSWERS, threshold=st.integers(4, 10))
def test_a_release_is_json(answers: list[dict[str, int | None]], threshold: int) -> None:
    written = release(answers, ["ça va"], threshold=threshold, seed=1).as_dict()

    assert json.loads(json.dumps(written)) == written


def test_the_authors_own_items_are_released_like_the_others() -> None:
    answers = [{"room": value} for value in (1, 2, 3, 4, 5)]

    found = release(answers, [], threshold=5, seed=1, extra_items=["room"])

    assert [(one.item, one.mean) for one in found.items if one.shown == "coarse"] == [("room", 3.0)]


@pytest.mark.parametrize(
    "answer",
    [
        {"useful": 0},
        {"useful": 6},
        {"useful": "5"},
        {"useful": 4.0},
        {"useful": True},
        {"pace": 4},
        {"name": 3},
    ],
)
def test_an_answer_that_the_form_does_not_have_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        release([{"useful": 3}, answer], [], threshold=5, seed=1)

    assert (refusal.value.code, refusal.value.field) == ("answer_invalid", next(iter(answer)))
