"""Reading the charter: one query each."""

import pytest

from lernet_xblock.queries.charter import charter_in_force, has_accepted
from tests.factories import NOW, CharterFactory, CohortFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_without_a_charter_nobody_accepted():
    member = MembershipFactory()
    assert charter_in_force(member.cohort) is None
    assert not has_accepted(member.cohort_id, member.user_id)


def test_highest_version_is_in_force(django_assert_num_queries):
    cohort = CohortFactory()
    CharterFactory(cohort=cohort, version=2, text="Newer")
    CharterFactory(cohort=cohort, version=1)
    CharterFactory(cohort=CohortFactory(network=cohort.network), version=3)
    with django_assert_num_queries(1):
        assert charter_in_force(cohort).text == "Newer"


def test_yes_counts_for_the_person_and_the_cohort_that_said_it(django_assert_num_queries):
    charter = CharterFactory()
    other = CharterFactory(cohort=CohortFactory(network=charter.cohort.network))
    user = UserFactory()
    charter.consents.create(user=user, at=NOW)
    with django_assert_num_queries(1):
        assert has_accepted(charter.cohort_id, user.pk)
    assert not has_accepted(other.cohort_id, user.pk)
    assert not has_accepted(charter.cohort_id, UserFactory().pk)
