import pytest

from lernet_xblock.models import Membership
from lernet_xblock.queries.turn_fairness import balances, counted, had_turns
from lernet_xblock.rules.fair_turns import Balance
from tests.factories import CaseFactory, CohortFactory, MembershipFactory, TurnFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(network__state="running")


def member(cohort, *phases):
    """Return a member who has a turn in each of these phases."""
    user = MembershipFactory(cohort=cohort).user
    for phase in phases:
        TurnFactory(case=CaseFactory(cohort=cohort, owner=user), phase=phase)
    return user.pk


def test_turns_that_have_begun_are_had_and_planned_ones_are_not(cohort, django_assert_num_queries):
    none, one = member(cohort), member(cohort, "done")
    now, ahead = member(cohort, "suggestions", "planned"), member(cohort, "planned")
    member(CohortFactory(network=cohort.network), "done")
    with django_assert_num_queries(2):
        found = balances(cohort.pk)
    assert found == {none: Balance(), one: Balance(1, 0), now: Balance(1, 1), ahead: Balance(0, 1)}
    assert had_turns(cohort.pk) == {none: 0, one: 1, now: 1, ahead: 0}
    assert counted(found) == (2, 4)


def test_who_left_is_not_counted(cohort):
    left = member(cohort, "done")
    Membership.objects.filter(user=left).update(active=None, left_at="2027-01-01T00:00Z", end="left")
    assert balances(cohort.pk) == {}


def test_a_turn_in_a_group_that_became_part_of_this_one_counts(cohort):
    former = CohortFactory(network=cohort.network)
    user = MembershipFactory(cohort=cohort).user
    TurnFactory(case=CaseFactory(cohort=former, owner=user), phase="done")
    elsewhere = CohortFactory(network__usage_id="lernet.d9.u9")
    TurnFactory(case=CaseFactory(cohort=elsewhere, owner=user), phase="done")
    assert had_turns(cohort.pk) == {user.pk: 1}
