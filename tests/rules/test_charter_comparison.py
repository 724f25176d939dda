"""What differs between two texts, line by line."""

import time

from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.charter_comparison import GONE, NEW, SAME, Line, compare, differs

TEXT = st.lists(st.sampled_from(["We come.", "We stay.", "We go.", "", "  "]), max_size=12).map("\n".join)


def lines(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_a_changed_line_is_shown_as_it_was_and_as_it_is():
    assert compare("Keep it here.\nBe on time.\nAsk.", "Keep it here.\nBe on time, or call.\nAsk.\nNo recording.") == (
        Line(SAME, "Keep it here."),
        Line(GONE, "Be on time."),
        Line(NEW, "Be on time, or call."),
        Line(SAME, "Ask."),
        Line(NEW, "No recording."),
    )


def test_against_nothing_every_line_is_new():
    assert compare("", "One.\n\nTwo.") == (Line(NEW, "One."), Line(NEW, "Two."))


def test_blank_lines_and_trailing_spaces_are_no_difference():
    assert not differs("One.\nTwo.", "One.  \n\nTwo.\n")
    assert differs("One.\nTwo.", "One. Two.")


@given(old=TEXT, new=TEXT)
def test_both_texts_can_be_read_out_of_the_comparison(old, new):
    found = compare(old, new)
    assert [line.text for line in found if line.kind != NEW] == lines(old)
    assert [line.text for line in found if line.kind != GONE] == lines(new)
    assert differs(old, new) == any(line.kind != SAME for line in found)


def test_texts_that_are_hard_to_match_take_no_time():
    old = "\n".join(f"{number:x}" for number in range(3000))
    new = "\n".join(f"{number:x}" for number in reversed(range(3000)))
    began = time.perf_counter()
    assert len(compare(old, new)) == 6000
    assert time.perf_counter() - began < 0.5
