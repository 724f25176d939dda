"""Who says to come: numbers for everybody, names and reasons for those who guide the session."""

from datetime import timedelta

import pytest

from lernet_xblock.models import Attendance, Rsvp
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.rsvp import SessionRsvps, Voice, rsvps
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory()


@pytest.fixture
def members(session):
    names = ("Ada", "Bo", "Cleo")
    return [MembershipFactory(cohort=session.cohort, user__first_name=name, user__last_name="X").user for name in names]


@pytest.fixture(autouse=True)
def answers(session, members):
    say(session, members[0], "coming")
    say(session, members[1], "not_coming", "Secret night shift")


def say(session, user, answer, reason=""):
    Rsvp.objects.create(session=session, user=user, answer=answer, reason=reason, at=NOW)


def viewer(user):
    return viewer_of(make_block(user.username), None)


def found(session, user):
    return rsvps(viewer(user), session.cohort)[session.key]


VOICES = (Voice("Bo X", False, "Secret night shift"), Voice("Ada X", True, ""))  # noqa: FBT003 - a dataclass


def test_members_read_numbers_and_their_own_answer(session, members):
    assert found(session, members[1]) == SessionRsvps(
        member=True, coming=1, not_coming=1, own="not_coming", own_reason="Secret night shift"
    )
    assert found(session, members[2]) == SessionRsvps(member=True, coming=1, not_coming=1)


def test_those_who_guide_the_session_and_admins_read_names_and_reasons(session):
    for reader in (FacilitationFactory(cohort=session.cohort).user, UserFactory(is_staff=True)):
        told = found(session, reader)
        assert (told.member, told.coming, told.not_coming, told.voices) == (False, 1, 1, VOICES)


def test_who_stands_in_reads_names_of_that_session_only(session, members):
    other = SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + timedelta(days=28))
    say(other, members[2], "not_coming", "Another reason")
    reader = SubstitutionFactory(session=session, since=NOW - timedelta(days=60)).user
    told = rsvps(viewer(reader), session.cohort)
    assert told[session.key].voices == VOICES
    assert (told[other.key].not_coming, told[other.key].voices) == (1, ())


def test_answers_of_who_left_or_pauses_then_do_not_count(session, members):
    rows = session.cohort.memberships
    rows.filter(user=members[0]).update(active=None, left_at=NOW)
    rows.filter(user=members[1]).update(paused_at=NOW, paused_until=session.local_date)
    told = found(session, UserFactory(is_staff=True))
    assert (told.coming, told.not_coming, told.voices) == (0, 0, ())
    rows.filter(user=members[1]).update(paused_until=session.local_date - timedelta(days=1))
    assert found(session, members[2]).not_coming == 1


def test_a_member_reads_the_own_attendance_and_nobody_elses(session, members):
    for user, state in ((members[2], "late"), (members[0], "absent")):
        Attendance.objects.create(session=session, user=user, state=state, minutes=None, at=NOW)
    told = found(session, members[2])
    assert (told.state, told.minutes, told.self_checked) == ("late", None, False)
    assert not found(session, FacilitationFactory(cohort=session.cohort).user).state


def test_of_a_session_of_which_nothing_was_said_nothing_is_told(session, members):
    ahead = SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + timedelta(days=28))
    assert rsvps(viewer(members[0]), session.cohort)[ahead.key] == SessionRsvps(member=True)


def test_the_cohorts_of_others_are_counted_apart(session, members):
    foreign = SessionFactory(cohort=CohortFactory(network=session.cohort.network))
    say(foreign, MembershipFactory(cohort=foreign.cohort).user, "coming")
    assert set(rsvps(viewer(members[0]), session.cohort)) == {session.key}


@pytest.mark.parametrize("kind", ["member", "facilitator", "admin"])
def test_two_queries_whatever_the_number_of_people_and_sessions(session, members, kind, django_assert_num_queries):
    people = {
        "member": members[0],
        "facilitator": FacilitationFactory(cohort=session.cohort).user,
        "admin": UserFactory(is_staff=True),
    }
    reader = viewer(people[kind])
    for number in range(2, 6):
        with django_assert_num_queries(2):
            assert len(rsvps(reader, session.cohort)) == number - 1
        more = SessionFactory(
            cohort=session.cohort, number=number, starts_at=session.starts_at + timedelta(days=number)
        )
        for user in MembershipFactory.create_batch(3, cohort=session.cohort):
            say(more, user.user, "not_coming", "No")
