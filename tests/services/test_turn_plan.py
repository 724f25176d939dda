"""Planning whose case comes when."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Notice, Turn
from lernet_xblock.services.turn import take_into_circle
from lernet_xblock.services.turn_plan import Override, TurnTaken, move_turn, set_deadlines, unplan
from tests.factories import CaseFactory, CircleFactory, CohortFactory, SessionFactory, UserFactory, seat
from tests.services.turning import AT, DAY, HOUR, begin, choose, closing, forward, fresh, group, plan, plan_days, rising

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return group()


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def test_a_case_is_planned_for_a_session_and_its_owner_reads_when(here):
    turn = plan(here, mode="hybrid")
    assert (turn.number, turn.phase, turn.mode, turn.open) == (1, "planned", "hybrid", True)
    assert fresh(here.case).stage == "scheduled"
    assert told("turn_planned") == {here.case.owner_id}
    entry = AuditEntry.objects.get(verb="turn.plan")
    assert (entry.actor_id, entry.subject, entry.reason) == (here.guide.pk, turn.key, "")


def test_a_case_is_planned_over_several_days_with_a_deadline_for_each_phase(here):
    turn = plan_days(here)
    assert (turn.mode, turn.session) == ("days", None)
    assert [turn.questions_until, turn.closing_until] == [rising(AT)[0], rising(AT)[3]]
    assert told("turn_planned_days") == {here.case.owner_id}


@pytest.mark.parametrize(
    ("place", "moment", "field"),
    [
        (0, AT - HOUR, "questions_until"),
        (2, AT + DAY, "suggestions_until"),
        (3, AT + 100 * DAY, "closing_until"),
    ],
)
def test_deadlines_are_ahead_and_rise(here, place, moment, field):
    deadlines = rising(AT)
    deadlines[place] = moment
    with pytest.raises(RuleViolation) as refused:
        plan_days(here, deadlines=deadlines)
    assert refused.value.field == field


def test_a_case_that_is_planned_already_is_not_planned_again(here):
    plan(here)
    with pytest.raises(TurnTaken):
        plan_days(here)


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_shared_has_no_turn(here, state):
    case = CaseFactory(cohort=here.cohort, owner=here.people[1], state=state)
    with pytest.raises(NotFound):
        plan(here, case)


def test_a_session_that_is_over_or_cancelled_takes_no_turn(here):
    over = SessionFactory(cohort=here.cohort, number=7, starts_at=AT - 5 * DAY)
    gone = SessionFactory(cohort=here.cohort, state="cancelled", starts_at=AT + 5 * DAY)
    for session in (over, gone):
        with pytest.raises(RuleViolation) as refused:
            plan(here, session=session)
        assert refused.value.field == "session"


def test_a_case_has_no_turn_in_a_group_that_may_not_read_it(here):
    other = SessionFactory(cohort=CohortFactory(network=here.cohort.network), starts_at=AT + DAY)
    with pytest.raises(NotFound):
        plan(here, session=other)


def test_a_case_that_was_opened_to_another_group_can_have_its_turn_there(here):
    other = CohortFactory(network=here.cohort.network)
    type(here.case).objects.update(open_to=other, opened_at=AT)
    session = SessionFactory(cohort=other, starts_at=AT + DAY)
    here.cohort.memberships.filter(user=here.case.owner).update(cohort=other)
    assert plan(here, fresh(here.case), session=session).cohort == other


def test_the_case_of_somebody_who_has_left_has_no_turn(here):
    here.cohort.memberships.filter(user=here.case.owner).update(active=None, left_at=AT)
    with pytest.raises(RuleViolation, match="not in this group any more"):
        plan(here)
    with pytest.raises(RuleViolation, match="not in this group any more"):
        plan_days(here)


def test_a_second_turn_while_somebody_had_none_needs_a_tick_and_a_reason(here):
    choose(closing(here))
    with pytest.raises(RuleViolation) as refused:
        plan(here)
    assert refused.value.field == "known"
    with pytest.raises(RuleViolation) as refused:
        plan(here, override=Override(known=True, reason=" "))
    assert refused.value.field == "reason"
    turn = plan(here, override=Override(known=True, reason="It cannot wait"))
    assert (turn.number, turn.override_reason) == (2, "It cannot wait")
    assert AuditEntry.objects.filter(verb="turn.plan", reason="It cannot wait").count() == 1


def test_once_everybody_has_a_turn_a_second_one_needs_no_reason(here):
    choose(closing(here))
    for person in here.people[1:]:
        plan(here, CaseFactory(cohort=here.cohort, owner=person))
    assert plan(here).override_reason == ""


def test_a_planned_turn_is_moved_to_the_next_session_and_leaves_its_circle(here):
    turn = plan(here)
    take_into_circle(turn, CircleFactory(session=here.sessions[0]))
    moved = move_turn(turn, session=here.sessions[1], opened_version=1, by=here.guide.pk, now=AT)
    assert (moved.session, moved.circle, moved.version) == (here.sessions[1], None, 2)
    with pytest.raises(StaleVersion) as stale:
        move_turn(turn, session=here.sessions[2], opened_version=1, by=UserFactory().pk, now=AT)
    assert (stale.value.by_id, stale.value.at) == (here.guide.pk, AT)


def test_what_has_begun_is_neither_moved_nor_taken_back(here):
    turn = begin(here, plan(here))
    for change in (
        lambda: move_turn(turn, session=here.sessions[1], opened_version=2, by=here.guide.pk, now=AT),
        lambda: unplan(turn, opened_version=2, by=here.guide.pk, now=AT),
    ):
        with pytest.raises(RuleViolation, match="begun already"):
            change()


def test_a_turn_goes_to_sessions_of_its_group_and_a_turn_over_days_to_none(here):
    turn, days = plan(here), plan_days(here, CaseFactory(cohort=here.cohort, owner=here.people[1]))
    other = SessionFactory(cohort=CohortFactory(network=here.cohort.network), starts_at=AT + DAY)
    for one, session in ((turn, other), (days, here.sessions[1])):
        with pytest.raises(NotFound):
            move_turn(one, session=session, opened_version=1, by=here.guide.pk, now=AT)


def test_a_plan_is_taken_back_and_the_owner_reads_it(here):
    unplan(plan(here), opened_version=1, by=here.guide.pk, now=AT)
    assert (fresh(here.case).stage, Turn.objects.count()) == ("shared", 0)
    assert told("turn_unplanned") == {here.case.owner_id}


def test_phases_that_are_over_keep_their_deadline(here):
    turn = begin(here, plan_days(here))
    now = turn.questions_until + HOUR
    later = [AT, *(moment + 3 * DAY for moment in rising(AT)[1:])]
    changed = set_deadlines(turn, deadlines=later, opened_version=2, by=here.guide.pk, now=now)
    assert [changed.questions_until, changed.reflections_until] == [rising(AT)[0], later[1]]
    assert (changed.phase, changed.version) == ("reflections", 3)
    with pytest.raises(RuleViolation) as refused:
        set_deadlines(turn, deadlines=[AT, AT, *later[2:]], opened_version=3, by=here.guide.pk, now=now)
    assert refused.value.field == "reflections_until"


def test_a_turn_in_the_room_has_no_deadlines(here):
    with pytest.raises(NotFound):
        set_deadlines(plan(here), deadlines=rising(AT), opened_version=1, by=here.guide.pk, now=AT)


def test_a_case_that_was_put_away_is_not_planned(here):
    type(here.case).objects.update(stage="archived")
    with pytest.raises(RuleViolation, match="put away"):
        plan(here)


def test_a_discussed_case_has_another_round_with_its_own_question(here):
    choose(closing(here))
    for person in here.people[1:]:
        plan(here, CaseFactory(cohort=here.cohort, owner=person))
    type(here.case).objects.update(question="And now, what next?")
    second = forward(here, begin(here, plan(here, now=AT + timedelta(days=1)), now=AT + timedelta(days=1)))
    assert (second.number, second.question_before) == (2, "And now, what next?")
    assert fresh(here.case).stage == "in_discussion"


def test_a_case_planned_once_circles_stand_is_of_the_one_its_owner_sits_in(here):
    case = here.case
    case.audience = "circle"
    case.save()
    circle = CircleFactory(session=here.sessions[0], moderator=case.owner)
    seat(circle, *here.people)
    turn = plan(here)
    assert (turn.circle, fresh(case).circle) == (circle, circle)
    assert fresh(circle).moderator not in {None, case.owner}
