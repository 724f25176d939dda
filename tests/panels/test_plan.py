"""The plan: the dates of all groups."""

from datetime import timedelta
from html import unescape

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
    SubstitutionFactory,
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
    for text in ("Group A", "Group B", "Room of A", "Room of B", 'Tue 2 Feb, <span class="lnx-end">13:30–16:30</span>'):
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
    # The user, the network, the membership, the groups guided; groups and sessions; the last order for all groups.
    with django_assert_num_queries(7):
        show(admin)


def test_a_page_has_24_groups(cohorts):
    for _number in range(24):
        SessionFactory(cohort=CohortFactory(network=cohorts[0].network))
    admin = UserFactory(is_staff=True)
    first, second = (get(make_block(admin.username), f"plan?page={page}").text for page in (1, 2))
    assert (first.count("<table"), second.count("<table")) == (24, 2)
    assert "Page 1 of 2" in " ".join(first.split())
    assert 'data-panel="plan?page=1"' in second


def test_one_group_can_be_looked_at_alone(cohorts):
    html = get(make_block(UserFactory(is_staff=True).username), f"plan?cohort={cohorts[1].key}").text
    assert ("Room of A" in html, "Room of B" in html) == (False, True)
    assert 'data-panel="plan"' in html.split("</nav>", 1)[1]


def test_an_admin_is_led_to_everything_that_changes_dates(cohorts):
    html = unescape(show(UserFactory(is_staff=True)).text)
    session = cohorts[0].sessions.get()
    for address in (
        "plan?change=all",
        f"plan?cohort={cohorts[0].key}&change=dates",
        f"poll?cohort={cohorts[0].key}",
        f"attendance?cohort={cohorts[0].key}",
        f"session?session={session.key}",
    ):
        assert f'data-panel="{address}"' in html


def test_who_stands_in_once_is_led_to_the_one_session_only(cohorts):
    session, cohort = cohorts[0].sessions.get(), cohorts[0]
    other = SessionFactory(cohort=cohort, number=2, starts_at=session.starts_at + timedelta(days=7))
    html = unescape(show(SubstitutionFactory(session=session).user).text)
    assert f'data-panel="session?session={session.key}"' in html
    for address in ("change=", "poll?", f"session?session={other.key}"):
        assert address not in html


def test_a_facilitator_of_one_group_is_not_led_to_all_of_them(cohorts):
    html = show(FacilitationFactory(cohort=cohorts[0]).user).text
    assert "change=dates" in html
    assert "change=all" not in html
