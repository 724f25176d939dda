"""Staying beside the charter, and coming back to it."""

import pytest

from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import CharterConsent, CharterRefusal, Notice
from lernet_xblock.queries.charter import has_accepted
from lernet_xblock.services.charter import CharterReplaced, accept
from lernet_xblock.services.charter_refusal import refuse
from tests.factories import NOW, CharterFactory, FacilitationFactory, MembershipFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


@pytest.fixture
def charter():
    return CharterFactory()


@pytest.fixture
def member(charter):
    return MembershipFactory(cohort=charter.cohort).user


def no(charter, user):
    committed(lambda: refuse(charter, user_id=user.pk, now=NOW))


def yes(charter, user):
    committed(lambda: accept(charter, user_id=user.pk, now=NOW))


def refused():
    return list(CharterRefusal.objects.values_list("user_id", flat=True))


def test_refusing_is_kept_once_and_those_who_guide_are_told_once(charter, member):
    guide = FacilitationFactory(cohort=charter.cohort).user
    no(charter, member)
    no(charter, member)
    assert refused() == [member.pk]
    assert list(Notice.objects.values_list("kind", "user_id", "cohort")) == [
        ("charter_refused", guide.pk, charter.cohort_id)
    ]


def test_the_last_word_counts(charter, member):
    yes(charter, member)
    no(charter, member)
    assert (refused(), has_accepted(charter.cohort_id, member.pk)) == ([member.pk], False)
    yes(charter, member)
    assert (refused(), has_accepted(charter.cohort_id, member.pk)) == ([], True)


def test_a_refusal_is_of_one_version(charter, member):
    no(charter, member)
    newer = CharterFactory(cohort=charter.cohort, version=2)
    with pytest.raises(CharterReplaced):
        no(charter, member)
    yes(newer, member)
    assert refused() == [member.pk]
    assert has_accepted(charter.cohort_id, member.pk)


@pytest.mark.parametrize("former", [True, False])
def test_only_members_refuse(charter, former):
    user = UserFactory()
    if former:
        MembershipFactory(cohort=charter.cohort, user=user, active=None, left_at=NOW)
    with pytest.raises(RuleViolation):
        no(charter, user)
    assert not CharterRefusal.objects.exists()
    assert not CharterConsent.objects.exists()
