"""A takeaway in words."""

from datetime import date
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lernet_xblock.panels.takeaway_words import by_source, facts, readers, source
from lernet_xblock.queries.takeaway import Line
from tests.factories import NOW

VIEWER: Any = SimpleNamespace(zone=ZoneInfo("Europe/Brussels"))


def line(**given):
    kept = {"key": "k", "text": "x", "state": "noted", "visibility": "me", "by_date": None, "with_whom": ""}
    return Line(**{**kept, "happened": "", "made_at": NOW, "version": 1, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Only you can read it."),
        ({"of_case": True, "visibility": "case_giver"}, "You and the case giver can read it."),
        (
            {"of_case": True, "visibility": "cohort"},
            "You and those of your group who can read the case can read it.",
        ),
        ({"of_case": True, "visibility": "cohort", "state": "dropped"}, "Only you can read it."),
        ({"of_case": False, "visibility": "cohort"}, "Only you can read it."),
    ],
)
def test_it_says_who_reads_it_as_the_permission_has_it(given, said):
    assert readers(line(**given)) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "committed", "by_date": date(2027, 3, 9), "with_whom": "Mila"}, ["By Tue 9 Mar", "with Mila"]),
        ({"state": "postponed", "by_date": date(2027, 3, 9)}, ["Postponed to Tue 9 Mar"]),
        ({"state": "tried", "by_date": date(2027, 3, 9)}, ["tried"]),
        ({"state": "told"}, ["shared with your team"]),
        ({"state": "dropped"}, []),
    ],
)
def test_it_says_where_it_stands(given, said):
    assert facts(VIEWER, line(**given)) == [*said, "noted on Tue 1 Dec"]


def test_it_says_where_it_is_from():
    assert source(VIEWER, line(of_case=True, case_title="Handover")) == "Handover"
    assert source(VIEWER, line(of_case=True)) == "A case that you can no longer read"
    assert source(VIEWER, line(session_at=NOW)) == "The session of Tuesday 1 December 2026"
    assert source(VIEWER, line()) == ""


def test_lines_from_the_same_place_stand_together():
    lines = [
        line(of_case=True, case_title="A", case_key="a"),
        line(session_at=NOW),
        line(of_case=True, case_key="a", case_title="A"),
    ]
    found = by_source(VIEWER, lines)
    assert [(group["source"], len(group["rows"])) for group in found] == [
        ("A", 2),
        ("The session of Tuesday 1 December 2026", 1),
    ]
