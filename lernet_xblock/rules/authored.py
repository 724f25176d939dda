"""The author's settings as a block stores them, as JSON, and as the rules read them.

A block's fields travel through export and import by hand and by machine, so anything may stand in them: what
cannot be read counts as not filled in, and is never an error here.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any, get_args

from lernet_xblock.rules.network_settings import REMINDERS, Settings

# Settings that came later: a network that was stored before them has what an author gets who says nothing.
CAME_LATER = frozenset({"make_up", "reminders", "self_check_in", "cases_per_circle"})
# The block's field for a setting, where the names differ: the platform shows `display_name`.
BLOCK_FIELDS = {"title": "display_name", "tags": "topics"}


def block_field(name: str) -> str:
    """Return the name of the block's field that holds the setting."""
    return BLOCK_FIELDS.get(name, name)


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _time(value: Any) -> time | None:
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _dates(value: Any) -> tuple[date, ...]:
    found = (_date(item) for item in value) if isinstance(value, list | tuple) else ()
    return tuple(day for day in found if day is not None)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def _reminders(value: Any) -> tuple[str, ...]:
    given = _texts(value)
    return tuple(one for one in REMINDERS if one in given)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


READERS = {
    "tags": _texts,
    "listed_dates": _dates,
    "free_days": _dates,
    "reminders": _reminders,
    "make_up": _truth,
    "self_check_in": _truth,
    "session_time": _time,
    **dict.fromkeys(
        ("first_date", "applications_open", "applications_close", "decision_date", "end_date"),
        _date,
    ),
}


def _reader(field: Any) -> Any:
    if field.name in READERS:
        return READERS[field.name]
    return _whole if {int, float} & set(get_args(field.type)) else _text


def read(raw: Mapping[str, Any]) -> Settings:
    """raw: setting name → JSON value (dates and times as ISO text). Returns the settings, gaps as None or empty.

    A setting of CAME_LATER that is missing altogether has its default.
    """
    known = (field for field in fields(Settings) if field.name in raw or field.name not in CAME_LATER)
    return Settings(**{field.name: _reader(field)(raw.get(field.name)) for field in known})


def write(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON values, the inverse of `read`."""
    return {field.name: _plain(getattr(settings, field.name)) for field in fields(Settings)}


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
