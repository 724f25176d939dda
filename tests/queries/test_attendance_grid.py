"""Members × sessions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.models import Attendance
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.attendance_grid import grid
from tests.factories import NOW, CohortFactory, MembershipFactory, SessionFactory, UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def sessions(cohort):
    """Three sessions a week apart, and two that are not held in between."""
    first = SessionFactory(cohort=cohort)
    rest = [SessionFactory(cohort=cohort, number=n, starts_at=first.starts_at + (n - 1) * WEEK) for n in (2, 3)]
    SessionFactory(cohort=cohort, state="cancelled", starts_at=first.starts_at + WEEK / 2)
    SessionFactory(cohort=cohort, state="not_held", number=4, starts_at=first.starts_at + WEEK / 3)
    return [first, *rest]


@pytest.fixture
def viewer(sessions):
    """An admin, after the second session."""
    admin = viewer_of(make_block(UserFactory(is_staff=True).username), None)
    return replace(admin, now=sessions[1].ends_at + SECOND)


def member(cohort, name, **changes):
    return MembershipFactory(cohort=cohort, user__first_name=name, user__last_name="X", **changes).user


def record(session, user, state, minutes=None):
    Attendance.objects.create(session=session, user=user, state=state, minutes=minutes, at=NOW)


def test_each_cell_says_what_is_recorded_or_why_nothing_is(cohort, sessions, viewer):
    ada, bo = member(cohort, "Ada"), member(cohort, "Bo")
    member(cohort, "Late joiner", joined_at=sessions[0].ends_at)
    member(cohort, "Leaver", active=None, left_at=sessions[0].ends_at + SECOND)
    member(cohort, "Pausing", paused_at=sessions[1].starts_at - SECOND, paused_until=sessions[1].starts_at.date())
    member(cohort, "Never there", active=None, left_at=sessions[0].starts_at - SECOND)
    record(sessions[0], ada, "present")
    record(sessions[1], ada, "late", 100)
    record(sessions[0], bo, "excused")
    record(sessions[1], bo, "absent")
    found = grid(viewer, cohort)
    assert {row.name: row.cells for row in found.rows} == {
        "Ada X": ("present", "late", "ahead"),
        "Bo X": ("excused", "absent", "ahead"),
        "Late joiner X": ("not_yet", "not_recorded", "ahead"),
        "Leaver X": ("not_recorded", "left", "left"),
        "Pausing X": ("not_recorded", "paused", "ahead"),
    }
    totals = {row.name: (row.there, row.of, row.minutes) for row in found.rows}
    assert totals["Ada X"] == (2, 2, 280)
    assert totals["Bo X"] == (0, 2, 0)
    assert totals["Late joiner X"] == (0, 1, 0)
    assert [column.session for column in found.columns] == sessions
    assert [(column.there, column.of, column.begun) for column in found.columns] == [
        (1, 4, True),
        (1, 3, True),
        (0, 4, False),
    ]


def test_who_came_later_is_never_absent_from_what_was_before(cohort, sessions, viewer):
    late = member(cohort, "Late joiner", joined_at=sessions[1].ends_at)
    record(sessions[2], late, "present")
    (row,) = grid(viewer, cohort).rows
    assert (row.cells, row.there, row.of) == (("not_yet", "not_yet", "present"), 1, 1)


def test_four_queries_whatever_the_size(cohort, sessions, viewer, django_assert_num_queries):
    for size in (3, 9):
        for number in range(3):
            user = member(cohort, f"N{size}{number}")
            record(sessions[number % 3], user, "present")
        SessionFactory(cohort=cohort, number=size + 2, starts_at=sessions[0].starts_at + size * WEEK)
        with django_assert_num_queries(4):
            grid(viewer, cohort)
