"""Circles that stand: late arrivals, people moved by hand, roles given by hand."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Attendance, AuditEntry, CircleSeat, Turn
from lernet_xblock.services.circle import form_circles, version_of
from lernet_xblock.services.circle_seat import move_seat, seat_case, seat_late, set_roles
from tests.factories import NOW, CaseFactory, CohortFactory, MembershipFactory, SessionFactory, TurnFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory(cohort=CohortFactory(network__state="running"), number=2, kind="regular")


@pytest.fixture
def members(session):
    return [MembershipFactory(cohort=session.cohort).user for _ in range(13)]


@pytest.fixture
def by():
    return UserFactory().pk


def form(session, people, by):
    return form_circles(
        session, present=[user.pk for user in people], count=None, opened_version=0, by=by, now=session.starts_at
    )


def planned(session, owner, **changes):
    case = CaseFactory(cohort=session.cohort, owner=owner, stage="scheduled", **changes)
    return TurnFactory(case=case, session=session)


def begin(turn):
    Turn.objects.filter(pk=turn.pk).update(phase="questions", begun_at=NOW)


def late(session, user, by, *, number=None, minutes=20):
    at = session.starts_at + timedelta(minutes=minutes)
    return seat_late(session, user_id=user.pk, number=number, by=by, now=at)


def sizes(session):
    return [row.seats.count() for row in session.circles.all()]


def home(user):
    return CircleSeat.objects.select_related("circle").get(user=user).circle


def test_who_comes_late_joins_the_smaller_circle_and_is_recorded_as_late(session, members, by):
    form(session, members[:11], by)
    assert (late(session, members[11], by).number, sizes(session)) == (2, [6, 6])
    assert (late(session, members[12], by).number, sizes(session)) == (1, [7, 6])
    rows = CircleSeat.objects.filter(late=True)
    assert {row.user_id for row in rows} == {members[11].pk, members[12].pk}
    assert Attendance.objects.get(user=members[12]).state == "late"
    assert (version_of(session), AuditEntry.objects.filter(verb="circles.join").count()) == (3, 2)


def test_who_comes_within_five_minutes_is_present(session, members, by):
    form(session, members[:11], by)
    late(session, members[11], by, minutes=5)
    assert Attendance.objects.get(user=members[11]).state == "present"


def test_of_two_equal_circles_a_late_arrival_joins_the_one_that_works_on_no_case(session, members, by):
    turns = [planned(session, owner) for owner in members[:2]]
    form(session, members[:12], by)
    busy = home(members[0])
    begin(turns[0])
    assert late(session, members[12], by) != busy


def test_a_circle_can_be_chosen_for_a_late_arrival_even_with_a_case_begun(session, members, by):
    turn = planned(session, members[0])
    form(session, members[:12], by)
    begin(turn)
    busy = home(members[0])
    assert late(session, members[12], by, number=busy.number) == busy


def test_who_sits_already_stays_there(session, members, by):
    form(session, members, by)
    before = home(members[3])
    assert late(session, members[3], by, number=3 - before.number) == before
    assert (version_of(session), CircleSeat.objects.count()) == (1, 13)


def test_a_late_case_giver_brings_the_case_and_keeps_no_role(session, members, by):
    turn = planned(session, members[12], audience="circle")
    form(session, members[:12], by)
    circle = late(session, members[12], by)
    turn.refresh_from_db()
    assert (turn.circle, turn.case.circle) == (circle, circle)


def test_without_circles_and_for_strangers_there_is_nothing_to_join(session, members, by):
    with pytest.raises(RuleViolation, match="Form the circles first"):
        late(session, members[0], by)
    form(session, members[:9], by)
    for user, number in ((UserFactory(), None), (members[10], 7)):
        with pytest.raises(NotFound):
            late(session, user, by, number=number)
    assert sizes(session) == [5, 4]


def move(session, user, number, by, *, version=1):
    return move_seat(session, user_id=user.pk, number=number, opened_version=version, by=by, now=session.starts_at)


def test_somebody_moved_by_hand_takes_the_case_along(session, members, by):
    turn = planned(session, members[0], audience="circle")
    form(session, members, by)
    circle = move(session, members[0], 3 - home(members[0]).number, by)
    turn.refresh_from_db()
    assert (home(members[0]), turn.circle, turn.case.circle) == (circle, circle, circle)
    assert version_of(session) == 2


def test_a_moderator_who_moves_is_replaced_and_takes_no_role_from_anybody(session, members, by):
    left, to = form(session, members, by)
    user = next(seat.user for seat in left.seats.all() if seat.user_id == left.moderator_id)
    move(session, user, 2, by)
    before = (to.moderator_id, to.timekeeper_id, left.timekeeper_id)
    left.refresh_from_db()
    to.refresh_from_db()
    assert (to.moderator_id, to.timekeeper_id, left.timekeeper_id) == before
    assert left.moderator_id in set(left.seats.values_list("user_id", flat=True)) - {left.timekeeper_id}


def test_circles_keep_four_to_nine_people(session, members, by):
    form(session, members[:9], by)
    of_two = CircleSeat.objects.filter(circle__number=2).first().user
    with pytest.raises(RuleViolation, match="fewer than 4"):
        move(session, of_two, 1, by)
    form_circles(
        session, present=[user.pk for user in members], count=2, opened_version=1, by=by, now=session.starts_at
    )
    for version in (2, 3):
        move(session, CircleSeat.objects.filter(circle__number=2).first().user, 1, by, version=version)
    assert sizes(session) == [9, 4]
    with pytest.raises(RuleViolation, match="has 9 people already"):
        move(session, CircleSeat.objects.filter(circle__number=2).first().user, 1, by, version=4)


def test_moving_nowhere_changes_nothing_and_moving_strangers_finds_nobody(session, members, by):
    form(session, members[:9], by)
    assert move(session, members[0], home(members[0]).number, by) == home(members[0])
    assert version_of(session) == 1
    for user, number in ((members[10], 1), (members[0], 5)):
        with pytest.raises(NotFound):
            move(session, user, number, by)


def test_once_a_case_has_begun_nobody_is_moved(session, members, by):
    turn = planned(session, members[0])
    form(session, members, by)
    begin(turn)
    with pytest.raises(RuleViolation, match="has begun"):
        move(session, members[1], 3 - home(members[1]).number, by)


def give(circle, moderator, timekeeper, by, *, version=1):
    return set_roles(
        circle,
        moderator=moderator and moderator.pk,
        timekeeper=timekeeper and timekeeper.pk,
        opened_version=version,
        by=by,
        now=NOW,
    )


def test_roles_are_given_by_hand_also_once_a_case_has_begun(session, members, by):
    turn = planned(session, members[0])
    circle = form(session, members[:8], by)[0]
    begin(turn)
    given = give(circle, members[3], members[4], by)
    assert (given.moderator, given.timekeeper, given.version) == (members[3], members[4], 2)
    swapped = give(circle, members[4], members[3], by, version=2)
    assert (swapped.moderator, swapped.timekeeper) == (members[4], members[3])
    assert give(circle, None, None, by, version=3).moderator is None


def test_roles_are_for_two_people_of_the_circle_who_bring_no_case_to_it(session, members, by):
    planned(session, members[0])
    circle = form(session, members[:8], by)[0]
    with pytest.raises(RuleViolation, match="two different people"):
        give(circle, members[3], members[3], by)
    with pytest.raises(RuleViolation, match="brings a case"):
        give(circle, members[0], members[3], by)
    with pytest.raises(NotFound):
        give(circle, members[9], members[3], by)
    with pytest.raises(StaleVersion):
        give(circle, members[3], members[4], by, version=0)


def test_a_case_that_is_planned_afterwards_goes_to_its_owners_circle_and_frees_them_of_their_role(session, members, by):
    circle = form(session, members, by)[0]
    owner = next(seat.user for seat in circle.seats.all() if seat.user_id == circle.moderator_id)
    turn = planned(session, owner, audience="circle")
    assert seat_case(turn) == circle
    turn.refresh_from_db()
    circle.refresh_from_db()
    assert (turn.circle, turn.case.circle, circle.version) == (circle, circle, 2)
    assert circle.moderator_id not in (None, owner.pk, circle.timekeeper_id)


def test_a_case_whose_owner_sits_nowhere_or_that_is_over_days_has_no_circle(session, members, by):
    form(session, members[:12], by)
    away, days = planned(session, members[12]), CaseFactory(cohort=session.cohort, owner=members[0])
    assert seat_case(away) is None
    assert seat_case(TurnFactory(case=days, mode="days")) is None
    assert version_of(session) == 1
