"""Support, objections and answers."""

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import CharterVoice, Membership, Notice
from lernet_xblock.services import charter_draft, charter_voice
from lernet_xblock.services.charter_draft import DraftOver
from tests.factories import NOW, CharterFactory, FacilitationFactory, MembershipFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CharterFactory().cohort


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort).user


@pytest.fixture
def draft(cohort, guide):
    return committed(lambda: charter_draft.begin(cohort, text="Ours.", by=guide.pk, now=NOW))


def support(draft, user, version=1):
    return committed(lambda: charter_voice.support(draft, user_id=user.pk, opened_version=version, now=NOW))


def object_to(draft, user, objection="Too early.", version=1):
    values = {"objection": objection, "user_id": user.pk, "opened_version": version, "now": NOW}
    return committed(lambda: charter_voice.object_to(draft, **values))


def answer(voice, by, text="We try it.", version=1):
    values = {"text": text, "opened_version": version, "by": by.pk, "now": NOW}
    return committed(lambda: charter_voice.answer(voice, **values))


def take_back(draft, user):
    committed(lambda: charter_voice.take_back(draft, user_id=user.pk))


def told(kind):
    return list(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def voices():
    columns = ("user_id", "supports", "about", "objection", "answer", "answered_at", "version")
    return list(CharterVoice.objects.values_list(*columns))


def test_one_voice_for_a_person_the_last_one(draft, member, guide):
    support(draft, member)
    assert voices() == [(member.pk, True, 1, "", "", None, 1)]
    support(draft, member)
    object_to(draft, member)
    object_to(draft, member)
    assert voices() == [(member.pk, False, 1, "Too early.", "", None, 2)]
    assert told("charter_objection") == [guide.pk]
    support(draft, member)
    assert voices() == [(member.pk, True, 1, "", "", None, 3)]
    take_back(draft, member)
    take_back(draft, member)
    assert voices() == []


def test_a_text_that_changed_since_it_was_read_gets_no_voice(draft, member, guide):
    committed(lambda: charter_draft.revise(draft, text="Other.", opened_version=1, by=guide.pk, now=NOW))
    for say in (support, object_to):
        with pytest.raises(StaleVersion) as stale:
            say(draft, member)
        assert stale.value.version == 2
    assert voices() == []


def test_an_answer_is_to_the_words_that_were_read_and_other_words_wait_anew(draft, member, guide):
    voice = object_to(draft, member)
    answer(voice, guide)
    assert voices()[0][3:] == ("Too early.", "We try it.", NOW, 2)
    assert told("charter_answered") == [member.pk]
    object_to(draft, member)
    assert voices()[0][4] == "We try it."
    object_to(draft, member, "Too late.")
    assert voices()[0][3:] == ("Too late.", "", None, 3)
    with pytest.raises(StaleVersion):
        answer(voice, guide, version=2)


def test_an_answered_objection_stays_answered_when_the_text_changes(draft, member, guide):
    answer(object_to(draft, member), guide)
    committed(lambda: charter_draft.revise(draft, text="Other.", opened_version=1, by=guide.pk, now=NOW))
    assert voices()[0][2:5] == (1, "Too early.", "We try it.")


def test_two_who_answer_do_not_overwrite_each_other(draft, member, guide):
    voice = object_to(draft, member)
    answer(voice, guide)
    with pytest.raises(StaleVersion) as stale:
        answer(voice, guide, "Something else.")
    assert stale.value.theirs == {"answer": "We try it."}


def test_what_was_taken_back_needs_no_answer(draft, member, guide):
    voice = object_to(draft, member)
    support(draft, member)
    with pytest.raises(NotFound):
        answer(voice, guide, version=2)
    take_back(draft, member)
    with pytest.raises(NotFound):
        answer(voice, guide, version=2)


def test_only_members_have_a_voice(draft, cohort, guide, member):
    Membership.objects.filter(user=member).update(active=None, left_at=NOW)
    for user in (guide, member, UserFactory()):
        for say in (support, object_to, take_back):
            with pytest.raises(RuleViolation):
                say(draft, user)
    assert voices() == []


def test_nothing_is_said_to_a_closed_draft(draft, member, guide):
    voice = object_to(draft, member)
    committed(lambda: charter_draft.drop(draft, opened_version=1, by=guide.pk, now=NOW))
    for say in (support, object_to, take_back, lambda _draft, user: answer(voice, user)):
        with pytest.raises(DraftOver):
            say(draft, member)
