"""Who guides a cohort."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Facilitation
from lernet_xblock.services import cohort as services
from tests.factories import (
    NOW,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db


def assign(cohort, role, user, now=NOW, **values):
    committed(
        lambda: services.assign_guide(
            cohort,
            role=role,
            user_id=user.pk if user else None,
            by=cohort.network.changed_by_id,
            now=now,
            **values,
        )
    )


def guides(cohort):
    return dict(cohort.facilitations.values_list("role", "user_id"))


def test_one_person_for_a_role_and_one_role_for_a_person():
    cohort, karim, mila = CohortFactory(), UserFactory(), UserFactory()
    assign(cohort, "facilitator", karim)
    assign(cohort, "facilitator", mila)
    assert guides(cohort) == {"facilitator": mila.pk}
    assign(cohort, "deputy", mila)
    assert guides(cohort) == {"deputy": mila.pk}
    assign(cohort, "deputy", None)
    assert guides(cohort) == {}


def test_who_changes_role_has_guided_since_the_beginning():
    cohort, mila = CohortFactory(), UserFactory()
    assign(cohort, "deputy", mila)
    assign(cohort, "facilitator", mila, now=NOW + timedelta(days=3))
    assert cohort.facilitations.get().since == NOW
    assign(cohort, "facilitator", None, now=NOW + timedelta(days=4))
    assign(cohort, "facilitator", mila, now=NOW + timedelta(days=5))
    assert cohort.facilitations.get().since == NOW + timedelta(days=5)


def test_a_person_may_guide_two_groups():
    network, karim = NetworkFactory(), UserFactory()
    for cohort in CohortFactory.create_batch(2, network=network):
        assign(cohort, "facilitator", karim)
    assert Facilitation.objects.filter(user=karim).count() == 2


def test_a_member_does_not_guide_the_own_group():
    member = MembershipFactory()
    with pytest.raises(RuleViolation) as caught:
        assign(member.cohort, "deputy", member.user)
    assert caught.value.field == "deputy"


def test_a_former_member_may_guide():
    former = MembershipFactory(active=None, left_at=NOW)
    assign(former.cohort, "deputy", former.user)
    assert guides(former.cohort) == {"deputy": former.user_id}


def test_who_opened_the_group_before_it_changed_is_refused():
    cohort = CohortFactory()
    assign(cohort, "facilitator", UserFactory(), opened_version=1)
    with pytest.raises(StaleVersion):
        assign(cohort, "facilitator", UserFactory(), opened_version=1)
