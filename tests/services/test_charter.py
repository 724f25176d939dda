"""The charter of a cohort."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import Charter, CharterConsent
from lernet_xblock.queries.charter import charter_in_force, has_accepted
from lernet_xblock.services.charter import CharterReplaced, accept, common_charter, put_in_force, put_in_force_all
from tests.factories import NOW, CohortFactory, MembershipFactory, NetworkFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


def in_force(cohort, text="What is said here stays here."):
    return committed(lambda: put_in_force(cohort, text=text, now=NOW))


def yes(charter, user, now=NOW):
    committed(lambda: accept(charter, user_id=user.pk, now=now))


def test_versions_count_from_one_in_each_cohort():
    first, second = CohortFactory(), None
    second = CohortFactory(network=first.network)
    versions = [in_force(first).version, in_force(first, "Better.").version, in_force(second).version]
    assert versions == [1, 2, 1]
    assert charter_in_force(first).text == "Better."


@pytest.mark.parametrize(("language", "begins"), [("en", "What is said in this group"), ("fr", "")])
def test_blank_text_is_replaced_by_the_common_rules(language, begins):
    charter = in_force(CohortFactory(working_language=language), "  \n")
    assert charter.text.startswith(begins)
    assert len(charter.text.splitlines()) == 5


def test_many_cohorts_each_get_their_next_version_in_their_language():
    network = NetworkFactory()
    cohorts = [CohortFactory(network=network, working_language=language) for language in ("nl", "fr", "nl")]
    in_force(cohorts[1])
    committed(lambda: put_in_force_all(cohorts, text=" ", now=NOW))
    told = [
        Charter.objects.filter(cohort=cohort).order_by("version").values_list("version", "text") for cohort in cohorts
    ]
    assert [list(rows)[-1] for rows in told] == [
        (1, common_charter("nl")),
        (2, common_charter("fr")),
        (1, common_charter("nl")),
    ]


def test_a_long_charter_is_written_in_smaller_statements(django_assert_num_queries):
    cohorts = CohortFactory.create_batch(3, network=NetworkFactory())
    with django_assert_num_queries(5):
        put_in_force_all(cohorts, text="x" * 400_000, now=NOW)
    assert Charter.objects.count() == 3


def test_accepting_twice_keeps_one_yes():
    member = MembershipFactory()
    charter = in_force(member.cohort)
    yes(charter, member.user)
    yes(charter, member.user, NOW + timedelta(days=1))
    assert list(CharterConsent.objects.values_list("user_id", "at")) == [(member.user_id, NOW)]
    assert has_accepted(member.cohort_id, member.user_id)


def test_yes_to_an_older_charter_is_refused_and_counts_no_more():
    member = MembershipFactory()
    old = in_force(member.cohort)
    yes(old, member.user)
    in_force(member.cohort, "Better.")
    assert not has_accepted(member.cohort_id, member.user_id)
    other = MembershipFactory(cohort=member.cohort).user
    with pytest.raises(CharterReplaced):
        yes(old, other)


@pytest.mark.parametrize("former", [True, False])
def test_only_active_members_accept(former):
    charter = in_force(CohortFactory())
    user = UserFactory()
    if former:
        MembershipFactory(cohort=charter.cohort, user=user, active=None, left_at=NOW)
    with pytest.raises(RuleViolation):
        yes(charter, user)
    assert not CharterConsent.objects.exists()
