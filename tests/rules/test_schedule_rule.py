from datetime import date

import pytest

from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.schedule_rule import Exclusions


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2027, 2, 8), False),
        (date(2027, 2, 9), True),
        (date(2027, 2, 10), False),
        (date(2027, 3, 1), True),
        (date(2027, 3, 5), True),
        (date(2027, 3, 6), False),
        (date(2027, 3, 29), True),
        (date(2027, 3, 30), False),
    ],
)
def test_dates_ranges_with_both_ends_and_holidays_are_covered(day: date, covered: bool) -> None:
    exclusions = Exclusions(frozenset({date(2027, 2, 9)}), ((date(2027, 3, 1), date(2027, 3, 5)),), "BE")

    assert exclusions.covers(day) is covered


def test_nothing_is_covered_without_exclusions() -> None:
    assert not Exclusions().covers(date(2027, 1, 1))


def test_an_unknown_calendar_is_refused_rather_than_free_of_holidays() -> None:
    with pytest.raises(Refused):
        Exclusions(holidays="QQ").covers(date(2027, 1, 1))
