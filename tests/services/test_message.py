"""Leaving messages: for whom, once, and what is dropped."""

from datetime import date, timedelta

import pytest

from lernet_xblock.models import Membership, Message
from lernet_xblock.services.message import (
    announce,
    announce_cohort,
    announce_plan_made,
    drop_reminders,
    drop_waiting,
    noticing,
)
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    cohort = CohortFactory()
    MembershipFactory.create_batch(3, cohort=cohort)
    return cohort


@pytest.fixture
def session(cohort):
    return SessionFactory(cohort=cohort)


def told(**asked):
    return set(Message.objects.filter(**asked).values_list("user_id", flat=True))


def members(cohort):
    return set(Membership.objects.filter(cohort=cohort, active=True).values_list("user_id", flat=True))


def test_members_guides_and_who_stands_in_are_told_but_not_who_acts(cohort, session):
    guide, deputy = FacilitationFactory(cohort=cohort), FacilitationFactory(cohort=cohort, role="deputy")
    stand_in = SubstitutionFactory(session=session)
    SubstitutionFactory(session=session, ended_at=NOW)
    MembershipFactory(cohort=CohortFactory(network=cohort.network))
    announce(session, kind="session_moved", now=NOW, by=guide.user_id, urgent=True)
    assert told() == members(cohort) | {deputy.user_id, stand_in.user_id}


def test_who_pauses_on_the_day_of_the_session_is_not_told(cohort, session):
    pausing, back = cohort.memberships.order_by("pk")[:2]
    for member, until in ((pausing, session.local_date), (back, session.local_date - timedelta(days=1))):
        member.paused_at, member.paused_until = NOW, until
        member.save()
    announce(session, kind="session_moved", now=NOW)
    assert told() == members(cohort) - {pausing.user_id}


def test_who_pauses_today_is_not_told_of_the_plan(cohort):
    pausing, back = cohort.memberships.order_by("pk")[:2]
    for member, until in ((pausing, date(2026, 12, 1)), (back, date(2026, 11, 30))):
        member.paused_at, member.paused_until = NOW, until
        member.save()
    announce_cohort(cohort, kind="plan_changed", mark="2", now=NOW)
    assert told() == members(cohort) - {pausing.user_id}


def test_who_has_left_is_not_told(cohort, session):
    gone = cohort.memberships.first()
    Membership.objects.filter(pk=gone.pk).update(active=None, left_at=NOW, end="left")
    announce(session, kind="session_moved", now=NOW)
    assert told() == members(cohort)
    assert gone.user_id not in told()


def test_the_same_is_said_once_and_the_next_change_again(session):
    for _twice in range(2):
        announce(session, kind="session_moved", now=NOW, facts={"reason": "ill"})
    assert Message.objects.count() == 3
    session.sequence += 1
    announce(session, kind="session_moved", now=NOW)
    assert Message.objects.count() == 6


def test_a_message_knows_what_it_is_about(cohort, session):
    user = UserFactory()
    announce(session, kind="session_moved", now=NOW, facts={"reason": "ill"}, urgent=True, to=[user.pk])
    row = Message.objects.get()
    assert (row.network, row.cohort, row.session, row.user) == (cohort.network, cohort, session, user)
    assert (row.cause, row.facts, row.urgent) == (
        f"session_moved:{session.uid.hex}:0:{user.pk}",
        {"reason": "ill"},
        True,
    )
    assert (row.state, row.send_at, row.made_at) == ("waiting", NOW, NOW)


def test_a_plan_is_announced_once_for_each_mark(cohort):
    for mark in ("1", "1", "2"):
        announce_cohort(cohort, kind="plan_changed", mark=mark, now=NOW)
    assert Message.objects.count() == 6


def test_new_groups_are_invited_in_few_statements(django_assert_num_queries):
    network = NetworkFactory(state="running")
    cohorts = CohortFactory.create_batch(4, network=network)
    for cohort in cohorts:
        MembershipFactory.create_batch(3, cohort=cohort)
    other = CohortFactory(network=network)
    MembershipFactory(cohort=other)
    with django_assert_num_queries(2):
        announce_plan_made(cohorts, now=NOW)
    assert Message.objects.count() == 12
    assert told(cohort=cohorts[0]) == members(cohorts[0])
    assert set(Message.objects.values_list("kind", "state", "urgent", "network")) == {
        ("plan_made", "waiting", False, network.pk)
    }
    assert [row.facts for row in Message.objects.all()[:1]] == [{}]


def test_nothing_is_announced_for_no_groups(django_assert_num_queries):
    with django_assert_num_queries(0):
        announce_plan_made([], now=NOW)


def test_reminders_are_dropped_and_what_is_urgent_or_sent_stays(session):
    announce(session, kind="reminder_7d", now=NOW)
    announce(session, kind="session_moved", now=NOW, urgent=True)
    other = SessionFactory(cohort=session.cohort, number=2, kind="regular")
    announce(other, kind="reminder_7d", now=NOW)
    Message.objects.filter(pk=Message.objects.filter(session=session, kind="reminder_7d").first().pk).update(
        state="sent", sent_at=NOW
    )
    drop_reminders([session.pk], now=NOW)
    states = [
        Message.objects.filter(session=about, kind=kind, state=state).count()
        for about, kind, state in (
            (session, "reminder_7d", "dropped"),
            (session, "reminder_7d", "sent"),
            (session, "session_moved", "waiting"),
            (other, "reminder_7d", "waiting"),
        )
    ]
    assert states == [2, 1, 3, 3]
    assert set(Message.objects.filter(state="dropped").values_list("dropped_for", flat=True)) == {"changed"}


def test_what_waits_of_one_kind_is_dropped_for_one_cohort(cohort):
    other = CohortFactory(network=cohort.network)
    for place in (cohort, other):
        MembershipFactory(cohort=place)
        for kind in ("charter_drafted", "charter_in_force"):
            announce_cohort(place, kind=kind, mark="1", now=NOW)
    sent = Message.objects.filter(cohort=cohort, kind="charter_drafted").first()
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=NOW)
    drop_waiting(cohort, kind="charter_drafted")
    dropped = Message.objects.filter(state="dropped", dropped_for="changed")
    assert set(dropped.values_list("cohort", "kind")) == {(cohort.pk, "charter_drafted")}
    assert dropped.count() == Message.objects.filter(cohort=cohort, kind="charter_in_force").count() - 1
    assert Message.objects.get(pk=sent.pk).state == "sent"


def test_whoever_holds_the_request_learns_that_there_is_something_to_send(cohort, session):
    announce(session, kind="session_moved", now=NOW, urgent=True)
    with noticing() as found:
        announce(session, kind="session_moved", now=NOW, to=[])
        assert found == set()
        announce(session, kind="reminder_7d", now=NOW)
    assert found == {cohort.network.key}
    with noticing() as invited:
        announce_plan_made([cohort], now=NOW)
    assert invited == {cohort.network.key}
