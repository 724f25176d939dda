"""Pauses as people see them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import pause as queries
from tests.factories import NOW, CohortFactory, MembershipFactory, NetworkFactory, SessionFactory, UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

LAST = date(2026, 12, 9)


def viewer(now=NOW):
    return replace(viewer_of(make_block(UserFactory(is_staff=True).username), None), now=now)


def test_a_network_stands_still_until_the_end_of_the_last_day():
    NetworkFactory(state="paused", paused_until=LAST)
    # Midnight in Brussels is eleven at night in UTC.
    end = NOW.replace(day=9, hour=23)
    for now, pauses in ((end - timedelta(seconds=1), True), (end, False)):
        assert queries.network_pauses(viewer(now)) is pauses
        assert queries.pause_is_over(viewer(now)) is not pauses


def test_a_network_that_runs_does_not_pause():
    NetworkFactory(state="running")
    assert not queries.network_pauses(viewer())
    assert not queries.pause_is_over(viewer())
    assert queries.paused_networks() == []


def test_sessions_of_the_next_ninety_days_are_in_reach(django_assert_num_queries):
    cohort = CohortFactory(number=1)
    SessionFactory(cohort=cohort, starts_at=NOW + timedelta(days=20), state="cancelled")
    for number, days in ((1, -1), (2, 10), (3, 91)):
        at = NOW + timedelta(days=days)
        SessionFactory(cohort=cohort, number=number, starts_at=at, local_date=at.date())
    reader = viewer()
    with django_assert_num_queries(1):
        found = queries.sessions_in_reach(reader, cohort.network)
    assert [one.starts_at for one in found] == [NOW + timedelta(days=10)]


@pytest.mark.parametrize("count", [1, 20])
def test_who_pauses_is_listed_with_two_queries(count, django_assert_num_queries):
    cohort = CohortFactory()
    MembershipFactory.create_batch(count, cohort=cohort, paused_at=NOW, paused_until=LAST)
    MembershipFactory(cohort=cohort, paused_at=NOW - timedelta(days=9), paused_until=date(2026, 11, 30))
    MembershipFactory(cohort=cohort)
    reader = viewer()
    with django_assert_num_queries(2):
        assert len(queries.pausing_members(reader, cohort)) == count
