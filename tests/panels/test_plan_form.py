"""The form of dates, and what an address puts into it."""

from dataclasses import replace
from datetime import date, time

import pytest

from lernet_xblock.panels.plan_form import initial_of, picked
from lernet_xblock.queries.plan import PlanInForce
from tests.factories import PLAN

LISTED = (date(2027, 2, 2), date(2027, 3, 2), date(2027, 4, 13))


def initial(settings=PLAN, **shift):
    return initial_of(PlanInForce(settings, {}, own=False, version=3, **shift))


def test_the_dates_in_force_fill_the_form():
    found = initial(replace(PLAN, free_days=(date(2027, 3, 29),)))
    assert (found["version"], found["free_days"], found["listed_dates"]) == (3, "2027-03-29", "")
    assert (found["shift_days"], found["shift_hours"], found["shift_minutes"]) == (None, None, None)


@pytest.mark.parametrize(("minutes", "shown"), [(90, (1, 30)), (-90, (-1, -30)), (-45, (None, -45)), (60, (1, None))])
def test_a_shift_is_shown_in_hours_and_minutes(minutes, shown):
    found = initial(shift_minutes=minutes)
    assert (found["shift_hours"], found["shift_minutes"]) == shown


def test_a_picked_date_becomes_the_first_one():
    found = picked(initial(), {"first_date": "2027-02-09", "session_time": "10:15"})
    assert (found["first_date"], found["session_time"]) == (date(2027, 2, 9), time(10, 15))


def test_of_listed_dates_a_picked_one_replaces_the_first():
    listed = initial(replace(PLAN, frequency="dates", listed_dates=LISTED))
    assert picked(listed, {"first_date": "2027-02-09"})["listed_dates"] == "2027-02-09\n2027-03-02\n2027-04-13"
    assert picked(listed, {"first_date": "2027-03-02"})["listed_dates"] == "2027-03-02\n2027-04-13"


@pytest.mark.parametrize("address", [{}, {"first_date": "soon"}, {"session_time": "10:15"}, {"first_date": "9" * 99}])
def test_without_a_date_nothing_is_picked(address):
    assert picked(initial(), address) == initial()


def test_a_time_that_is_none_leaves_the_time_in_force():
    found = picked(initial(), {"first_date": "2027-02-09", "session_time": "late"})
    assert (found["first_date"], found["session_time"]) == (date(2027, 2, 9), PLAN.session_time)
