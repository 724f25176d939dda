"""Time zones from the tzdata wheel, and wall-clock time to UTC.

Plain `ZoneInfo(name)` prefers the operating system's files, which may be years older than the
wheel; two servers would then place one session at two instants. Everything here reads the wheel.
"""

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # the wheel carries no types

from lernet_xblock.rules.refusals import Refused


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Every zone name of the wheel, aliases included, in alphabetical order."""
    return tuple(sorted(files("tzdata").joinpath("zones").read_text("utf-8").split()))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(zone_names())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the wheel's zone of that exact name, letter case included.

    Raises Refused zone_unknown for any other string: paths never reach the file system. The
    zone cannot be pickled (it is not from the system's files): pass the name on, not the zone.
    """
    if name not in _known():
        raise Refused("zone_unknown", values={"name": name})
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def tz_version() -> str:
    """Return the IANA release the wheel was made from, such as 2026f."""
    return str(tzdata.IANA_VERSION)


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, aware and in UTC, of a naive wall-clock time in the zone.

    A time in a gap takes the offset before the gap (RFC 5545 section 3.3.5), so 02:30 shows as
    03:30; a time that happens twice is the first of the two. Raises ValueError on aware input.
    """
    if local.tzinfo is not None:
        message = "local is a wall-clock time and must be naive"
        raise ValueError(message)
    # PEP 495: fold=0 is the offset before the change, in a gap as in an overlap.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def clock_change(local: datetime, zone: ZoneInfo) -> Literal["gap", "overlap"] | None:
    """Tell whether a naive wall-clock time never happens (gap) or happens twice (overlap)."""
    before = local.replace(tzinfo=zone, fold=0).utcoffset()
    after = local.replace(tzinfo=zone, fold=1).utcoffset()
    if before is None or after is None or before == after:
        return None
    return "gap" if before < after else "overlap"
