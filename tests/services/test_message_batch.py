"""Telling the people of many groups is telling those of one, many times."""

from datetime import date, timedelta

import pytest

from lernet_xblock.models import Message, Notice
from lernet_xblock.services.message import announce_cohort
from lernet_xblock.services.message_batch import Told, tell_cohorts
from tests.factories import NOW, CohortFactory, FacilitationFactory, MembershipFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
FACTS = {"reason": "The hall is taken", "moved": [["2027-03-30T11:30:00+00:00", "2027-03-31T11:30:00+00:00"]]}


@pytest.fixture
def network():
    return NetworkFactory(state="running")


def group(network, **facilitator):
    cohort = CohortFactory(network=network)
    MembershipFactory.create_batch(2, cohort=cohort)
    MembershipFactory(cohort=cohort, paused_at=NOW, paused_until=date(2027, 6, 1))
    MembershipFactory(cohort=cohort, active=None, left_at=NOW, end="left")
    FacilitationFactory(cohort=cohort, **facilitator)
    return cohort


def messages():
    return list(Message.objects.order_by("cause").values())


def test_the_messages_are_those_that_one_group_alone_would_get(network):
    guide = UserFactory()
    cohorts = [group(network, user=guide) for _number in range(2)]
    actor = cohorts[0].memberships.first().user_id
    for cohort in cohorts:
        announce_cohort(cohort, kind="plan_changed", mark="4", now=LATER, by=actor, facts=FACTS, urgent=True)
    expected = messages()
    Message.objects.all().delete()
    told = [Told(cohort, "4", FACTS) for cohort in cohorts]
    tell_cohorts(told, kind="plan_changed", by=actor, now=LATER, urgent=True)
    own = ("id", "key")
    assert [{name: row[name] for name in row if name not in own} for row in messages()] == [
        {name: row[name] for name in row if name not in own} for row in expected
    ]
    assert len(expected) == 5
    assert len({row["key"] for row in messages()}) == 5


def test_a_notice_is_for_everybody_who_is_in_also_while_they_pause(network):
    cohort = group(network)
    tell_cohorts([Told(cohort, "1", {})], kind="plan_changed", by=None, now=LATER)
    people = {*cohort.memberships.filter(active=True).values_list("user_id", flat=True)}
    people |= {*cohort.facilitations.values_list("user_id", flat=True)}
    notices = Notice.objects.values_list("user_id", "kind", "cohort_id", "network_id", "at", "seen_at")
    assert set(notices) == {(user_id, "plan_changed", cohort.pk, network.pk, LATER, None) for user_id in people}
    assert Notice.objects.count() == len(people) == 4


def test_what_it_costs_does_not_grow_with_the_groups(network, django_assert_num_queries):
    told = [Told(group(network), "1", {}) for _number in range(5)]
    with django_assert_num_queries(4):
        tell_cohorts(told, kind="plan_changed", by=None, now=LATER)


def test_nobody_to_tell_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        tell_cohorts([], kind="plan_changed", by=None, now=LATER)
