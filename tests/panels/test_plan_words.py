# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
"""What a preview of dates says, in sentences."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from lernet_xblock.panels.plan_words import cautions_said, changes_said, coming_said, done_said, heading, shift_said
from lernet_xblock.queries.plan import PlanInForce
from lernet_xblock.queries.plan_warnings import Caution
from lernet_xblock.rules.plan_dates import dates_of
from tests.factories import PLAN

LAST = {"last": date(2027, 5, 25)}


@pytest.mark.parametrize(
    ("caution", "sentence"),
    [
        (Caution("session_on_holiday", {"date": date(2027, 3, 29), "holiday": "easter_monday"}), "Easter Monday"),
        (Caution("session_in_clock_gap", {"local": datetime(2027, 3, 28, 2, 30)}), "begins an hour later"),
        (Caution("session_in_clock_overlap", {"local": datetime(2027, 10, 31, 2, 30)}), "begins the first time"),
        (Caution("soon"), "in less than 48 hours"),
        (Caution("sudden"), "It was to begin in less than 48 hours."),
        (Caution("before_course", {"first": date(2027, 2, 9)}), "begins only on Tuesday 9 February 2027"),
        (Caution("after_course", LAST), "The course ends on Tuesday 25 May 2027."),
        (Caution("after_network", LAST), "The network was to end on Tuesday 25 May 2027."),
        (
            Caution("elsewhere", {"people": 1, "where": "Night work"}),
            "1 person of this group is in a session of “Night",
        ),
        (
            Caution("elsewhere", {"people": 3, "where": "50 % off"}),
            "3 people of this group are in a session of “50 % o",
        ),
    ],
)
def test_every_caution_is_a_sentence(caution, sentence):
    (said,) = cautions_said([caution])
    assert sentence in said
    assert said.endswith(".")


@pytest.mark.parametrize("name", ["moved", "new", "cancelled", "unchanged", "left"])
def test_headings_count(name):
    assert heading(name, 1).startswith("1 session ")
    assert heading(name, 0).startswith("0 sessions ")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), ""),
        (("Ann",), "1 person had said that they come: Ann."),
        (("Ann", "Bo", "Cleo"), "3 people had said that they come: Ann, Bo and Cleo."),
    ],
)
def test_who_had_said_to_come(names, said):
    assert coming_said(names) == said


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        ((0, 0), "at the same times"),
        ((7, 0), "7 days later"),
        ((0, -30), "30 minutes earlier"),
        ((1, 1), "1 day later and 1 minute later"),
        ((-2, 90), "2 days earlier and 90 minutes later"),
    ],
)
def test_a_shift_is_said_in_words(shift, said):
    assert shift_said(*shift) == said


def test_only_what_differs_is_said_with_both_values():
    days = tuple(date(2027, 1, day) for day in range(1, 13))
    in_force = PlanInForce(replace(PLAN, free_days=days[:1]), {}, own=False, version=0, shift_days=7)
    typed = dates_of(replace(PLAN, interval=3, free_days=days))
    assert changes_said(in_force, typed, {"shift_days": 7, "shift_minutes": 0}) == [
        {"label": "Weeks or months between sessions", "before": "4", "after": "3"},
        {"label": "Days without session", "before": "Friday 1 January 2027", "after": "12 days"},
    ]
    assert changes_said(in_force, dates_of(in_force.settings), {"shift_days": 0, "shift_minutes": 0}) == [
        {
            "label": "Against these dates, this group meets",
            "before": "7 days later",
            "after": "at the same times",
        }
    ]


def test_what_was_done_is_one_sentence():
    assert done_said("Group A", 0, 0, 0) == "Saved. No session of Group A changes."
    assert done_said("Group A", 1, 0, 2) == (
        "Saved. Group A: 1 session moves and 2 sessions are cancelled. Everybody is told once."
    )
