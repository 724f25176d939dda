"""Several people report the same thing, or decide about it, in the same moment."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import Case, Message, Notice, Report, ReportVoice
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.report import raise_report
from lernet_xblock.services.report_decision import decide, lapse, version_of
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
    shared_case,
)

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

LOOK_SECONDS = 0.3
LATE = timedelta(days=6)


@pytest.fixture
def cohort():
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    FacilitationFactory(cohort=cohort)
    return cohort


@pytest.fixture
def case(cohort):
    return shared_case(cohort)


def members(cohort):
    return [MembershipFactory(cohort=cohort).user.pk for _number in range(PROCESSES)]


def report(told):
    case, user = told
    made = attempt(
        lambda: raise_report(
            Case.objects.get(pk=case),
            None,
            reporter_id=user,
            ground="hurts",
            words="",
            serious=False,
            now=timezone.now(),
        )
    )
    return made.pk


def report_naively(told):
    """Look whether there is a report, and make one where there is none: what the lock is for."""
    case, user = told
    with transaction.atomic():
        found = Case.objects.get(pk=case)
        made = Report.objects.filter(target=found.key, open=True).first()
        time.sleep(LOOK_SECONDS)
        if made is None:
            now = timezone.now()
            made = Report.objects.create(
                network=found.cohort.network,
                cohort=found.cohort,
                case=found,
                target=found.key,
                raised_at=now,
                release_at=now + LATE,
            )
        ReportVoice.objects.create(report=made, reporter_id=user, ground="hurts", at=timezone.now())
    return made.pk


def test_eight_who_report_the_same_thing_make_one_report_with_eight_voices(cohort, case):
    outcomes = all_at_once(report, [(case.pk, user) for user in members(cohort)])
    assert len({made for _who, made in outcomes}) == 1
    assert Report.objects.get().voices.count() == PROCESSES
    case.refresh_from_db()
    assert case.held_at is not None
    assert Counter(Notice.objects.values_list("kind", flat=True)) == {"report_held": 1, "report_raised": 1}
    assert Message.objects.count() == 1


def test_a_double_click_from_eight_windows_is_one_voice(cohort, case):
    user = MembershipFactory(cohort=cohort).user.pk
    outcomes = all_at_once(report, [(case.pk, user)] * PROCESSES)
    assert len({made for _who, made in outcomes}) == 1
    assert Report.objects.get().voices.count() == 1


def test_without_the_lock_voices_are_lost(cohort, case):
    """Guards the tests above: seven of eight find their report refused by the table, and their words are gone."""
    outcomes = all_at_once(report_naively, [(case.pk, user) for user in members(cohort)])
    assert {"IntegrityError"} <= {how for _who, how in outcomes}
    assert ReportVoice.objects.count() < PROCESSES


def made_report(cohort, case, **changes):
    pk = report((case.pk, MembershipFactory(cohort=cohort).user.pk))
    Report.objects.filter(pk=pk).update(**changes)
    return Report.objects.get(pk=pk)


def settle(told):
    pk, by, version, decision = told
    made = Report.objects.get(pk=pk)
    attempt(
        lambda: decide(
            made,
            decision=decision,
            outcome=f"As {by} says.",
            by=by,
            for_the_course=True,
            opened_version=version,
            now=timezone.now(),
        )
    )
    return "decided"


def settle_naively(told):
    """Look whether it is open, then decide: the last one wins, and both sides are told twice."""
    pk, by, _version, decision = told
    with transaction.atomic():
        made = Report.objects.get(pk=pk)
        if not made.open:
            return "late"
        time.sleep(LOOK_SECONDS)
        made.open, made.state, made.decided_by_id, made.decided_at = None, decision, by, timezone.now()
        made.save()
    return "decided"


def crowd_of_deciders(made, case):
    case.refresh_from_db()
    version = version_of(made, case)
    decisions = ("released", "removed") * (PROCESSES // 2)
    return [(made.pk, UserFactory(is_staff=True).pk, version, decision) for decision in decisions]


def test_of_several_who_decide_at_once_one_does_and_the_others_read_who(cohort, case):
    made = made_report(cohort, case)
    outcomes = all_at_once(settle, crowd_of_deciders(made, case))
    assert Counter(how for _who, how in outcomes) == {"decided": 1, "StaleVersion": PROCESSES - 1}
    (winner,) = [who for who, how in outcomes if how == "decided"]
    made.refresh_from_db()
    case.refresh_from_db()
    assert (made.decided_by_id, made.state) == (winner[1], winner[3])
    assert (case.held_at, case.state) == (None, "withdrawn" if winner[3] == "removed" else "shared")
    assert Notice.objects.filter(kind="report_decided_yours").count() == 1


def test_without_the_lock_several_decide(cohort, case):
    """Guards the test above."""
    made = made_report(cohort, case)
    outcomes = Counter(how for _who, how in all_at_once(settle_naively, crowd_of_deciders(made, case)))
    assert outcomes["decided"] > 1


def settle_or_lapse(told):
    pk, by, *_more = told
    if by is not None:
        return settle(told)
    made = Report.objects.get(pk=pk)
    return "lapsed" if attempt(lambda: lapse(made, now=timezone.now() + LATE)) else "nothing to release"


def test_a_decision_and_the_end_of_five_days_at_once_are_one_of_the_two(cohort, case):
    made = made_report(cohort, case)
    deciders = crowd_of_deciders(made, case)[: PROCESSES // 2]
    crowd = [one for decider in deciders for one in (decider, (made.pk, None, 0, str(decider[1])))]
    outcomes = Counter(how for _who, how in all_at_once(settle_or_lapse, crowd))
    assert outcomes["decided"] + outcomes["lapsed"] == 1
    assert set(outcomes) <= {"decided", "lapsed", "nothing to release", "StaleVersion", "RuleViolation"}
    made.refresh_from_db()
    case.refresh_from_db()
    assert (made.state == "lapsed") == bool(outcomes["lapsed"])
    assert case.held_at is None
    kinds = {"report_decided_yours", "report_lapsed_yours"}
    assert Notice.objects.filter(kind__in=kinds).count() == 1
