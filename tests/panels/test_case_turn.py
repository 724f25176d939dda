"""The turn on the page of its case: the phases, what is open and why, for each who reads it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.services.turn import take_into_circle
from tests.factories import (
    NOW,
    CaseFactory,
    CircleFactory,
    ContributionFactory,
    MembershipFactory,
    consent,
    seat,
)
from tests.panels.turning import case_page, lead
from tests.runtime import get, make_block, words
from tests.services.turning import AT, DAY, HOUR, begin, choose, closing, forward, fresh, group, plan, plan_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_wrote_lately():
    cache.clear()


@pytest.fixture
def here():
    return group()


@pytest.fixture
def owner(here):
    return here.people[0]


@pytest.fixture
def member(here):
    return here.people[1]


def strip(html):
    return html.split("data-seen=", 1)[1].split("</section>", 1)[0]


def test_a_case_without_a_turn_has_no_strip_and_who_guides_finds_the_way_to_plan_one(here, member):
    assert "data-seen" not in case_page(member, here.case)
    assert f'data-panel="turn?case={here.case.key}"' in case_page(here.guide, here.case)
    assert "turn?case=" not in case_page(member, here.case)


def test_a_planned_turn_says_when_and_that_questions_are_welcome(here, member):
    plan(here)
    shown = words(strip(case_page(member, here.case)))
    assert "This case has its turn in the session on Friday 11 December 2026 at 10:00." in shown
    assert "Questions are welcome already: they make the turn better." in shown


def test_the_current_phase_is_marked_in_words_and_for_who_listens(here, member):
    forward(here, begin(here, plan(here)))
    shown = strip(case_page(member, here.case))
    assert shown.count("aria-current") == 1
    current = shown.split('aria-current="step"', 1)[1].split("</li>", 1)[0]
    assert "Reflections" in current
    assert "since 10:00 · about 10 minutes" in " ".join(current.split())
    assert words(shown.split("<li", 2)[1]).endswith("Clarifying questions Done")


@pytest.mark.parametrize(
    ("steps", "others", "own"),
    [
        (0, "Now: clarifying questions. Suggestions open later, so that the question is understood first.", "briefly"),
        (1, "Now: reflections, while the case giver listens.", "Now you listen: the others reflect"),
        (2, "Now: suggestions, own experience and resources.", "Now you hear suggestions and experience."),
        (3, "Now: the case giver chooses a first step.", "Now you choose: how do you ask your question now"),
    ],
)
def test_one_line_says_what_is_open_now_and_why(here, member, steps, others, own):
    forward(here, begin(here, plan(here)), times=steps)
    assert others in words(strip(case_page(member, here.case)))
    assert own in words(strip(case_page(here.people[0], here.case)))
    assert others in words(strip(case_page(here.guide, here.case)))


def test_the_strip_looks_again_while_the_turn_runs_and_offers_what_is_open_then(here, member):
    turn = begin(here, plan(here))
    shown = strip(case_page(member, here.case))
    assert shown.startswith('"questions"')
    assert 'data-refresh="12000"' in shown
    assert 'data-now="questions"' in shown
    lead(here.guide, "turn.forward", turn)
    assert 'data-now="reflections"' in strip(case_page(member, here.case))


def test_before_the_session_nothing_looks_again_and_from_an_hour_before_it_does(here, member):
    plan(here)
    starts_at = here.sessions[0].starts_at
    assert "data-refresh" not in strip(case_page(member, here.case))
    assert "data-refresh" in strip(case_page(member, here.case, at=starts_at - HOUR))


def test_over_several_days_each_phase_says_until_when(here, member):
    begin(here, plan_days(here))
    shown = words(strip(case_page(member, here.case)))
    assert "Now · until Sat 5 Dec, 10:00 (Brussels)" in shown
    assert "Reflections until Mon 7 Dec, 10:00 (Brussels)" in shown
    shown = words(strip(case_page(member, here.case, at=AT + 3 * DAY)))
    assert "Clarifying questions Done" in shown
    assert "Now · until Mon 7 Dec, 10:00 (Brussels)" in shown


def test_people_of_another_circle_read_along(here, member):
    turn, circle = plan(here), CircleFactory(session=here.sessions[0], number=2)
    seat(circle, here.people[2])
    take_into_circle(turn, circle)
    begin(here, fresh(turn))
    line = "Circle 2 works on this case. You can read along."
    assert line in words(strip(case_page(member, here.case)))
    assert line not in words(strip(case_page(here.people[2], here.case)))


def test_staff_behind_a_mask_and_strangers_learn_nothing_of_a_turn(here):
    closing(here)
    stranger = MembershipFactory(cohort__network=here.cohort.network).user
    assert get(make_block(stranger.username), f"cases?case={here.case.key}").status_int == 404


def test_the_page_costs_the_same_for_few_and_many_rounds_and_voices(here, member):
    choose(closing(here))
    for person in here.people[1:]:
        plan(here, CaseFactory(cohort=here.cohort, owner=person))
    begin(here, plan(here))

    def cost():
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            case_page(member, here.case)
        return len(seen)

    case_page(member, here.case)
    few = cost()
    more = [MembershipFactory(cohort=here.cohort).user for _number in range(6)]
    consent(here.cohort, *more)
    for person in more:
        ContributionFactory(case=here.case, author=person, posted_at=NOW + timedelta(days=2))
    assert cost() == few
