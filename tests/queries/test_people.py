"""Who applied, page by page, and who is late."""

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.people import late_applicants, pending_import, people_page
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import make_block


@pytest.fixture
def viewer(db):
    return viewer_of(make_block(UserFactory(is_staff=True).username), None)


@pytest.mark.parametrize("people", [3, 30])
def test_a_page_costs_four_queries(viewer, people, django_assert_num_queries):
    network = NetworkFactory()
    ApplicationFactory.create_batch(people, network=network)
    ApplicationFactory.create_batch(people, network=network, state="waitlisted", queued_at=NOW)
    with django_assert_num_queries(4):
        page = people_page(viewer, network, page=1)
    assert (len(page.rows), len(page.waiting), page.counts["submitted"]) == (people, people, people)


@pytest.mark.parametrize("people", [3, 30])
def test_late_applicants_cost_two_queries(viewer, people, django_assert_num_queries):
    network = NetworkFactory()
    ApplicationFactory.create_batch(people, network=network)
    ApplicationFactory(network=network, state="member")
    with django_assert_num_queries(2):
        assert len(late_applicants(viewer, network)) == people


def test_nothing_waits_where_no_list_was_uploaded(viewer):
    assert pending_import(NetworkFactory()) is None
