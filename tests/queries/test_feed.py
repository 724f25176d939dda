"""Whose sessions a feed shows, asked anew each time."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Cohort, Network, Session
from lernet_xblock.queries.feed import FeedLink, feed_link, holder_of, open_feed, single_of
from lernet_xblock.services.feed import end_feed, make_feed
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
from tests.runtime import committed

pytestmark = pytest.mark.django_db

HOST = WorkbenchHost()
OTHER_COURSE = "course-v1:Elsewhere+B+1"


@pytest.fixture(autouse=True)
def enrolled(monkeypatch):
    """Let a test say in which courses people are not enrolled."""
    left = set()
    asked = WorkbenchHost.enrolled
    monkeypatch.setattr(WorkbenchHost, "enrolled", lambda self, user, courses: asked(self, user, courses) - left)
    return left


@pytest.fixture
def ours():
    return SessionFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))


def member(session, **changes):
    return MembershipFactory(cohort=session.cohort, **changes).user


def shown(user, now=NOW):
    """Return the row numbers of the sessions in the feed, None where there is no feed."""
    feed = open_feed(user.pk, host=HOST, now=now)
    return None if feed is None else [row.pk for row in feed.read(now=now).sessions]


def mark(user, now=NOW):
    return open_feed(user.pk, host=HOST, now=now).head.mark


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Session.objects.filter(pk=row.pk).update(sequence=1),
        lambda row: Session.objects.filter(pk=row.pk).update(changed_at=NOW + timedelta(minutes=1)),
        lambda row: SessionFactory(cohort=row.cohort, number=2),
        lambda row: row.delete(),
        lambda row: Cohort.objects.filter(pk=row.cohort_id).update(name="Owls"),
        lambda row: Cohort.objects.filter(pk=row.cohort_id).update(number=9),
        lambda row: Network.objects.filter(pk=row.cohort.network_id).update(title="Another"),
    ],
    ids=["sequence", "changed at", "one more", "one less", "name of the group", "its number", "title of the network"],
)
def test_whatever_changes_the_feed_changes_its_mark(ours, change):
    person = member(ours)
    before = mark(person)
    assert mark(person) == before
    change(ours)
    assert mark(person) != before


def test_the_mark_changes_when_a_cancelled_session_leaves_the_feed_and_when_the_person_joins_another(ours):
    person = member(ours)
    SessionFactory(cohort=ours.cohort, state="cancelled")
    ends = NOW + timedelta(days=90)
    assert mark(person, ends - timedelta(seconds=1)) == mark(person)
    assert mark(person, ends) != mark(person)
    before = mark(person)
    other = SessionFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="other")))
    assert mark(person) == before
    MembershipFactory(cohort=other.cohort, user=person)
    assert mark(person) != before


def test_a_member_sees_the_own_groups_sessions_and_no_others(ours):
    theirs = SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=2))
    assert shown(member(ours)) == [ours.pk]
    assert shown(member(theirs)) == [theirs.pk]


def test_sessions_of_all_networks_are_in_one_feed_in_the_order_of_time(ours):
    later = SessionFactory(
        cohort=CohortFactory(network=NetworkFactory(usage_id="u2", course_id=OTHER_COURSE)),
        starts_at=ours.starts_at + timedelta(days=7),
    )
    person = member(ours)
    MembershipFactory(cohort=later.cohort, user=person)
    assert shown(person) == [ours.pk, later.pk]


def test_what_was_over_before_somebody_joined_is_not_theirs(ours):
    ahead = SessionFactory(cohort=ours.cohort, number=2, starts_at=ours.ends_at + timedelta(days=7))
    assert shown(member(ours, joined_at=ours.ends_at)) == [ahead.pk]
    assert shown(member(ours, joined_at=ours.ends_at - timedelta(minutes=1))) == [ours.pk, ahead.pk]


def test_who_guides_for_good_sees_all_groups_they_guide(ours):
    elsewhere = CohortFactory(network=NetworkFactory(usage_id="u2"), number=2)
    other = SessionFactory(cohort=elsewhere, starts_at=ours.starts_at + timedelta(days=1))
    SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=3))
    person = UserFactory()
    FacilitationFactory(cohort=ours.cohort, user=person, since=ours.ends_at)
    FacilitationFactory(cohort=other.cohort, user=person, role="deputy")
    assert shown(person) == [ours.pk, other.pk]


def test_who_stands_in_sees_that_session_from_being_named_until_seven_days_after_it(ours):
    SessionFactory(cohort=ours.cohort, number=2, starts_at=ours.starts_at + timedelta(days=28))
    person = SubstitutionFactory(session=ours).user
    assert shown(person, NOW - timedelta(seconds=1)) is None
    assert shown(person) == [ours.pk]
    assert shown(person, ours.ends_at + timedelta(days=7, seconds=-1)) == [ours.pk]
    assert shown(person, ours.ends_at + timedelta(days=7)) is None


def test_who_stands_in_no_longer_has_no_feed(ours):
    row = SubstitutionFactory(session=ours)
    assert shown(row.user) == [ours.pk]
    row.ended_at = NOW
    row.save()
    assert shown(row.user) is None


def test_a_member_who_guides_elsewhere_sees_both(ours):
    elsewhere = CohortFactory(network=NetworkFactory(usage_id="u2"), number=2)
    other = SessionFactory(cohort=elsewhere, starts_at=ours.starts_at + timedelta(days=1))
    person = member(ours)
    FacilitationFactory(cohort=other.cohort, user=person)
    assert shown(person) == [ours.pk, other.pk]


def test_a_feed_of_nobody_in_particular_is_none(ours):
    assert shown(UserFactory()) is None
    assert shown(UserFactory(is_staff=True)) is None


def test_leaving_ends_the_feed_and_a_transfer_changes_it(ours):
    theirs = SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=2))
    person = member(ours)
    assert shown(person) == [ours.pk]
    row = ours.cohort.memberships.get(user=person)
    row.active, row.left_at, row.end = None, NOW, "transferred"
    row.save()
    assert shown(person) is None
    MembershipFactory(cohort=theirs.cohort, user=person, joined_at=NOW)
    assert shown(person) == [theirs.pk]


def test_unenrolment_takes_the_sessions_of_that_course_only(ours, enrolled):
    other = SessionFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="u2", course_id=OTHER_COURSE)))
    person = member(ours)
    MembershipFactory(cohort=other.cohort, user=person)
    enrolled.add(OTHER_COURSE)
    assert shown(person) == [ours.pk]
    enrolled.add(ours.cohort.network.course_id)
    assert shown(person) is None


@pytest.mark.parametrize(
    ("state", "mark"), [("cancelled", "cancelled_at"), ("not_held", "changed_at")], ids=["cancelled", "not held"]
)
def test_what_was_called_off_stays_for_90_days(ours, state, mark):
    number = None if state == "cancelled" else 2
    gone = SessionFactory(cohort=ours.cohort, state=state, number=number, **{mark: NOW})
    person = member(ours, joined_at=NOW - timedelta(days=400))
    kept = sorted([ours.pk, gone.pk])
    assert sorted(shown(person, NOW + timedelta(days=90, seconds=-1))) == kept
    assert shown(person, NOW + timedelta(days=90)) == [ours.pk]


def test_a_token_leads_to_its_person_as_long_as_they_can_log_in():
    person, other = UserFactory(), UserFactory()
    token = committed(lambda: make_feed(person.pk, now=NOW))
    committed(lambda: make_feed(other.pk, now=NOW))
    assert holder_of(token) == person.pk
    assert holder_of("A" * 43) is None
    get_user_model().objects.filter(pk=person.pk).update(is_active=False)
    assert holder_of(token) is None


def test_a_new_password_ends_the_feed():
    person = UserFactory()
    token = committed(lambda: make_feed(person.pk, now=NOW))
    assert feed_link(person.pk) == FeedLink(NOW, works=True)
    person.set_password("a better one")
    person.save()
    assert holder_of(token) is None
    assert feed_link(person.pk) == FeedLink(NOW, works=False)
    fresh = committed(lambda: make_feed(person.pk, now=NOW))
    assert (holder_of(token), holder_of(fresh)) == (None, person.pk)


def test_a_new_key_of_the_site_ends_no_feed_while_the_old_one_counts(settings):
    person = UserFactory()
    token = committed(lambda: make_feed(person.pk, now=NOW))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another one", [settings.SECRET_KEY]
    assert holder_of(token) == person.pk
    settings.SECRET_KEY_FALLBACKS = []
    assert holder_of(token) is None


def test_a_token_that_was_replaced_or_switched_off_is_dead():
    person = UserFactory()
    first = committed(lambda: make_feed(person.pk, now=NOW))
    second = committed(lambda: make_feed(person.pk, now=NOW))
    assert (holder_of(first), holder_of(second)) == (None, person.pk)
    committed(lambda: end_feed(person.pk))
    assert holder_of(second) is None
    assert feed_link(person.pk) is None


def test_one_session_is_shown_to_those_whose_feed_has_it(ours):
    theirs = SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=2))
    person = member(ours)
    found = single_of(person.pk, ours.key, host=HOST, now=NOW)
    assert [row.pk for row in found.sessions] == [ours.pk]
    assert single_of(person.pk, theirs.key, host=HOST, now=NOW) is None
    assert single_of(person.pk, "nothing", host=HOST, now=NOW) is None
    get_user_model().objects.filter(pk=person.pk).update(is_active=False)
    assert single_of(person.pk, ours.key, host=HOST, now=NOW) is None


def test_a_guide_who_cannot_log_in_gets_no_session(ours):
    person = FacilitationFactory(cohort=ours.cohort, user__is_active=False).user
    assert single_of(person.pk, ours.key, host=HOST, now=NOW) is None


@pytest.mark.parametrize(("networks", "sessions"), [(1, 1), (6, 10)])
def test_a_feed_costs_the_same_queries_for_any_number_of_sessions(ours, networks, sessions, django_assert_num_queries):
    person = member(ours)
    token = committed(lambda: make_feed(person.pk, now=NOW))
    FacilitationFactory(cohort=ours.cohort, user=UserFactory())
    for number in range(networks):
        cohort = CohortFactory(network=NetworkFactory(usage_id=f"u{number}"))
        MembershipFactory(cohort=cohort, user=person)
        for place in range(sessions):
            SessionFactory(cohort=cohort, number=place + 1)
    with django_assert_num_queries(7):
        holder = holder_of(token)
        found = open_feed(holder or 0, host=HOST, now=NOW)
    with django_assert_num_queries(1):
        feed = found.read(now=NOW)
    assert len(feed.sessions) == networks * sessions + 1
