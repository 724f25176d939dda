"""The form of dates, and what an address puts into it."""

from dataclasses import replace
from datetime import date, time

import pytest

from lernet_xblock.panels.plan_form import initial_of, picked, picked_day
from lernet_xblock.queries.plan import PlanInForce
from tests.factories import PLAN

LISTED = (date(2027, 2, 2), date(2027, 3, 2), date(2027, 4, 13))


def in_force(settings=PLAN, **shift):
    return PlanInForce(settings, {}, own=False, version=3, **shift)


def initial(settings=PLAN, **shift):
    return initial_of(in_force(settings, **shift))


def from_poll(plan, address, *, begun=0):
    day = picked_day(address)
    assert day is not None
    return picked(plan, address, day, begun=begun)


def test_the_dates_in_force_fill_the_form():
    found = initial(replace(PLAN, free_days=(date(2027, 3, 29),)))
    assert (found["version"], found["free_days"], found["listed_dates"]) == (3, "2027-03-29 Easter Monday", "")
    assert (found["shift_days"], found["shift_hours"], found["shift_minutes"]) == (None, None, None)


@pytest.mark.parametrize(("minutes", "shown"), [(90, (1, 30)), (-90, (-1, -30)), (-45, (None, -45)), (60, (1, None))])
def test_a_shift_is_shown_in_hours_and_minutes(minutes, shown):
    found = initial(shift_minutes=minutes)
    assert (found["shift_hours"], found["shift_minutes"]) == shown


def test_a_picked_date_becomes_the_first_one_and_takes_the_shift_away():
    plan = in_force(shift_days=2, shift_minutes=-30)
    found = from_poll(plan, {"first_date": "2027-02-09", "session_time": "10:15"})
    assert (found["first_date"], found["session_time"]) == (date(2027, 2, 9), time(10, 15))
    assert (found["shift_days"], found["shift_hours"], found["shift_minutes"]) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "day", "begun", "first"),
    [
        ({}, "2027-03-24", 2, date(2027, 1, 27)),
        ({"frequency": "monthly", "interval": 1}, "2027-05-11", 3, date(2027, 2, 9)),
        ({"frequency": "monthly_last", "interval": 2}, "2027-05-25", 1, date(2027, 3, 30)),
        # February has no fifth Saturday.
        ({"frequency": "monthly", "interval": 1}, "2027-05-29", 3, date(2027, 5, 29)),
    ],
)
def test_a_date_picked_later_is_that_of_the_next_session(changes, day, begun, first):
    assert from_poll(in_force(replace(PLAN, **changes)), {"first_date": day}, begun=begun)["first_date"] == first


def test_of_listed_dates_a_picked_one_replaces_the_first_that_has_not_begun():
    listed = in_force(replace(PLAN, frequency="dates", listed_dates=LISTED))
    assert from_poll(listed, {"first_date": "2027-02-09"})["listed_dates"] == "2027-02-09\n2027-03-02\n2027-04-13"
    assert from_poll(listed, {"first_date": "2027-03-02"})["listed_dates"] == "2027-03-02\n2027-04-13"
    later = from_poll(listed, {"first_date": "2027-03-20"}, begun=1)
    assert later["listed_dates"] == "2027-02-02\n2027-03-20\n2027-04-13"


@pytest.mark.parametrize("address", [{}, {"first_date": "soon"}, {"session_time": "10:15"}, {"first_date": "9" * 99}])
def test_without_a_date_nothing_is_picked(address):
    assert picked_day(address) is None


def test_a_time_that_is_none_leaves_the_time_in_force():
    found = from_poll(in_force(), {"first_date": "2027-02-09", "session_time": "late"})
    assert (found["first_date"], found["session_time"]) == (date(2027, 2, 9), PLAN.session_time)
