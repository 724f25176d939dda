from datetime import date
from typing import Any

import pytest

from lernet_xblock.rules.authored import read, write
from lernet_xblock.rules.network_settings import Settings
from tests.rules.settings_cases import example

FREE = (date(2027, 3, 29), date(2027, 5, 6))


@pytest.mark.parametrize(
    "settings",
    [
        example(),
        example(free_days=FREE, make_up=False, reminders=("7d", "1d", "1h"), self_check_in=True),
        example(free_days=(), make_up=True, reminders=(), self_check_in=False),
    ],
)
def test_what_is_written_is_read_back(settings: Settings) -> None:
    assert write(read(write(settings))) == write(settings)


def test_a_network_stored_before_reminders_existed_has_the_usual_ones() -> None:
    stored = write(example())
    for name in ("free_days", "make_up", "reminders", "self_check_in"):
        del stored[name]

    found = read(stored)

    assert (found.free_days, found.make_up, found.reminders, found.self_check_in) == ((), True, ("7d", "1d"), False)


def test_reminders_that_the_author_took_away_stay_away() -> None:
    assert read(write(example(reminders=()))).reminders == ()


@pytest.mark.parametrize(
    ("given", "reminders"),
    [
        (["1h", "7d"], ("7d", "1h")),
        (["1d", "1d", "2d", None, 1], ("1d",)),
        ("1d", ()),
        (None, ()),
        ({"1d": True}, ()),
    ],
)
def test_only_known_reminders_are_read_and_in_order(given: Any, reminders: tuple[str, ...]) -> None:
    assert read({"reminders": given}).reminders == reminders


@pytest.mark.parametrize("given", ["soon", 3, None, ["soon", 5, None]])
def test_days_that_are_no_dates_count_as_not_there(given: Any) -> None:
    assert read({"free_days": given}).free_days == ()


@pytest.mark.parametrize("given", ["true", 1, [], {}])
def test_a_tick_that_is_no_truth_counts_as_nothing_said(given: Any) -> None:
    assert read({"make_up": given, "self_check_in": given}) == read({"make_up": None, "self_check_in": None})
