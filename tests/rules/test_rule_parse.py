import json
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.rule_parse import parse_rule
from lernet_xblock.rules.schedule_rule import Exclusions, ListedDates, MonthlyNth, Rule, Weekly

WEEKLY = {"kind": "weekly", "interval": 1, "weekdays": ["TU"]}
NTH = {"kind": "monthly_nth", "interval": 1, "nth": 2, "weekday": "TU"}
PLAIN: dict[str, Any] = {
    "tz": "Europe/Brussels",
    "begin": "2027-02-02",
    "time": "13:30",
    "duration_min": 180,
    "freq": WEEKLY,
    "end": {"count": 5},
}


def field_refused(rule: Any) -> str | None:
    with pytest.raises(Refused) as refusal:
        parse_rule(rule)
    assert refusal.value.code == "schedule_invalid"
    return refusal.value.field


def test_a_plain_weekly_rule() -> None:
    assert parse_rule(PLAIN) == Rule(
        tz="Europe/Brussels",
        begin=date(2027, 2, 2),
        time=time(13, 30),
        duration_minutes=180,
        frequency=Weekly(1, (1,)),
        count=5,
    )


def test_everything_at_once() -> None:
    rule = PLAIN | {
        "time": "13:30:15",
        "freq": NTH | {"nth": -1},
        "end": {"until": "2028-01-01"},
        "exclude": {
            "dates": ["2027-03-09"],
            "ranges": [["2027-07-01", "2027-08-31"], ["2027-12-24", "2027-12-24"]],
            "holidays": "BE-BRU",
        },
        "on_excluded": "extend",
        "cohort_shift": {"days": -7, "minutes": 45},
    }

    assert parse_rule(rule) == Rule(
        tz="Europe/Brussels",
        begin=date(2027, 2, 2),
        time=time(13, 30, 15),
        duration_minutes=180,
        frequency=MonthlyNth(1, -1, 1),
        until=date(2028, 1, 1),
        exclusions=Exclusions(
            frozenset({date(2027, 3, 9)}),
            ((date(2027, 7, 1), date(2027, 8, 31)), (date(2027, 12, 24), date(2027, 12, 24))),
            "BE-BRU",
        ),
        extend=True,
        shift_days=-7,
        shift_minutes=45,
    )


def test_listed_dates_come_sorted_and_once() -> None:
    listed = {"kind": "dates", "dates": ["2027-05-10", "2027-03-01", "2027-05-10"]}

    assert parse_rule(PLAIN | {"freq": listed}).frequency == ListedDates((date(2027, 3, 1), date(2027, 5, 10)))


def test_optional_parts_may_be_null() -> None:
    nulls = {"exclude": None, "on_excluded": None, "cohort_shift": None}

    assert parse_rule(PLAIN | nulls) == parse_rule(PLAIN)


@pytest.mark.parametrize("minutes", [None, 0, 480])
def test_an_all_day_rule_has_no_duration(minutes: int | None) -> None:
    assert parse_rule(PLAIN | {"time": None, "duration_min": minutes}).duration_minutes == 0


@pytest.mark.parametrize("key", ["tz", "begin", "time", "freq", "end", "duration_min"])
def test_a_missing_key_is_named(key: str) -> None:
    assert field_refused({name: value for name, value in PLAIN.items() if name != key}) == key


@pytest.mark.parametrize("rule", [None, 3, "rule", [PLAIN]])
def test_what_is_not_an_object_is_no_rule(rule: object) -> None:
    assert field_refused(rule) == "rule"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": 1}, "tz"),
        ({"tz": ["UTC"]}, "tz"),
        ({"begin": "2027-02-30"}, "begin"),
        ({"begin": "20270202"}, "begin"),
        ({"begin": "2027-W05-2"}, "begin"),
        ({"begin": "2027-02-02T00:00"}, "begin"),
        ({"begin": "٢٠٢٧-02-02"}, "begin"),
        ({"begin": "0001-01-01"}, "begin"),
        ({"begin": "9999-12-31"}, "begin"),
        ({"begin": None}, "begin"),
        ({"time": "24:00"}, "time"),
        ({"time": "7:30"}, "time"),
        ({"time": "13:30Z"}, "time"),
        ({"time": "1330"}, "time"),
        ({"time": 13}, "time"),
        ({"duration_min": 0}, "duration_min"),
        ({"duration_min": -5}, "duration_min"),
        ({"duration_min": True}, "duration_min"),
        ({"duration_min": 90.0}, "duration_min"),
        ({"duration_min": "90"}, "duration_min"),
        ({"duration_min": None}, "duration_min"),
        ({"duration_min": 10**9}, "duration_min"),
        ({"freq": None}, "freq"),
        ({"freq": "weekly"}, "freq"),
        ({"freq": {"kind": "daily"}}, "freq.kind"),
        ({"freq": {}}, "freq.kind"),
        ({"freq": {"kind": ["weekly"]}}, "freq.kind"),
        ({"freq": WEEKLY | {"interval": 0}}, "freq.interval"),
        ({"freq": WEEKLY | {"interval": 53}}, "freq.interval"),
        ({"freq": WEEKLY | {"weekdays": []}}, "freq.weekdays"),
        ({"freq": WEEKLY | {"weekdays": ["tu"]}}, "freq.weekdays"),
        ({"freq": WEEKLY | {"weekdays": "TU"}}, "freq.weekdays"),
        ({"freq": WEEKLY | {"weekdays": [["TU"]]}}, "freq.weekdays"),
        ({"freq": WEEKLY | {"nth": 1}}, "freq.nth"),
        ({"freq": {"kind": "weekly", "weekdays": ["TU"]}}, "freq.interval"),
        ({"freq": NTH | {"interval": 13}}, "freq.interval"),
        ({"freq": NTH | {"nth": 0}}, "freq.nth"),
        ({"freq": NTH | {"nth": 6}}, "freq.nth"),
        ({"freq": NTH | {"nth": -2}}, "freq.nth"),
        ({"freq": NTH | {"weekday": "XX"}}, "freq.weekday"),
        ({"freq": {"kind": "dates", "dates": []}}, "freq.dates"),
        ({"freq": {"kind": "dates", "dates": ["1 May"]}}, "freq.dates"),
        ({"freq": {"kind": "dates", "dates": "2027-05-01"}}, "freq.dates"),
        ({"freq": {"kind": "dates"}}, "freq.dates"),
        ({"end": 5}, "end"),
        ({"end": {}}, "end"),
        ({"end": {"count": 5, "until": "2027-05-01"}}, "end"),
        ({"end": {"count": 0}}, "end.count"),
        ({"end": {"count": 201}}, "end.count"),
        ({"end": {"count": True}}, "end.count"),
        ({"end": {"until": "soon"}}, "end.until"),
        ({"end": {"times": 3}}, "end.times"),
        ({"exclude": []}, "exclude"),
        ({"exclude": {"weekends": True}}, "exclude.weekends"),
        ({"exclude": {"dates": "2027-05-01"}}, "exclude.dates"),
        ({"exclude": {"dates": [20270501]}}, "exclude.dates"),
        ({"exclude": {"ranges": [["2027-05-02", "2027-05-01"]]}}, "exclude.ranges"),
        ({"exclude": {"ranges": [["2027-05-02"]]}}, "exclude.ranges"),
        ({"exclude": {"ranges": ["2027-05-02"]}}, "exclude.ranges"),
        ({"exclude": {"holidays": "Belgium"}}, "exclude.holidays"),
        ({"exclude": {"holidays": "be"}}, "exclude.holidays"),
        ({"exclude": {"holidays": ["BE"]}}, "exclude.holidays"),
        ({"on_excluded": "skip"}, "on_excluded"),
        ({"on_excluded": ["drop"]}, "on_excluded"),
        ({"cohort_shift": 1}, "cohort_shift"),
        ({"cohort_shift": {"hours": 1}}, "cohort_shift.hours"),
        ({"cohort_shift": {"days": 0.5}}, "cohort_shift.days"),
        ({"cohort_shift": {"days": 40_000}}, "cohort_shift.days"),
        ({"cohort_shift": {"minutes": "30"}}, "cohort_shift.minutes"),
        ({"on_exclude": "extend"}, "on_exclude"),
    ],
)
def test_the_field_at_fault_is_named(change: dict[str, object], field: str) -> None:
    assert field_refused(PLAIN | change) == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from([*PLAIN, "exclude", "on_excluded", "cohort_shift"]), value=JSON)
def test_no_json_gets_past_as_anything_but_a_rule_or_a_refusal(key: str, value: object) -> None:
    rule = json.loads(json.dumps(PLAIN | {key: value}))

    found = outcome(rule)

    assert isinstance(found, Rule) or (found.code, (found.field or "").split(".")[0]) == (
        "schedule_invalid",
        key,
    )


def outcome(rule: dict[str, object]) -> Rule | Refused:
    try:
        return parse_rule(rule)
    except Refused as refused:
        return refused
