"""Quiet hours: 20:00 to 07:00 on the person's own clock, also when that clock changes."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.quiet_hours import DAY_BEGINS, DAY_ENDS, next_allowed
from lernet_xblock.rules.zones import zone, zone_names

BRUSSELS = zone("Europe/Brussels")


def at(text, name="Europe/Brussels"):
    return datetime.fromisoformat(text).replace(tzinfo=zone(name)).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2027-02-02T07:00", "2027-02-02T07:00"),
        ("2027-02-02T19:59:59", "2027-02-02T19:59:59"),
        ("2027-02-02T20:00", "2027-02-03T07:00"),
        ("2027-02-02T23:59", "2027-02-03T07:00"),
        ("2027-02-02T00:00", "2027-02-02T07:00"),
        ("2027-02-02T06:59:59", "2027-02-02T07:00"),
        # The night of the clock change is an hour shorter, and its morning begins at 07:00 all the same.
        ("2027-03-27T22:00", "2027-03-28T07:00"),
        ("2027-10-30T22:00", "2027-10-31T07:00"),
    ],
)
def test_the_night_ends_at_seven(asked, allowed):
    assert next_allowed(at(asked), BRUSSELS, before=None) == at(allowed)


def test_the_night_is_that_of_the_person():
    noon_in_brussels = at("2027-02-02T12:00")
    assert next_allowed(noon_in_brussels, zone("America/Vancouver"), before=None) == at(
        "2027-02-02T07:00", "America/Vancouver"
    )


@pytest.mark.parametrize(
    ("begins", "comes"), [("07:01", True), ("07:00", False), ("06:30", False)], ids=["after", "at seven", "before"]
)
def test_what_would_come_after_the_start_does_not_come(begins, comes):
    found = next_allowed(at("2027-02-02T05:30"), BRUSSELS, before=at(f"2027-02-02T{begins}"))
    assert found == (at("2027-02-02T07:00") if comes else None)


def test_by_day_nothing_comes_after_the_start_either():
    assert next_allowed(at("2027-02-02T12:00"), BRUSSELS, before=at("2027-02-02T11:00")) is None


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS, st.sampled_from(zone_names()).map(zone))
def test_it_is_day_then_and_no_later_than_needed(moment, there):
    allowed = next_allowed(moment, there, before=None)
    assert allowed is not None
    local = allowed.astimezone(there)
    assert DAY_BEGINS <= local.time() < DAY_ENDS
    assert allowed == moment or (allowed > moment and local.time() in {DAY_BEGINS, time(7, 30), time(8)})
    assert allowed - moment <= timedelta(hours=11) + timedelta(hours=26)
    assert next_allowed(allowed, there, before=None) == allowed
