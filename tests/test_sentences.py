"""Codes of rules as sentences."""

import ast
from datetime import date, datetime, time
from pathlib import Path

import pytest
from django.utils import translation

from lernet_xblock.rules import trajectory_checks, trajectory_notices
from lernet_xblock.rules.holidays_be import _AFTER_EASTER, _FIXED
from lernet_xblock.rules.network_settings import Notice, Problem, Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.sentences import HOLIDAYS, SENTENCES, SETTING_LABELS, named_sentence, sentence, sentence_of


def codes_of(module):
    """Return every literal code that a module gives to Problem or Notice."""
    calls = (node for node in ast.walk(ast.parse(Path(module.__file__).read_text())) if isinstance(node, ast.Call))
    made = (call for call in calls if getattr(call.func, "id", "") in {"Problem", "Notice"} and len(call.args) > 1)
    return {call.args[1].value for call in made if isinstance(call.args[1], ast.Constant)}


@pytest.mark.parametrize("module", [trajectory_checks, trajectory_notices])
def test_every_code_of_the_trajectory_has_a_sentence(module):
    found = codes_of(module)
    assert len(found) > 4
    assert found - set(SENTENCES) == set()


def test_every_setting_and_every_holiday_has_a_name():
    assert set(SETTING_LABELS) == set(Settings.__dataclass_fields__)
    assert {row[-1] for row in (*_FIXED, *_AFTER_EASTER)} == set(HOLIDAYS)


def test_dates_and_holidays_are_in_words():
    notice = Notice("first_date", "session_day_after_holiday", {"date": date(2027, 3, 30), "holiday": "easter_monday"})
    with translation.override("en"):
        assert sentence(notice) == "The session on Tuesday 30 March 2027 is the day after Easter Monday."


def test_dates_are_in_the_reader_s_language():
    with translation.override("de"):
        assert "Dienstag, 30. März 2027" in sentence_of("decision_before_close", {"date": date(2027, 3, 30)})


def test_moment_in_a_clock_change_shows_its_time():
    local = datetime.combine(date(2027, 3, 28), time(2, 30))
    with translation.override("en"):
        assert "Sunday 28 March 2027, 02:30" in sentence_of("session_in_clock_gap", {"local": local})


def test_named_sentence_begins_with_the_setting():
    assert named_sentence(Problem("goal", "required")) == "Goal: Please fill this in."


def test_code_without_a_sentence_still_says_something():
    assert sentence(Refused("no_such_code", values={"x": 1})) == "This does not fit. Please check it."
