"""Circles as they are read: the session with its people for who guides it, the own circle for a member."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.host import get_host
from lernet_xblock.models import Attendance, Membership, Rsvp
from lernet_xblock.queries.circle import circle_lines, circle_scene, drawn_lines, own_circles
from lernet_xblock.queries.session import session_lines
from lernet_xblock.rules.circles import met
from lernet_xblock.viewer import load_viewer
from tests.factories import (
    NOW,
    PLAN,
    CaseFactory,
    CircleFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    TurnFactory,
    seat,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory(cohort=CohortFactory(network__state="running"), number=2)


@pytest.fixture
def users(session):
    return [
        MembershipFactory(cohort=session.cohort, user__first_name=name, user__last_name="X").user
        for name in ("Dora", "Ada", "Cleo", "Bo", "Eva")
    ]


@pytest.fixture
def guide(session):
    return FacilitationFactory(cohort=session.cohort).user


@pytest.fixture
def circle(session, users):
    made = CircleFactory(session=session, moderator=users[0], timekeeper=users[1], version=3)
    seat(made, *users[:4])
    return made


def viewer_of(user, *, at):
    viewer = load_viewer(get_host(), make_block(user.username), None, authored=lambda: PLAN, keep=lambda _: None)
    return replace(viewer, now=at)


def scene_of(guide, session, *, at=None):
    return circle_scene(viewer_of(guide, at=at or session.starts_at), session)


def test_people_come_by_name_with_what_is_known_of_them(session, users, guide, circle, django_assert_num_queries):
    Attendance.objects.create(session=session, user=users[0], state="late", at=NOW)
    Rsvp.objects.create(session=session, user=users[4], answer="coming", at=NOW)
    TurnFactory(case=CaseFactory(cohort=session.cohort, owner=users[4]), session=session)
    viewer = viewer_of(guide, at=session.starts_at)
    with django_assert_num_queries(7):
        scene = circle_scene(viewer, session)
    assert [(one.name, one.circle, one.state, one.rsvp, one.case) for one in scene.people] == [
        ("Ada X", 1, "", "", False),
        ("Bo X", 1, "", "", False),
        ("Cleo X", 1, "", "", False),
        ("Dora X", 1, "late", "", False),
        ("Eva X", 0, "", "coming", True),
    ]
    assert (scene.version, scene.open, scene.begun, scene.late_to) == (3, True, False, 1)
    assert [one.name for one in scene.here] == ["Dora X"]
    assert [one.name for one in scene.unseated] == [one.name for one in scene.away] == ["Eva X"]


def test_circles_stand_with_roles_and_repeated_pairs(session, users, guide, circle):
    pks = [user.pk for user in users]
    [line] = circle_lines(scene_of(guide, session), met([pks[:3], pks[:2]]))
    assert [(one.name, one.role) for one in line.seats] == [
        ("Ada X", "timekeeper"),
        ("Bo X", ""),
        ("Cleo X", ""),
        ("Dora X", "moderator"),
    ]
    assert (line.number, line.key, line.again, line.busy) == (1, circle.key, 3, False)


def test_circles_that_are_only_drawn_have_no_key(session, users, guide):
    pks = [user.pk for user in users]
    lines = drawn_lines(scene_of(guide, session), [(pks[:2], pks[0], None), (pks[2:], None, None)], met([pks[:2]]))
    assert [(one.number, one.key, len(one.seats), one.again) for one in lines] == [(1, "", 2, 1), (2, "", 3, 0)]


def test_a_case_that_has_begun_is_seen(session, users, guide, circle):
    case = CaseFactory(cohort=session.cohort, owner=users[0])
    TurnFactory(case=case, session=session, circle=circle, phase="questions")
    scene = scene_of(guide, session)
    assert (scene.begun, scene.busy, circle_lines(scene, {})[0].busy) == (True, {circle.pk}, True)


def test_outside_the_time_of_attendance_it_is_not_open(session, users, guide):
    minute = timedelta(minutes=1)
    assert not scene_of(guide, session, at=session.starts_at - 31 * minute).open
    assert scene_of(guide, session, at=session.starts_at - 30 * minute).open
    assert not scene_of(guide, session, at=session.ends_at + timedelta(days=15)).open
    assert (scene_of(guide, session).version, scene_of(guide, session).late_to) == (0, 0)


def test_who_has_left_since_is_still_seen_in_the_circle(session, users, guide, circle):
    Membership.objects.filter(user=users[2]).update(active=None, left_at=NOW + timedelta(days=1), end="left")
    assert "Cleo X" in [one.name for one in scene_of(guide, session).people]


def own(user, session, *, at):
    viewer = viewer_of(user, at=at)
    return own_circles(viewer, session_lines(viewer, [session.cohort])[session.cohort.pk])


def test_a_member_finds_the_own_circle_on_the_day(session, users, circle, django_assert_num_queries):
    viewer = viewer_of(users[1], at=session.starts_at)
    lines = session_lines(viewer, [session.cohort])[session.cohort.pk]
    with django_assert_num_queries(2):
        found = own_circles(viewer, lines)[session.key]
    assert (found.number, found.of, found.names) == (1, 1, ("Bo X", "Cleo X", "Dora X"))
    assert (found.moderator, found.timekeeper, found.role, found.case) == ("Dora X", "Ada X", "timekeeper", False)


def test_who_brings_the_case_of_a_circle_knows_it(session, users, circle):
    TurnFactory(case=CaseFactory(cohort=session.cohort, owner=users[2]), session=session, circle=circle)
    assert own(users[2], session, at=session.starts_at)[session.key].case
    assert not own(users[3], session, at=session.starts_at)[session.key].case


def test_on_other_days_and_for_who_sits_nowhere_there_is_none(session, users, circle, django_assert_num_queries):
    assert own(users[4], session, at=session.starts_at) == {}
    viewer = viewer_of(users[0], at=session.ends_at + timedelta(hours=7))
    lines = session_lines(viewer, [session.cohort])[session.cohort.pk]
    with django_assert_num_queries(0):
        assert own_circles(viewer, lines) == {}
