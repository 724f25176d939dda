"""Leading a turn from phase to phase."""

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Message, PhaseChange
from lernet_xblock.services.turn_phase import back, begin, end, forward
from tests.factories import UserFactory
from tests.services import turning
from tests.services.turning import AT, DAY, HOUR, closing, fresh, group, plan, plan_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return group()


def step_back(here, turn, *, note="We have not understood it yet", now=AT):
    row = fresh(turn)
    return back(row, seen=row.phase, note=note, opened_version=row.version, by=here.guide.pk, now=now)


def test_a_turn_begins_with_questions_and_keeps_the_question_as_it_stood(here):
    turn = turning.begin(here, plan(here))
    assert (turn.phase, turn.begun_at, turn.phase_since, turn.version) == ("questions", AT, AT, 2)
    assert turn.question_before == here.case.question
    assert fresh(here.case).stage == "in_discussion"
    change = PhaseChange.objects.get()
    assert (change.before, change.after, change.by_id) == ("planned", "questions", here.guide.pk)


def test_a_turn_begins_once_and_who_comes_second_reads_who_was_first(here):
    turn = turning.begin(here, plan(here))
    with pytest.raises(StaleVersion) as stale:
        begin(turn, opened_version=1, by=UserFactory().pk, now=AT + HOUR)
    assert (stale.value.by_id, stale.value.at) == (here.guide.pk, AT)


def test_phases_open_one_after_the_other_and_the_last_one_ends_with_the_choice(here):
    turn = closing(here)
    assert [change.after for change in turn.changes.all()] == ["questions", "reflections", "suggestions", "closing"]
    with pytest.raises(RuleViolation, match="ends with the choice"):
        turning.forward(here, turn)


def test_a_planned_turn_is_begun_and_not_moved_on(here):
    with pytest.raises(RuleViolation):
        turning.forward(here, plan(here))


def test_a_turn_goes_back_one_step_for_a_reason_that_is_kept(here):
    turn = turning.forward(here, turning.begin(here, plan(here)), times=2)
    assert step_back(here, turn).phase == "reflections"
    assert PhaseChange.objects.get(before="suggestions").note == "We have not understood it yet"
    with pytest.raises(RuleViolation, match="one step only"):
        step_back(here, turn)
    assert turning.forward(here, turn).phase == "suggestions"
    assert step_back(here, turn).phase == "reflections"


def test_going_back_needs_a_reason_and_a_phase_to_go_back_to(here):
    turn = turning.begin(here, plan(here))
    with pytest.raises(RuleViolation, match="no phase before"):
        step_back(here, turn)
    turn = turning.forward(here, turn)
    with pytest.raises(RuleViolation) as refused:
        step_back(here, turn, note="  ")
    assert refused.value.field == "note"


def test_two_who_press_at_once_do_not_skip_a_phase(here):
    turn = turning.begin(here, plan(here))
    turning.forward(here, turn)
    with pytest.raises(StaleVersion):
        forward(turn, seen="questions", opened_version=2, by=UserFactory().pk, now=AT)
    assert fresh(turn).phase == "reflections"


def test_a_deadline_that_passes_meanwhile_is_no_second_step(here):
    turn = turning.begin(here, plan_days(here))
    with pytest.raises(RuleViolation, match="A deadline has passed"):
        forward(turn, seen="questions", opened_version=2, by=here.guide.pk, now=turn.questions_until + HOUR)


def test_over_several_days_a_phase_that_is_opened_again_gets_time(here):
    turn = turning.begin(here, plan_days(here))
    now = turn.questions_until + HOUR
    again = back(turn, seen="reflections", note="One more question", opened_version=2, by=here.guide.pk, now=now)
    assert again.phase == "questions"
    left = turn.reflections_until - now
    assert again.questions_until == now + left
    assert again.reflections_until == turn.reflections_until + left
    assert again.closing_until == turn.closing_until + left


def test_after_the_last_deadline_suggestions_can_be_opened_again_for_a_day(here):
    turn = turning.begin(here, plan_days(here))
    now = turn.closing_until + HOUR
    again = back(turn, seen="closing", note="One more idea", opened_version=2, by=here.guide.pk, now=now)
    assert (again.phase, again.suggestions_until, again.closing_until) == ("suggestions", now + DAY, now + 2 * DAY)


def test_a_turn_whose_first_deadline_is_over_gets_new_ones_before_it_begins(here):
    turn = plan_days(here)
    with pytest.raises(RuleViolation, match="later deadlines"):
        begin(turn, opened_version=1, by=here.guide.pk, now=turn.questions_until)


def test_a_turn_is_ended_without_a_choice_and_its_owner_is_asked(here):
    turn = turning.begin(here, plan(here))
    row = end(turn, opened_version=2, by=here.guide.pk, now=AT + HOUR)
    assert (row.phase, row.open, fresh(here.case).stage) == ("done", None, "awaiting_outcome")
    assert list(Message.objects.values_list("kind", "user_id")) == [("turn_choice", here.case.owner_id)]
    assert AuditEntry.objects.filter(verb="turn.end").count() == 1


def test_a_planned_turn_has_no_end(here):
    with pytest.raises(RuleViolation, match="not begun"):
        end(plan(here), opened_version=1, by=here.guide.pk, now=AT)


def test_in_the_room_nobody_gets_a_message(here):
    closing(here)
    assert Message.objects.count() == 0
