"""Until when people may join, and what speaks against a cohort."""

from datetime import UTC, datetime, timedelta

import pytest

from lernet_xblock.rules.late_joining import Room, can_take, late_joining_ends, misfits

NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(("sessions", "last"), [(1, 1), (3, 2), (4, 2), (5, 3), (8, 4)])
def test_people_join_until_half_of_the_sessions_have_begun(sessions, last):
    starts = [NOW + timedelta(weeks=number) for number in range(1, sessions + 1)]
    assert late_joining_ends(list(reversed(starts))) == NOW + timedelta(weeks=last)


def test_without_sessions_nothing_ends():
    assert late_joining_ends([]) is None


def room(**changes):
    return Room(
        **{"maximum": 15, "members": 12, "offered": 1, "ends_at": NOW + timedelta(days=1), "language": "fr", **changes}
    )


def why(one, **changes):
    return misfits(one, **{"language": "fr", "guides": False, "apart": False, "now": NOW, **changes})


def test_a_seat_is_free_that_nobody_has_and_nobody_was_offered():
    assert (room().free, room(offered=3).free, room(members=16).free) == (2, 0, 0)


@pytest.mark.parametrize(
    ("one", "changes", "reasons"),
    [
        (room(), {}, ()),
        (room(), {"language": ""}, ()),
        (room(ends_at=None), {}, ()),
        (room(ends_at=NOW), {}, ("late",)),
        (room(members=15, offered=0), {}, ("full",)),
        (room(members=14), {}, ("held",)),
        (room(), {"guides": True, "apart": True}, ("guides", "apart")),
        (room(), {"language": "nl"}, ("language",)),
    ],
)
def test_every_reason_is_named(one, changes, reasons):
    assert why(one, **changes) == reasons
    assert can_take(reasons) is (set(reasons) <= {"language"})
