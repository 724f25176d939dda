"""Turns as those see them who lead, plan or bring a case."""

from dataclasses import replace

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.turn import (
    find_case_to_plan,
    find_guided_turn,
    find_led_turn,
    find_own_turn,
    find_place,
    guided_cohort,
    is_asked,
    places,
    plan_lines,
)
from lernet_xblock.services.turn import take_into_circle
from lernet_xblock.services.turn_outcome import postpone
from lernet_xblock.workbench import clock
from tests.factories import (
    CaseFactory,
    CircleFactory,
    FacilitationFactory,
    MembershipFactory,
    SubstitutionFactory,
    seat,
)
from tests.runtime import committed, make_block
from tests.services.turning import AT, DAY, STEP_DAY, choose, closing, fresh, group, plan

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


def masked(user):
    seen = viewer(user)
    return replace(seen, actor=replace(seen.actor, masquerading=True))


def finds(find, *args):
    try:
        find(*args)
    except NotFound:
        return False
    return True


def test_a_turn_is_led_by_who_guides_and_by_the_moderator_of_its_circle(here):
    turn, moderator = plan(here), here.people[1]
    circle = CircleFactory(session=here.sessions[0], moderator=moderator)
    seat(circle, *here.people)
    take_into_circle(turn, circle)
    led = {person: finds(find_led_turn, viewer(person), turn.key) for person in (here.guide, *here.people)}
    assert [person for person, may in led.items() if may] == [here.guide, moderator]
    assert not finds(find_guided_turn, viewer(moderator), turn.key)
    assert not finds(find_led_turn, masked(here.guide), turn.key)


@pytest.mark.parametrize("key", ["", "../etc", "0" * 20, "é" * 20])
def test_a_key_that_is_none_finds_nothing(here, key):
    plan(here)
    for find in (find_led_turn, find_guided_turn, find_own_turn, find_case_to_plan):
        assert not finds(find, viewer(here.guide), key)
    assert not finds(find_place, viewer(here.guide), here.cohort, key)


def test_a_held_case_has_no_turn_to_lead(here):
    turn = plan(here)
    type(here.case).objects.update(held_at=AT)
    assert not finds(find_led_turn, viewer(here.guide), turn.key)
    assert not finds(find_case_to_plan, viewer(here.guide), here.case.key)
    assert plan_lines(viewer(here.guide), here.cohort) == ()


def test_a_turn_that_is_done_is_its_owners_and_nobody_leads_it(here):
    turn = choose(closing(here))
    assert finds(find_own_turn, viewer(here.people[0]), turn.key)
    assert not finds(find_own_turn, viewer(here.people[1]), turn.key)
    assert not finds(find_own_turn, masked(here.people[0]), turn.key)
    assert not finds(find_led_turn, viewer(here.guide), turn.key)


def test_who_went_to_another_group_chooses_nothing_here(here):
    turn = closing(here)
    here.cohort.memberships.filter(user=here.people[0]).update(active=None, left_at=AT, end="transferred")
    MembershipFactory(cohort__network=here.cohort.network, user=here.people[0])
    assert not finds(find_own_turn, viewer(here.people[0]), turn.key)


def test_the_group_is_the_one_named_else_the_first_that_goes_on(here):
    second = FacilitationFactory(user=here.guide, cohort__network=here.cohort.network, cohort__number=2).cohort
    assert guided_cohort(viewer(here.guide), "") == here.cohort
    assert guided_cohort(viewer(here.guide), second.key) == second
    type(here.cohort).objects.filter(pk=here.cohort.pk).update(state="merged")
    assert guided_cohort(viewer(here.guide), "") == second
    assert not finds(guided_cohort, viewer(here.people[0]), "")


def test_who_stands_in_has_their_session_alone(here):
    stand_in = SubstitutionFactory(session=here.sessions[1], since=AT - DAY).user
    assert [place.key for place in places(viewer(stand_in), here.cohort)] == [here.sessions[1].key]
    assert len(places(viewer(here.guide), here.cohort)) == len(here.sessions)


def test_places_count_what_is_planned_there(here):
    plan(here)
    assert [place.turns for place in places(viewer(here.guide), here.cohort)] == [1, 0, 0]


def test_the_list_costs_the_same_for_few_and_many_cases(here, django_assert_num_queries):
    seen = viewer(here.guide)
    for person in here.people[1:]:
        plan(here, CaseFactory(cohort=here.cohort, owner=person))
    for _number in range(3):
        CaseFactory(cohort=here.cohort, owner=here.people[1])
        with django_assert_num_queries(5):
            plan_lines(seen, here.cohort)


def test_a_first_step_is_asked_about_at_the_next_session_or_on_its_day_and_later_when_put_off(here, at):
    turn, owner = choose(closing(here)), here.people[0]
    begun = here.sessions[0].starts_at

    def asked(moment):
        at(moment)
        return is_asked(viewer(owner), fresh(turn))

    assert [asked(moment) for moment in (AT + 4 * DAY, AT + 5 * DAY)] == [False, True]
    given = {"step_on": STEP_DAY + 20 * DAY, "today": begun.date(), "opened_version": turn.version, "now": begun}
    committed(lambda: postpone(turn, **given))
    assert [asked(moment) for moment in (begun + DAY, here.sessions[1].starts_at)] == [False, True]
    type(turn).objects.update(told_at=AT)
    assert not asked(here.sessions[1].starts_at)
