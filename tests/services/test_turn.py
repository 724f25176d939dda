"""What all changes of a turn have in common, and turns that end because their case goes."""

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import AuditEntry, Message, PhaseChange, Turn
from lernet_xblock.services.case import withdraw
from lernet_xblock.services.turn import catch_up, drop_turn, phase_in_force, take_into_circle
from lernet_xblock.services.turn_plan import Override
from tests.factories import CaseFactory, CircleFactory
from tests.services.turning import AT, DAY, HOUR, begin, choose, closing, forward, fresh, group, plan, plan_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return group()


def test_a_case_that_goes_takes_its_planned_turn_along(here):
    plan(here)
    drop_turn(here.case, now=AT, by=here.case.owner_id)
    assert (fresh(here.case).stage, Turn.objects.count()) == ("shared", 0)
    assert here.case.stage == "shared"


def test_a_case_that_goes_ends_its_turn_without_a_choice(here):
    turn = begin(here, plan(here))
    drop_turn(here.case, now=AT + HOUR, by=here.case.owner_id)
    row = fresh(turn)
    assert (row.phase, row.open, row.ended_at, row.no_step) == ("done", None, AT + HOUR, False)
    assert fresh(here.case).stage == "awaiting_outcome"
    assert AuditEntry.objects.filter(verb="turn.drop").count() == 1


def test_a_case_without_a_turn_has_none_to_drop(here):
    drop_turn(here.case, now=AT, by=here.case.owner_id)
    assert AuditEntry.objects.count() == 0


def test_withdrawing_a_case_frees_its_turn(here):
    turn = begin(here, plan(here))
    withdraw(here.case, now=AT)
    assert (fresh(turn).phase, fresh(here.case).state) == ("done", "withdrawn")


def test_a_second_plan_that_goes_leaves_the_case_where_the_first_turn_left_it(here):
    choose(closing(here))
    plan(here, override=Override(known=True, reason="It cannot wait"))
    assert fresh(here.case).stage == "scheduled"
    drop_turn(here.case, now=AT, by=here.guide.pk)
    assert fresh(here.case).stage == "discussed"


def test_a_circle_takes_a_case_and_its_people_alone_read_one_that_is_for_a_circle(here):
    case = CaseFactory(cohort=here.cohort, owner=here.people[1], audience="circle")
    turn = plan(here, case)
    circle = CircleFactory(session=here.sessions[0])
    assert take_into_circle(turn, circle).circle == circle
    assert fresh(case).circle == circle
    assert fresh(turn).version == turn.version
    take_into_circle(turn, None)
    assert (fresh(turn).circle, fresh(case).circle) == (None, None)


def test_a_circle_takes_a_case_for_everybody_and_does_not_narrow_it(here):
    turn, circle = plan(here), CircleFactory(session=here.sessions[0])
    take_into_circle(turn, circle)
    assert (fresh(turn).circle, fresh(here.case).circle) == (circle, None)


def test_a_circle_of_another_session_takes_no_case(here):
    turn, other = plan(here), CircleFactory(session=here.sessions[1])
    with pytest.raises(NotFound):
        take_into_circle(turn, other)


def test_a_turn_that_is_over_goes_into_no_circle(here):
    turn = choose(closing(here))
    with pytest.raises(NotFound):
        take_into_circle(turn, CircleFactory(session=here.sessions[0]))


def test_a_circle_that_loses_its_case_cannot_read_it_any_more(here):
    case = CaseFactory(cohort=here.cohort, owner=here.people[1], audience="circle")
    turn = plan(here, case)
    take_into_circle(turn, CircleFactory(session=here.sessions[0]))
    drop_turn(case, now=AT, by=here.guide.pk)
    assert (fresh(case).circle, case.circle_id) == (None, None)


def test_a_deadline_that_has_passed_opens_the_next_phase_by_itself(here):
    turn = begin(here, plan_days(here))
    first = turn.questions_until
    assert phase_in_force(turn, now=first) == "reflections"
    row = fresh(turn)
    assert catch_up(row, now=first + HOUR)
    assert (fresh(turn).phase, fresh(turn).phase_since, fresh(turn).version) == ("reflections", first, turn.version)
    change = PhaseChange.objects.get(after="reflections")
    assert (change.by_id, change.at) == (None, first)
    assert not catch_up(row, now=first + HOUR)


def test_of_several_deadlines_that_passed_only_the_phase_that_is_open_now_is_told_of(here):
    turn = begin(here, plan_days(here))
    catch_up(fresh(turn), now=turn.suggestions_until + DAY)
    assert fresh(turn).phase == "closing"
    assert set(Message.objects.values_list("kind", flat=True)) == {"turn_opened", "turn_choice"}
    assert [change.after for change in PhaseChange.objects.all()] == [
        "questions",
        "reflections",
        "suggestions",
        "closing",
    ]


def test_a_held_case_is_not_worked_on(here):
    turn = begin(here, plan(here))
    type(here.case).objects.update(held_at=AT)
    with pytest.raises(NotFound):
        forward(here, turn)
