# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.schedule_rule import ListedDates, MonthlyNth, Rule, Weekly
from lernet_xblock.rules.trajectory import Settings
from lernet_xblock.rules.trajectory_schedule import (
    hours_minutes_total,
    recurrence_rule,
    session_kinds,
    spread_dates,
)
from tests.rules.settings_cases import example

LISTED = (date(2027, 3, 9), date(2027, 2, 2), date(2027, 5, 4))


def test_the_five_tuesdays_of_the_example() -> None:
    found = spread_dates(example())

    assert [one.local for one in found] == [
        datetime(2027, 2, 2, 13, 30),
        datetime(2027, 3, 2, 13, 30),
        datetime(2027, 3, 30, 13, 30),
        datetime(2027, 4, 27, 13, 30),
        datetime(2027, 5, 25, 13, 30),
    ]
    assert [one.starts_at for one in found] == [
        datetime(2027, 2, 2, 12, 30, tzinfo=UTC),
        datetime(2027, 3, 2, 12, 30, tzinfo=UTC),
        datetime(2027, 3, 30, 11, 30, tzinfo=UTC),
        datetime(2027, 4, 27, 11, 30, tzinfo=UTC),
        datetime(2027, 5, 25, 11, 30, tzinfo=UTC),
    ]


def test_the_rule_of_the_example_for_a_shifted_cohort() -> None:
    assert recurrence_rule(example(), shift_days=2, shift_minutes=-30) == Rule(
        "Europe/Brussels",
        date(2027, 2, 2),
        time(13, 30),
        180,
        Weekly(4, (1,)),
        count=5,
        # An author who says nothing loses no session to a day without one.
        extend=True,
        shift_days=2,
        shift_minutes=-30,
    )


def test_a_cohort_shifted_by_days_and_minutes_keeps_its_wall_clock() -> None:
    found = spread_dates(example(), shift_days=2, shift_minutes=-30)

    assert [one.local.date().day for one in found] == [4, 4, 1, 29, 27]
    assert {one.local.time() for one in found} == {time(13, 0)}


@pytest.mark.parametrize(
    ("first", "nth"),
    [
        (date(2027, 2, 2), 1),
        (date(2027, 2, 7), 1),
        (date(2027, 2, 8), 2),
        (date(2027, 3, 29), 5),
        (date(2027, 2, 28), 4),
    ],
)
def test_monthly_keeps_the_nth_weekday_of_the_first_date(first: date, nth: int) -> None:
    settings = example(frequency="monthly", interval=2, first_date=first)

    assert recurrence_rule(settings).frequency == MonthlyNth(2, nth, first.weekday())
    assert spread_dates(settings)[0].local.date() == first


def test_monthly_last_is_the_last_of_each_month() -> None:
    settings = example(frequency="monthly_last", interval=1, first_date=date(2027, 1, 26), session_count=3)

    assert [one.local.date() for one in spread_dates(settings)] == [
        date(2027, 1, 26),
        date(2027, 2, 23),
        date(2027, 3, 30),
    ]


def test_listed_dates_need_no_interval_and_come_in_order() -> None:
    settings = example(frequency="dates", interval=None, listed_dates=LISTED, session_count=3)

    assert recurrence_rule(settings).frequency == ListedDates(tuple(sorted(LISTED)))
    assert [one.local.date() for one in spread_dates(settings)] == sorted(LISTED)


@pytest.mark.parametrize(
    "name", ["session_count", "frequency", "first_date", "session_time", "time_zone", "session_minutes"]
)
def test_a_missing_setting_is_named(name: str) -> None:
    for nothing in (None, ""):
        with pytest.raises(Refused) as refusal:
            recurrence_rule(example(**{name: nothing}))
        assert (refusal.value.code, refusal.value.field) == ("required", name)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"interval": 53}, "interval"),
        ({"interval": None}, "interval"),
        ({"frequency": "daily"}, "frequency"),
        ({"session_count": 201}, "session_count"),
        ({"session_minutes": 0}, "session_minutes"),
        ({"first_date": date(9999, 12, 31)}, "first_date"),
        ({"session_time": time(9, tzinfo=UTC)}, "session_time"),
        ({"frequency": "dates"}, "listed_dates"),
    ],
)
def test_a_setting_the_schedule_cannot_use_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        spread_dates(example(**changes))

    assert (refusal.value.code, refusal.value.field) == ("schedule_invalid", field)


def test_a_shift_out_of_range_is_named() -> None:
    with pytest.raises(Refused) as refusal:
        spread_dates(example(), shift_days=10**6)

    assert refusal.value.field == "shift_days"


def test_kinds_run_from_launch_to_closing() -> None:
    assert session_kinds(3) == ("launch", "regular", "closing")
    assert session_kinds(5) == ("launch", "regular", "regular", "regular", "closing")


def test_two_sessions_are_too_few() -> None:
    with pytest.raises(Refused) as refusal:
        session_kinds(2)

    assert (refusal.value.code, refusal.value.values) == ("too_few_sessions", {"minimum": 3})


def test_five_sessions_with_preparation_are_seventeen_and_a_half_hours() -> None:
    assert hours_minutes_total(example()) == 1050


def test_hours_of_unfinished_settings_count_what_is_there() -> None:
    assert hours_minutes_total(Settings()) == 0
    assert hours_minutes_total(example(preparation_minutes=None)) == 900
