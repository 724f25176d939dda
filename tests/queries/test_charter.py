"""Reading the charter: one query each."""

import pytest

from lernet_xblock.models import CharterDraft
from lernet_xblock.queries.charter import charter_in_force, has_accepted, has_refused, said_to
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


def test_a_no_counts_for_the_version_it_was_said_to(django_assert_num_queries):
    charter = CharterFactory()
    user = UserFactory()
    charter.refusals.create(user=user, at=NOW)
    with django_assert_num_queries(1):
        assert has_refused(charter.cohort_id, user.pk)
    assert not has_refused(charter.cohort_id, UserFactory().pk)
    CharterFactory(cohort=charter.cohort, version=2)
    assert not has_refused(charter.cohort_id, user.pk)


def test_who_said_what_to_a_version_is_one_query(django_assert_num_queries):
    charter, yes, no = CharterFactory(), UserFactory(), UserFactory()
    charter.consents.create(user=yes, at=NOW)
    charter.refusals.create(user=no, at=NOW)
    CharterFactory(cohort=charter.cohort, version=2).consents.create(user=no, at=NOW)
    with django_assert_num_queries(1):
        assert said_to(charter) == {yes.pk: True, no.pk: False}
    assert said_to(None) == {}


def test_it_says_whether_the_group_looks_at_another_text():
    charter = CharterFactory()
    assert not charter_in_force(charter.cohort).drafted
    values = {"text": "x", "made_at": NOW, "saved_at": NOW}
    CharterDraft.objects.create(cohort=charter.cohort, **values)
    assert charter_in_force(charter.cohort).drafted
    CharterDraft.objects.update(open=None, closed_at=NOW)
    assert not charter_in_force(charter.cohort).drafted
