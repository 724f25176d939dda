"""The sheet of one session."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.models import Attendance, AttendanceChange, Rsvp
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.attendance import CellChange, sheet
from tests.factories import NOW, FacilitationFactory, MembershipFactory, SessionFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def session():
    return SessionFactory()


@pytest.fixture
def guide(session):
    return FacilitationFactory(cohort=session.cohort, user__first_name="Sofie", user__last_name="B").user


@pytest.fixture
def viewer(session, guide):
    return replace(viewer_of(make_block(guide.username), None), now=session.ends_at)


def member(session, name, **changes):
    return MembershipFactory(cohort=session.cohort, user__first_name=name, user__last_name="X", **changes)


def test_the_sheet_names_who_was_expected_paused_or_came_later(session, viewer):
    member(session, "Zoe")
    member(session, "Later", joined_at=session.ends_at)
    member(session, "Pausing", paused_at=NOW, paused_until=session.local_date)
    member(session, "Gone", active=None, left_at=session.starts_at - SECOND)
    member(session, "Undone", active=None, left_at=session.ends_at, end="undone")
    found = sheet(viewer, session)
    assert [(line.name, line.place) for line in found.lines] == [
        ("Zoe X", "expected"),
        ("Later X", "not_yet"),
        ("Pausing X", "paused"),
    ]
    assert (found.open, found.expected, found.recorded, found.there) == (True, 1, 0, 0)


def test_a_person_who_left_and_came_back_stands_on_it_once(session, viewer):
    first = member(session, "Ada", active=None, left_at=NOW + SECOND)
    back = MembershipFactory(cohort=session.cohort, user=first.user, joined_at=NOW + DAY)
    assert [(line.number, line.place) for line in sheet(viewer, session).lines] == [(back.pk, "expected")]


def test_a_line_tells_what_was_announced_recorded_and_changed(session, viewer, guide):
    stay = member(session, "Ada")
    Rsvp.objects.create(session=session, user=stay.user, answer="not_coming", reason="Ill", at=NOW)
    at = session.starts_at
    Attendance.objects.create(session=session, user=stay.user, state="late", minutes=90, version=2, at=at, by=guide)
    steps = (("", "present", None, None, stay.user), ("present", "late", None, 90, guide))
    for before, after, minutes_before, minutes_after, by in steps:
        AttendanceChange.objects.create(
            session=session,
            user=stay.user,
            before=before,
            after=after,
            minutes_before=minutes_before,
            minutes_after=minutes_after,
            at=at,
            by=by,
        )
    line = sheet(viewer, session).lines[0]
    assert (line.number, line.rsvp, line.reason) == (stay.pk, "not_coming", "Ill")
    assert (line.state, line.minutes, line.version, line.self_checked, line.at) == ("late", 90, 2, False, at)
    assert line.changes == (
        CellChange("", "present", None, None, at, "Ada X", own=True),
        CellChange("present", "late", None, 90, at, "Sofie B", own=False),
    )


@pytest.mark.parametrize(
    ("changes", "writes"),
    [
        ({}, True),
        ({"now": -timedelta(minutes=210) - SECOND}, False),
        ({"now": 14 * DAY}, True),
        ({"now": 14 * DAY + SECOND}, False),
        ({"state": "not_held"}, False),
    ],
)
def test_it_is_open_as_long_as_cells_can_be_written(session, viewer, changes, writes):
    session.state = changes.get("state", "planned")
    reader = replace(viewer, now=session.ends_at + changes.get("now", timedelta()))
    assert sheet(reader, session).open is writes


def test_who_looks_as_somebody_else_writes_nothing(session, viewer):
    masked = replace(viewer, actor=replace(viewer.actor, masquerading=True))
    assert sheet(masked, session).open is False


def test_five_queries_whatever_the_number_of_people(session, viewer, django_assert_num_queries):
    for size in (1, 16):
        for _ in range(15):
            stay = member(session, f"N{size}")
            Rsvp.objects.create(session=session, user=stay.user, answer="coming", at=NOW)
            Attendance.objects.create(session=session, user=stay.user, state="present", at=NOW)
            AttendanceChange.objects.create(session=session, user=stay.user, after="present", at=NOW, by=stay.user)
        with django_assert_num_queries(5):
            sheet(viewer, session)
