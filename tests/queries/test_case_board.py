"""The board of cases: where they are in their life, and what presses first."""

from datetime import date, timedelta

import pytest
import time_machine

from lernet_xblock.models import Theme
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.case_board import case_space
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    ReportFactory,
    SessionFactory,
    TurnFactory,
    consent,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=20)


@pytest.fixture(autouse=True)
def later():
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


def viewer(user):
    return viewer_of(make_block(user.username), None)


def lines(user):
    return {line.title: line for board in case_space(viewer(user)).boards for line in board.cases}


def talked(cohort, title, **turn):
    case = shared_case(cohort, stage="discussed", title=title)
    return TurnFactory(case=case, phase="done", **turn)


def test_cases_stand_where_they_are_in_their_life(cohort, reader):
    stages = {
        "waiting": "shared",
        "worked_on": "in_discussion",
        "talked": "discussed",
        "awaiting": "awaiting_outcome",
        "told": "outcome_told",
        "put_away": "archived",
    }
    for place, stage in stages.items():
        shared_case(cohort, stage=stage, title=place)
    assert {title: line.place for title, line in lines(reader).items()} == {place: place for place in stages}


def test_a_planned_case_says_when(cohort, reader):
    at = LATER + timedelta(days=3)
    session = SessionFactory(cohort=cohort, number=2, starts_at=at)
    TurnFactory(case=shared_case(cohort, title="Live", stage="scheduled"), session=session)
    TurnFactory(case=shared_case(cohort, title="Days", stage="scheduled"), mode="days")
    found = lines(reader)
    assert {title: (line.place, line.meets_at) for title, line in found.items()} == {
        "Live": ("planned", at),
        "Days": ("planned", None),
    }


def test_a_first_step_is_waited_for_from_its_day_or_the_next_session_on(cohort, reader):
    ended = {"begun_at": NOW + timedelta(days=2), "ended_at": NOW + timedelta(days=3)}
    later = SessionFactory(cohort=cohort, number=7, starts_at=NOW + timedelta(days=1))
    step = {"first_step": "Call a colleague", "session": later, **ended}
    talked(cohort, "day has come", step_on=LATER.date(), **step)
    talked(cohort, "day to come", step_on=LATER.date() + timedelta(days=1), **step)
    talked(cohort, "no step", no_step=True, session=later, **ended)
    talked(cohort, "told", step_on=LATER.date(), told_at=NOW, **step)
    assert {title: line.place for title, line in lines(reader).items()} == {
        "day has come": "awaiting",
        "day to come": "talked",
        "no step": "talked",
        "told": "talked",
    }
    SessionFactory(cohort=cohort, number=8, starts_at=LATER - timedelta(hours=1))
    assert lines(reader)["day to come"].place == "awaiting"


def test_only_the_last_round_counts(cohort, reader):
    session = SessionFactory(cohort=cohort, number=7, starts_at=NOW + timedelta(days=1))
    first = talked(cohort, "Again", session=session, first_step="Call", step_on=date(2026, 12, 5))
    TurnFactory(case=first.case, number=2, phase="done", session=session, no_step=True)
    assert lines(reader)["Again"].place == "talked"


def test_what_presses_stands_first_and_sooner_before_later(cohort, reader):
    def given(title, **values):
        shared_case(cohort, title=title, **values)

    given("older", shared_at=NOW + timedelta(days=1))
    given("newer", shared_at=NOW + timedelta(days=2))
    given("needed", needed_by=date(2027, 1, 1))
    given("urgent", horizon="urgent", shared_at=NOW)
    given("urgent, needed", horizon="urgent", needed_by=date(2026, 12, 30), shared_at=NOW)
    assert list(lines(reader)) == ["urgent, needed", "urgent", "needed", "newer", "older"]


def test_contributions_are_counted_as_far_as_the_reader_may_read_them(cohort, reader):
    case = shared_case(cohort, title="Counted")
    for audience in ("cohort", "cohort", "facilitator"):
        ContributionFactory(case=case, audience=audience)
    ContributionFactory(case=case, withdrawn_at=NOW)
    ReportFactory(case=case, contribution=ContributionFactory(case=case))
    guide = FacilitationFactory(cohort=cohort).user
    assert (lines(reader)["Counted"].voices, lines(guide)["Counted"].voices) == (2, 3)


def test_a_case_that_is_held_is_a_neutral_line_for_those_who_would_read_it(cohort, reader):
    case = shared_case(cohort, title="Held")
    ReportFactory(case=case)
    board = case_space(viewer(reader)).boards[0]
    assert ([line.title for line in board.cases], board.held) == ([], 1)
    consent(cohort, case.owner)
    own = case_space(viewer(case.owner)).boards[0]
    assert ([(line.title, line.held) for line in own.cases], own.held) == ([("Held", True)], 0)


def test_who_never_could_read_it_does_not_learn_that_one_is_held(cohort, reader):
    ReportFactory(case=shared_case(cohort, audience="facilitator"))
    other = MembershipFactory(cohort=CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort)
    consent(other.cohort, other.user)
    late = MembershipFactory(cohort=cohort, joined_at=NOW + timedelta(days=4)).user
    consent(cohort, late)
    for person in (reader, other.user, late):
        assert [board.held for board in case_space(viewer(person)).boards] == [0]


def test_a_theme_is_named_with_the_cases_that_one_reads(cohort, reader):
    theme = Theme.objects.create(cohort=cohort, title="Night shifts", made_at=NOW)
    shared_case(cohort, title="Open", theme=theme)
    shared_case(cohort, title="Guides", theme=theme, audience="facilitator")
    assert {title: line.theme for title, line in lines(reader).items()} == {"Open": "Night shifts"}


def test_an_own_draft_has_no_place_and_no_age(cohort, reader):
    CaseFactory(cohort=cohort, owner=reader, state="draft", shared_at=None)
    (line,) = case_space(viewer(reader)).mine
    assert (line.place, line.voices, line.theme) == ("", 0, "")


@pytest.mark.parametrize("count", [1, 12])
def test_a_board_costs_the_same_however_full_it_is(cohort, reader, count, django_assert_num_queries):
    for number in range(count):
        case = shared_case(cohort, stage="scheduled", theme=Theme.objects.create(cohort=cohort, title="x", made_at=NOW))
        TurnFactory(case=case, session=SessionFactory(cohort=cohort, number=number + 2))
        ContributionFactory(case=case)
    seen = viewer(reader)
    with django_assert_num_queries(8):
        assert len(case_space(seen).boards[0].cases) == count
