"""What the case giver takes home, on the page of the case."""

import pytest
from django.core.cache import cache

from tests.factories import (
    CaseFactory,
)
from tests.panels.turning import case_page, lead, press, read
from tests.runtime import words
from tests.services.turning import AT, DAY, HOUR, begin, choose, closing, forward, fresh, group, plan

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


CHOICE = {"question": "What do they need?", "first_step": "Call a colleague", "step_on": "2026-12-10"}


def test_the_case_giver_chooses_and_everybody_reads_both_questions_side_by_side(here, owner, member):
    turn = closing(here)
    assert "turn.choose" not in case_page(member, here.case)
    response = lead(owner, "turn.choose", turn, **CHOICE)
    assert response.status_int == 200
    for user, then, now in (
        (owner, "My question then", "My question now"),
        (member, "The question then", "The question now"),
    ):
        shown = words(case_page(user, here.case))
        assert f"{then} {here.case.question} {now} What do they need?" in shown
        assert "First step Call a colleague (by Thursday 10 December 2026)" in shown
    assert fresh(here.case).stage == "discussed"


def test_a_step_and_its_date_are_asked_for_unless_there_is_none(here, owner):
    turn = closing(here)
    refused = lead(owner, "turn.choose", turn, question="What now?")
    assert refused.status_int == 422
    assert "My first step : Please fill this in." in read(refused)
    assert "By when : Please fill this in." in read(refused)
    assert lead(owner, "turn.choose", turn, question="What now?", no_step="on").status_int == 200
    assert "First step None for now" in words(case_page(owner, here.case))


def test_nobody_chooses_for_the_case_giver(here, member):
    turn = closing(here)
    for user in (member, here.guide):
        assert press(user, "turn.choose", turn, version=5, **CHOICE).status_int in (403, 404)


def test_what_was_typed_stays_when_the_phase_changed_meanwhile(here, owner):
    turn = closing(here)
    version = str(turn.version)
    lead(here.guide, "turn.back", turn, note="One more idea")
    page = f"cases?case={here.case.key}"
    response = press(owner, "turn.choose", turn, page=page, version=version, **CHOICE)
    assert response.status_int == 409
    assert "What do they need?" in response.text
    assert "You can choose once the last phase is open again." in read(response)


def test_after_an_end_without_a_choice_the_form_stays_until_it_is_filled_in(here, owner):
    turn = begin(here, plan(here))
    lead(here.guide, "turn.end", turn)
    assert "Your choice" in words(case_page(owner, here.case, at=AT + 9 * DAY))
    assert lead(owner, "turn.choose", turn, at=AT + 1 * DAY, **CHOICE).status_int == 200
    assert fresh(here.case).stage == "discussed"


def test_what_became_of_it_is_asked_from_the_day_of_the_step_on(here, owner, member):
    turn = choose(closing(here))
    asked = "What became of your first step?"
    assert asked not in words(case_page(owner, here.case, at=AT + 4 * DAY))
    assert asked in words(case_page(owner, here.case, at=AT + 5 * DAY))
    assert asked not in words(case_page(member, here.case, at=AT + 5 * DAY))
    response = lead(owner, "turn.tell", turn, at=AT + 5 * DAY, outcome="They listened.")
    assert response.status_int == 200
    assert "What happened since They listened." in words(case_page(member, here.case))
    assert fresh(here.case).stage == "outcome_told"


def test_it_is_asked_at_the_next_session_even_before_the_day_of_the_step(here, owner):
    choose(closing(here), step_on=(AT + 60 * DAY).date())
    begun = here.sessions[0].starts_at
    assert "What became of your first step?" not in words(case_page(owner, here.case, at=begun - HOUR))
    assert "What became of your first step?" in words(case_page(owner, here.case, at=begun))


def test_the_date_of_the_step_is_put_off_once(here, owner):
    turn = choose(closing(here))
    at = AT + 5 * DAY
    assert lead(owner, "turn.postpone", turn, at=at, step_on="2026-12-20").status_int == 200
    shown = case_page(owner, here.case, at=at)
    assert "What became of your first step?" not in words(shown)
    assert "turn.postpone" not in shown


def test_nobody_tells_or_puts_off_for_the_case_giver(here, member):
    turn = choose(closing(here))
    version = turn.version
    assert press(member, "turn.tell", turn, version=version, outcome="Well").status_int == 404
    assert press(member, "turn.postpone", turn, version=version, step_on="2026-12-20").status_int == 404
    assert press(here.guide, "turn.tell", turn, version=version, outcome="Well").status_int == 403


def test_both_rounds_are_shown_each_with_what_came_of_it(here, owner, member):
    choose(closing(here))
    for person in here.people[1:]:
        plan(here, CaseFactory(cohort=here.cohort, owner=person))
    second = forward(here, begin(here, plan(here)), times=3)
    choose(second, question="And next?", first_step="Ask again")
    shown = words(case_page(member, here.case))
    assert "What came of round 1" in shown
    assert "What came of round 2" in shown
    assert shown.index("Call a colleague") < shown.index("Ask again")
