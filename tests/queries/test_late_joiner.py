"""Which groups suit somebody who joins late."""

from datetime import timedelta

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.late_joiner import fits, joinable
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    OfferFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def network():
    return NetworkFactory(state="running", cohort_limit=8)


@pytest.fixture
def viewer(network):
    return viewer_of(make_block(UserFactory(is_staff=True).username), None)


def test_the_roomiest_that_suits_comes_first_then_what_is_possible(network, viewer):
    person = ApplicationFactory(network=network, language="fr")
    small, roomy, dutch, full = (
        CohortFactory(network=network, number=number, working_language=language, maximum_size=size, minimum_size=1)
        for number, language, size in ((1, "fr", 3), (2, "fr", 9), (3, "nl", 15), (4, "fr", 1))
    )
    CohortFactory(network=network, number=5, state="merged")
    MembershipFactory(cohort=full)
    OfferFactory(cohort=roomy)
    found = fits(viewer, network, person)
    assert [fit.key for fit in found] == [roomy.key, small.key, dutch.key, full.key]
    assert [(fit.suits, fit.possible, fit.room.free) for fit in found] == [
        (True, True, 8),
        (True, True, 3),
        (False, True, 15),
        (False, False, 0),
    ]


@pytest.mark.parametrize("groups", [2, 30])
def test_it_costs_the_same_for_few_and_many(network, viewer, groups, django_assert_num_queries):
    person = ApplicationFactory(network=network)
    for number in range(1, groups + 1):
        MembershipFactory(cohort=CohortFactory(network=network, number=number))
    with django_assert_num_queries(6):
        fits(viewer, network, person)


def test_a_group_can_take_somebody_or_none_can(network, viewer):
    assert not joinable(viewer, network)
    cohort = CohortFactory(network=network, number=1, minimum_size=1, maximum_size=2)
    MembershipFactory(cohort=cohort)
    assert joinable(viewer, network)
    offer = OfferFactory(cohort=cohort)
    assert not joinable(viewer, network)
    offer.delete()
    SessionFactory(cohort=cohort, starts_at=NOW - timedelta(days=1))
    assert not joinable(viewer, network)
    network.state = "closing"
    assert not joinable(viewer, network)
