# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.recurrence import Occurrence, nth_weekday, occurrences, parse_rule
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.schedule_rule import Exclusions, Frequency, ListedDates, MonthlyNth, Rule, Weekly
from lernet_xblock.rules.zones import zone

# Worked out by hand from calendars and the published clock changes.
CASES = json.loads(Path(__file__).with_name("schedule_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_hand_computed_rule(case: dict[str, Any]) -> None:
    rule = parse_rule(case["rule"])

    if "error" in case:
        with pytest.raises(Refused) as refusal:
            occurrences(rule)
        assert refusal.value.code == case["error"]
    else:
        found = [f"{one.starts_at:%Y-%m-%dT%H:%M:%SZ}" for one in occurrences(rule)]
        assert found == case["utc_starts"]


def test_an_occurrence_carries_wall_clock_and_both_instants() -> None:
    rule = Rule("Europe/Brussels", date(2027, 3, 30), time(13, 30), 180, Weekly(4, (1,)), count=1)

    assert occurrences(rule) == (
        Occurrence(
            datetime(2027, 3, 30, 13, 30),
            datetime(2027, 3, 30, 11, 30, tzinfo=UTC),
            datetime(2027, 3, 30, 14, 30, tzinfo=UTC),
        ),
    )


def test_the_end_is_elapsed_time_through_a_clock_change() -> None:
    rule = Rule("Europe/Brussels", date(2027, 10, 31), time(1, 30), 120, Weekly(1, (6,)), count=1)

    (found,) = occurrences(rule)

    assert found.ends_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert found.ends_at.astimezone(zone("Europe/Brussels")).time() == time(2, 30)


def test_an_all_day_session_has_no_end() -> None:
    rule = Rule("Europe/Brussels", date(2027, 2, 2), None, 0, ListedDates((date(2027, 2, 2),)), count=1)

    (found,) = occurrences(rule)

    assert (found.local, found.ends_at) == (datetime(2027, 2, 2), None)


def test_five_years_from_29_february_end_on_28_february() -> None:
    late = [Rule("UTC", date(2028, 2, 29), time(9), 60, ListedDates((day,)), count=1)
            for day in (date(2033, 2, 28), date(2033, 3, 1))]  # fmt: skip

    assert len(occurrences(late[0])) == 1
    with pytest.raises(Refused, match="schedule_unsatisfiable"):
        occurrences(late[1])


@pytest.mark.parametrize(
    ("nth", "weekday", "day"),
    [
        (1, 0, 1),
        (5, 0, 29),
        (-1, 0, 29),
        (1, 1, 2),
        (4, 1, 23),
        (5, 1, None),
        (-1, 1, 23),
        (1, 6, 7),
        (-1, 6, 28),
    ],
)
def test_nth_weekday_of_february_2044(nth: int, weekday: int, day: int | None) -> None:
    # 29 days from a Monday: only Mondays come five times.
    assert nth_weekday(2044, 2, nth, weekday) == (day and date(2044, 2, day))


# What follows is a second reading of the contract: every day is asked whether it belongs to the plan.


def in_plan(day: date, rule: Rule) -> bool:
    frequency = rule.frequency
    if isinstance(frequency, Weekly):
        mondays = [one - timedelta(days=one.isoweekday() - 1) for one in (day, rule.begin)]
        return day.weekday() in frequency.weekdays and (mondays[0] - mondays[1]).days // 7 % frequency.interval == 0
    if isinstance(frequency, MonthlyNth):
        months = (day.year - rule.begin.year) * 12 + day.month - rule.begin.month
        last = (day + timedelta(days=7)).month != day.month
        right = last if frequency.nth == -1 else (day.day + 6) // 7 == frequency.nth
        return months % frequency.interval == 0 and day.weekday() == frequency.weekday and right
    return day in frequency.dates


def plan_days(rule: Rule) -> Iterator[date]:
    day, horizon = rule.begin, rule.begin.replace(year=rule.begin.year + 5)
    while day <= horizon and (rule.until is None or day <= rule.until):
        if in_plan(day, rule):
            yield day
        day += timedelta(days=1)


def expected(rule: Rule) -> list[datetime] | None:
    """Return the local starts, None when the count is not reached within five years."""
    assert rule.time is not None
    kept, used = [], 0
    for day in plan_days(rule):
        local = datetime.combine(day, rule.time) + timedelta(days=rule.shift_days, minutes=rule.shift_minutes)
        excluded = rule.exclusions.covers(local.date())
        kept += [] if excluded else [local]
        used += 0 if excluded and rule.extend else 1
        if used == rule.count:
            return kept
    ended = rule.until is not None or isinstance(rule.frequency, ListedDates)
    return kept if ended else None


FIRST = date(2026, 11, 23)
# 29 February would make the second reading's horizon need a rule of its own.
DAYS = st.dates(FIRST, date(2028, 12, 31)).filter(lambda day: (day.month, day.day) != (2, 29))
FREQUENCIES: st.SearchStrategy[Frequency] = st.one_of(
    st.builds(
        Weekly,
        st.integers(1, 52),
        st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    ),
    st.builds(MonthlyNth, st.integers(1, 12), st.sampled_from([-1, 1, 2, 3, 4, 5]), st.integers(0, 6)),
    st.builds(ListedDates, st.sets(DAYS, min_size=1, max_size=12).map(lambda days: tuple(sorted(days)))),
)
RULES = st.builds(
    Rule,
    tz=st.sampled_from(["Europe/Brussels", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo"]),
    begin=DAYS,
    time=st.times().map(lambda when: when.replace(second=0, microsecond=0)),
    duration_minutes=st.integers(1, 480),
    frequency=FREQUENCIES,
    count=st.integers(1, 40),
    exclusions=st.builds(
        Exclusions,
        st.frozensets(DAYS, max_size=5),
        st.lists(st.tuples(DAYS, st.integers(0, 60)), max_size=2).map(
            lambda pairs: tuple((day, day + timedelta(days=length)) for day, length in pairs)
        ),
        st.sampled_from([None, "BE"]),
    ),
    extend=st.booleans(),
    shift_days=st.integers(-14, 14),
    shift_minutes=st.integers(-1500, 1500),
)


def local_starts(rule: Rule) -> list[datetime] | None:
    try:
        return [one.local for one in occurrences(rule)]
    except Refused as refused:
        if refused.code != "schedule_unsatisfiable":
            raise
        return None


@settings(max_examples=150, deadline=None)
@given(rule=RULES)
def test_count_rules_agree_with_a_second_reading_of_the_contract(rule: Rule) -> None:
    assert local_starts(rule) == expected(rule)


@settings(max_examples=100, deadline=None)
@given(rule=RULES, days=st.integers(0, 900))
def test_until_rules_agree_with_a_second_reading_of_the_contract(rule: Rule, days: int) -> None:
    until = Rule(**(vars(rule) | {"count": None, "until": rule.begin + timedelta(days=days)}))

    assert local_starts(until) == expected(until)


@settings(max_examples=100, deadline=None)
@given(rule=RULES)
def test_sessions_ascend_and_none_is_lost_or_doubled_on_the_way_to_utc(rule: Rule) -> None:
    if local_starts(rule) is None:
        return
    found = occurrences(rule)

    starts = [one.starts_at for one in found]
    assert starts == sorted(set(starts))
    for one in found:
        shown = one.starts_at.astimezone(zone(rule.tz)).replace(tzinfo=None, fold=0)
        assert timedelta(0) <= shown - one.local <= timedelta(hours=1)
        assert one.ends_at == one.starts_at + timedelta(minutes=rule.duration_minutes)
