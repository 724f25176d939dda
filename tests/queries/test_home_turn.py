"""What home tells about turns."""

import pytest

from lernet_xblock.panels.home_steps import guide_step
from lernet_xblock.panels.member_steps import member_step
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.home import guide_home, member_home
from lernet_xblock.queries.home_turn import NO_NEWS, TurnNews
from lernet_xblock.services.turn import take_into_circle
from lernet_xblock.services.turn_phase import end
from lernet_xblock.workbench import clock
from tests.factories import CaseFactory, CircleFactory, MembershipFactory, SessionFactory, consent, seat
from tests.runtime import committed, make_block
from tests.services.turning import AT, DAY, HOUR, begin, choose, closing, fresh, group, plan, plan_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    def set_clock(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(AT)
    return set_clock


@pytest.fixture
def here():
    return group()


def viewer(user):
    return viewer_of(make_block(user.username), None)


def news(here, user):
    return member_home(viewer(user), here.cohort).standing.turns


def step(here, user):
    seen = viewer(user)
    return member_step(seen, member_home(seen, here.cohort))


def test_while_the_group_works_on_a_case_its_members_find_the_way_there(here):
    assert news(here, here.people[1]) == NO_NEWS
    turn = plan_days(here)
    assert news(here, here.people[1]) == NO_NEWS
    begin(here, turn)
    assert news(here, here.people[1]) == TurnNews(working=here.case.key)
    assert news(here, here.people[0]) == NO_NEWS
    assert (step(here, here.people[1]).kind, step(here, here.people[1]).address) == (
        "turn",
        f"cases?case={here.case.key}",
    )


def test_in_a_session_without_a_link_the_case_comes_first(here, at):
    begin(here, plan(here))
    at(here.sessions[0].starts_at + HOUR)
    assert step(here, here.people[1]).kind == "turn"
    type(here.sessions[0]).objects.update(meeting_link="https://meet.example.org/room")
    assert step(here, here.people[1]).kind == "session"


@pytest.mark.parametrize("audience", ["circle", "facilitator"])
def test_a_case_that_a_member_may_not_read_is_none_of_their_home(here, audience):
    type(here.case).objects.update(audience=audience)
    begin(here, plan_days(here, fresh(here.case)))
    assert news(here, here.people[1]) == NO_NEWS


def test_who_came_later_and_who_sits_in_another_circle_find_nothing(here):
    turn, circle = plan(here), CircleFactory(session=here.sessions[0])
    seat(circle, here.people[1])
    take_into_circle(turn, circle)
    begin(here, fresh(turn))
    assert news(here, here.people[1]).working == here.case.key
    assert news(here, here.people[2]) == NO_NEWS
    type(turn).objects.update(circle=None)
    late = MembershipFactory(cohort=here.cohort, joined_at=AT).user
    consent(here.cohort, late)
    assert news(here, late) == NO_NEWS


def test_the_case_giver_is_asked_to_choose_also_after_the_end(here):
    turn = closing(here)
    assert news(here, here.people[0]) == TurnNews(to_choose=here.case.key)
    committed(lambda: end(turn, opened_version=turn.version, by=here.guide.pk, now=AT))
    assert step(here, here.people[0]).kind == "turn_choice"


def test_the_case_giver_is_asked_what_became_of_the_first_step(here, at):
    choose(closing(here))
    assert news(here, here.people[0]) == NO_NEWS
    at(AT + 5 * DAY)
    assert news(here, here.people[0]) == TurnNews(to_say=here.case.key)
    assert step(here, here.people[0]).title == "What became of your first step?"


def test_the_next_session_asks_as_well(here, at):
    choose(closing(here), step_on=(AT + 60 * DAY).date())
    at(here.sessions[0].starts_at - HOUR)
    assert news(here, here.people[0]) == NO_NEWS
    at(here.sessions[0].starts_at + DAY)
    assert news(here, here.people[0]).to_say == here.case.key


def guided(here):
    seen = viewer(here.guide)
    found = guide_home(seen)
    assert found is not None
    return guide_step(seen, found)


def test_who_guides_chooses_a_case_for_the_next_session_within_two_weeks(here, at):
    SessionFactory._meta.model.objects.update(place="Gembloux")
    assert (guided(here).kind, guided(here).address) == ("turn", f"turn?cohort={here.cohort.key}")
    at(here.sessions[0].starts_at - 15 * DAY)
    assert guided(here).kind == "check"


def test_nobody_is_asked_once_a_turn_is_planned_or_no_case_waits(here):
    SessionFactory._meta.model.objects.update(place="Gembloux")
    plan(here)
    CaseFactory(cohort=here.cohort, owner=here.people[1])
    assert guided(here).kind == "check"
    type(here.case).objects.update(state="withdrawn")
    type(here.case).objects.filter(pk=here.case.pk).get().turns.all().delete()
    assert guided(here).kind == "check"


def test_the_launch_needs_no_case(here):
    SessionFactory._meta.model.objects.update(place="Gembloux", kind="launch")
    assert guided(here).kind == "check"


def test_a_running_turn_costs_no_query_more(here, django_assert_num_queries):
    seen = viewer(here.people[1])
    member_home(seen, here.cohort)
    with django_assert_num_queries(3):
        member_home(seen, here.cohort)
    begin(here, plan_days(here))
    with django_assert_num_queries(3):
        member_home(seen, here.cohort)
