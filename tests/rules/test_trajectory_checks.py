from dataclasses import fields
from datetime import UTC, date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.network_settings import FREQUENCIES, Problem, Settings
from lernet_xblock.rules.trajectory_checks import check, is_https
from lernet_xblock.rules.trajectory_notices import notices
from lernet_xblock.rules.trajectory_schedule import spread_dates
from tests.rules.settings_cases import EXAMPLE, example

THREE = (date(2027, 2, 2), date(2027, 3, 9), date(2027, 5, 4))
FIRST = date(2027, 2, 2)
DECISION = date(2027, 1, 15)


def test_the_worked_example_may_open() -> None:
    assert check(example()) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"frequency": "monthly", "interval": 1},
        {"frequency": "monthly_last", "interval": 3, "first_date": date(2027, 2, 23)},
        {"frequency": "dates", "interval": None, "listed_dates": THREE, "session_count": 3},
        {"end_date": date(2027, 5, 25)},
        {"applications_open": None},
        {"applications_close": DECISION},
        {"applications_open": date(2027, 1, 8)},
        {"decision_date": date(2027, 2, 1)},
        {"target_size": None},
        {"meeting_link": None, "place": None, "charter_text": "", "support_contact": None, "audience": None},
        {"tags": tuple("abcdefgh")},
        {"goal": "g" * 40},
        {"goal": "g" * 600},
        {"title": "t" * 80},
        {"minimum_size": 2, "maximum_size": 30, "target_size": 30},
        {"session_count": 3, "session_minutes": 60, "preparation_minutes": 0, "threshold": 4},
        {"session_minutes": 240, "preparation_minutes": 120, "threshold": 10, "cohort_limit": 10_000},
    ],
)
def test_what_the_rules_allow_may_open(changes: dict[str, Any]) -> None:
    assert check(example(**changes)) == ()


@pytest.mark.parametrize(
    "name",
    [
        "title", "goal", "minimum_size", "maximum_size", "cohort_limit", "session_count", "session_minutes",
        "preparation_minutes", "threshold", "frequency", "first_date", "session_time", "time_zone",
        "working_language", "mode", "applications_close", "decision_date", "interval",
    ],
)  # fmt: skip
def test_a_missing_setting_is_required_and_said_once(name: str) -> None:
    assert check(example(**{name: None})) == (Problem(name, "required"),)


@pytest.mark.parametrize("name", ["title", "goal", "working_language"])
def test_blanks_are_no_text(name: str) -> None:
    assert check(example(**{name: " \n "})) == (Problem(name, "required"),)


def test_empty_settings_name_all_that_is_required() -> None:
    found = check(Settings())

    assert {problem.code for problem in found} == {"required"}
    assert [problem.field for problem in found] == [
        "title", "goal", "session_count", "session_minutes", "preparation_minutes", "frequency", "first_date",
        "session_time", "time_zone", "working_language", "mode", "applications_close", "decision_date",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": "t" * 81}, Problem("title", "too_long", {"maximum": 80, "length": 81})),
        ({"goal": " " + "g" * 39}, Problem("goal", "too_short", {"minimum": 40, "length": 39})),
        ({"goal": "g" * 601}, Problem("goal", "too_long", {"maximum": 600, "length": 601})),
        ({"audience": "a" * 201}, Problem("audience", "too_long", {"maximum": 200, "length": 201})),
        ({"tags": tuple("abcdefghi")}, Problem("tags", "too_many", {"maximum": 8, "given": 9})),
        ({"minimum_size": 1}, Problem("minimum_size", "out_of_range", {"minimum": 2, "maximum": 30})),
        ({"maximum_size": 31}, Problem("maximum_size", "out_of_range", {"minimum": 2, "maximum": 30})),
        ({"maximum_size": 9}, Problem("maximum_size", "below_minimum_size", {"minimum": 10})),
        ({"target_size": 9}, Problem("target_size", "outside_bounds", {"minimum": 10, "maximum": 15})),
        ({"target_size": 16}, Problem("target_size", "outside_bounds", {"minimum": 10, "maximum": 15})),
        ({"cohort_limit": 0}, Problem("cohort_limit", "out_of_range", {"minimum": 1, "maximum": 10_000})),
        ({"cohort_limit": 10_001}, Problem("cohort_limit", "out_of_range", {"minimum": 1, "maximum": 10_000})),
        ({"session_count": 2}, Problem("session_count", "out_of_range", {"minimum": 3, "maximum": 200})),
        ({"session_count": 201}, Problem("session_count", "out_of_range", {"minimum": 3, "maximum": 200})),
        (
            {"session_minutes": 59},
            Problem("session_minutes", "out_of_range", {"minimum": 60, "maximum": 240}),
        ),
        (
            {"session_minutes": 241},
            Problem("session_minutes", "out_of_range", {"minimum": 60, "maximum": 240}),
        ),
        (
            {"preparation_minutes": -1},
            Problem("preparation_minutes", "out_of_range", {"minimum": 0, "maximum": 120}),
        ),
        (
            {"preparation_minutes": 121},
            Problem("preparation_minutes", "out_of_range", {"minimum": 0, "maximum": 120}),
        ),
        ({"threshold": 3}, Problem("threshold", "out_of_range", {"minimum": 4, "maximum": 10})),
        ({"threshold": 11}, Problem("threshold", "out_of_range", {"minimum": 4, "maximum": 10})),
        ({"interval": 0}, Problem("interval", "out_of_range", {"minimum": 1, "maximum": 52})),
        ({"interval": 53}, Problem("interval", "out_of_range", {"minimum": 1, "maximum": 52})),
        (
            {"interval": 13, "frequency": "monthly"},
            Problem("interval", "out_of_range", {"minimum": 1, "maximum": 12}),
        ),
        ({"frequency": "daily"}, Problem("frequency", "unknown_choice", {"choices": FREQUENCIES})),
        (
            {"mode": "hybrid"},
            Problem("mode", "unknown_choice", {"choices": ("in_person", "online", "mixed")}),
        ),
        ({"time_zone": "Mars/Olympus"}, Problem("time_zone", "zone_unknown")),
        ({"meeting_link": "javascript:alert(1)"}, Problem("meeting_link", "not_https")),
        (
            {"applications_open": date(2027, 1, 9)},
            Problem("applications_close", "close_before_open", {"date": date(2027, 1, 9)}),
        ),
        (
            {"decision_date": date(2027, 1, 5)},
            Problem("decision_date", "decision_before_close", {"date": date(2027, 1, 8)}),
        ),
        ({"decision_date": FIRST}, Problem("first_date", "start_not_after_decision", {"date": FIRST})),
        ({"end_date": FIRST}, Problem("end_date", "end_not_after_start", {"date": FIRST})),
        (
            {"end_date": date(2027, 5, 24)},
            Problem("end_date", "end_before_last_session", {"date": date(2027, 5, 25)}),
        ),
        (
            {"frequency": "monthly_last", "interval": 1},
            Problem("first_date", "first_date_not_last_weekday", {"date": FIRST}),
        ),
        (
            {"frequency": "dates", "listed_dates": (), "session_count": 3},
            Problem("listed_dates", "required"),
        ),
        (
            {"frequency": "dates", "listed_dates": THREE},
            Problem("listed_dates", "dates_do_not_match_count", {"given": 3, "sessions": 5}),
        ),
        (
            {"frequency": "dates", "listed_dates": (*THREE, FIRST), "session_count": 3},
            Problem("listed_dates", "dates_repeated"),
        ),
        (
            {"frequency": "dates", "listed_dates": THREE, "session_count": 3, "first_date": date(2027, 2, 3)},
            Problem("first_date", "first_date_not_earliest", {"earliest": FIRST}),
        ),
        (
            {"interval": 52, "session_count": 7},
            Problem("session_count", "schedule_unsatisfiable", {"years": 5}),
        ),
        ({"first_date": date(9999, 12, 31)}, Problem("first_date", "schedule_invalid")),
        ({"session_time": time(9, tzinfo=UTC)}, Problem("session_time", "schedule_invalid")),
    ],
)
def test_each_fault_is_one_problem_of_its_own_field(changes: dict[str, Any], problem: Problem) -> None:
    assert check(example(**changes)) == (problem,)


def test_days_without_session_must_leave_three_sessions() -> None:
    taken = (FIRST, FIRST + timedelta(weeks=4), FIRST + timedelta(weeks=8))
    left = {"sessions": 2, "minimum": 3}
    assert check(example(free_days=taken[:2], make_up=False)) == ()
    assert check(example(free_days=taken, make_up=False)) == (Problem("free_days", "free_days_leave_too_few", left),)
    assert check(example(free_days=taken, make_up=True)) == ()


def test_a_network_cannot_end_before_the_sessions_that_were_made_up_for() -> None:
    made_up = example(free_days=(FIRST,), end_date=FIRST + timedelta(weeks=16))
    last = {"date": FIRST + timedelta(weeks=20)}
    assert check(made_up) == (Problem("end_date", "end_before_last_session", last),)


def test_without_a_closing_date_the_opening_date_still_precedes_the_decision() -> None:
    late = example(applications_open=date(2027, 1, 16), applications_close=None)

    assert check(late) == (
        Problem("applications_close", "required"),
        Problem("decision_date", "decision_before_close", {"date": date(2027, 1, 16)}),
    )


@pytest.mark.parametrize(
    ("link", "allowed"),
    [
        ("https://meet.example.org/a?b=c#d", True),
        ("HTTPS://meet.example.org", True),
        ("https://[2001:db8::1]/room", True),
        ("http://meet.example.org", False),
        ("javascript:alert(1)", False),
        ("//meet.example.org", False),
        ("meet.example.org", False),
        ("https://", False),
        ("https:///room", False),
        ("https://[oops", False),
        ("https://user:secret@meet.example.org", False),
        ("https://meet.example.org/a b", False),
        ("https://meet.example.org/\r\nSet-Cookie:x", False),
        ("https://evil.example\\@meet.example.org", False),
        (" https://meet.example.org", False),
        ("", False),
    ],
)
def test_only_plain_https_links(link: str, allowed: bool) -> None:
    assert is_https(link) is allowed


DATES = st.none() | st.dates() | st.dates(FIRST, FIRST + timedelta(days=900))
NUMBERS = st.none() | st.integers(-5, 260) | st.integers()
TEXTS = st.none() | st.text(max_size=50) | st.sampled_from(["Europe/Brussels", "mixed", "g" * 50])
STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "tags": st.lists(st.text(max_size=3), max_size=10).map(tuple),
    "listed_dates": st.lists(st.dates(), max_size=5).map(tuple),
    "free_days": st.lists(st.dates() | st.dates(FIRST, FIRST + timedelta(days=150)), max_size=9).map(tuple),
    "reminders": st.just(()),
    "make_up": st.sampled_from([None, True, False]),
    "self_check_in": st.sampled_from([None, True, False]),
    "frequency": st.sampled_from([None, "", "daily", *FREQUENCIES]),
    "session_time": st.none() | st.times(),
    **dict.fromkeys(
        ["first_date", "applications_open", "applications_close", "decision_date", "end_date"],
        DATES,
    ),
}
NUMERIC = [field.name for field in fields(Settings) if field.type in (int | None, float | None)]
ANYTHING = st.builds(
    Settings,
    **{
        field.name: STRATEGIES.get(field.name, NUMBERS if field.name in NUMERIC else TEXTS)
        for field in fields(Settings)
    },
)
PARTLY = st.tuples(ANYTHING, st.sets(st.sampled_from([field.name for field in fields(Settings)]))).map(
    lambda pair: example(**{name: getattr(pair[0], name) for name in pair[1]})
)


@given(settings=ANYTHING | PARTLY)
def test_whatever_is_half_finished_is_checked_without_an_exception(settings: Settings) -> None:
    found = check(settings)

    names = {field.name for field in fields(Settings)}
    assert {problem.field for problem in found} <= names
    assert {notice.field for notice in notices(settings)} <= names


@given(settings=PARTLY)
def test_settings_without_a_problem_have_their_sessions_within_their_dates(
    settings: Settings,
) -> None:
    if check(settings):
        return
    days = [one.local.date() for one in spread_dates(settings)]

    planned = settings.session_count or 0
    kept = settings.make_up or not settings.free_days
    assert len(days) == planned or (3 <= len(days) < planned and settings.free_days)
    assert len(days) == planned or not kept or settings.frequency == "dates"
    assert settings.free_days or days[0] == settings.first_date
    assert not {*days} & {*settings.free_days}
    assert days == sorted(set(days))
    assert settings.end_date is None or days[-1] <= settings.end_date


def test_the_example_itself_is_never_changed() -> None:
    example(title="another")

    assert EXAMPLE.title == "Shift leads"
