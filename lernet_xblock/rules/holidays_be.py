"""Public holidays: Belgium built in, other countries through the optional `holidays` library."""

import importlib
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from lernet_xblock.rules.refusals import Refused

_FIXED = (
    (1, 1, "new_year"),
    (5, 1, "labour_day"),
    (7, 21, "national_day"),
    (8, 15, "assumption"),
    (11, 1, "all_saints"),
    (11, 11, "armistice"),
    (12, 25, "christmas"),
)
_AFTER_EASTER = (
    (0, "easter_sunday"),
    (1, "easter_monday"),
    (39, "ascension"),
    (49, "whit_sunday"),
    (50, "whit_monday"),
)


def easter_sunday(year: int) -> date:
    """Return the Gregorian date of Easter (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - moon_shift + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=1024)
def _be(year: int) -> tuple[tuple[date, str], ...]:
    easter = easter_sunday(year)
    fixed = [(date(year, month, day), name) for month, day, name in _FIXED]
    moving = [(easter + timedelta(days=days), name) for days, name in _AFTER_EASTER]
    return tuple(sorted(fixed + moving))


def be_holiday(day: date) -> str | None:
    """Return the code of the Belgian public holiday on that day, None on any other day.

    The twelve days of the schedule rule, Easter Sunday and Whit Sunday among them. When two fall
    together (Ascension on 1 May 2008), the code that comes first in the alphabet.
    """
    return next((name for holiday, name in _be(day.year) if holiday == day), None)


@lru_cache(maxsize=1024)
def holidays_of(code: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country, or of one of its parts, in a year.

    code: ISO 3166 such as BE, BE-WAL, NL, DE-BY; the parts of Belgium share one list.
    Raises Refused schedule_holidays_unavailable without the `holidays` library, and
    schedule_invalid when the library does not know the code.
    """
    country, _, part = code.partition("-")
    if country == "BE":
        return frozenset(day for day, _ in _be(year))
    return frozenset(from_library(country, part or None, [year]))


def from_library(
    country: str, part: str | None, years: Iterable[int], *, language: str | None = None
) -> dict[date, str]:
    """Return the holidays of other countries with their names. Raises Refused as holidays_of does.

    language: of the names where the library has it for the country, else English or the country's own.
    """
    try:
        # Loaded here and by name: the library is an optional extra of 14 MB.
        library = importlib.import_module("holidays")
    except ImportError as error:
        raise Refused("schedule_holidays_unavailable", "exclude.holidays") from error
    named = {"language": language} if language else {}
    try:
        found = library.country_holidays(country, subdiv=part, years=list(years), **named)
    except NotImplementedError as error:
        raise Refused("schedule_invalid", "exclude.holidays") from error
    return dict(found)
