"""The demo's clock and language, set for one request by the middleware and read by the workbench's host.

The clock is a shift against real time, so that it goes on ticking. As text: a sign, then days, hours and
minutes, each optional but in this order: `+3d`, `-12h`, `+28d3h5m`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

SHIFT = re.compile(
    r"(?P<sign>[+-])(?=\d)(?:(?P<days>\d{1,3})d)?(?:(?P<hours>\d{1,2})h)?(?:(?P<minutes>\d{1,2})m)?",
    re.ASCII,
)
# What the text can hold.
LONGEST = timedelta(days=999, hours=23, minutes=59)
MINUTE = timedelta(minutes=1)

_shift: ContextVar[timedelta] = ContextVar("lernet_demo_shift", default=timedelta())
_language: ContextVar[str | None] = ContextVar("lernet_demo_language", default=None)


def now() -> datetime:
    """Return the demo's present moment, aware, in UTC; outside a request of the demo it is the real one."""
    return datetime.now(UTC) + _shift.get()


def shift() -> timedelta:
    """Return how far the demo's clock is ahead of the real one."""
    return _shift.get()


def language() -> str | None:
    """Return the language chosen for this request; None where nobody chose one."""
    return _language.get()


@contextmanager
def moved(by: timedelta, *, language: str | None) -> Iterator[None]:
    """Let `now()` and `language()` answer with these values inside the block."""
    shift_token, language_token = _shift.set(by), _language.set(language)
    try:
        yield
    finally:
        _shift.reset(shift_token)
        _language.reset(language_token)


def read_shift(text: str) -> timedelta:
    """Return the shift that the text means; none for a text that means nothing."""
    found = SHIFT.fullmatch(text)
    if found is None:
        return timedelta()
    parts = {unit: int(found[unit] or 0) for unit in ("days", "hours", "minutes")}
    size = timedelta(**parts)
    return -size if found["sign"] == "-" else size


def write_shift(by: timedelta) -> str:
    """Return the text of a shift, its size rounded up to whole minutes and cut at `LONGEST`; "" for none."""
    size = min(abs(by), LONGEST)
    minutes = -(-size // MINUTE)
    days, rest = divmod(minutes, 24 * 60)
    parts = zip((days, *divmod(rest, 60)), "dhm", strict=True)
    text = "".join(f"{number}{unit}" for number, unit in parts if number)
    return f"{'-' if by < timedelta() else '+'}{text}" if text else ""
