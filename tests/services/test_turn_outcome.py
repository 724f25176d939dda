"""What the case giver takes home."""

from typing import Any

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.services.turn_outcome import postpone, tell
from lernet_xblock.services.turn_phase import end
from lernet_xblock.services.turn_plan import Override
from tests.services.turning import (
    AT,
    CHOICE,
    DAY,
    STEP_DAY,
    begin,
    choose,
    closing,
    forward,
    fresh,
    group,
    plan,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return group()


def test_the_choice_ends_the_turn_and_keeps_both_questions(here):
    turn = choose(closing(here))
    assert (turn.phase, turn.open, turn.ended_at) == ("done", None, AT)
    assert (turn.question_before, turn.question_after) == (here.case.question, CHOICE["question"])
    assert (turn.first_step, turn.step_on, turn.no_step) == (CHOICE["first_step"], STEP_DAY, False)
    assert fresh(here.case).stage == "discussed"


def test_no_step_is_a_choice_as_well(here):
    turn = choose(closing(here), no_step=True, first_step="", step_on=None)
    assert (turn.no_step, turn.first_step, turn.step_on) == (True, "", None)
    assert fresh(here.case).stage == "discussed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question": " "}, "question"),
        ({"first_step": " ", "step_on": None}, "first_step"),
        ({"step_on": None}, "step_on"),
        ({"step_on": (AT - DAY).date()}, "step_on"),
        ({"no_step": True}, "no_step"),
    ],
)
def test_what_is_missing_is_asked_for(here, changes, field):
    turn = closing(here)
    with pytest.raises(RuleViolation) as refused:
        choose(turn, **changes)
    assert refused.value.field == field


def test_the_choice_waits_for_its_phase(here):
    turn = forward(here, begin(here, plan(here)), times=2)
    with pytest.raises(RuleViolation, match="wait for the last phase"):
        choose(turn)


def test_a_choice_is_made_once(here):
    turn = choose(closing(here))
    with pytest.raises(RuleViolation, match="chosen already"):
        choose(turn)
    with pytest.raises(StaleVersion):
        choose(turn, opened_version=1)


def test_a_turn_that_was_ended_without_a_choice_is_completed(here):
    turn = begin(here, plan(here))
    end(turn, opened_version=2, by=here.guide.pk, now=AT)
    row = choose(turn, now=AT + DAY)
    assert (row.ended_at, row.question_after, fresh(here.case).stage) == (AT, CHOICE["question"], "discussed")


def test_what_became_of_it_is_told_once(here):
    turn = choose(closing(here))
    row = tell(turn, outcome="They listened.", opened_version=turn.version, now=AT + DAY)
    assert (row.outcome, row.told_at, fresh(here.case).stage) == ("They listened.", AT + DAY, "outcome_told")
    with pytest.raises(RuleViolation, match="told this already"):
        tell(turn, outcome="Again", opened_version=row.version, now=AT + DAY)


def test_telling_takes_words_and_a_choice_before(here):
    turn = closing(here)
    with pytest.raises(NotFound):
        tell(turn, outcome="Well", opened_version=turn.version, now=AT)
    turn = choose(turn)
    with pytest.raises(RuleViolation):
        tell(turn, outcome=" ", opened_version=turn.version, now=AT)


def test_a_first_step_gets_another_date_once(here):
    turn = choose(closing(here))
    given: dict[str, Any] = {"today": (AT + DAY).date(), "now": AT + DAY}
    with pytest.raises(RuleViolation, match="ahead"):
        postpone(turn, step_on=given["today"], opened_version=turn.version, **given)
    row = postpone(turn, step_on=STEP_DAY + 9 * DAY, opened_version=turn.version, **given)
    assert (row.step_on, row.ended_at, row.phase_since) == (STEP_DAY + 9 * DAY, AT, AT + DAY)
    with pytest.raises(RuleViolation, match="once already"):
        postpone(row, step_on=STEP_DAY + 12 * DAY, opened_version=row.version, **given)


def test_without_a_step_there_is_nothing_to_postpone(here):
    turn = choose(closing(here), no_step=True, first_step="", step_on=None)
    with pytest.raises(NotFound):
        postpone(turn, step_on=STEP_DAY, today=AT.date(), opened_version=turn.version, now=AT)


def test_telling_of_the_first_round_does_not_end_the_second(here):
    turn = choose(closing(here))
    plan(here, override=Override(known=True, reason="It cannot wait"))
    tell(turn, outcome="Well", opened_version=turn.version, now=AT)
    assert fresh(here.case).stage == "scheduled"
