"""Every action is declared whole, and somebody tested it."""

import re
from pathlib import Path

import pytest

from lernet_xblock import panels  # noqa: F401 - fills the registries
from lernet_xblock.panels.action import ACTIONS
from lernet_xblock.panels.forms import ActionForm
from lernet_xblock.panels.panel import PANELS

TESTS = "\n".join(
    path.read_text() for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name
)


def test_there_are_actions_and_panels():
    assert {"studio.save", "application.submit", "proposal.confirm", "case.share", "pulse.answer"} <= set(ACTIONS)
    assert {"home", "join", "sessions", "cases", "group", "results", "people", "plan"} <= set(PANELS)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_action_is_declared_whole(name):
    action = ACTIONS[name]
    assert callable(action.permission)
    assert issubclass(action.form, ActionForm)
    assert action.panel in PANELS or action.panel in {"editor", "author"}
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_action_has_a_test_that_posts_it(name):
    assert re.search(rf"[\"']{re.escape(name)}[\"']", TESTS), f"no test in tests/panels names {name}"


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_versioned_and_confidential_actions_keep_their_promise(name):
    action = ACTIONS[name]
    if name == "pulse.answer":
        assert not action.remembers
    if "version" in action.form.base_fields:
        assert not action.creates, "a versioned form is refused by its version, not by a key"
