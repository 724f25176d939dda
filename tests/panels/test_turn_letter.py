"""What messages about turns over several days say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lernet_xblock.models import Message
from lernet_xblock.panels.letter import said
from lernet_xblock.queries.message import notes_to_send
from lernet_xblock.services.turn_sweep import due_turns, tend
from tests.services.turning import AT, HOUR, begin, choose, fresh, group, plan_days

pytestmark = pytest.mark.django_db
BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture
def here():
    return group()


@pytest.fixture
def turn(here):
    return begin(here, plan_days(here))


def notes(kind, now):
    return notes_to_send(list(Message.objects.filter(kind=kind).values_list("pk", flat=True)), now=now)


def sweep(now):
    for one in due_turns(now):
        tend(one, now=now)


def test_a_phase_that_opens_is_named_with_its_end(turn):
    told = said(notes("turn_opened", AT)[0], BRUSSELS)
    assert told.subject.startswith("Your group works on a case: Clarifying questions")
    until = "Open now: Clarifying questions, until Saturday 5 December 2026, 10:00 (Brussels)."
    assert told.lines[0].endswith(f"works on a case over several days. {until}")


def test_who_is_silent_is_waited_for_and_the_case_giver_is_asked_to_choose(turn):
    sweep(turn.questions_until - HOUR)
    reminded = said(notes("turn_reminder", turn.questions_until - HOUR)[0], BRUSSELS)
    assert "works on a case, and waits for you. Open now: Clarifying questions, until" in reminded.lines[0]
    sweep(turn.suggestions_until)
    asked = said(notes("turn_choice", turn.suggestions_until)[0], BRUSSELS)
    assert asked.subject.startswith("What is your first step?")
    assert "how do you ask your question now" in asked.lines[0]


def test_what_is_not_true_any_more_is_not_sent(here, turn):
    assert {note.is_true(AT) for note in notes("turn_opened", AT)} == {True}
    later = turn.questions_until
    assert {note.is_true(later) for note in notes("turn_opened", later)} == {False}
    type(here.case).objects.update(held_at=AT)
    assert {note.is_true(AT) for note in notes("turn_opened", AT)} == {False}


def test_a_choice_that_was_made_is_not_asked_for(turn):
    now = turn.suggestions_until
    sweep(now)
    assert [note.is_true(now) for note in notes("turn_choice", now)] == [True]
    choose(fresh(turn), now=now, step_on=now.date())
    assert [note.is_true(now) for note in notes("turn_choice", now)] == [False]


def test_facts_that_make_no_sense_break_no_letter(turn):
    Message.objects.filter(kind="turn_opened").update(facts={"phase": "tea", "until": "soon"})
    assert said(notes("turn_opened", AT)[0], BRUSSELS).lines
    Message.objects.filter(kind="turn_opened").update(facts=[])
    assert said(notes("turn_opened", datetime(2026, 12, 3, tzinfo=UTC))[0], BRUSSELS).lines
