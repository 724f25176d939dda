"""Reporting: held at once, by anybody who reads it, and looked into by somebody who is not involved."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import AuditEntry, Case, Message, Notice, Report, ReportVoice
from lernet_xblock.services.cohort import assign_guide
from lernet_xblock.services.report import hand_on, handler_now, raise_report
from lernet_xblock.services.report_decision import decide, lapse, version_of
from tests.factories import (
    NOW,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

AT = NOW + timedelta(days=3)
CANARY = "canary-4711"


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"))


@pytest.fixture
def facilitator(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def deputy(cohort):
    return FacilitationFactory(cohort=cohort, role="deputy").user


@pytest.fixture
def case(cohort):
    return shared_case(cohort)


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort).user


def report(thing, who, *, case=None, ground="hurts", words="", serious=False, now=AT):
    """Let somebody report a case, or a contribution to `case`."""
    about = (case, thing) if case is not None else (thing, None)
    return committed(
        lambda: raise_report(*about, reporter_id=who.pk, ground=ground, words=words, serious=serious, now=now)
    )


def kinds(user):
    return sorted(Notice.objects.filter(user=user).values_list("kind", flat=True))


def release(made, by, *, decision="released", now=AT):
    made.refresh_from_db()
    thing = made.contribution or made.case
    return committed(
        lambda: decide(
            made,
            decision=decision,
            outcome="We talked.",
            by=by.pk,
            for_the_course=False,
            opened_version=version_of(made, thing),
            now=now,
        )
    )


def test_a_case_is_held_at_once_for_five_days(case, member, facilitator):
    made = report(case, member, ground="names", words=CANARY)
    case.refresh_from_db()
    assert (case.held_at, case.state, made.state, made.open) == (AT, "shared", "held", True)
    assert (made.target, made.contribution, made.handler) == (case.key, None, facilitator)
    assert made.release_at == AT + timedelta(days=5)
    voice = made.voices.get()
    assert (voice.reporter, voice.ground, voice.words) == (member, "names", CANARY)


def test_a_contribution_is_held_and_its_case_is_not(case, member, facilitator):
    said = ContributionFactory(case=case, author=MembershipFactory(cohort=case.cohort).user)
    made = report(said, member, case=case)
    case.refresh_from_db()
    said.refresh_from_db()
    assert (case.held_at, said.held_at, made.target, made.contribution) == (None, AT, said.key, said)


def test_author_and_handler_are_told_without_a_word_of_it_and_the_log_names_nobody(case, member, facilitator):
    made = report(case, member, words=CANARY)
    assert (kinds(case.owner), kinds(facilitator), kinds(member)) == (["report_held"], ["report_raised"], [])
    letter = Message.objects.get()
    assert (letter.user, letter.kind, letter.facts, letter.urgent) == (facilitator, "report_raised", {}, True)
    entry = AuditEntry.objects.get(verb="report.raise")
    assert (entry.actor, entry.subject, entry.reason) == (None, made.key, "")
    told = [*Message.objects.values_list("cause", "facts"), *AuditEntry.objects.values_list("subject", "reason")]
    assert CANARY not in repr(told)
    assert case.title not in repr(told)


def test_the_same_thing_again_is_one_report_with_two_voices(case, member, facilitator):
    second = MembershipFactory(cohort=case.cohort).user
    first = report(case, member)
    again = report(case, second, ground="charter", serious=True)
    assert (again.pk, Report.objects.count()) == (first.pk, 1)
    assert sorted(again.voices.values_list("reporter", flat=True)) == sorted([member.pk, second.pk])
    assert (again.serious, Message.objects.count()) == (True, 1)


def test_a_second_press_of_the_button_changes_nothing(case, member):
    report(case, member)
    again = report(case, member, ground="other", words="more", serious=True)
    assert (Report.objects.count(), ReportVoice.objects.count()) == (1, 1)
    again.refresh_from_db()
    assert (again.serious, again.voices.get().ground) == (False, "hurts")


def test_nobody_reports_their_own_words_nor_what_nobody_reads(case, member):
    said = ContributionFactory(case=case, author=member)
    for thing, who in ((case, case.owner), (said, member)):
        with pytest.raises(NotFound):
            report(thing, who, case=case if thing is said else None)
    said.withdrawn_at = AT
    said.save()
    with pytest.raises(NotFound):
        report(said, case.owner, case=case)
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    with pytest.raises(NotFound):
        report(case, member)
    assert not Report.objects.exists()


def test_a_reported_facilitator_never_handles_it(case, member, facilitator, deputy):
    said = ContributionFactory(case=case, author=facilitator)
    assert report(said, member, case=case).handler == deputy


def test_the_course_team_handles_it_where_everybody_who_guides_is_involved(case, member, facilitator, deputy):
    said = ContributionFactory(case=case, author=facilitator)
    made = report(said, deputy, case=case)
    assert (made.handler, Message.objects.count()) == (None, 0)
    assert kinds(deputy) == []


def test_a_handler_who_reports_it_as_well_hands_it_on(case, member, facilitator, deputy):
    assert report(case, member).handler == facilitator
    assert report(case, facilitator).handler == deputy
    assert kinds(deputy) == ["report_raised"]


def test_a_group_without_a_guide_leaves_it_to_the_course_team(case, member):
    assert report(case, member).handler is None


def test_a_report_goes_on_to_who_guides_the_group_now(case, member, facilitator, deputy):
    made = report(case, member)
    successor = UserFactory()
    committed(lambda: assign_guide(case.cohort, role="facilitator", user_id=successor.pk, by=deputy.pk, now=AT))
    made.refresh_from_db()
    assert (made.handler, kinds(successor)) == (successor, ["report_raised"])
    committed(lambda: assign_guide(case.cohort, role="facilitator", user_id=None, by=deputy.pk, now=AT))
    made.refresh_from_db()
    assert made.handler == deputy


def test_handing_on_changes_no_decided_report(case, member, facilitator, deputy):
    made = report(case, member)
    release(made, facilitator)
    case.cohort.facilitations.filter(role="facilitator").delete()
    committed(lambda: hand_on(case.cohort, now=AT))
    made.refresh_from_db()
    assert (made.handler, handler_now(made)) == (facilitator, deputy.pk)


@pytest.mark.parametrize("decision", ["released", "resolved"])
def test_who_reported_it_before_cannot_hold_it_again(case, member, facilitator, decision):
    release(report(case, member), facilitator, decision=decision)
    with pytest.raises(RuleViolation, match="You reported this before"):
        report(case, member, ground="names", now=AT + timedelta(days=1))
    case.refresh_from_db()
    assert case.held_at is None


def test_letting_a_report_lapse_does_not_let_the_same_person_begin_anew(case, member, facilitator):
    made = report(case, member)
    assert committed(lambda: lapse(made, now=made.release_at))
    with pytest.raises(RuleViolation, match="talk to the person"):
        report(case, member, now=made.release_at)


def test_somebody_else_can_report_what_was_released(case, member, facilitator):
    release(report(case, member), facilitator)
    again = report(case, MembershipFactory(cohort=case.cohort).user, now=AT + timedelta(days=1))
    assert (again.open, Report.objects.count()) == (True, 2)


def test_what_its_author_changed_since_can_be_reported_again_by_the_same_person(case, member, facilitator):
    said = ContributionFactory(case=case, author=case.owner)
    release(report(said, member, case=case), facilitator)
    said.refresh_from_db()
    said.edited_at = AT + timedelta(hours=1)
    said.save()
    assert report(said, member, case=case, now=AT + timedelta(days=1)).open


def test_a_foreign_contribution_is_not_part_of_the_case(case, member):
    elsewhere = ContributionFactory(case=shared_case(case.cohort))
    with pytest.raises(NotFound):
        report(elsewhere, member, case=case)
