"""Several people plan and lead one turn at the same moment."""

import time
from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from lernet_xblock.errors import StaleVersion
from lernet_xblock.models import Case, PhaseChange, Session, Turn
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.rules.case_turn import next_phase
from lernet_xblock.services.turn_outcome import choose
from lernet_xblock.services.turn_phase import begin, forward
from lernet_xblock.services.turn_plan import TurnTaken, plan_in_session
from lernet_xblock.services.turn_session import free_turns
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import CaseFactory, UserFactory
from tests.services import turning
from tests.services.turning import AT, CHOICE, fresh, group

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def here():
    return group()


@pytest.fixture
def leads():
    return [UserFactory().pk for _number in range(PROCESSES)]


def counted(outcomes):
    return Counter(how for _who, how in outcomes)


def stale(error, turn):
    """Return what somebody reads who was not the first: who was, and when."""
    return f"stale {error.by_id == PhaseChange.objects.filter(turn=turn).last().by_id} {error.at == AT}"


def test_of_eight_who_open_the_next_phase_one_does_and_no_phase_is_skipped(here, leads):
    turn = turning.begin(here, turning.plan(here))

    def act(by):
        try:
            given = {"seen": "questions", "opened_version": 2, "by": by, "now": AT}
            attempt(lambda: forward(Turn.objects.get(pk=turn.pk), **given))
        except StaleVersion as error:
            return stale(error, turn)
        return "opened"

    assert counted(all_at_once(act, leads)) == {"opened": 1, "stale True True": PROCESSES - 1}
    row = fresh(turn)
    assert (row.phase, row.version, row.changes.count()) == ("reflections", 3, 2)


def test_without_the_lock_several_open_the_next_phase(here, leads):
    """Guards the test above: who looks first and writes afterwards changes the phase several times."""
    turn = turning.begin(here, turning.plan(here))

    def naively(by):
        with transaction.atomic():
            row = Turn.objects.get(pk=turn.pk)
            if row.version != 2:
                return "stale"
            time.sleep(1)
            after = next_phase(row.phase)
            PhaseChange.objects.create(turn=row, before=row.phase, after=after, by_id=by, at=AT)
            Turn.objects.filter(pk=row.pk).update(phase=after, version=row.version + 1)
        return "opened"

    assert counted(all_at_once(naively, leads))["opened"] > 1
    assert fresh(turn).changes.count() > 2


def test_a_turn_begins_once(here, leads):
    turn = turning.plan(here)

    def act(by):
        try:
            attempt(lambda: begin(Turn.objects.get(pk=turn.pk), opened_version=1, by=by, now=AT))
        except StaleVersion as error:
            return stale(error, turn)
        return "begun"

    assert counted(all_at_once(act, leads)) == {"begun": 1, "stale True True": PROCESSES - 1}
    assert (fresh(turn).changes.count(), fresh(here.case).stage) == (1, "in_discussion")


def test_a_choice_is_made_once(here):
    turn = turning.closing(here)
    version = turn.version

    def act(number):
        given: dict[str, Any] = {**CHOICE, "question": f"Number {number}?", "no_step": False, "today": AT.date()}
        try:
            attempt(lambda: choose(Turn.objects.get(pk=turn.pk), opened_version=version, now=AT, **given))
        except StaleVersion as error:
            return stale(error, turn)
        return f"Number {number}?"

    outcomes = counted(all_at_once(act, range(PROCESSES)))
    row = fresh(turn)
    assert outcomes == {row.question_after: 1, "stale True True": PROCESSES - 1}
    assert (row.phase, fresh(here.case).stage) == ("done", "discussed")


def test_without_the_version_the_last_choice_overwrites_the_first(here):
    """Guards the test above."""
    turn = turning.closing(here)

    def naively(number):
        with transaction.atomic():
            row = Turn.objects.get(pk=turn.pk)
            if row.question_after:
                return "late"
            time.sleep(1)
            Turn.objects.filter(pk=row.pk).update(question_after=f"Number {number}?")
        return "chosen"

    assert counted(all_at_once(naively, range(PROCESSES)))["chosen"] > 1


def test_of_eight_who_plan_one_case_one_does_and_the_others_are_told(here, leads):
    def act(order):
        number, by = order
        try:
            session = Session.objects.get(pk=here.sessions[number % 3].pk)
            given = {"session": session, "mode": "live", "by": by, "now": AT}
            attempt(lambda: plan_in_session(Case.objects.get(pk=here.case.pk), **given))
        except TurnTaken:
            return "taken"
        return "planned"

    assert counted(all_at_once(act, list(enumerate(leads)))) == {"planned": 1, "taken": PROCESSES - 1}
    assert (Turn.objects.count(), fresh(here.case).stage) == (1, "scheduled")


def test_of_two_cases_of_one_person_one_is_planned_while_others_have_had_none(here, leads):
    """Each sees the plan before it, so that nobody gets a second turn unawares."""
    cases = [here.case.pk] + [CaseFactory(cohort=here.cohort, owner=here.people[0]).pk for _nth in range(PROCESSES - 1)]

    def act(order):
        pk, by = order
        given = {"session": Session.objects.get(pk=here.sessions[0].pk), "mode": "live", "by": by, "now": AT}
        attempt(lambda: plan_in_session(Case.objects.get(pk=pk), **given))
        return "planned"

    outcomes = counted(all_at_once(act, list(zip(cases, leads, strict=True))))
    assert outcomes == {"planned": 1, "RuleViolation": PROCESSES - 1}


def test_without_the_lock_one_person_gets_several_turns(here, leads):
    """Guards the test above: all count before anybody writes."""
    cases = [here.case.pk] + [CaseFactory(cohort=here.cohort, owner=here.people[0]).pk for _nth in range(PROCESSES - 1)]

    def naively(order):
        pk, by = order
        with transaction.atomic():
            if Turn.objects.filter(case__owner=here.people[0]).exists():
                return "refused"
            time.sleep(1)
            columns = {"cohort": here.cohort, "session": here.sessions[0], "phase_since": AT, "planned_at": AT}
            Turn.objects.create(case_id=pk, planned_by_id=by, **columns)
        return "planned"

    assert counted(all_at_once(naively, list(zip(cases, leads, strict=True))))["planned"] > 1


def test_a_turn_is_begun_or_freed_with_its_session_and_never_half(here, leads):
    turn, session = turning.plan(here), here.sessions[0]

    def act(order):
        number, by = order
        if number % 2:
            attempt(lambda: begin(Turn.objects.get(pk=turn.pk), opened_version=1, by=by, now=AT))
            return "begun"

        def cancel():
            Session.objects.select_for_update().get(pk=session.pk)
            free_turns([session.pk], by=by, now=AT)

        attempt(cancel)
        return "freed"

    all_at_once(act, list(enumerate(leads)))
    row = Turn.objects.filter(pk=turn.pk).first()
    stage = fresh(here.case).stage
    assert (row.phase if row else None, stage) in (("questions", "in_discussion"), (None, "shared"))
