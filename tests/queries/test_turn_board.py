"""The board of turns: members by name, the room that is left, and who comes next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.host import get_host
from lernet_xblock.models import Attendance, Membership
from lernet_xblock.queries.turn_board import DONE, NOW, PLANNED, TurnDot, turn_board
from lernet_xblock.rules.turn_budget import Budget, Slots
from lernet_xblock.viewer import load_viewer
from tests.factories import NOW as EARLY
from tests.factories import (
    PLAN,
    CaseFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    TurnFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def cohort():
    return CohortFactory(network__state="running")


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def users(cohort):
    names = ("Dora", "Ada", "Cleo", "Bo", *(f"M{number}" for number in range(8)))
    return [MembershipFactory(cohort=cohort, user__first_name=name, user__last_name="X").user for name in names]


@pytest.fixture
def sessions(cohort):
    """Launch, three regular sessions and the closing, four weeks apart."""
    first = SessionFactory(cohort=cohort, number=1)
    kinds = ("regular", "regular", "regular", "closing")
    rest = [
        SessionFactory(cohort=cohort, number=number, kind=kind, starts_at=first.starts_at + 28 * DAY * (number - 1))
        for number, kind in enumerate(kinds, start=2)
    ]
    return [first, *rest]


def board(user, cohort, *, at):
    viewer = load_viewer(get_host(), make_block(user.username), None, authored=lambda: PLAN, keep=lambda _: None)
    return turn_board(replace(viewer, now=at), cohort)


def turn(owner, cohort, session, phase="planned", **changes):
    stage = {"planned": "scheduled", "done": "discussed"}.get(phase, "in_discussion")
    case = CaseFactory(cohort=cohort, owner=owner, stage=stage)
    return TurnFactory(case=case, session=session, phase=phase, **changes)


def test_members_stand_by_name_with_a_dot_for_each_turn(cohort, guide, users, sessions):
    done = turn(users[0], cohort, sessions[1], "done")
    working = turn(users[0], cohort, sessions[2], "questions")
    turn(users[1], cohort, sessions[3])
    turn(users[2], cohort, None, mode="days")
    found = {one.name: one.dots for one in board(guide, cohort, at=sessions[2].starts_at).members}
    assert list(found)[:4] == ["Ada X", "Bo X", "Cleo X", "Dora X"]
    assert found["Dora X"] == (TurnDot(DONE, done.begun_at), TurnDot(NOW, working.begun_at))
    assert found["Ada X"] == (TurnDot(PLANNED, sessions[3].starts_at),)
    assert (found["Cleo X"], found["Bo X"]) == ((TurnDot(PLANNED, None),), ())


def test_what_is_left_is_counted_against_who_waits(cohort, guide, users, sessions):
    turn(users[0], cohort, sessions[1], "done")
    turn(users[1], cohort, sessions[3])
    found = board(guide, cohort, at=sessions[2].starts_at - DAY)
    assert (found.had, found.without, found.come, found.per_circle) == (1, 10, 12, 2)
    assert [(one.day, one.slots, one.orphaned) for one in found.ahead] == [
        (sessions[2].starts_at, Slots(4, 0), 0),
        (sessions[3].starts_at, Slots(4, 1), 0),
    ]
    assert (found.rest, found.rest.short) == (Budget(7, 10), 3)
    assert found.whole == Budget(12, 12)


def test_fewer_come_than_there_are_members_so_there_are_fewer_circles(cohort, guide, users, sessions):
    for user in users[:8]:
        Attendance.objects.create(session=sessions[0], user=user, state="present", at=EARLY)
    Attendance.objects.create(session=sessions[0], user=users[8], state="absent", at=EARLY)
    found = board(guide, cohort, at=sessions[1].starts_at - DAY)
    assert (found.come, [one.slots.room for one in found.ahead]) == (8, [2, 2, 2])


def test_who_has_none_and_waits_longest_comes_first(cohort, guide, users, sessions):
    turn(users[0], cohort, sessions[1], "done")
    for place, user in enumerate(users[:4]):
        CaseFactory(cohort=cohort, owner=user, shared_at=EARLY + DAY * (9 - place), saved_at=EARLY)
    CaseFactory(cohort=cohort, owner=users[4], audience="facilitator")
    CaseFactory(cohort=cohort, owner=users[5], held_at=EARLY)
    CaseFactory(cohort=cohort, owner=users[6], state="draft", shared_at=None)
    found = board(guide, cohort, at=sessions[2].starts_at)
    assert [one.name for one in found.suggested] == ["Bo X", "Cleo X", "Ada X"]
    assert [one.name for one in found.members if one.ready] == ["Ada X", "Bo X", "Cleo X", "Dora X"]


def test_only_readers_of_a_case_get_its_address(cohort, guide, users, sessions):
    case = CaseFactory(cohort=cohort, owner=users[0])
    at = sessions[1].starts_at
    assert [one.key for one in board(guide, cohort, at=at).suggested] == [case.key]
    late = FacilitationFactory(cohort=cohort, role="deputy", since=case.shared_at + DAY).user
    for user in (late, UserFactory(is_staff=True)):
        assert [one.key for one in board(user, cohort, at=at).suggested] == [""]


def test_the_slot_of_somebody_who_left_is_free_again(cohort, guide, users, sessions):
    turn(users[0], cohort, sessions[2])
    CaseFactory(cohort=cohort, owner=users[1])
    at = sessions[1].starts_at
    assert [one.slots.free for one in board(guide, cohort, at=at).ahead] == [4, 3, 4]
    Membership.objects.filter(user=users[0]).update(active=None, left_at=at, end="left")
    found = board(guide, cohort, at=at)
    assert [(one.slots.free, one.orphaned) for one in found.ahead] == [(4, 0), (4, 1), (4, 0)]
    assert (len(found.members), found.suggested[0].name) == (11, "Ada X")


def test_the_board_costs_the_same_for_few_and_many(cohort, guide, users, sessions, django_assert_num_queries):
    viewer = load_viewer(get_host(), make_block(guide.username), None, authored=lambda: PLAN, keep=lambda _: None)
    for _more in range(2):
        for user in users:
            turn(user, cohort, sessions[1], "done")
            CaseFactory(cohort=cohort, owner=user)
        with django_assert_num_queries(5):
            turn_board(viewer, cohort)
