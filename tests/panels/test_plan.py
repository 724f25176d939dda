"""The plan: the dates of all groups."""

import pytest
from django.core.cache import cache

from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def cohorts():
    network = NetworkFactory(state="running")
    found = [CohortFactory(network=network, number=number) for number in (1, 2)]
    for cohort, room in zip(found, "AB", strict=True):
        SessionFactory(cohort=cohort, place=f"Room of {room}")
    return found


def show(user):
    return get(make_block(user.username), "plan")


def test_admin_sees_the_dates_of_all_groups(cohorts):
    html = show(UserFactory(is_staff=True)).text
    for text in ("Group A", "Group B", "Room of A", "Room of B", "Tue 2 Feb, 13:30–16:30"):
        assert text in html
    for cohort in cohorts:
        assert f'data-panel="sessions?cohort={cohort.key}"' in html


def test_facilitator_sees_the_own_groups_only(cohorts):
    html = show(FacilitationFactory(cohort=cohorts[0]).user).text
    assert ("Room of A" in html, "Room of B" in html, "Group B" in html) == (True, False, False)


def test_who_guides_one_group_and_is_a_member_of_another_plans_the_one(cohorts):
    user = FacilitationFactory(cohort=cohorts[0]).user
    MembershipFactory(cohort=cohorts[1], user=user)
    html = show(user).text
    assert ("Room of A" in html, "Room of B" in html) == (True, False)


def test_nobody_else_has_a_plan(cohorts):
    for user in (MembershipFactory(cohort=cohorts[0]).user, UserFactory()):
        assert show(user).status_int == 404


def test_before_there_are_groups_it_says_what_will_be_there():
    NetworkFactory()
    assert "as soon as the groups are formed" in show(UserFactory(is_staff=True)).text


@pytest.mark.parametrize("count", [2, 8])
def test_plan_costs_the_same_whatever_the_number_of_groups(cohorts, count, django_assert_num_queries):
    for _number in range(count - 2):
        SessionFactory(cohort=CohortFactory(network=cohorts[0].network))
    admin = UserFactory(is_staff=True)
    # The user, the network, the membership, the groups guided; groups and sessions.
    with django_assert_num_queries(6):
        show(admin)


def test_a_page_has_24_groups(cohorts):
    for _number in range(24):
        SessionFactory(cohort=CohortFactory(network=cohorts[0].network))
    admin = UserFactory(is_staff=True)
    first, second = (get(make_block(admin.username), f"plan?page={page}").text for page in (1, 2))
    assert (first.count("<table"), second.count("<table")) == (24, 2)
    assert "Page 1 of 2" in " ".join(first.split())
    assert 'data-panel="plan?page=1"' in second
