import sys
from datetime import date

import pytest

from lernet_xblock.rules.holidays_be import be_holiday, easter_sunday, holidays_of
from lernet_xblock.rules.refusals import Refused


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1818, 3, 22), (1943, 4, 25), (1961, 4, 2), (2000, 4, 23), (2019, 4, 21), (2024, 3, 31), (2025, 4, 20),
     (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2038, 4, 25), (2285, 3, 22)],
)  # fmt: skip
def test_easter_against_published_tables(year: int, month: int, day: int) -> None:
    assert easter_sunday(year) == date(year, month, day)


def test_easter_is_a_sunday_from_22_march_to_25_april_in_every_year() -> None:
    for year in range(1900, 2401):
        easter = easter_sunday(year)
        assert easter.weekday() == 6
        assert date(year, 3, 22) <= easter <= date(year, 4, 25)


def test_the_twelve_belgian_holidays_of_2027() -> None:
    named = {
        date(2027, 1, 1): "new_year",
        date(2027, 3, 28): "easter_sunday",
        date(2027, 3, 29): "easter_monday",
        date(2027, 5, 1): "labour_day",
        date(2027, 5, 6): "ascension",
        date(2027, 5, 16): "whit_sunday",
        date(2027, 5, 17): "whit_monday",
        date(2027, 7, 21): "national_day",
        date(2027, 8, 15): "assumption",
        date(2027, 11, 1): "all_saints",
        date(2027, 11, 11): "armistice",
        date(2027, 12, 25): "christmas",
    }

    assert holidays_of("BE", 2027) == frozenset(named)
    assert {day: be_holiday(day) for day in named} == named
    assert be_holiday(date(2027, 3, 30)) is None


def test_two_holidays_on_one_day_are_one_day() -> None:
    assert be_holiday(date(2008, 5, 1)) == "ascension"
    assert len(holidays_of("BE", 2008)) == 11


def test_the_parts_of_belgium_share_its_holidays() -> None:
    assert holidays_of("BE-VLG", 2027) == holidays_of("BE", 2027)


def test_another_country_without_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)

    with pytest.raises(Refused) as refusal:
        holidays_of("LU", 2027)

    assert refusal.value.code == "schedule_holidays_unavailable"


def test_belgium_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)

    assert date(2031, 4, 14) in holidays_of("BE", 2031)


def test_another_country_comes_from_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", _Library)

    assert holidays_of("ZZ-A", 2030) == frozenset({date(2030, 6, 23)})


def test_a_country_the_library_does_not_know_is_an_invalid_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", _Library)

    with pytest.raises(Refused) as refusal:
        holidays_of("QQ", 2030)

    assert (refusal.value.code, refusal.value.field) == ("schedule_invalid", "exclude.holidays")


def test_the_real_library_knows_the_neighbours() -> None:
    pytest.importorskip("holidays", reason="optional extra")

    assert date(2027, 6, 23) in holidays_of("LU", 2027)
    assert date(2027, 4, 27) in holidays_of("NL", 2027)


class _Library:
    """Stands in for the optional library: one country, one part, one day."""

    @staticmethod
    def country_holidays(country: str, *, subdiv: str | None, years: list[int]) -> dict[date, str]:
        if (country, subdiv) != ("ZZ", "A"):
            raise NotImplementedError
        return {date(year, 6, 23): "a day" for year in years}
