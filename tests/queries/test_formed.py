"""The groups of a running network, a page at a time."""

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.formed import formed_groups
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def admin(network):
    return viewer_of(make_block(UserFactory(is_staff=True).username), None)


@pytest.mark.parametrize(("people", "groups"), [(3, 2), (30, 2), (2, 30)])
def test_groups_cost_seven_queries(network, admin, people, groups, django_assert_num_queries):
    for number in range(1, groups + 1):
        cohort = CohortFactory(network=network, number=number)
        FacilitationFactory(cohort=cohort, user=UserFactory(first_name=f"Guide{number}"))
        SessionFactory(cohort=cohort)
        MembershipFactory.create_batch(people // 2, cohort=cohort)
    MembershipFactory(cohort=cohort, active=None, left_at=NOW)
    with django_assert_num_queries(7):
        found = formed_groups(admin, network, page=1)
    assert [(group.label, len(group.members), group.guides["facilitator"][0]) for group in found.groups[:2]] == [
        ("Group A", people // 2, "Guide1 Peeters"),
        ("Group B", people // 2, "Guide2 Peeters"),
    ]
    assert {group.seats_left for group in found.groups} == {15 - people // 2}
    assert len(found.groups) == min(groups, 24)


@pytest.mark.parametrize(("page", "shown", "first"), [(0, 1, 1), (1, 1, 1), (2, 2, 25), (3, 3, 49), (99, 3, 49)])
def test_a_page_has_24_groups_and_the_last_one_the_rest(network, admin, page, shown, first):
    for number in range(1, 51):
        CohortFactory(network=network, number=number)
    found = formed_groups(admin, network, page=page)
    assert (found.page, found.pages, len(found.groups)) == (shown, 3, 2 if shown == 3 else 24)
    assert found.groups[0].key == network.cohorts.get(number=first).key


def test_a_network_without_groups_has_one_empty_page(network, admin):
    found = formed_groups(admin, network, page=1)
    assert (found.groups, found.page, found.pages) == ((), 1, 1)
