"""Pairs that a move breaks, and a group in two halves."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.regrouping import APART, TOGETHER, Pair, broken_pairs, halves


@pytest.mark.parametrize(
    ("pair", "broken"),
    [
        (Pair(APART, 1, 8), True),
        (Pair(APART, 8, 1), True),
        (Pair(APART, 1, 2), False),
        (Pair(APART, 2, 8), False),
        (Pair(TOGETHER, 1, 2), True),
        (Pair(TOGETHER, 2, 1), True),
        (Pair(TOGETHER, 1, 8), False),
        (Pair(TOGETHER, 1, 99), False),
    ],
)
def test_a_move_breaks_what_does_not_hold_after_it(pair, broken):
    found = broken_pairs([pair], moving={1}, there={8, 9}, behind={2, 3})
    assert bool(found) is broken
    assert all(one.first == 1 for one in found)


def test_who_moves_together_stays_together():
    assert broken_pairs([Pair(TOGETHER, 1, 2), Pair(APART, 1, 2)], moving={1, 2}, there=(), behind={3}) == ()


PEOPLE = st.lists(st.sampled_from(["kitchen", "packing", "night", None]), min_size=2, max_size=30).map(
    lambda values: list(enumerate(values, start=1))
)


@given(PEOPLE)
def test_halves_are_even_in_size_and_in_departments(people):
    first, second = halves(people, [])
    assert sorted((*first, *second)) == [one for one, _value in people]
    assert len(first) - len(second) in {0, 1}
    value = dict(people)
    counted = [Counter(value[one] for one in half) for half in (first, second)]
    assert all(abs(counted[0][name] - counted[1][name]) <= 1 for name in set(value.values()))


@given(PEOPLE, st.data())
def test_the_same_people_are_always_halved_alike(people, data):
    shuffled = data.draw(st.permutations(people))
    assert halves(people, []) == halves(shuffled, [])


def test_of_the_draws_the_one_that_keeps_pairs_is_taken():
    people = [(one, None) for one in range(1, 9)]
    pairs = [Pair(TOGETHER, 1, 2), Pair(APART, 3, 4)]
    first, second = halves(people, pairs)
    assert any({1, 2} <= set(half) for half in (first, second))
    assert not any({3, 4} <= set(half) for half in (first, second))
