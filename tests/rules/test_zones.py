# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules import zones
from lernet_xblock.rules.refusals import Refused

BRUSSELS = zones.zone("Europe/Brussels")
ROOT = Path(zones.__file__).parents[2]


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "europe/brussels", "../zones", "/etc/passwd", "Europe/../Europe/Brussels", "Europe",
     "Europe/Brussels\0", "Europe/Brussels/", "zoneinfo"],
)  # fmt: skip
def test_anything_but_an_exact_zone_name_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refusal:
        zones.zone(name)

    assert (refusal.value.code, refusal.value.values) == ("zone_unknown", {"name": name})


def test_every_listed_zone_can_be_loaded() -> None:
    names = zones.zone_names()

    assert [zones.zone(name).key for name in names] == list(names)
    assert {"Europe/Brussels", "America/Argentina/Buenos_Aires", "UTC"} <= set(names)
    assert list(names) == sorted(set(names))


def test_the_version_is_an_iana_release() -> None:
    version = zones.tz_version()

    assert version[:4].isdigit()
    assert version[4:].isalpha()


@pytest.mark.parametrize(
    ("local", "change", "utc"),
    [
        (datetime(2027, 3, 28, 1, 59), None, datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (datetime(2027, 3, 28, 2, 0), "gap", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2027, 3, 28, 2, 59), "gap", datetime(2027, 3, 28, 1, 59, tzinfo=UTC)),
        (datetime(2027, 3, 28, 3, 0), None, datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2027, 10, 31, 1, 59), None, datetime(2027, 10, 30, 23, 59, tzinfo=UTC)),
        (datetime(2027, 10, 31, 2, 0), "overlap", datetime(2027, 10, 31, 0, 0, tzinfo=UTC)),
        (datetime(2027, 10, 31, 2, 59), "overlap", datetime(2027, 10, 31, 0, 59, tzinfo=UTC)),
        (datetime(2027, 10, 31, 3, 0), None, datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
    ],
)
def test_gap_takes_the_offset_before_and_overlap_the_first(local: datetime, change: str | None, utc: datetime) -> None:
    assert zones.clock_change(local, BRUSSELS) == change
    assert zones.to_utc(local, BRUSSELS) == utc
    # The fold a form may carry along changes nothing.
    assert zones.to_utc(local.replace(fold=1), BRUSSELS) == utc


def test_an_aware_time_is_not_taken_for_a_wall_clock_time() -> None:
    with pytest.raises(ValueError, match="naive"):
        zones.to_utc(datetime(2027, 2, 2, tzinfo=UTC), BRUSSELS)


@given(
    name=st.sampled_from(["Europe/Brussels", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata"]),
    local=st.datetimes(datetime(2026, 1, 1), datetime(2035, 12, 31)),
)
def test_an_instant_shows_as_the_wall_clock_time_or_as_much_later_as_the_gap_is_long(
    name: str, local: datetime
) -> None:
    within = zones.zone(name)

    shown = zones.to_utc(local, within).astimezone(within).replace(tzinfo=None, fold=0)

    in_gap = zones.clock_change(local, within) == "gap"
    assert (shown > local) if in_gap else (shown == local)
    assert shown - local <= timedelta(hours=1)


@pytest.mark.parametrize("system_zone", ["America/Vancouver", "Asia/Kolkata"])
def test_the_wheel_is_read_wherever_the_server_stands(system_zone: str) -> None:
    program = (
        "from datetime import datetime; from lernet_xblock.rules.zones import to_utc, zone;"
        "print(to_utc(datetime(2027, 3, 30, 13, 30), zone('Europe/Brussels')).isoformat())"
    )
    # An empty search path: the operating system's zone files are out of reach.
    surroundings = os.environ | {"TZ": system_zone, "PYTHONTZPATH": ""}

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "2027-03-30T11:30:00+00:00\n"
