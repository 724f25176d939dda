"""Who handles a report, and until when an answer is hoped for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.report import DEPUTY, FACILITATOR, HELD_FOR, answer_by, choose_handler, release_at
from tests.factories import NOW

PEOPLE = st.integers(1, 6)
GUIDES = st.lists(st.tuples(st.sampled_from([FACILITATOR, DEPUTY]), PEOPLE), max_size=2, unique_by=lambda row: row[0])


@given(GUIDES, st.sets(PEOPLE))
def test_nobody_involved_handles_it_and_somebody_else_does_where_there_is_one(guides, involved):
    chosen = choose_handler(guides, involved)
    fit = [user for _role, user in guides if user not in involved]
    assert chosen not in involved
    assert (chosen is None) == (not fit)
    assert chosen is None or chosen in fit


@given(GUIDES, st.sets(PEOPLE))
def test_the_facilitator_goes_before_the_deputy(guides, involved):
    lead = dict(guides).get(FACILITATOR)
    if lead is not None and lead not in involved:
        assert choose_handler(guides, involved) == lead


@pytest.mark.parametrize(
    ("raised", "answered"),
    [
        (date(2027, 4, 1), date(2027, 4, 5)),  # Thursday: Friday, Monday
        (date(2027, 4, 2), date(2027, 4, 6)),  # Friday: Monday, Tuesday
        (date(2027, 4, 3), date(2027, 4, 6)),  # Saturday
        (date(2027, 4, 4), date(2027, 4, 6)),  # Sunday
        (date(2027, 4, 5), date(2027, 4, 7)),  # Monday
    ],
)
def test_an_answer_is_hoped_for_in_two_working_days(raised, answered):
    assert answer_by(raised) == answered


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_answer_comes_on_a_working_day_before_the_release(raised):
    day = answer_by(raised)
    assert day.weekday() < 5
    assert timedelta(days=2) <= day - raised <= timedelta(days=4) < HELD_FOR


def test_what_is_held_is_released_after_five_days():
    assert release_at(NOW) - NOW == timedelta(days=5)
