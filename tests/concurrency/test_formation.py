"""Two admins confirm groups at the same moment."""

from collections import Counter

import pytest

from lernet_xblock.models import Cohort, Membership, Network, Session
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.forming import form_cohorts
from tests.concurrency.crowd import all_at_once
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

ADMINS, PEOPLE = 8, 27


@pytest.fixture
def ready():
    network = NetworkFactory()
    people = [ApplicationFactory(network=network).pk for _number in range(PEOPLE)]
    admins = [UserFactory(is_staff=True).pk for _number in range(ADMINS)]
    return [(network.pk, network.version, people, admin) for admin in admins]


def confirm(order):
    network_pk, opened, people, admin = order
    attempt(
        lambda: form_cohorts(
            Network.objects.get(pk=network_pk),
            groups=[people[:14], people[14:]],
            opened_version=opened,
            by=admin,
            now=NOW,
        )
    )
    return "formed"


def test_one_admin_wins_and_the_others_are_told(ready):
    outcomes = Counter(how for _who, how in all_at_once(confirm, ready))
    assert outcomes == {"formed": 1, "StaleVersion": ADMINS - 1}
    assert (Cohort.objects.count(), Membership.objects.count(), Session.objects.count()) == (2, PEOPLE, 10)
    assert Network.objects.get().changed_by_id in {order[3] for order in ready}
