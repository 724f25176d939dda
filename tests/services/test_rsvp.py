"""Saying whether one comes."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import Rsvp
from lernet_xblock.services.rsvp import answer_rsvp
from tests.factories import NOW, CohortFactory, MembershipFactory, SessionFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def session():
    return SessionFactory()


@pytest.fixture
def member(session):
    return MembershipFactory(cohort=session.cohort).user


def say(session, user, answer="coming", reason="", now=NOW, **more):
    return committed(lambda: answer_rsvp(session, user_id=user.pk, answer=answer, reason=reason, now=now, **more))


def said():
    return [(row.user_id, row.answer, row.reason, row.at) for row in Rsvp.objects.all()]


def test_the_last_answer_of_a_person_stands(session, member):
    say(session, member, "not_coming", "Night shift")
    assert said() == [(member.pk, "not_coming", "Night shift", NOW)]
    say(session, member, "coming", now=NOW + SECOND)
    assert said() == [(member.pk, "coming", "", NOW + SECOND)]


def test_the_same_answer_again_writes_nothing(session, member, django_assert_num_queries):
    say(session, member, "not_coming", "Ill")
    with django_assert_num_queries(6) as done:
        say(session, member, "not_coming", "Ill", now=NOW + SECOND)
    assert not [query for query in done.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert said() == [(member.pk, "not_coming", "Ill", NOW)]


def test_who_comes_leaves_no_reason(session, member):
    say(session, member, "coming", "I changed my mind")
    assert said() == [(member.pk, "coming", "", NOW)]


def test_answers_are_taken_until_the_session_begins(session, member):
    say(session, member, now=session.starts_at - SECOND)
    with pytest.raises(RuleViolation, match="has begun"):
        say(session, member, "not_coming", now=session.starts_at)
    assert [row[1] for row in said()] == ["coming"]


@pytest.mark.parametrize("state", ["cancelled", "not_held"])
def test_nobody_is_expected_at_a_session_that_is_not_held(state):
    off = SessionFactory(state=state)
    member = MembershipFactory(cohort=off.cohort).user
    with pytest.raises(RuleViolation, match="not held"):
        say(off, member)
    assert not said()


def test_an_answer_to_another_time_is_not_one_to_this(session, member):
    seen = session.starts_at - timedelta(days=7)
    with pytest.raises(RuleViolation, match="was moved"):
        say(session, member, seen=seen)
    say(session, member, seen=session.starts_at)
    assert len(said()) == 1


def test_only_members_of_now_answer(session):
    former = MembershipFactory(cohort=session.cohort, active=None, left_at=NOW).user
    elsewhere = MembershipFactory(cohort=CohortFactory(network=session.cohort.network)).user
    for user in (former, UserFactory(), elsewhere):
        with pytest.raises(NotFound):
            say(session, user)
    assert not said()


def test_who_pauses_then_is_not_expected_and_who_is_back_by_then_is(session):
    day = session.local_date
    away, back = (
        MembershipFactory(cohort=session.cohort, paused_at=NOW, paused_until=until).user
        for until in (day, day - timedelta(days=1))
    )
    with pytest.raises(RuleViolation, match="You pause"):
        say(session, away)
    say(session, back)
    assert [row[0] for row in said()] == [back.pk]
