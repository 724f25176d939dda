"""Contributions: who says what when, what becomes of it, and what stays between two."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Case, Contribution, Turn
from lernet_xblock.rules.case_turn import OPEN_KINDS, PHASES
from lernet_xblock.services import contribution
from tests.factories import (
    NOW,
    CircleFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    TurnFactory,
    consent,
    seat,
    shared_case,
)

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)
KINDS = [kind for kind in Contribution.Kind.values if kind != "answer"]


@pytest.fixture
def case():
    shared = shared_case(FacilitationFactory().cohort)
    consent(shared.cohort, shared.owner)
    return shared


@pytest.fixture
def colleague(case):
    person = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, person)
    return person


@pytest.fixture
def guide(case):
    return case.cohort.facilitations.get().user


def post(case, author, *, kind="question", text="Since when?", now=LATER):
    return contribution.post(case, kind=kind, text=text, author_id=author.pk, now=now)


def edit(said, by, text, *, version=1, now=LATER):
    return contribution.edit(said, text=text, by=by.pk, opened_version=version, now=now)


def test_a_question_and_its_answer(case, colleague):
    question = post(case, colleague)
    reply = contribution.answer(question, text="Since May.", now=LATER)
    assert (reply.author, reply.answers, reply.kind, reply.case) == (case.owner, question, "answer", case)


@pytest.mark.parametrize("phase", [None, *PHASES])
def test_each_phase_takes_its_kinds_and_no_others_from_colleagues(case, colleague, phase):
    if phase:
        TurnFactory(case=case, phase=phase)
    taken = []
    for kind in KINDS:
        try:
            taken.append(post(case, colleague, kind=kind).kind)
        except RuleViolation:
            continue
    assert taken == [kind for kind in OPEN_KINDS[phase or "planned"] if kind != "answer"]


@pytest.mark.parametrize("phase", [None, *PHASES])
def test_the_case_giver_answers_questions_listens_and_thanks(case, colleague, phase):
    asked = ContributionFactory(case=case, author=colleague)
    if phase:
        TurnFactory(case=case, phase=phase)
    taken = []
    for kind in KINDS:
        try:
            taken.append(post(case, case.owner, kind=kind).kind)
        except RuleViolation:
            continue
    assert taken == (["appreciation"] if phase == "closing" else [])
    if phase in {None, "planned", "questions"}:
        assert contribution.answer(asked, text="x", now=LATER).kind == "answer"
    else:
        with pytest.raises(RuleViolation):
            contribution.answer(asked, text="x", now=LATER)


def test_a_case_that_is_scheduled_again_takes_questions_again(case, colleague):
    TurnFactory(case=case, phase="done")
    with pytest.raises(RuleViolation, match="round is over"):
        post(case, colleague)
    again = TurnFactory(case=case, number=2, mode="days", phase="planned")
    assert post(case, colleague).turn == again


def test_a_deadline_closes_a_kind_before_anybody_wrote_it_down(case, colleague):
    TurnFactory(case=case, mode="days", phase="questions", questions_until=LATER)
    assert post(case, colleague, now=LATER - timedelta(seconds=1)).kind == "question"
    with pytest.raises(RuleViolation, match="reflects"):
        post(case, colleague)
    assert post(case, colleague, kind="reflection").kind == "reflection"


def test_those_who_sit_in_no_circle_of_the_turn_are_told_which_one_works(case, colleague, guide):
    circle = CircleFactory(session__cohort=case.cohort, number=2)
    TurnFactory(case=case, phase="questions", session=circle.session, circle=circle)
    with pytest.raises(RuleViolation, match="Circle 2 works on this case"):
        post(case, colleague)
    assert post(case, guide).author == guide
    seat(circle, colleague)
    assert post(case, colleague).author == colleague


def test_what_is_said_keeps_the_round_and_the_audience_of_its_moment(case, colleague):
    circle = CircleFactory(session__cohort=case.cohort)
    seat(circle, colleague)
    Case.objects.filter(pk=case.pk).update(audience="circle", circle=circle)
    turn = TurnFactory(case=case, phase="questions", session=circle.session, circle=circle)
    said = post(case, colleague, text="Since *when*?")
    assert (said.turn, said.audience, said.circle) == (turn, "circle", circle)
    assert (said.text, said.html) == ("Since *when*?", "<p>Since <em>when</em>?</p>\n")


def test_those_who_guide_speak_without_accepting(case, guide):
    TurnFactory(case=case, phase="suggestions")
    assert post(case, guide, kind="suggestion").kind == "suggestion"


def test_a_member_who_has_not_accepted_does_not_speak(case):
    with pytest.raises(RuleViolation, match="charter"):
        post(case, MembershipFactory(cohort=case.cohort).user)


def test_an_answer_is_not_posted_by_a_colleague(case, colleague):
    with pytest.raises(NotFound):
        post(case, colleague, kind="answer")


@pytest.mark.parametrize("state", ["withdrawn", "draft"])
def test_nothing_is_added_to_a_case_that_is_not_shared(case, colleague, state):
    question = post(case, colleague)
    Case.objects.filter(pk=case.pk).update(state=state)
    for work in (lambda: post(case, colleague), lambda: contribution.answer(question, text="x", now=LATER)):
        with pytest.raises(NotFound):
            work()


def test_nothing_is_added_to_a_case_that_is_held(case, colleague):
    Case.objects.filter(pk=case.pk).update(held_at=NOW)
    with pytest.raises(RuleViolation, match="looked at"):
        post(case, colleague)


@pytest.mark.parametrize("gone", ["withdrawn_at", "held_at"])
def test_what_is_withdrawn_or_held_is_not_answered(case, colleague, gone):
    question = ContributionFactory(case=case, author=colleague, **{gone: NOW})
    with pytest.raises(RuleViolation, match="not open any more"):
        contribution.answer(question, text="x", now=LATER)


def test_questions_are_shorter_than_reflections(case, colleague):
    assert post(case, colleague, text="x" * 300)
    with pytest.raises(RuleViolation) as refusal:
        post(case, colleague, text="x" * 301)
    assert refusal.value.field == "text"
    TurnFactory(case=case, phase="reflections")
    assert post(case, colleague, kind="reflection", text="x" * 1000)


def test_a_case_holds_200_contributions_and_no_more(case, colleague):
    Contribution.objects.bulk_create(
        Contribution(case=case, author=colleague, kind="suggestion", text="x", posted_at=NOW) for _ in range(199)
    )
    question = post(case, colleague)
    for work in (lambda: post(case, colleague), lambda: contribution.answer(question, text="x", now=LATER)):
        with pytest.raises(RuleViolation, match="200 contributions"):
            work()


def test_own_words_are_changed_for_half_an_hour(case, colleague):
    said = post(case, colleague)
    changed = edit(said, colleague, "Since **when**?", now=LATER + timedelta(minutes=29, seconds=59))
    assert (changed.text, changed.html) == ("Since **when**?", "<p>Since <strong>when</strong>?</p>\n")
    assert (changed.edited_at, changed.version) == (LATER + timedelta(minutes=29, seconds=59), 2)
    with pytest.raises(RuleViolation, match="30 minutes"):
        edit(said, colleague, "Too late", version=2, now=LATER + timedelta(minutes=30))


def test_the_half_hour_counts_in_every_phase(case, colleague):
    said = post(case, colleague)
    TurnFactory(case=case, phase="suggestions")
    assert edit(said, colleague, "Since which day?").text == "Since which day?"


def test_words_that_are_held_may_be_changed_after_the_half_hour(case, colleague):
    said = ContributionFactory(case=case, author=colleague, held_at=NOW)
    assert edit(said, colleague, "Kinder", now=LATER + timedelta(days=1)).text == "Kinder"


def test_nobody_else_changes_or_withdraws_them(case, colleague, guide):
    said = post(case, colleague)
    for other in (case.owner, guide):
        with pytest.raises(NotFound):
            edit(said, other, "Mine now")
        with pytest.raises(NotFound):
            contribution.withdraw(said, by=other.pk, now=LATER)
    said.refresh_from_db()
    assert (said.text, said.withdrawn_at) == ("Since when?", None)


def test_two_windows_with_other_words_get_both(case, colleague):
    said = post(case, colleague)
    edit(said, colleague, "From the phone")
    with pytest.raises(StaleVersion) as stale:
        edit(said, colleague, "From the desk")
    assert (stale.value.theirs, stale.value.version) == ({"text": "From the phone"}, 2)
    assert edit(said, colleague, "From the phone").version == 2
    assert edit(said, colleague, "From the desk", version=2).version == 3


def test_a_question_stays_short_when_it_is_changed(case, colleague):
    with pytest.raises(RuleViolation) as refusal:
        edit(post(case, colleague), colleague, "x" * 301)
    assert refusal.value.field == "text"


def test_words_are_withdrawn_at_any_time_and_twice_is_once(case, colleague):
    question = post(case, colleague)
    reply = contribution.answer(question, text="Since May.", now=LATER)
    first = contribution.withdraw(question, by=colleague.pk, now=LATER + timedelta(days=9))
    again = contribution.withdraw(question, by=colleague.pk, now=LATER + timedelta(days=10))
    assert (first.withdrawn_at, first.text) == (again.withdrawn_at, "Since when?")
    assert Contribution.objects.get(pk=reply.pk).withdrawn_at is None
    with pytest.raises(NotFound):
        edit(question, colleague, "Back again", version=again.version)


def test_only_the_case_giver_says_what_helped_and_no_log_or_version_tells_it(case, colleague, guide):
    said = post(case, colleague)
    logged = AuditEntry.objects.count()
    for other in (colleague, guide):
        with pytest.raises(NotFound):
            contribution.mark_helped(said, helped=True, by=other.pk)
    assert contribution.mark_helped(said, helped=True, by=case.owner_id).helped
    assert (contribution.mark_helped(said, helped=True, by=case.owner_id).version, AuditEntry.objects.count()) == (
        1,
        logged,
    )
    assert not contribution.mark_helped(said, helped=False, by=case.owner_id).helped


@pytest.mark.parametrize("gone", ["withdrawn_at", "held_at"])
def test_what_is_gone_helps_nobody_and_neither_do_own_words(case, colleague, gone):
    said = ContributionFactory(case=case, author=colleague, **{gone: NOW})
    own = contribution.answer(post(case, colleague), text="Since May.", now=LATER)
    for one in (said, own):
        with pytest.raises(NotFound):
            contribution.mark_helped(one, helped=True, by=case.owner_id)


def test_the_queries_of_posting_do_not_grow(case, colleague, django_assert_num_queries):
    circle = CircleFactory(session__cohort=case.cohort)
    seat(circle, colleague)
    TurnFactory(case=case, phase="questions", session=circle.session, circle=circle)
    ContributionFactory.create_batch(30, case=case)
    assert Turn.objects.count() == 1
    with django_assert_num_queries(7):
        post(case, colleague)
