"""The board of cases as people read it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.panels.case_board import age
from tests.factories import (
    NOW,
    CharterFactory,
    MembershipFactory,
    ReportFactory,
    SessionFactory,
    TurnFactory,
    consent,
    shared_case,
)
from tests.runtime import get, make_block, words

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=22)


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


@pytest.fixture
def reader(cohort):
    person = MembershipFactory(cohort=cohort).user
    consent(cohort, person)
    return person


def board(user):
    return words(get(make_block(user.username), "cases").text)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "shared today"),
        (0, "shared today"),
        (1, "shared yesterday"),
        (2, "shared 2 days ago"),
        (13, "shared 13 days ago"),
        (14, "shared 2 weeks ago"),
        (62, "shared 8 weeks ago"),
        (63, "shared 2 months ago"),
        (200, "shared 6 months ago"),
    ],
)
def test_an_age_is_said_as_people_say_it(days, said):
    assert age(days) == said


def test_cases_stand_under_what_people_say_of_them(cohort, reader):
    for title, stage in {"W1": "shared", "D1": "in_discussion", "T1": "discussed", "O1": "outcome_told"}.items():
        shared_case(cohort, title=title, stage=stage)
    at = SessionFactory(cohort=cohort, number=2, starts_at=LATER + timedelta(days=2))
    TurnFactory(case=shared_case(cohort, title="P1", stage="scheduled"), session=at)
    shown = board(reader)
    order = ["Being worked on", "D1", "Planned", "P1", "Waiting for a turn", "W1"]
    order += ["Talked through", "T1", "Told how it went", "O1"]
    places = [shown.index(word, shown.index("Shared in your group")) for word in order]
    assert places == sorted(places)
    assert "Planned for Fri 25 Dec" in shown
    assert "shared 3 weeks ago" in shown


def test_an_urgent_case_stands_first_with_the_day_it_is_needed_by(cohort, reader):
    shared_case(cohort, title="Calm", shared_at=LATER - timedelta(days=1))
    shared_case(cohort, title="Pressing", horizon="urgent", needed_by=date(2027, 1, 4))
    shown = board(reader)
    assert shown.index("Pressing") < shown.index("Needed by Mon 4 Jan") < shown.index("Calm")


def test_a_held_case_is_one_neutral_line(cohort, reader):
    ReportFactory(case=shared_case(cohort, title="Canary4711"))
    shown = board(reader)
    assert "One case is held back while somebody looks at a report." in shown
    assert "Canary4711" not in shown


def test_an_empty_board_says_what_a_case_is(reader):
    shown = board(reader)
    assert "Nobody has shared a case yet." in shown
    assert "Search all that you can read here" not in shown


@pytest.mark.parametrize("count", [1, 10])
def test_a_board_costs_the_same_however_full_it_is(cohort, reader, count, django_assert_num_queries):
    for number in range(count):
        session = SessionFactory(cohort=cohort, number=number + 2)
        TurnFactory(case=shared_case(cohort, stage="scheduled"), session=session)
    with django_assert_num_queries(11):
        assert board(reader).count("Handover") == count
