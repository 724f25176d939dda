"""Which dates all groups were given last, and how an order for them stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.models import Replan
from lernet_xblock.queries.plan import last_order, plan_of_all
from lernet_xblock.rules.plan_dates import dates_of
from tests.factories import NOW, PLAN, CohortFactory, NetworkFactory

pytestmark = pytest.mark.django_db
LATER = replace(PLAN, interval=3)


@pytest.fixture
def network():
    return NetworkFactory(state="running")


def order(network, **changes):
    values = {"dates": dates_of(LATER), "open": None, "ended_at": NOW, **changes}
    return Replan.objects.create(network=network, asked_at=NOW, **values)


def test_before_any_order_all_groups_follow_the_author(network):
    found = plan_of_all(network)
    assert (found.own, found.version, found.settings) == (False, 0, PLAN)
    assert last_order(network, now=NOW) is None


def test_the_last_order_is_in_force(network):
    order(network)
    order(NetworkFactory(usage_id="lernet.d0.u1"), dates=dates_of(replace(PLAN, interval=9)))
    found = plan_of_all(network)
    assert (found.own, found.version, found.settings) == (True, 1, LATER)


def test_an_order_that_goes_on_says_how_far_it_is(network):
    figures = {"done": 30, "cohorts": 120, "moved": 60, "left_alone": []}
    order(network, open=True, ended_at=None, leased_until=NOW, figures=figures)
    found = last_order(network, now=NOW)
    assert (found.open, found.stalled, found.percent, found.figures["moved"]) == (True, False, 25, 60)
    assert last_order(network, now=NOW + timedelta(seconds=1)).stalled


def test_groups_that_were_left_alone_are_named(network):
    cohorts = [CohortFactory(network=network, number=number, name=name) for number, name in ((1, ""), (2, "Schelde"))]
    stranger = CohortFactory(network=NetworkFactory(usage_id="lernet.d0.u1"), number=1)
    keys = [cohorts[1].key, stranger.key, cohorts[0].key]
    order(network, figures={"done": 2, "cohorts": 2, "left_alone": keys})
    found = last_order(network, now=NOW)
    assert found.left_alone == ((cohorts[1].key, "Schelde"), (cohorts[0].key, "Group A"))
    assert (found.open, found.stalled, found.percent) == (False, False, 100)


def test_what_was_done_is_told_for_a_week(network):
    order(network)
    assert last_order(network, now=NOW + timedelta(days=7)) is not None
    assert last_order(network, now=NOW + timedelta(days=7, seconds=1)) is None
