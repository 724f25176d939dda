"""What a schedule rule is made of, once it is parsed and known to be well formed."""

from dataclasses import dataclass
from datetime import date, time

from lernet_xblock.rules.holidays_be import holidays_of


@dataclass(frozen=True)
class Weekly:
    """Every `interval` ISO weeks from the week of begin, on weekdays 0 (Monday) to 6, ascending."""

    interval: int
    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class MonthlyNth:
    """Every `interval` months from the month of begin, on its nth (1 to 5, -1 last) weekday."""

    interval: int
    nth: int
    weekday: int


@dataclass(frozen=True)
class ListedDates:
    """The listed local dates, ascending, each once."""

    dates: tuple[date, ...]


Frequency = Weekly | MonthlyNth | ListedDates


@dataclass(frozen=True)
class Exclusions:
    """Local dates on which no session is held; ranges are inclusive, holidays a country code."""

    dates: frozenset[date] = frozenset()
    ranges: tuple[tuple[date, date], ...] = ()
    holidays: str | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the day is excluded. Raises Refused when its holidays cannot be known."""
        if day in self.dates or any(first <= day <= last for first, last in self.ranges):
            return True
        return self.holidays is not None and day in holidays_of(self.holidays, day.year)


@dataclass(frozen=True)
class Rule:
    """A well-formed schedule rule.

    time: wall-clock start, None for all-day sessions, whose duration_minutes is 0.
    count, until: exactly one is not None; until is an inclusive local date.
    extend: an excluded date is made up for at the end, instead of being lost.
    shift_days, shift_minutes: moves every session of one cohort on the wall clock.
    """

    tz: str
    begin: date
    time: time | None
    duration_minutes: int
    frequency: Frequency
    count: int | None = None
    until: date | None = None
    exclusions: Exclusions = Exclusions()
    extend: bool = False
    shift_days: int = 0
    shift_minutes: int = 0
