import sys
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lernet_xblock.rules.holidays import Holiday, holidays_between, holidays_in_plan
from lernet_xblock.rules.holidays_be import holidays_of
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.trajectory_schedule import spread_dates
from tests.rules.settings_cases import example


class _Library:
    """Stands in for the optional library: one country, a day in each month, named in the language asked for."""

    @staticmethod
    def country_holidays(country: str, *, subdiv: str | None, years: list[int], language: str) -> dict[date, str]:
        if (country, subdiv) != ("ZZ", None):
            raise NotImplementedError
        return {date(year, month, 2): f"{language} {month}" for year in years for month in range(12, 0, -1)}


@pytest.fixture
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", _Library)


def test_belgium_is_built_in_and_named_by_code() -> None:
    assert holidays_between(" be ", date(2027, 3, 29), date(2027, 5, 6), language="nl") == (
        Holiday(date(2027, 3, 29), "easter_monday"),
        Holiday(date(2027, 5, 1), "labour_day"),
        Holiday(date(2027, 5, 6), "ascension"),
    )


def test_belgium_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert len(holidays_between("BE-WAL", date(2027, 1, 1), date(2027, 12, 31), language="fr")) == 12


@pytest.mark.usefixtures("_library")
def test_other_countries_are_named_by_the_library_in_the_person_s_language() -> None:
    assert holidays_between("zz", date(2027, 12, 1), date(2028, 2, 2), language="fr") == (
        Holiday(date(2027, 12, 2), "fr 12"),
        Holiday(date(2028, 1, 2), "fr 1"),
        Holiday(date(2028, 2, 2), "fr 2"),
    )


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("code", ["QQ", "ZZ-X", "Belgium", "", "B", "../etc", "BE\u0660"])
def test_an_unknown_country_is_refused(code: str) -> None:
    with pytest.raises(Refused) as refusal:
        holidays_between(code, date(2027, 1, 1), date(2027, 2, 1), language="en")

    assert (refusal.value.code, refusal.value.field) == ("holidays_unknown", "country")


def test_other_countries_without_the_library_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(Refused) as refusal:
        holidays_between("FR", date(2027, 1, 1), date(2027, 2, 1), language="en")

    assert refusal.value.code == "schedule_holidays_unavailable"


def test_the_real_library_names_holidays() -> None:
    pytest.importorskip("holidays", reason="optional extra")

    assert holidays_between("NL", date(2027, 4, 1), date(2027, 4, 30), language="nl") == (
        Holiday(date(2027, 4, 27), "Koningsdag"),
    )


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({}, date(2027, 5, 17)),
        ({"end_date": date(2027, 8, 31)}, date(2027, 8, 15)),
        ({"interval": None}, date(2028, 1, 1)),
        ({"end_date": date(2999, 1, 1)}, date(2032, 1, 1)),
    ],
)
def test_the_plan_is_searched_from_its_first_session_to_its_end(changes: dict[str, Any], last: date) -> None:
    found = holidays_in_plan(example(**changes), "BE", language="en")

    assert (found[0].day, found[-1].day) == (date(2027, 3, 28), last)


def test_sessions_made_up_for_are_free_of_holidays_too() -> None:
    # Thursdays: the fifth would be 6 May, and the sixth 11 November stands in for it.
    listed = example(first_date=date(2027, 3, 11), interval=8, frequency="weekly", session_count=4)
    held_on = {one.local.date() for one in spread_dates(listed)}
    assert held_on & holidays_of("BE", 2027) == {date(2027, 5, 6)}

    found = holidays_in_plan(listed, "BE", language="en")

    free = tuple(one.day for one in found)
    later = [one.local.date() for one in spread_dates(replace(listed, free_days=free))]
    assert later[-1] > max(held_on)
    assert not {*later} & holidays_of("BE", 2027)


@given(
    first=st.dates(date(2024, 1, 1), date(2035, 1, 1)),
    interval=st.integers(1, 12),
    count=st.integers(3, 40),
)
def test_with_its_holidays_free_no_session_of_a_plan_is_on_a_holiday(first: date, interval: int, count: int) -> None:
    settings = example(first_date=first, interval=interval, session_count=count)
    # Well within five years, whatever is made up for at the end.
    assume(interval * count < 4 * 52)
    free = tuple(one.day for one in holidays_in_plan(settings, "BE", language="en"))
    days = [one.local.date() for one in spread_dates(replace(settings, free_days=free))]

    assert [day for day in days if day in holidays_of("BE", day.year)] == []
    assert all(first <= day <= days[-1] + timedelta(days=366) for day in free)


@pytest.mark.parametrize(
    ("first", "code"),
    [(None, "required"), (date(9999, 12, 31), "schedule_invalid"), (date(1, 1, 1), "schedule_invalid")],
)
def test_a_plan_without_a_beginning_is_refused(first: date | None, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        holidays_in_plan(example(first_date=first), "BE", language="en")

    assert (refusal.value.code, refusal.value.field) == (code, "first_date")
