"""Deciding about what is held: by somebody not involved, once, and on what they saw."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Message, Report, Turn
from lernet_xblock.services.report_decision import decide, lapse, remind_serious, version_of
from tests.factories import (
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    TurnFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import committed
from tests.services.test_report import AT, kinds, report

pytestmark = pytest.mark.django_db

WORDS = "We talked, and the names are gone."


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"))


@pytest.fixture
def facilitator(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def case(cohort):
    return shared_case(cohort)


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort).user


@pytest.fixture
def made(case, member, facilitator):
    return report(case, member)


@pytest.fixture
def said(case):
    return ContributionFactory(case=case, author=MembershipFactory(cohort=case.cohort).user)


def settle(made, by, *, decision="released", team=False, version=None, now=AT):
    thing = made.contribution or made.case
    thing.refresh_from_db()
    version = version_of(made, thing) if version is None else version
    return committed(
        lambda: decide(
            made,
            decision=decision,
            outcome=WORDS,
            by=by.pk,
            for_the_course=team,
            opened_version=version,
            now=now,
        )
    )


@pytest.mark.parametrize("decision", ["released", "resolved"])
def test_what_is_released_is_read_by_its_audience_again(made, case, facilitator, decision):
    done = settle(made, facilitator, decision=decision)
    case.refresh_from_db()
    assert (case.held_at, case.state) == (None, "shared")
    assert (done.state, done.open, done.decided_by, done.decided_at, done.outcome) == (
        decision,
        None,
        facilitator,
        AT,
        WORDS,
    )


def test_a_removed_case_is_its_owners_alone_and_its_turn_is_over(made, case, facilitator):
    TurnFactory(case=case, cohort=case.cohort, phase="questions")
    settle(made, facilitator, decision="removed")
    case.refresh_from_db()
    assert (case.state, case.held_at) == ("withdrawn", None)
    assert not Turn.objects.filter(open=True).exists()


def test_a_removed_contribution_is_withdrawn_and_its_case_stays(case, said, member, facilitator):
    settle(report(said, member, case=case), facilitator, decision="removed")
    said.refresh_from_db()
    case.refresh_from_db()
    assert (said.withdrawn_at, said.held_at, case.state) == (AT, None, "shared")


def test_what_its_author_took_back_meanwhile_stays_away_when_it_is_released(case, said, member, facilitator):
    made = report(said, member, case=case)
    said.refresh_from_db()
    said.withdrawn_at = AT
    said.save()
    settle(made, facilitator)
    said.refresh_from_db()
    assert (said.withdrawn_at, said.held_at) == (AT, None)


def test_both_sides_are_told_that_it_is_closed_and_no_letter_says_more(made, case, member, facilitator):
    second = MembershipFactory(cohort=case.cohort).user
    report(case, second)
    made.refresh_from_db()
    settle(made, facilitator)
    assert kinds(case.owner) == ["report_decided_yours", "report_held"]
    assert [kinds(one) for one in (member, second)] == [["report_decided"], ["report_decided"]]
    letters = Message.objects.filter(kind="report_decided")
    assert sorted(letters.values_list("user", flat=True)) == sorted([case.owner_id, member.pk, second.pk])
    assert {str(facts) for facts in letters.values_list("facts", flat=True)} == {"{}"}
    entry = AuditEntry.objects.get(verb="report.decide")
    assert (entry.actor, entry.subject, entry.reason) == (facilitator, made.key, "")


def test_nobody_else_decides(made, case, member, facilitator):
    deputy = FacilitationFactory(cohort=case.cohort, role="deputy").user
    for somebody in (
        member,
        case.owner,
        deputy,
        UserFactory(),
        FacilitationFactory(cohort__network=case.cohort.network).user,
    ):
        with pytest.raises(NotFound):
            settle(made, somebody)
    made.refresh_from_db()
    assert made.open


def test_the_course_team_decides_too_but_not_about_its_own(made, case, member):
    for involved in (member, case.owner):
        with pytest.raises(NotFound):
            settle(made, involved, team=True)
    assert settle(made, UserFactory(), team=True).state == "released"


def test_who_stopped_guiding_decides_no_more(made, case, facilitator):
    case.cohort.facilitations.all().delete()
    with pytest.raises(NotFound):
        settle(made, facilitator)


def test_the_second_to_decide_reads_who_was_first(made, facilitator):
    version = version_of(made, made.case)
    settle(made, facilitator)
    with pytest.raises(StaleVersion) as stale:
        settle(made, UserFactory(), team=True, version=version, decision="removed")
    assert (stale.value.by_id, stale.value.at) == (facilitator.pk, AT)
    made.refresh_from_db()
    assert made.state == "released"


def test_who_decides_has_read_the_thing_as_it_stands_and_all_that_is_said_against_it(made, case, facilitator):
    seen = version_of(made, case)
    report(case, MembershipFactory(cohort=case.cohort).user)
    made.refresh_from_db()
    with pytest.raises(StaleVersion) as stale:
        settle(made, facilitator, version=seen)
    assert (stale.value.by_id, stale.value.version) == (None, version_of(made, case))
    case.refresh_from_db()
    seen = version_of(made, case)
    case.version += 1
    case.save()
    with pytest.raises(StaleVersion):
        settle(made, facilitator, version=seen)


def test_what_nobody_decides_in_five_days_can_be_read_again(made, case, member, facilitator):
    early, due = made.release_at - timedelta(seconds=1), made.release_at
    assert [committed(lambda at=at: lapse(made, now=at)) for at in (early, due, due)] == [False, True, False]
    case.refresh_from_db()
    made.refresh_from_db()
    assert (case.held_at, made.state, made.decided_at, made.decided_by) == (None, "lapsed", due, None)
    assert (kinds(member), kinds(case.owner)) == (["report_lapsed"], ["report_held", "report_lapsed_yours"])
    assert kinds(facilitator) == ["report_missed", "report_raised"]


def test_a_lapsed_report_is_decided_no_more(made, facilitator):
    committed(lambda: lapse(made, now=made.release_at))
    with pytest.raises(RuleViolation, match="Nobody decided in five days"):
        settle(made, facilitator)


def test_what_is_serious_stays_held_and_who_handles_it_is_reminded_once(case, member, facilitator):
    made = report(case, member, serious=True)
    late = made.release_at
    assert not committed(lambda: lapse(made, now=late))
    assert [committed(lambda: remind_serious(made, now=late)) for _run in "123"] == [True, False, False]
    case.refresh_from_db()
    assert (case.held_at, Report.objects.get().open) == (AT, True)
    assert Message.objects.get(kind="report_waits").user == facilitator


def test_nobody_is_reminded_early_of_what_is_not_serious_or_of_what_the_course_team_has(case, member, made):
    assert not committed(lambda: remind_serious(made, now=made.release_at))
    case.cohort.facilitations.all().delete()
    other = report(shared_case(case.cohort), member, serious=True)
    assert not committed(lambda: remind_serious(other, now=other.release_at))
