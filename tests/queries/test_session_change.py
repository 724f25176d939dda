"""What is known of a session before it is changed."""

from dataclasses import replace

import pytest

from lernet_xblock.models import Rsvp
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.session import find_session
from lernet_xblock.queries.session_change import BEFORE_COURSE, PAST, SAME, at_another_time, scene
from lernet_xblock.queries.session_change_clashes import Clash
from lernet_xblock.queries.session_change_ways import FIXED, LAST, NOWHERE, cancel_ways, in_its_way
from tests.factories import NOW, MembershipFactory, NetworkFactory, SubstitutionFactory, UserFactory
from tests.runtime import make_block
from tests.services.planned import (
    APRIL_6,
    HOUR,
    MARCH_18,
    answer,
    drop,
    move,
    nth,
    planned_cohort,
    staffed,
    wall,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return planned_cohort(number=1)


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


def seen(row, now=MARCH_18, user=None):
    user = user or UserFactory(is_staff=True)
    viewer = replace(viewer_of(make_block(user.username), None), now=now)
    return viewer, scene(viewer, find_session(viewer, row.key))


def at(row, local=APRIL_6, *, minutes=180, stays=True, **where):
    viewer, here = seen(row, **where)
    return at_another_time(viewer, here, local=local, minutes=minutes, stays=stays)


@pytest.mark.parametrize("people", [2, 20])
def test_a_scene_costs_six_queries_and_another_time_two_more(cohort, third, people, django_assert_num_queries):
    for user in staffed(cohort, members=people)[0]:
        answer(third, user)
    viewer, _here = seen(third)
    row = find_session(viewer, third.key)
    with django_assert_num_queries(6):
        here = scene(viewer, row)
    with django_assert_num_queries(2):
        assert at_another_time(viewer, here, local=APRIL_6, minutes=180, stays=True) is not None
    with django_assert_num_queries(0):
        cancel_ways(viewer, here)


def test_whom_it_concerns_and_what_they_said(cohort, third):
    (coming, staying, silent), (facilitator, deputy) = staffed(cohort)
    stands_in = SubstitutionFactory(session=third).user
    SubstitutionFactory(session=nth(cohort, 4))
    former = MembershipFactory(cohort=cohort, active=None, left_at=NOW).user
    for user in (coming, former):
        answer(third, user)
    Rsvp.objects.create(session=third, user=staying, answer="not_coming", at=NOW)
    _viewer, here = seen(third, user=facilitator)
    assert here.members == {coming.pk, staying.pk, silent.pk}
    assert here.guides == {facilitator.pk, deputy.pk, stands_in.pk}
    assert here.told == 5
    said = here.announced
    assert (said.coming, said.not_coming, said.silent) == ((coming.get_full_name(),), (staying.get_full_name(),), 1)


def test_a_time_that_is_free_has_nothing_in_its_way(third):
    times = at(third)
    assert (times.obstacle, times.in_the_way, times.clashes, times.sudden, times.there) == ("", None, (), False, None)
    assert times.ends_at - times.starts_at == 3 * HOUR


def test_what_stands_in_the_way(cohort, third, settings):
    assert at(third, wall(2027, 3, 18, 9, 0)).obstacle == PAST
    assert at(third, wall(2027, 3, 30, 13, 30)).obstacle == SAME
    assert at(third, wall(2027, 3, 30, 13, 30), stays=False).obstacle == ""
    assert at(third, wall(2027, 4, 27, 13, 30)).in_the_way.code == "overlap"
    settings.LERNET_DEV_COURSE_DAYS = (wall(2027, 4, 7).date(), None)
    assert at(third).obstacle == BEFORE_COURSE


def test_what_does_not_take_place_is_in_nobody_s_way(cohort, third):
    drop(nth(cohort, 4))
    assert at(third, wall(2027, 4, 27, 13, 30)).in_the_way is None


@pytest.mark.parametrize("day", [wall(1, 1, 1), wall(2027, 3, 1), wall(9999, 12, 31)])
def test_a_time_that_nobody_can_show_is_none(third, day):
    assert at(third, day) is None


def test_soon_now_or_soon_then(third):
    soon = at(third, now=third.starts_at - 47 * HOUR)
    assert (soon.sudden, soon.starts_soon) == (True, False)
    then = at(third, wall(2027, 3, 19, 13, 0))
    assert (then.sudden, then.starts_soon) == (True, True)


def test_people_in_sessions_of_others_are_counted_once_for_each_network(cohort, third):
    (first, second, _third), (facilitator, _deputy) = staffed(cohort)
    other = planned_cohort(network=NetworkFactory(usage_id="lernet.d9.u9", state="running", title="Lean kitchens"))
    own = planned_cohort(network=cohort.network, number=2)
    for elsewhere in (other, own):
        move(nth(elsewhere, 3))
    MembershipFactory(cohort=other, user=first)
    MembershipFactory(cohort=other, user=second, active=None, left_at=NOW)
    for group in (other, own):
        group.facilitations.create(user=facilitator, role="deputy", since=NOW)
    assert at(third).clashes == (Clash("", 1), Clash("Lean kitchens", 2))
    assert at(third, wall(2027, 4, 6, 16, 30)).clashes == ()
    drop(nth(other, 3))
    assert at(third).clashes == (Clash("", 1),)


def test_what_can_become_of_a_session(cohort, third):
    ways = cancel_ways(*seen(third))
    assert (ways.drop, ways.merge) == ("", "")
    assert [one.number for one in ways.into] == [4, 5]
    first = cancel_ways(*seen(nth(cohort, 1), now=NOW))
    assert (first.drop, [one.number for one in first.into]) == (FIXED, [2])
    last = cancel_ways(*seen(nth(cohort, 5)))
    assert (last.drop, [one.number for one in last.into]) == (FIXED, [4])


def test_the_only_regular_session_stays(cohort):
    for _time in "12":
        drop(nth(cohort, 2), now=NOW)
    ways = cancel_ways(*seen(nth(cohort, 2), now=NOW))
    assert (ways.drop, ways.merge, ways.into) == (LAST, LAST, ())


def test_the_closing_goes_nowhere_once_the_others_are_over(cohort):
    closing = nth(cohort, 5)
    ways = cancel_ways(*seen(closing, now=closing.starts_at - HOUR))
    assert (ways.drop, ways.merge) == (FIXED, NOWHERE)


def test_a_longer_session_meets_the_next(cohort, third):
    move(nth(cohort, 5), wall(2027, 4, 27, 17, 0))
    viewer, here = seen(third)
    fourth = cancel_ways(viewer, here).into[0]
    assert in_its_way(here, fourth, 210) is None
    assert in_its_way(here, fourth, 211).code == "overlap"
