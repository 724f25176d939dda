"""Seats: given while there are some, once to each person."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import AuditEntry, Membership
from lernet_xblock.services.membership import (
    AlreadyPlaced,
    CohortFull,
    GuidesCohort,
    NetworkBegun,
    join_cohort,
    late_joining_ends,
    leave,
)
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
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


@pytest.mark.parametrize(("sessions", "last"), [(1, 1), (3, 2), (4, 2), (5, 3), (8, 4)])
def test_people_join_until_half_of_the_sessions_have_begun(sessions, last):
    starts = [NOW + timedelta(weeks=number) for number in range(1, sessions + 1)]
    assert late_joining_ends(list(reversed(starts))) == NOW + timedelta(weeks=last)


def test_without_sessions_nothing_ends():
    assert late_joining_ends([]) is None


def test_leaving_ends_the_membership_and_the_application_without_a_reason():
    place = MembershipFactory()
    application = ApplicationFactory(network=place.network, user=place.user, state="member")
    session = SessionFactory(cohort=place.cohort)
    now = session.starts_at - timedelta(seconds=1)
    committed(lambda: leave(place, now=now))
    place.refresh_from_db()
    application.refresh_from_db()
    assert (place.active, place.left_at, application.state, application.version) == (None, now, "withdrawn", 2)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_id, entry.reason) == ("membership.leave", place.user_id, "")
    with pytest.raises(NotFound):
        committed(lambda: leave(place, now=now))


def test_nobody_leaves_once_a_session_has_begun():
    place = MembershipFactory()
    SessionFactory(cohort=place.cohort, number=1, state="cancelled")
    launch = SessionFactory(cohort=place.cohort, number=2, starts_at=NOW + timedelta(days=90))
    with pytest.raises(NetworkBegun):
        committed(lambda: leave(place, now=launch.starts_at))
    committed(lambda: leave(place, now=launch.starts_at - timedelta(seconds=1)))
    assert not Membership.objects.filter(active=True).exists()
