"""A group as its people see it."""

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.group import group_page
from tests.factories import (
    NOW,
    ApplicationFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


def page(cohort, user):
    return group_page(viewer_of(make_block(user.username), None), cohort)


def member(cohort, name, **application):
    user = UserFactory(first_name=name, last_name="")
    if application:
        ApplicationFactory(network=cohort.network, user=user, state="member", **application)
    MembershipFactory(cohort=cohort, user=user)
    return user


def test_members_stand_by_name_with_what_they_told(cohort):
    noor = member(cohort, "Noor", function="nurse", organisation="Hospital")
    member(cohort, "Anke")
    shown = page(cohort, noor)
    assert [(one.name, one.me, one.function, one.organisation) for one in shown.members] == [
        ("Anke", False, "", ""),
        ("Noor", True, "nurse", "Hospital"),
    ]


def test_former_members_are_not_listed(cohort):
    former = MembershipFactory(cohort=cohort, active=None, left_at=NOW).user
    charter = CharterFactory(cohort=cohort)
    charter.consents.create(user=former, at=NOW)
    stayed = member(cohort, "Noor")
    shown = page(cohort, stayed)
    assert ([one.name for one in shown.members], shown.accepted) == (["Noor"], 0)


def test_facilitator_stands_before_the_deputy(cohort):
    FacilitationFactory(cohort=cohort, role="deputy", user__first_name="Dora", user__last_name="")
    FacilitationFactory(cohort=cohort, user__first_name="Filip", user__last_name="")
    assert page(cohort, member(cohort, "Noor")).guides == (("Filip", "facilitator"), ("Dora", "deputy"))


def test_yes_is_counted_for_the_charter_in_force(cohort):
    old, new = CharterFactory(cohort=cohort), CharterFactory(cohort=cohort, version=2)
    first, second = member(cohort, "Noor"), member(cohort, "Anke")
    old.consents.create(user=first, at=NOW)
    new.consents.create(user=second, at=NOW)
    assert (page(cohort, first).accepted, page(cohort, first).own_yes) == (1, False)
    assert page(cohort, second).own_yes
    assert page(cohort, second).charter == new


@pytest.mark.parametrize("people", [3, 30])
def test_group_costs_the_same_whatever_its_size(cohort, people, django_assert_num_queries):
    charter = CharterFactory(cohort=cohort)
    for number in range(people):
        user = member(cohort, f"Mila{number}", function="cook")
        charter.consents.create(user=user, at=NOW)
    FacilitationFactory(cohort=cohort)
    viewer = viewer_of(make_block(user.username), None)
    with django_assert_num_queries(6):
        assert group_page(viewer, cohort).accepted == people
