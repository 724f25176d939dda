"""What an admin asks of the groups, and the weights that follow from it."""

import pytest

from lernet_xblock.rules.wishes import ATTRIBUTES, MATCH, MIX, Wishes, read_wishes


def test_the_usual_wishes_are_those_of_the_usual_policy():
    assert Wishes().weights(MATCH) == pytest.approx({"function": 0.40})
    assert Wishes().weights(MIX) == pytest.approx({"department": 0.25, "organisation": 0.20, "experience": 0.15})
    assert Wishes().same == ("language",)


def test_weights_of_match_and_mix_add_up_to_1():
    wishes = Wishes(
        kinds={"function": "mix", "department": "match", "organisation": "", "experience": "mix", "language": "match"},
        importance={**dict.fromkeys(ATTRIBUTES, 2), "language": 3, "experience": 1},
    )
    both = {**wishes.weights(MATCH), **wishes.weights(MIX)}
    assert sum(both.values()) == pytest.approx(1.0)
    assert both["language"] / both["experience"] == pytest.approx(0.20 * 2.0 / (0.15 * 0.5))
    assert wishes.same == ()


def test_what_nobody_wishes_has_no_weight():
    wishes = Wishes(kinds=dict.fromkeys(ATTRIBUTES, ""))
    assert (wishes.weights(MATCH), wishes.weights(MIX), wishes.same) == ({}, {}, ())


def test_wishes_are_read_as_they_were_written():
    wishes = Wishes(attendance=80, choice="3", seed=7, base="abc", kinds={**Wishes().kinds, "function": "mix"})
    assert read_wishes(wishes.written()) == wishes


def test_what_was_not_written_is_as_usual():
    assert read_wishes({}) == Wishes()
    assert read_wishes({"kinds": {"function": "mix"}}).kinds == {**Wishes().kinds, "function": "mix"}
