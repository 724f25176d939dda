"""Settings as people read them."""

from datetime import date, time

import pytest

from lernet_xblock.panels.settings_shown import rows, shown
from lernet_xblock.sentences import SETTING_LABELS
from tests.factories import PLAN


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("make_up", True, "Yes"),
        ("self_check_in", False, "No"),
        ("make_up", None, "—"),
        ("reminders", ("7d", "1d", "1h"), "7 days before, 1 day before, 1 hour before"),
        ("reminders", (), "—"),
        ("free_days", (date(2027, 3, 29), date(2027, 5, 1)), "Monday 29 March 2027, Saturday 1 May 2027"),
        ("preparation_minutes", 0, "0"),
        ("interval", 1, "1"),
        ("session_time", time(13, 30), "13:30"),
        ("mode", "online", "Online"),
        ("mode", "nowhere", "nowhere"),
        ("tags", ("a", "b"), "a, b"),
    ],
)
def test_values_are_words(name, value, words):
    assert shown(name, value) == words


def test_every_setting_has_a_line():
    listed = {row["label"]: row["value"] for row in rows(PLAN)}
    assert len(listed) == len(SETTING_LABELS)
    assert listed["Reminders before a session"] == "7 days before, 1 day before"
    assert listed["Members say themselves that they are there"] == "No"
