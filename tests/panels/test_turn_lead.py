"""Leading a turn on the page of its case."""

import pytest
from django.core.cache import cache

from lernet_xblock.services import turn_phase
from lernet_xblock.services.turn import take_into_circle
from tests.factories import (
    CircleFactory,
    FacilitationFactory,
    MembershipFactory,
    UserFactory,
    seat,
)
from tests.panels.turning import case_page, lead, press, read
from tests.runtime import words
from tests.services.turning import HOUR, begin, forward, fresh, group, plan, plan_days

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


def test_who_guides_leads_from_phase_to_phase_and_a_member_does_not(here, member):
    turn = plan(here)
    assert lead(here.guide, "turn.begin", turn).status_int == 200
    for label in ("Open the reflections", "Open the suggestions", "Open the choice"):
        assert label in words(case_page(here.guide, here.case))
        assert label not in words(case_page(member, here.case))
        assert lead(here.guide, "turn.forward", turn).status_int == 200
    assert fresh(turn).phase == "closing"
    assert "turn.forward" not in case_page(here.guide, here.case)


def test_the_moderator_of_its_circle_leads_and_goes_not_back(here, member):
    turn, circle = plan(here), CircleFactory(session=here.sessions[0], moderator=member)
    seat(circle, *here.people)
    take_into_circle(turn, circle)
    assert lead(member, "turn.begin", turn).status_int == 200
    assert lead(member, "turn.forward", turn).status_int == 200
    assert "turn.back" not in case_page(member, here.case)
    given = {"version": 3, "seen": "reflections", "note": "Wait"}
    assert press(member, "turn.back", turn, **given).status_int == 403
    assert lead(member, "turn.end", turn).status_int == 200
    assert fresh(turn).phase == "done"


@pytest.mark.parametrize("name", ["turn.begin", "turn.forward", "turn.end"])
def test_leading_a_turn_is_not_there_for_others(here, owner, member, name):
    turn = plan(here)
    stranger = MembershipFactory(cohort__network=here.cohort.network).user
    given = {"version": 1, **({"seen": "planned"} if name == "turn.forward" else {})}
    for user in (owner, member, stranger):
        assert press(user, name, turn, **given).status_int in (403, 404)
    missing = type(turn)(key="0" * 20)
    assert press(here.guide, name, missing, **given).status_int == 404
    assert press(UserFactory(), name, turn, **given).status_int == 403


def test_going_back_says_why_on_the_page(here, member):
    turn = forward(here, begin(here, plan(here)))
    refused = lead(here.guide, "turn.back", turn, note="")
    assert refused.status_int == 422
    assert lead(here.guide, "turn.back", turn, note="We do not understand yet").status_int == 200
    assert fresh(turn).phase == "questions"
    assert "The turn went back one step: We do not understand yet" in words(case_page(member, here.case))


def test_who_presses_second_reads_who_was_first_and_skips_no_phase(here):
    deputy = FacilitationFactory(cohort=here.cohort, role="deputy").user
    turn = begin(here, plan(here))
    given = {"version": 2, "seen": "questions"}
    page = f"cases?case={here.case.key}"
    assert press(here.guide, "turn.forward", turn, page=page, **given).status_int == 200
    second = press(deputy, "turn.forward", turn, page=page, **given)
    assert second.status_int == 409
    assert f"{here.guide.first_name} {here.guide.last_name} changed this" in read(second)
    assert fresh(turn).phase == "reflections"
    # Pressing again is on purpose: the button has the version of now, and its label says what it opens.
    assert "Open the suggestions" in read(second)


def test_who_begins_second_reads_that_it_has_begun(here):
    turn = plan(here)
    page = f"cases?case={here.case.key}"
    assert press(here.guide, "turn.begin", turn, page=page, version=1).status_int == 200
    again = press(here.guide, "turn.begin", turn, page=page, version=1)
    assert again.status_int == 409
    assert "You changed this yourself" in read(again)


def test_a_deadline_passing_meanwhile_is_told_and_nothing_skipped(here):
    turn = begin(here, plan_days(here))
    page = f"cases?case={here.case.key}"
    late = press(
        here.guide, "turn.forward", turn, page=page, at=turn.questions_until + HOUR, version=2, seen="questions"
    )
    assert late.status_int == 422
    assert "A deadline has passed since you opened this page" in read(late)
    turn_phase.end(fresh(turn), opened_version=2, by=here.guide.pk, now=turn.questions_until + HOUR)
