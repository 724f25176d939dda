"""What breaks leaves nothing of what people wrote: not in the log, the reply, or an exception somebody could report."""

import logging
import traceback
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError

from lernet_xblock.errors import Broken, NotFound, RuleViolation
from lernet_xblock.panels import case_page, home
from lernet_xblock.panels.discretion import discreet
from lernet_xblock.services import case as writing
from tests.factories import NOW, CaseFactory, CohortFactory, MembershipFactory, NetworkFactory, consent
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db

CANARY = "canary-4711"


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def case():
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    owner = MembershipFactory(cohort=cohort).user
    consent(cohort, owner)
    return CaseFactory(cohort=cohort, owner=owner, state="draft", shared_at=None, situation=CANARY)


def break_with(words):
    """Break as databases do: what was given stands in the message, in the locals, and in what led to it."""
    given = {"situation": words}
    raise ValueError(f"could not store {given}") from KeyError(words)


def raised(work):
    with pytest.raises(Broken) as caught:
        work()
    return caught.value


def everything_of(error):
    """Return all that an error reporter can find in an exception: chain, frames with their locals, message, notes."""
    found, seen = [], error
    while seen is not None:
        found.append(repr(seen.args) + repr(getattr(seen, "__notes__", "")) + repr(seen.__dict__))
        found.extend(repr(frame.f_locals) for frame, _line in traceback.walk_tb(seen.__traceback__))
        seen = seen.__cause__ or seen.__context__
    return "\n".join(found)


@discreet
def write(text):
    break_with(text)


def outcome_of(text):
    """Call from a frame that does not keep the words, as a dispatcher does."""
    try:
        write(text)
    except Broken as broken:
        return broken
    raise AssertionError


def test_the_exception_that_leaves_has_no_cause_no_context_and_no_words():
    error = outcome_of(CANARY)
    assert (error.__cause__, error.__context__, error.__notes__ if hasattr(error, "__notes__") else None) == (
        None,
        None,
        None,
    )
    assert CANARY not in str(error)
    assert CANARY not in repr(error.__dict__)


def test_the_log_names_kind_and_place_and_is_no_error_that_reporters_take(caplog):
    with caplog.at_level(logging.DEBUG):
        outcome_of(CANARY)
    (record,) = caplog.records
    assert (record.levelno, record.exc_info, record.stack_info) == (logging.WARNING, None, None)
    assert "ValueError" in record.getMessage()
    assert "break_with" in record.getMessage()
    assert CANARY not in caplog.text + repr(record.__dict__)


@pytest.mark.parametrize("kept", [NotFound(), RuleViolation("Not on a Sunday."), OperationalError(1213, "Deadlock")])
def test_refusals_and_what_can_be_tried_again_pass_as_they_are(kept):
    @discreet
    def refuse():
        raise kept

    with pytest.raises(type(kept)) as caught:
        refuse()
    assert caught.value is kept


def test_what_works_is_returned_as_it_is():
    assert discreet(lambda text: text)(CANARY) == CANARY


def test_an_action_that_breaks_answers_500_without_a_word(case, monkeypatch, caplog):
    monkeypatch.setattr(writing, "save", lambda found, **given: break_with(found.situation))
    with caplog.at_level(logging.DEBUG):
        reply = post(
            make_block(case.owner.username),
            "case.save",
            {"about": case.key, "version": "1", "situation": CANARY, "horizon": "urgent", "kind": "problem"},
        )
    assert reply.status_int == 500
    assert "What you typed is kept" in reply.text
    assert CANARY not in reply.text + caplog.text
    assert "ValueError" in caplog.text


def test_a_panel_that_breaks_answers_500_without_a_word(case, monkeypatch, caplog):
    case.state, case.shared_at = "shared", NOW
    case.save()
    monkeypatch.setattr(case_page, "case_scene", lambda _viewer, found: break_with(found.situation))
    with caplog.at_level(logging.DEBUG):
        reply = get(make_block(case.owner.username), f"cases?case={case.key}")
    assert (reply.status_int, reply.headers["Cache-Control"]) == (500, "no-store")
    assert CANARY not in reply.text + caplog.text
    assert "ValueError" in caplog.text


def test_a_page_of_the_course_that_breaks_tells_the_platform_nothing(case, monkeypatch, caplog):
    monkeypatch.setattr(home, "_for", lambda _viewer: break_with(CANARY))
    block = make_block(case.owner.username)
    with caplog.at_level(logging.DEBUG):
        error = raised(lambda: block.render("student_view"))
    assert CANARY not in everything_of(error) + caplog.text
    assert "ValueError" in caplog.text


def test_a_template_that_breaks_leaves_no_context_of_the_page(case, monkeypatch, caplog):
    """Template engines attach the values of the page to what they raise."""
    monkeypatch.setattr(home, "news", lambda _viewer, _forms: {"news": [Trap()], "secret": CANARY})
    with caplog.at_level(logging.DEBUG):
        error = raised(lambda: make_block(case.owner.username).render("student_view"))
    assert CANARY not in everything_of(error) + caplog.text


class Trap:
    """Something that breaks when it is shown."""

    @property
    def sentence(self):
        return break_with(CANARY)
