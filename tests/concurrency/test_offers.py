"""One seat: its offer is accepted, runs out and is swept, while admins place others, all in the same second."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import Application, Cohort, Membership, Offer
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.late_joiner import place_applicant
from lernet_xblock.services.offer import accept, expire, offer_seat
from tests.concurrency.crowd import all_at_once
from tests.factories import NOW, ApplicationFactory, CohortFactory, MembershipFactory, NetworkFactory, UserFactory
from tests.runtime import committed

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

ROUNDS, SEATS = 24, 3
OVER = timedelta(hours=72)


def one_seat(number):
    """Return the row numbers of an offer of the last seat, of somebody else who waits, and of an admin."""
    network = NetworkFactory(state="running", usage_id=f"lernet.d{number}.u{number}")
    cohort = CohortFactory(network=network, number=1, minimum_size=1, maximum_size=SEATS, working_language="nl")
    MembershipFactory.create_batch(SEATS - 1, cohort=cohort)
    first, second = ApplicationFactory.create_batch(2, network=network, state="waitlisted", queued_at=NOW)
    admin = UserFactory()
    offer = committed(lambda: offer_seat(cohort, application=first, by=admin.pk, now=NOW))
    return cohort.pk, offer.pk, second.pk, admin.pk


@pytest.fixture
def crowd():
    """For each of many seats: a yes in the last second, twice, an admin who places, and the sweep, twice."""
    verbs = ("accept", "place", "sweep", "accept", "place", "sweep")
    return [(verb, *seat) for seat in map(one_seat, range(ROUNDS)) for verb in verbs]


def act(task):
    verb, cohort, offer, application, admin = task
    row = Offer.objects.select_related("cohort").get(pk=offer)
    try:
        if verb == "accept":
            attempt(lambda: accept(row, now=NOW + OVER - timedelta(seconds=1)))
        elif verb == "sweep":
            attempt(lambda: expire(row, now=NOW + OVER))
        else:
            other, place = Application.objects.get(pk=application), Cohort.objects.get(pk=cohort)
            attempt(lambda: place_applicant(place, application=other, by=admin, now=NOW + OVER))
    except RuleViolation as refused:
        return f"{verb}: {type(refused).__name__}"
    return verb


def act_naively(task):
    """Look, then write, without the locks: what the locks are for."""
    verb, cohort, offer, application, _admin = task
    row = Offer.objects.select_related("cohort").get(pk=offer)
    if verb == "sweep":
        return verb
    user = row.application.user_id if verb == "accept" else Application.objects.get(pk=application).user_id
    with transaction.atomic():
        place = Cohort.objects.get(pk=cohort)
        taken = place.memberships.filter(active=True)
        if taken.count() < place.maximum_size and not taken.filter(user_id=user).exists():
            # As long as any request takes between looking and writing: on a busy machine they would come in a row.
            time.sleep(0.02)
            Membership.objects.create(network_id=place.network_id, cohort=place, user_id=user, joined_at=NOW)
            return verb
    return f"{verb}: full"


def taken():
    return Counter(Membership.objects.filter(active=True).values_list("cohort_id", flat=True))


def held():
    return Counter(Offer.objects.filter(open=True).values_list("cohort_id", flat=True))


def test_the_last_seat_is_given_once_whoever_is_first(crowd):
    outcomes = all_at_once(act, crowd)
    people = taken()
    assert max(people.values()) <= SEATS
    # A seat that nobody has yet is held for one person by one offer, and nobody is both member and on a list.
    assert all(people[pk] + held()[pk] == SEATS for pk in Cohort.objects.values_list("pk", flat=True))
    members = Application.objects.filter(state="member").count()
    assert members == Membership.objects.filter(active=True).count() - ROUNDS * (SEATS - 1)
    won = Counter(task[1] for task, how in outcomes if how in {"accept", "place"})
    assert max(won.values(), default=0) == 1
    assert Application.objects.filter(state="offered").count() == Offer.objects.filter(open=True).count()
    surprises = {how for _task, how in outcomes} - {
        *("accept", "place", "sweep"),
        *("accept: OfferOver", "accept: TooLateToJoin", "accept: CohortFull"),
        *("place: RuleViolation", "place: SeatHeld", "place: CohortFull", "place: AlreadyPlaced"),
    }
    assert surprises == set()


def test_without_the_locks_seats_are_given_twice(crowd):
    """Guards the test above: the same crowd on the naive version breaks the rule it checks."""
    all_at_once(act_naively, crowd)
    assert max(taken().values()) > SEATS
