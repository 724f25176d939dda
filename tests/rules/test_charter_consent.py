"""Two thirds, and no objection without answer."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.charter_consent import Said, Tally, needed, tally

PEOPLE = st.integers(1, 40)
SAID = st.builds(Said, person=PEOPLE, supports=st.booleans(), about=st.integers(1, 3), answered=st.booleans())


@pytest.mark.parametrize(
    ("members", "support"),
    [(1, 1), (2, 2), (3, 2), (4, 3), (9, 6), (10, 7), (11, 8), (12, 8), (13, 9), (14, 10), (15, 10)],
)
def test_two_thirds_are_rounded_up(members, support):
    assert needed(members) == support
    assert Tally(members, support, 0).may_come_into_force
    assert not Tally(members, support - 1, 0).may_come_into_force


def test_one_objection_without_answer_is_enough_to_wait():
    assert not Tally(12, 11, 1).may_come_into_force


def test_a_group_without_members_agrees_on_nothing():
    assert not Tally(0, 0, 0).may_come_into_force


@given(members=st.integers(1, 500), support=st.integers(0, 500))
def test_enough_is_exactly_two_thirds(members, support):
    found = Tally(members, support, 0)
    assert found.enough == (Fraction(support, members) >= Fraction(2, 3))
    assert found.enough == (support >= found.needed)


def test_support_counts_for_the_text_it_was_given_to_and_an_objection_for_all():
    said = [Said(1, supports=True, about=1), Said(2, supports=True, about=2), Said(3, supports=False, about=1)]
    assert tally(said, members={1, 2, 3}, version=2) == Tally(3, 1, 1)
    assert tally(said, members={1, 2, 3}, version=1) == Tally(3, 1, 1)


def test_an_answered_objection_waits_no_more_and_is_no_support():
    assert tally([Said(1, supports=False, about=1, answered=True)], members={1, 2}, version=1) == Tally(2, 0, 0)


@given(said=st.lists(SAID, unique_by=lambda one: one.person), members=st.sets(PEOPLE), version=st.integers(1, 3))
def test_who_is_no_member_counts_for_nothing(said, members, version):
    inside = [one for one in said if one.person in members]
    found = tally(said, members=members, version=version)
    assert found == tally(inside, members=members, version=version)
    assert found.supporting + found.open_objections <= found.members == len(members)
