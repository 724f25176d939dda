"""From a JSON-like schedule rule to a `Rule`: every value checked, nothing guessed.

The grammar is closed: an unknown key is refused, since a misspelt `on_excluded` that is silently
ignored plans a session on a holiday. Every refusal is schedule_invalid with the field's path.
"""

import re
from collections.abc import Mapping
from datetime import date, time

from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.schedule_rule import (
    Exclusions,
    Frequency,
    ListedDates,
    MonthlyNth,
    Rule,
    Weekly,
)
from lernet_xblock.rules.zones import zone

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAXIMUM_COUNT = 200
# Wide enough for any plan, narrow enough that no date arithmetic leaves years 1 to 9999.
FIRST_YEAR, LAST_YEAR = 1900, 2400
MAXIMUM_SHIFT_DAYS = 36_500
MAXIMUM_DURATION_MINUTES = 44_640

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_HOLIDAYS = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,4})?")
_RULE_KEYS = frozenset(["tz", "begin", "time", "duration_min", "freq", "end", "exclude", "on_excluded", "cohort_shift"])


def parse_rule(rule: Mapping[str, object]) -> Rule:
    """Return the rule, checked against the grammar.

    rule: the JSON object {tz, begin, time, duration_min, freq, end, exclude?, on_excluded?,
    cohort_shift?}; an optional key may also be null, and so may duration_min without a time.
    Raises Refused schedule_invalid with the dotted path of the first field at fault.
    """
    given = _object(rule, "rule", _RULE_KEYS, prefix="")
    start = None if _required(given, "time") is None else _time(given["time"], "time")
    count, until = _end(_required(given, "end"))
    shift_days, shift_minutes = _shift(given.get("cohort_shift"))
    return Rule(
        tz=_zone_name(_required(given, "tz")),
        begin=_year_checked(_date(_required(given, "begin"), "begin"), "begin"),
        time=start,
        duration_minutes=_duration(given.get("duration_min"), all_day=start is None),
        frequency=_frequency(_required(given, "freq")),
        count=count,
        until=until,
        exclusions=_exclusions(given.get("exclude")),
        extend=_extend(given.get("on_excluded")),
        shift_days=shift_days,
        shift_minutes=shift_minutes,
    )


def _invalid(field: str) -> Refused:
    return Refused("schedule_invalid", field)


def _object(value: object, field: str, keys: frozenset[str], *, prefix: str | None = None) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _invalid(field)
    unknown = sorted(str(key) for key in value if key not in keys)
    if unknown:
        raise _invalid(f"{field}." * (prefix is None) + unknown[0])
    return value


def _required(given: Mapping[str, object], key: str) -> object:
    if key not in given:
        raise _invalid(key)
    return given[key]


def _zone_name(value: object) -> str:
    if not isinstance(value, str):
        raise _invalid("tz")
    try:
        zone(value)
    except Refused as refusal:
        raise _invalid("tz") from refusal
    return value


def _integer(value: object, field: str, low: int, high: int) -> int:
    # JSON true is an int to Python; it is not one to the person who wrote the rule.
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _invalid(field)
    return value


def _date(value: object, field: str) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise _invalid(field)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _invalid(field) from error


def _year_checked(day: date, field: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _invalid(field)
    return day


def _time(value: object, field: str) -> time:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise _invalid(field)
    try:
        return time.fromisoformat(value)
    except ValueError as error:
        raise _invalid(field) from error


def _list(value: object, field: str) -> list[object]:
    if not isinstance(value, list | tuple):
        raise _invalid(field)
    return list(value)


def _dates(value: object, field: str) -> list[date]:
    return [_date(item, field) for item in _list(value, field)]


def _duration(value: object, *, all_day: bool) -> int:
    if all_day and value is None:
        return 0
    minutes = _integer(value, "duration_min", 0 if all_day else 1, MAXIMUM_DURATION_MINUTES)
    return 0 if all_day else minutes


def _frequency(value: object) -> Frequency:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if kind == "weekly":
        return _weekly(_object(value, "freq", frozenset({"kind", "interval", "weekdays"})))
    if kind == "monthly_nth":
        return _monthly(_object(value, "freq", frozenset({"kind", "interval", "nth", "weekday"})))
    if kind == "dates":
        listed = _object(value, "freq", frozenset({"kind", "dates"})).get("dates")
        days = {_year_checked(day, "freq.dates") for day in _dates(listed, "freq.dates")}
        if not days:
            raise _invalid("freq.dates")
        return ListedDates(tuple(sorted(days)))
    raise _invalid("freq.kind" if isinstance(value, Mapping) else "freq")


def _weekday(value: object, field: str) -> int:
    if not isinstance(value, str) or value not in WEEKDAYS:
        raise _invalid(field)
    return WEEKDAYS.index(value)


def _weekly(given: Mapping[str, object]) -> Weekly:
    interval = _integer(given.get("interval"), "freq.interval", 1, 52)
    names = _list(given.get("weekdays"), "freq.weekdays")
    weekdays = {_weekday(name, "freq.weekdays") for name in names}
    if not weekdays:
        raise _invalid("freq.weekdays")
    return Weekly(interval, tuple(sorted(weekdays)))


def _monthly(given: Mapping[str, object]) -> MonthlyNth:
    interval = _integer(given.get("interval"), "freq.interval", 1, 12)
    nth = _integer(given.get("nth"), "freq.nth", -1, 5)
    if nth == 0:
        raise _invalid("freq.nth")
    return MonthlyNth(interval, nth, _weekday(given.get("weekday"), "freq.weekday"))


def _end(value: object) -> tuple[int | None, date | None]:
    end = _object(value, "end", frozenset({"count", "until"}))
    if len(end) != 1:
        raise _invalid("end")
    if "count" in end:
        return _integer(end["count"], "end.count", 1, MAXIMUM_COUNT), None
    return None, _date(end["until"], "end.until")


def _exclusions(value: object) -> Exclusions:
    if value is None:
        return Exclusions()
    given = _object(value, "exclude", frozenset({"dates", "ranges", "holidays"}))
    dates = _dates(given.get("dates") or [], "exclude.dates")
    ranges = _list(given.get("ranges") or [], "exclude.ranges")
    code = given.get("holidays")
    if code is not None and not (isinstance(code, str) and _HOLIDAYS.fullmatch(code)):
        raise _invalid("exclude.holidays")
    return Exclusions(frozenset(dates), tuple(_range(pair) for pair in ranges), code)


def _range(value: object) -> tuple[date, date]:
    pair = _dates(value, "exclude.ranges")
    if len(pair) != 2 or pair[0] > pair[1]:  # noqa: PLR2004 - a range has two ends
        raise _invalid("exclude.ranges")
    return pair[0], pair[1]


def _extend(value: object) -> bool:
    if value not in (None, "drop", "extend"):
        raise _invalid("on_excluded")
    return value == "extend"


def _shift(value: object) -> tuple[int, int]:
    if value is None:
        return 0, 0
    given = _object(value, "cohort_shift", frozenset({"days", "minutes"}))
    most = MAXIMUM_SHIFT_DAYS
    days = _integer(given.get("days", 0), "cohort_shift.days", -most, most)
    minutes = _integer(given.get("minutes", 0), "cohort_shift.minutes", -most * 1440, most * 1440)
    return days, minutes
