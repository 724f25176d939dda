"""What the clock does to turns over several days."""

from datetime import timedelta

import pytest

from lernet_xblock.models import Cohort, Message, PhaseChange
from lernet_xblock.services.turn_phase import back, end
from lernet_xblock.services.turn_sweep import due_turns, tend
from tests.factories import CircleFactory, ContributionFactory, MembershipFactory, consent, seat
from tests.services.turning import AT, DAY, HOUR, begin, choose, forward, fresh, group, plan_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return group()


@pytest.fixture
def turn(here):
    return begin(here, plan_days(here))


def sent(kind, phase=None):
    rows = Message.objects.filter(kind=kind)
    return {row.user_id for row in rows if phase in (None, row.facts["phase"])}


def sweep(now):
    return [tend(turn, now=now) for turn in due_turns(now)]


def test_who_may_read_the_case_hears_what_is_open_and_until_when(here, turn):
    everybody = {person.pk for person in here.people}
    assert sent("turn_opened") == everybody
    assert {row.facts["until"] for row in Message.objects.all()} == {turn.questions_until.isoformat()}
    assert sweep(AT + HOUR) == []


def test_a_passed_deadline_opens_the_next_phase_once_and_tells_those_who_contribute(here, turn):
    now = turn.questions_until
    assert (sweep(now), sweep(now)) == ([True], [])
    assert fresh(turn).phase == "reflections"
    # Who brings the case listens, and who guides looks after it.
    assert sent("turn_opened", "reflections") == {*(person.pk for person in here.people[1:]), here.guide.pk}
    assert PhaseChange.objects.filter(after="reflections", by=None).count() == 1


def test_at_the_end_the_owner_alone_is_asked_to_choose(here, turn):
    sweep(turn.suggestions_until)
    assert sent("turn_choice") == {here.case.owner_id}
    assert sent("turn_opened", "closing") == set()


def test_a_day_before_the_deadline_those_who_are_silent_are_reminded_once(here, turn):
    spoke = here.people[1]
    ContributionFactory(case=here.case, turn=turn, author=spoke, kind="question")
    now = turn.questions_until - timedelta(hours=23)
    assert (sweep(now), sweep(now + HOUR)) == ([True], [])
    silent = {person.pk for person in here.people} - {spoke.pk}
    assert sent("turn_reminder") == silent


def test_the_owner_is_not_reminded_where_nobody_asked_and_never_of_reflections(here, turn):
    sweep(turn.questions_until - HOUR)
    assert here.case.owner_id not in sent("turn_reminder", "questions")
    sweep(turn.questions_until)
    sweep(turn.reflections_until - HOUR)
    assert sent("turn_reminder", "reflections") == {person.pk for person in here.people[1:]}


def test_before_the_last_deadline_the_owner_is_reminded_of_the_choice(here, turn):
    sweep(turn.suggestions_until)
    sweep(turn.closing_until - HOUR)
    assert sent("turn_reminder", "closing") == {here.case.owner_id}


def test_a_short_phase_needs_no_reminder(here):
    deadlines = [AT + hours * HOUR for hours in (20, 40, 60, 80)]
    begin(here, plan_days(here, deadlines=deadlines))
    assert sweep(AT + 19 * HOUR) == []


def test_who_pauses_came_later_or_has_not_accepted_the_charter_hears_nothing(here):
    pausing, later, unread = here.people[1], MembershipFactory(cohort=here.cohort, joined_at=AT), here.people[2]
    here.cohort.memberships.filter(user=pausing).update(paused_at=AT, paused_until=(AT + 30 * DAY).date())
    consent(here.cohort, later.user)
    here.cohort.charters.get().consents.filter(user=unread).delete()
    begin(here, plan_days(here))
    assert sent("turn_opened") == {here.people[0].pk, here.people[3].pk}


def test_of_a_case_in_a_circle_its_people_hear(here):
    turn = plan_days(here)
    circle = CircleFactory(session=here.sessions[0])
    seat(circle, *here.people[:2])
    type(turn).objects.update(circle=circle)
    begin(here, fresh(turn))
    assert sent("turn_opened") == {person.pk for person in here.people[:2]}


@pytest.mark.parametrize("audience", ["circle", "facilitator"])
def test_a_case_that_members_may_not_read_is_none_they_hear_of(here, audience):
    type(here.case).objects.update(audience=audience)
    begin(here, plan_days(here, fresh(here.case)))
    assert sent("turn_opened") == {here.people[0].pk}


def test_nothing_is_due_of_held_cases_planned_turns_and_groups_that_are_over(here, turn):
    now = turn.questions_until
    type(here.case).objects.update(held_at=AT)
    assert due_turns(now) == []
    type(here.case).objects.update(held_at=None)
    Cohort.objects.update(state="merged")
    assert due_turns(now) == []


def test_a_turn_that_ended_meanwhile_is_left_alone(here, turn):
    due = due_turns(turn.questions_until)
    end(turn, opened_version=2, by=here.guide.pk, now=AT)
    assert tend(due[0], now=turn.questions_until) is False


def test_no_message_says_what_the_case_is_about(here, turn):
    for moment in (turn.questions_until, turn.reflections_until - HOUR, turn.reflections_until, turn.suggestions_until):
        sweep(moment)
    now = turn.suggestions_until
    choose(fresh(turn), now=now, step_on=now.date())
    stored = str(list(Message.objects.values()))
    for word in (here.case.title, here.case.question, here.case.situation):
        assert word not in stored


def test_a_phase_that_is_opened_again_is_told_of_again(here, turn):
    forward(here, turn, now=AT + HOUR)
    row = fresh(turn)
    back(row, seen="reflections", note="Wait", opened_version=row.version, by=here.guide.pk, now=AT + 2 * HOUR)
    told = Message.objects.filter(kind="turn_opened", user=here.people[1])
    assert [row.facts["phase"] for row in told.order_by("made_at", "pk")] == ["questions", "reflections", "questions"]
