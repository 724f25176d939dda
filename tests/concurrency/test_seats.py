"""200 people want 150 seats in the same second."""

from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import Cohort, Membership
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.membership import AlreadyPlaced, CohortFull, join_cohort
from tests.concurrency.crowd import all_at_once
from tests.factories import CohortFactory, NetworkFactory, UserFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE, COHORTS, SEATS = 200, 10, 15


@pytest.fixture
def crowd():
    """Ten empty cohorts of one network, and everybody twice: a double click each."""
    network = NetworkFactory(state="running", cohort_limit=8)
    cohorts = [CohortFactory(network=network, number=number).pk for number in range(1, COHORTS + 1)]
    people = [UserFactory().pk for _number in range(PEOPLE)]
    return [
        (user, cohorts[turn % COHORTS :] + cohorts[: turn % COHORTS])
        for turn, user in enumerate(people)
        for _click in "12"
    ]


def join_first_with_room(person):
    user, cohorts = person
    for pk in cohorts:
        try:
            attempt(lambda pk=pk: join_cohort(Cohort.objects.get(pk=pk), user_id=user, now=timezone.now()))
        except CohortFull:
            continue
        except AlreadyPlaced:
            return "already"
        return "joined"
    return "full"


def join_naively(person):
    """Count, then insert, without the lock: what the lock is for."""
    user, cohorts = person
    for pk in cohorts:
        with transaction.atomic():
            cohort = Cohort.objects.get(pk=pk)
            if cohort.memberships.filter(active=True).count() < cohort.maximum_size:
                Membership.objects.create(
                    network_id=cohort.network_id,
                    cohort=cohort,
                    user_id=user,
                    joined_at=timezone.now(),
                )
                return "joined"
    return "full"


def taken():
    return Counter(Membership.objects.filter(active=True).values_list("cohort_id", flat=True))


def test_no_cohort_takes_more_than_its_seats_and_nobody_sits_twice(crowd):
    outcomes = Counter(how for _who, how in all_at_once(join_first_with_room, crowd))
    assert max(taken().values()) == SEATS
    assert Membership.objects.filter(active=True).count() == COHORTS * SEATS
    assert Membership.objects.filter(active=True).values("user").distinct().count() == COHORTS * SEATS
    assert outcomes["joined"] == COHORTS * SEATS
    assert set(outcomes) <= {"joined", "already", "full"}


def test_without_the_lock_cohorts_overflow():
    """Guards the test above: the same crowd on the naive version breaks the rule it checks."""
    network = NetworkFactory(state="running", cohort_limit=8)
    cohort = CohortFactory(network=network, number=1).pk
    people = [(UserFactory().pk, [cohort]) for _number in range(PEOPLE)]
    all_at_once(join_naively, people)
    assert taken()[cohort] > SEATS
