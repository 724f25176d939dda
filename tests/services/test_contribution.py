"""Contributions: who speaks, how much, and how often."""

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import CharterConsent, Contribution
from lernet_xblock.services import contribution
from tests.factories import NOW, CharterFactory, FacilitationFactory, MembershipFactory, shared_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    charter = CharterFactory()
    shared = shared_case(charter.cohort)
    CharterConsent.objects.create(charter=charter, user=shared.owner, at=NOW)
    return shared


@pytest.fixture
def colleague(case):
    person = MembershipFactory(cohort=case.cohort).user
    CharterConsent.objects.create(charter=case.cohort.charters.get(), user=person, at=NOW)
    return person


def post(case, author, *, kind="question", text="Since when?"):
    return contribution.post(case, kind=kind, text=text, author_id=author.pk, now=NOW)


def test_a_question_and_its_answer(case, colleague):
    question = post(case, colleague)
    reply = contribution.answer(question, text="Since May.", now=NOW)
    assert (reply.author, reply.answers, reply.kind, reply.case) == (case.owner, question, "answer", case)


def test_those_who_guide_speak_without_accepting(case):
    assert post(case, FacilitationFactory(cohort=case.cohort).user, kind="suggestion").kind == "suggestion"


def test_a_member_who_has_not_accepted_does_not_speak(case):
    with pytest.raises(RuleViolation, match="charter"):
        post(case, MembershipFactory(cohort=case.cohort).user)


def test_the_owner_does_not_post(case):
    with pytest.raises(NotFound):
        post(case, case.owner)


def test_an_answer_is_not_posted_by_a_colleague(case, colleague):
    with pytest.raises(NotFound):
        post(case, colleague, kind="answer")


@pytest.mark.parametrize("state", ["withdrawn", "draft"])
def test_nothing_is_added_to_a_case_that_is_not_shared(case, colleague, state):
    question = post(case, colleague)
    type(case).objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(NotFound):
        post(case, colleague)
    with pytest.raises(NotFound):
        contribution.answer(question, text="x", now=NOW)


def test_questions_are_shorter_than_suggestions(case, colleague):
    assert post(case, colleague, text="x" * 300)
    assert post(case, colleague, kind="suggestion", text="x" * 1000)
    with pytest.raises(RuleViolation) as refusal:
        post(case, colleague, text="x" * 301)
    assert refusal.value.field == "text"


def test_a_case_holds_200_contributions_and_no_more(case, colleague):
    Contribution.objects.bulk_create(
        Contribution(case=case, author=colleague, kind="suggestion", text="x", posted_at=NOW) for _ in range(199)
    )
    question = post(case, colleague)
    with pytest.raises(RuleViolation, match="200 contributions"):
        post(case, colleague)
    with pytest.raises(RuleViolation, match="200 contributions"):
        contribution.answer(question, text="x", now=NOW)
