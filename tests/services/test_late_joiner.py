"""People who join a cohort that runs."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import Change, CharterConsent, Membership, Notice
from lernet_xblock.services import (
    late_joiner,
    offer,  # noqa: F401 - says how a place is undone
)
from lernet_xblock.services.membership import AlreadyPlaced, CohortFull
from lernet_xblock.services.undo import undo
from tests.factories import (
    NOW,
    ApplicationFactory,
    CharterFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db


def place(cohort, application, now=NOW):
    admin = UserFactory()
    return committed(lambda: late_joiner.place_applicant(cohort, application=application, by=admin.pk, now=now))


def test_a_late_applicant_is_placed_and_no_longer_waits():
    cohort = CohortFactory()
    application = ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW)
    place(cohort, application)
    application.refresh_from_db()
    assert (application.state, application.queued_at, application.version) == ("member", None, 2)
    with pytest.raises(AlreadyPlaced):
        place(cohort, application)


def test_a_full_group_leaves_the_applicant_waiting():
    cohort = CohortFactory(minimum_size=1, maximum_size=1)
    MembershipFactory(cohort=cohort)
    application = ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW)
    with pytest.raises(CohortFull):
        place(cohort, application)
    application.refresh_from_db()
    assert application.state == "waitlisted"


def test_after_half_of_the_sessions_nobody_joins():
    cohort = CohortFactory()
    for number in (1, 2, 3):
        SessionFactory(cohort=cohort, number=number, starts_at=NOW + timedelta(weeks=number))
    early, late = ApplicationFactory.create_batch(2, network=cohort.network)
    place(cohort, early, now=NOW + timedelta(weeks=2, minutes=-1))
    with pytest.raises(RuleViolation, match="too late"):
        place(cohort, late, now=NOW + timedelta(weeks=2))
    assert cohort.memberships.count() == 1


@pytest.mark.parametrize("state", ["open", "closing", "closed", "cancelled"])
def test_people_join_late_only_while_the_network_runs(state):
    cohort = CohortFactory(network=NetworkFactory(state=state))
    with pytest.raises(RuleViolation):
        place(cohort, ApplicationFactory(network=cohort.network))
    assert not cohort.memberships.exists()


def test_a_seat_given_at_once_is_told_and_can_be_undone():
    cohort, admin = CohortFactory(), UserFactory()
    application = ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW)
    place(cohort, application)
    assert Notice.objects.get().kind == "placed"
    change = Change.objects.get()
    committed(lambda: undo(cohort.network, key=change.key, by=admin.pk, now=NOW + timedelta(hours=1)))
    application.refresh_from_db()
    assert (application.state, application.queued_at) == ("waitlisted", application.submitted_at)
    assert Membership.objects.get().end == "undone"


def test_who_took_part_is_not_placed_back_on_the_list():
    cohort, admin = CohortFactory(), UserFactory()
    application = ApplicationFactory(network=cohort.network)
    place(cohort, application)
    CharterConsent.objects.create(charter=CharterFactory(cohort=cohort), user=application.user, at=NOW)
    change = Change.objects.get()
    with pytest.raises(RuleViolation, match="took part"):
        committed(lambda: undo(cohort.network, key=change.key, by=admin.pk, now=NOW + timedelta(hours=1)))
    assert Membership.objects.filter(active=True).exists()
