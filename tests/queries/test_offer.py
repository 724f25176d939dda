"""Offers as their readers see them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import offer as queries
from tests.factories import (
    NOW,
    CharterFactory,
    CohortFactory,
    NetworkFactory,
    OfferFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    CharterFactory(cohort=cohort)
    SessionFactory(cohort=cohort, number=1, starts_at=NOW - timedelta(days=1))
    SessionFactory(cohort=cohort, number=2, starts_at=NOW + timedelta(days=1))
    SessionFactory(cohort=cohort, starts_at=NOW + timedelta(days=2), state="cancelled")
    return OfferFactory(cohort=cohort)


def viewer(user, now=NOW):
    return replace(viewer_of(make_block(user.username), None), now=now)


def test_the_reader_finds_the_own_offer_while_it_can_be_answered(offer):
    user = offer.application.user
    page = queries.own_offer(viewer(user))
    assert (page.key, page.label, page.expires_at) == (offer.key, "Group A", offer.expires_at)
    assert [line.number for line in page.sessions] == [2]
    assert page.sessions[0].link is None
    assert page.charter is not None
    assert queries.own_offer(viewer(user, offer.expires_at)) is None
    assert queries.own_offer(viewer(UserFactory())) is None


@pytest.mark.parametrize("count", [2, 20])
def test_open_offers_cost_two_queries(offer, count, django_assert_num_queries):
    for _number in range(count):
        OfferFactory(cohort=offer.cohort, expires_at=NOW + timedelta(hours=1))
    OfferFactory(cohort=offer.cohort, open=None, answer="declined", answered_at=NOW)
    OfferFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9")))
    admin = viewer(UserFactory(is_staff=True), NOW + timedelta(hours=1))
    with django_assert_num_queries(2):
        found = queries.open_offers(admin, offer.network)
    assert [one.over for one in found] == [True] * count + [False]
    assert found[-1].name == offer.application.user.get_full_name()


def test_what_is_over_is_found_in_one_network_or_in_all(offer):
    other = OfferFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9")))
    assert queries.due_offers(NOW) == []
    assert queries.due_offers(offer.expires_at) == [offer, other]
    assert queries.due_offers(offer.expires_at, other.network) == [other]
