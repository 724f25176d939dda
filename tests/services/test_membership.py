"""Seats: given while there are some, once to each person."""

import pytest

from lernet_xblock.models import Membership
from lernet_xblock.services.membership import (
    AlreadyPlaced,
    CohortFull,
    GuidesCohort,
    join_cohort,
)
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db


def join(cohort, user):
    return committed(lambda: join_cohort(cohort, user_id=user.pk, now=NOW))


def test_joining_takes_a_seat():
    cohort, user = CohortFactory(), UserFactory()
    membership = join(cohort, user)
    assert (membership.cohort, membership.network_id, membership.user_id) == (
        cohort,
        cohort.network_id,
        user.pk,
    )
    assert (membership.active, membership.joined_at, membership.left_at) == (True, NOW, None)


def test_the_last_seat_is_given_and_no_other():
    cohort = CohortFactory(maximum_size=12)
    MembershipFactory.create_batch(11, cohort=cohort)
    join(cohort, UserFactory())
    with pytest.raises(CohortFull):
        join(cohort, UserFactory())
    assert cohort.memberships.count() == 12


def test_a_seat_that_somebody_left_is_free_again():
    cohort = CohortFactory(minimum_size=2, maximum_size=2)
    MembershipFactory(cohort=cohort)
    MembershipFactory(cohort=cohort, active=None, left_at=NOW)
    join(cohort, UserFactory())
    assert cohort.memberships.filter(active=True).count() == 2


def test_nobody_is_in_two_groups_of_a_network():
    network = NetworkFactory()
    first, second = CohortFactory(network=network), CohortFactory(network=network)
    user = UserFactory()
    join(first, user)
    for cohort in (first, second):
        with pytest.raises(AlreadyPlaced):
            join(cohort, user)
    assert Membership.objects.filter(user=user).count() == 1


def test_two_networks_may_have_the_same_person():
    user = UserFactory()
    for number in range(2):
        join(CohortFactory(network=NetworkFactory(usage_id=f"lernet.d{number}.u0")), user)
    assert Membership.objects.filter(user=user, active=True).count() == 2


def test_who_left_may_join_again():
    cohort, user = CohortFactory(), UserFactory()
    MembershipFactory(cohort=cohort, user=user, active=None, left_at=NOW)
    join(cohort, user)
    assert Membership.objects.filter(user=user).count() == 2


def test_who_guides_a_group_is_no_member_of_it():
    guide = FacilitationFactory()
    with pytest.raises(GuidesCohort):
        join(guide.cohort, guide.user)


@pytest.mark.parametrize("state", ["merged", "closed"])
def test_a_group_that_is_over_takes_nobody(state):
    with pytest.raises(CohortFull):
        join(CohortFactory(state=state), UserFactory())
