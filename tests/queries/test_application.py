"""What somebody who may join sees, in two queries whatever the number of people."""

from datetime import timedelta

import pytest

from lernet_xblock.queries.application import join_page, waiting_place
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    """A network of two seats."""
    return NetworkFactory(minimum_size=2, maximum_size=2, target_size=2, cohort_limit=1)


def waiting(network, minute, **changes):
    at = NOW + timedelta(minutes=minute)
    return ApplicationFactory(network=network, state="waitlisted", queued_at=at, **changes)


@pytest.mark.parametrize("people", [3, 30])
def test_join_page_costs_the_same_for_few_and_many(small, people, django_assert_num_queries):
    for minute in range(people):
        own = waiting(small, minute)
    with django_assert_num_queries(2):
        assert join_page(small, user_id=own.user_id, now=NOW).place == people


def test_place_counts_those_who_wait_longer_in_the_same_network(small):
    waiting(NetworkFactory(usage_id="another"), 0)
    late, early = waiting(small, 5), waiting(small, 1)
    same_moment = waiting(small, 5)
    assert [waiting_place(one) for one in (early, late, same_moment)] == [1, 2, 3]
    assert [join_page(small, user_id=one.user_id, now=NOW).place for one in (early, late, same_moment)] == [
        1,
        2,
        3,
    ]


def test_somebody_with_a_seat_has_no_place_in_the_queue(small):
    assert join_page(small, user_id=ApplicationFactory(network=small).user_id, now=NOW).place is None


def test_page_says_whether_a_new_application_waits(small):
    ApplicationFactory(network=small)
    assert not join_page(small, user_id=UserFactory().pk, now=NOW).full
    ApplicationFactory(network=small, state="member")
    waiting(small, 0)
    page = join_page(small, user_id=UserFactory().pk, now=NOW)
    assert (page.full, page.waiting, page.application) == (True, 1, None)


def test_running_network_takes_no_applications():
    network = NetworkFactory(state="running")
    assert join_page(network, user_id=UserFactory().pk, now=NOW).window == "closed"


def test_window_follows_the_clock():
    network = NetworkFactory()
    user = UserFactory()
    found = [join_page(network, user_id=user.pk, now=NOW + timedelta(days=days)).window for days in (-2, 0, 60)]
    assert found == ["early", "open", "closed"]
