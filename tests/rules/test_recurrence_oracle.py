# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
"""The contract read a second time, from JSON to instants, with nothing of the code under test.

Dates are found by asking every day in turn whether it is in the plan. Instants are found by walking over the clock
changes of the zone's own file: no wall clock is ever converted by `datetime`.
"""

import json
import os
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lernet_xblock.rules import recurrence
from lernet_xblock.rules.recurrence import occurrences, parse_rule
from lernet_xblock.rules.refusals import Refused

ROOT = Path(recurrence.__file__).parents[2]
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# Gaps and overlaps of an hour, of half an hour, at midnight, of a whole day, of a fast, and one that ended in 2026.
ZONES = [
    "Europe/Brussels",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Vancouver",
]
HOUR = timedelta(hours=1)


@lru_cache
def changes(name: str) -> tuple[list[datetime], list[timedelta]]:
    """Return the instants at which the zone's offset changes, 2009 to 2038, and the offsets from each of them on."""
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        within = ZoneInfo.from_file(cast("BinaryIO", file), key=name)
    moments, offsets = [datetime(2009, 1, 1)], [offset_at(within, datetime(2009, 1, 1))]
    for hours in range(24 * 365 * 29):
        instant = moments[0] + timedelta(hours=hours)
        if offset_at(within, instant) != offsets[-1]:
            low, high = instant - HOUR, instant
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset_at(within, middle) == offsets[-1] else (low, middle)
            moments.append(high.replace(second=0, microsecond=0))
            offsets.append(offset_at(within, instant))
    return moments, offsets


def offset_at(within: ZoneInfo, instant: datetime) -> timedelta:
    found = instant.replace(tzinfo=UTC).astimezone(within).utcoffset()
    assert found is not None
    return found


def instant_of(local: datetime, name: str) -> datetime:
    """Return the first instant at which clocks show this; where none does, the one by the offset before the gap."""
    moments, offsets = changes(name)
    # No offset is beyond 14 hours: the instant is in one of these stretches.
    first = max(0, bisect_right(moments, local - timedelta(hours=30)) - 1)
    for place in range(first, len(moments)):
        instant = local - offsets[place]
        begins = moments[place]
        ends = moments[place + 1] if place + 1 < len(moments) else datetime(9000, 1, 1)
        if begins <= instant < ends:
            return instant
        # Shown neither before the change nor after it.
        if instant >= ends and local - offsets[place + 1] < ends:
            return instant
    raise AssertionError


def easter(year: int) -> date:
    """Return Easter Sunday by the ecclesiastical full moon (Gauss, with the two exceptions of 1816)."""
    golden, century = year % 19, year // 100
    moon = (15 - (13 + 8 * century) // 25 + century - century // 4) % 30
    full = (19 * golden + moon) % 30
    week = (2 * (year % 4) + 4 * (year % 7) + 6 * full + (4 + century - century // 4) % 7) % 7
    days = 22 + full + week
    if full == 29 and week == 6:
        days = 50
    elif full == 28 and week == 6 and (11 * moon + 11) % 30 < 19:
        days = 49
    return date(year, 3, 1) + timedelta(days=days - 1)


def is_holiday(day: date) -> bool:
    if (day.month, day.day) in {(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)}:
        return True
    return (day - easter(day.year)).days in (0, 1, 39, 49, 50)


def is_excluded(day: date, rule: dict[str, Any]) -> bool:
    exclude = rule.get("exclude") or {}
    text = day.isoformat()
    ranges = any(first <= text <= last for first, last in exclude.get("ranges", []))
    return text in exclude.get("dates", []) or ranges or (exclude.get("holidays") == "BE" and is_holiday(day))


def is_candidate(day: date, begin: date, freq: dict[str, Any]) -> bool:
    if freq["kind"] == "dates":
        return day.isoformat() in freq["dates"]
    if freq["kind"] == "weekly":
        first, here = (one - timedelta(days=one.weekday()) for one in (begin, day))
        weeks = (here - first).days // 7
        return WEEKDAYS[day.weekday()] in freq["weekdays"] and weeks % freq["interval"] == 0
    months = 12 * (day.year - begin.year) + day.month - begin.month
    if months % freq["interval"] or WEEKDAYS[day.weekday()] != freq["weekday"]:
        return False
    same = [date(day.year, day.month, one) for one in range(1, 32) if is_date(day.year, day.month, one)]
    same = [one for one in same if one.weekday() == day.weekday()]
    place = freq["nth"] if freq["nth"] == -1 else freq["nth"] - 1
    return -1 <= place < len(same) and same[place] == day


def is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def candidates(rule: dict[str, Any]) -> Iterator[date]:
    begin = date.fromisoformat(rule["begin"])
    last = date(begin.year + 5, begin.month, min(begin.day, 28) if begin.month == 2 else begin.day)
    until = rule["end"].get("until")
    for days in range((last - begin).days + 1):
        day = begin + timedelta(days=days)
        if (until is None or day.isoformat() <= until) and is_candidate(day, begin, rule["freq"]):
            yield day


def expected(rule: dict[str, Any]) -> list[tuple[datetime, datetime | None]] | None:
    """Return the starts and ends in UTC, naive; None for schedule_unsatisfiable."""
    shift = rule.get("cohort_shift") or {"days": 0, "minutes": 0}
    count, used, found = rule["end"].get("count"), 0, []
    for day in candidates(rule):
        local = datetime.combine(day, time.fromisoformat(rule["time"] or "00:00"))
        local += timedelta(days=shift["days"])
        local += timedelta(minutes=shift["minutes"])
        gone = is_excluded(local.date(), rule)
        if not gone:
            found.append(session(local, rule))
        used += 0 if gone and rule.get("on_excluded") == "extend" else 1
        if used == count:
            return found
    runs_out = count is None or rule["freq"]["kind"] == "dates"
    return found if runs_out else None


def session(local: datetime, rule: dict[str, Any]) -> tuple[datetime, datetime | None]:
    if rule["time"] is None:
        return instant_of(datetime.combine(local.date(), time()), rule["tz"]), None
    start = instant_of(local, rule["tz"])
    return start, start + timedelta(minutes=rule["duration_min"])


def answered(rule: dict[str, Any]) -> list[tuple[datetime, datetime | None]] | None:
    try:
        found = occurrences(parse_rule(rule))
    except Refused as refused:
        if refused.code != "schedule_unsatisfiable":
            raise
        return None
    return [
        (one.starts_at.replace(tzinfo=None), one.ends_at.replace(tzinfo=None) if one.ends_at else None) for one in found
    ]


# Begins at which the zones above change their clocks soon, and two ordinary ones.
BEGINS = st.one_of(
    st.sampled_from([date(2011, 12, 20), date(2026, 2, 1), date(2026, 3, 1), date(2026, 10, 1), date(2028, 2, 29)]),
    st.dates(date(2010, 1, 1), date(2031, 12, 31)),
)
# Near midnight and near the hours at which clocks are changed.
TIMES = st.one_of(
    st.none(),
    st.sampled_from(["00:00", "00:15", "00:45", "01:30", "01:45", "02:00", "02:15", "02:30", "03:00", "23:45"]),
    st.times().map(lambda clock: clock.strftime("%H:%M")),
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    begin = draw(BEGINS)
    days = st.integers(-20, 700).map(lambda number: (begin + timedelta(days=number)).isoformat())
    spans = st.tuples(days, days).map(sorted)
    start = draw(TIMES)
    rule: dict[str, Any] = {
        "tz": draw(st.sampled_from(ZONES)),
        "begin": begin.isoformat(),
        "time": start,
        "duration_min": draw(st.integers(1, 480)) if start else 0,
        "freq": draw(frequencies(days)),
        "end": draw(st.one_of(st.fixed_dictionaries({"count": st.integers(1, 60)}),
                              st.fixed_dictionaries({"until": days}))),
    }  # fmt: skip
    if draw(st.booleans()):
        rule["exclude"] = {
            "dates": draw(st.lists(days, max_size=4)),
            "ranges": draw(st.lists(spans, max_size=2)),
            **draw(st.sampled_from([{}, {"holidays": "BE"}])),
        }
        rule["on_excluded"] = draw(st.sampled_from(["drop", "extend"]))
    if draw(st.booleans()):
        rule["cohort_shift"] = {"days": draw(st.integers(-9, 9)), "minutes": draw(st.integers(-1500, 1500))}
    return rule


def frequencies(days: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    weekly = st.builds(
        lambda interval, weekdays: {"kind": "weekly", "interval": interval, "weekdays": weekdays},
        st.integers(1, 52),
        st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7),
    )
    monthly = st.builds(
        lambda interval, nth, weekday: {"kind": "monthly_nth", "interval": interval, "nth": nth, "weekday": weekday},
        st.integers(1, 12),
        st.sampled_from([1, 2, 3, 4, 5, -1]),
        st.sampled_from(WEEKDAYS),
    )
    listed = st.builds(lambda given: {"kind": "dates", "dates": given}, st.lists(days, min_size=1, max_size=12))
    # Every week and every day of it, so that clock changes are met.
    daily = st.just({"kind": "weekly", "interval": 1, "weekdays": WEEKDAYS})
    return st.one_of(weekly, monthly, listed, daily)


def daily(tz: str, begin: str, clock: str | None, count: int = 5) -> dict[str, Any]:
    freq = {"kind": "weekly", "interval": 1, "weekdays": WEEKDAYS}
    return {"tz": tz, "begin": begin, "time": clock, "duration_min": 60, "freq": freq, "end": {"count": count}}


@settings(max_examples=400, deadline=None)
@given(rule=rules())
@example(rule=daily("Europe/Brussels", "2026-03-27", "02:30"))
@example(rule=daily("Europe/Brussels", "2026-10-23", "02:30"))
@example(rule=daily("Australia/Lord_Howe", "2026-10-02", "02:15"))
@example(rule=daily("Australia/Lord_Howe", "2026-04-03", "01:45"))
@example(rule=daily("Pacific/Apia", "2011-12-28", "10:00"))
@example(rule=daily("Pacific/Apia", "2011-12-28", None))
@example(rule=daily("Africa/Cairo", "2026-04-22", None))
@example(rule=daily("Africa/Cairo", "2026-10-28", "23:30"))
@example(rule=daily("Africa/Casablanca", "2026-02-13", "02:30"))
@example(rule=daily("Africa/Casablanca", "2026-03-20", "02:30"))
@example(rule=daily("America/Vancouver", "2026-03-06", "02:30"))
@example(rule=daily("America/Vancouver", "2026-10-30", "01:30"))
def test_every_rule_gives_what_a_second_reading_of_the_contract_gives(rule: dict[str, Any]) -> None:
    assert answered(rule) == expected(rule)


def command(rule: dict[str, Any], **surroundings: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "lernet_xblock.rules", "schedule"],
        cwd=ROOT,
        env=os.environ | surroundings,
        input=json.dumps(rule),
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("tz", ["Europe/Brussels", "America/Vancouver", "Asia/Kolkata"])
def test_the_command_answers_alike_wherever_the_server_stands(tz: str) -> None:
    rule = daily(tz, "2026-03-06", "02:30", 40)
    answers = [command(rule, TZ=system) for system in ("UTC", "America/Vancouver", "Asia/Kolkata")]

    assert answers[0] == answers[1] == answers[2]
    starts = [f"{start:%Y-%m-%dT%H:%M:%SZ}" for start, _end in expected(rule) or [] if tz in ZONES]
    assert answers[0]["utc_starts"] == starts or tz not in ZONES


def test_the_wheel_decides_and_no_other_zone_files(tmp_path: Path) -> None:
    # A system whose Brussels keeps the time of Tokyo.
    (tmp_path / "Europe").mkdir()
    tokyo = files("tzdata.zoneinfo").joinpath("Asia", "Tokyo").read_bytes()
    (tmp_path / "Europe" / "Brussels").write_bytes(tokyo)
    rule = daily("Europe/Brussels", "2027-02-02", "13:30", 1)
    program = (
        "from zoneinfo import ZoneInfo; from datetime import datetime as d;"
        "print(d(2027, 2, 2, tzinfo=ZoneInfo('Europe/Brussels')).utcoffset())"
    )
    surroundings = {"PYTHONTZPATH": str(tmp_path)}
    fooled = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | surroundings, capture_output=True, text=True, check=True
    )

    assert fooled.stdout == "9:00:00\n"
    assert command(rule, **surroundings)["utc_starts"] == ["2027-02-02T12:30:00Z"]
