from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.drawing import draw_index, draw_key


def test_a_key_is_the_same_for_ever() -> None:
    # Written down once: another value would move people and comments of settled draws.
    assert draw_key(1, "person", "7").hex()[:16] == "b157c58f8a8f3e35"


def test_parts_are_kept_apart() -> None:
    keys = {draw_key(1, "a", "bc"), draw_key(1, "ab", "c"), draw_key(1, "abc"), draw_key(11, "a", "bc")}

    assert len(keys) == 4


@given(st.text())
def test_any_text_can_be_drawn_for(part: str) -> None:
    assert len(draw_key(1, part)) == 32


def test_each_choice_is_drawn_about_as_often() -> None:
    drawn = Counter(draw_index(seed, 3, "band") for seed in range(3000))

    assert set(drawn) == {0, 1, 2}
    assert min(drawn.values()) > 900
