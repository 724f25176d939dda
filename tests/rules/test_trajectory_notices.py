# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
from datetime import date, datetime, time
from typing import Any

import pytest

from lernet_xblock.rules.network_settings import Notice, Settings
from lernet_xblock.rules.trajectory_notices import notices
from tests.rules.settings_cases import example

# The third session of the example is on the day after Easter Monday.
AFTER_EASTER = Notice(
    "first_date", "session_day_after_holiday", {"date": date(2027, 3, 30), "holiday": "easter_monday"}
)
# Three sessions leave one for cases: two in each of two circles.
FOUR_TURNS = Notice("cases_per_circle", "turns_short", {"turns": 4, "members": 12, "short": 8, "more": 4})
RECOMMENDED = {"minimum": 10, "maximum": 15}


def test_the_example_is_told_of_the_day_after_easter_monday() -> None:
    assert notices(example()) == (AFTER_EASTER,)


@pytest.mark.parametrize(
    ("changes", "notice"),
    [
        ({"maximum_size": 18}, Notice("maximum_size", "size_outside_recommendation", RECOMMENDED)),
        ({"minimum_size": 8}, Notice("minimum_size", "size_outside_recommendation", RECOMMENDED)),
        (
            {"maximum_size": 10, "threshold": 11},
            Notice("maximum_size", "maximum_below_threshold", {"threshold": 11}),
        ),
        ({"cohort_limit": 9}, Notice("cohort_limit", "many_groups", {"groups": 9})),
        ({"mode": "in_person", "place": " "}, Notice("place", "place_missing")),
        ({"place": None}, Notice("place", "place_missing")),
        ({"meeting_link": None}, Notice("meeting_link", "meeting_link_missing")),
        (
            {"mode": "online", "place": None, "meeting_link": ""},
            Notice("meeting_link", "meeting_link_missing"),
        ),
        ({"charter_text": "\n"}, Notice("charter_text", "charter_missing")),
    ],
)
def test_what_is_allowed_but_unusual_is_said(changes: dict[str, Any], notice: Notice) -> None:
    assert notices(example(**changes)) == (notice, AFTER_EASTER)


def test_eight_groups_need_no_word() -> None:
    assert notices(example(cohort_limit=8)) == (AFTER_EASTER,)


def test_a_mode_without_a_place_needs_none() -> None:
    assert notices(example(mode="online", place=None)) == (AFTER_EASTER,)
    assert notices(example(mode="in_person", meeting_link=None)) == (AFTER_EASTER,)


def test_a_session_on_a_holiday_is_named_with_its_holiday() -> None:
    listed = (date(2027, 5, 4), date(2027, 5, 17), date(2027, 6, 1))
    settings = example(frequency="dates", listed_dates=listed, first_date=listed[0], session_count=3)

    assert notices(settings) == (
        FOUR_TURNS,
        Notice("listed_dates", "session_on_holiday", {"date": date(2027, 5, 17), "holiday": "whit_monday"}),
    )


def test_sessions_at_a_clock_change_are_named() -> None:
    listed = (date(2027, 3, 28), date(2027, 6, 1), date(2027, 10, 31))
    settings = example(
        frequency="dates",
        listed_dates=listed,
        first_date=listed[0],
        session_count=3,
        session_time=time(2, 30),
    )

    assert notices(settings) == (
        FOUR_TURNS,
        Notice("listed_dates", "session_on_holiday", {"date": date(2027, 3, 28), "holiday": "easter_sunday"}),
        Notice("session_time", "session_in_clock_gap", {"local": datetime(2027, 3, 28, 2, 30)}),
        Notice("session_time", "session_in_clock_overlap", {"local": datetime(2027, 10, 31, 2, 30)}),
    )


def test_an_unfinished_schedule_brings_no_notice_of_sessions() -> None:
    assert notices(example(first_date=None)) == ()
    assert notices(Settings()) == (Notice("charter_text", "charter_missing"),)


def test_sessions_that_are_lost_are_counted() -> None:
    free = (date(2027, 3, 30), date(2027, 4, 27), date(2027, 4, 28))

    assert notices(example(free_days=free, make_up=False)) == (
        FOUR_TURNS,
        Notice("free_days", "sessions_lost", {"lost": 2}),
    )
    assert notices(example(free_days=free)) == ()


def test_a_free_day_that_hits_nothing_needs_no_word() -> None:
    assert notices(example(free_days=(date(2027, 3, 31),))) == (AFTER_EASTER,)


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"target_size": 14}, {"turns": 12, "members": 14, "short": 2, "more": 4}),
        ({"target_size": 13}, {"turns": 12, "members": 13, "short": 1, "more": 4}),
        ({"cases_per_circle": 1}, {"turns": 6, "members": 12, "short": 6, "more": 2}),
        ({"session_count": 4, "target_size": None}, {"turns": 8, "members": 12, "short": 4, "more": 4}),
    ],
)
def test_it_is_said_when_not_everybody_can_have_a_turn(changes: dict[str, Any], values: dict[str, object]) -> None:
    found = [notice for notice in notices(example(**changes)) if notice.code == "turns_short"]

    assert found == [Notice("cases_per_circle", "turns_short", values)]


@pytest.mark.parametrize(
    "changes",
    [
        {"target_size": 15},
        {"cases_per_circle": None},
        {"minimum_size": None, "target_size": None},
        {"session_count": 2, "frequency": "weekly"},
    ],
)
def test_where_everybody_has_a_turn_or_too_little_is_known_nothing_is_said(changes: dict[str, Any]) -> None:
    assert "turns_short" not in {notice.code for notice in notices(example(**changes))}
