"""Circles of a session: formed from who is there, formed again, and closed to change once a case begins."""

from collections import Counter
from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Attendance, AuditEntry, Case, Circle, CircleSeat, Turn
from lernet_xblock.rules.circles import met, repeats
from lernet_xblock.services.circle import form_circles, version_of
from lernet_xblock.services.circle_history import draw_circles, earlier_meetings, service_so_far
from tests.factories import (
    NOW,
    CaseFactory,
    CircleFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TurnFactory,
    UserFactory,
    seat,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"))


@pytest.fixture
def session(cohort):
    return SessionFactory(cohort=cohort, number=2, kind="regular")


@pytest.fixture
def members(cohort):
    return [MembershipFactory(cohort=cohort).user for _ in range(13)]


@pytest.fixture
def by(cohort):
    return UserFactory().pk


def planned(session, owner, **changes):
    case = CaseFactory(cohort=session.cohort, owner=owner, stage="scheduled", **changes)
    return TurnFactory(case=case, session=session)


def form(session, people, by, *, count=None, opened=0, now=None):
    return form_circles(
        session,
        present=[user.pk for user in people],
        count=count,
        opened_version=opened,
        by=by,
        now=now or session.starts_at,
    )


def sizes(circles):
    return [circle.seats.count() for circle in circles]


@pytest.mark.parametrize(("here", "expected"), [(13, [7, 6]), (9, [5, 4]), (8, [8]), (7, [7]), (3, [3])])
def test_circles_follow_from_who_is_here(session, members, by, here, expected):
    made = form(session, members[:here], by)

    assert sizes(made) == expected
    assert {row.user_id for row in CircleSeat.objects.all()} == {user.pk for user in members[:here]}
    there = Attendance.objects.filter(session=session, state="present", by_id=by)
    assert {row.user_id for row in there} == {user.pk for user in members[:here]}
    assert {(row.version, row.formed_by_id, row.cohort_id) for row in made} == {(1, by, session.cohort_id)}
    assert version_of(session) == 1
    assert [row.verb for row in AuditEntry.objects.all()] == ["circles.form"]


def test_who_is_recorded_as_late_stays_so_and_who_was_excused_came_after_all(session, members, by):
    Attendance.objects.create(session=session, user=members[0], state="late", at=NOW)
    Attendance.objects.create(session=session, user=members[1], state="excused", at=NOW)
    form(session, members[:9], by)
    assert Counter(Attendance.objects.values_list("state", flat=True)) == {"late": 1, "present": 8}


def test_another_number_of_circles_is_possible_within_bounds(session, members, by):
    assert sizes(form(session, members, by, count=3)) == [5, 4, 4]
    with pytest.raises(RuleViolation, match="4 to 9 people"):
        form(session, members, by, count=4, opened=1)
    with pytest.raises(RuleViolation, match="4 to 9 people"):
        form(session, members, by, count=1, opened=1)


def test_with_nobody_ticked_there_is_a_sentence_and_no_circle(session, members, by):
    with pytest.raises(RuleViolation, match="Nobody is ticked") as refused:
        form(session, [], by)
    assert refused.value.field == "here"
    assert not Circle.objects.exists()


def test_somebody_who_is_not_expected_is_not_found(session, members, by):
    with pytest.raises(NotFound):
        form(session, [*members[:8], UserFactory()], by)


def test_before_the_session_there_are_no_circles(session, members, by):
    with pytest.raises(RuleViolation, match="30 minutes before"):
        form(session, members, by, now=session.starts_at - timedelta(minutes=31))


def test_each_circle_has_a_moderator_and_a_timekeeper_who_bring_no_case_to_it(session, members, by):
    givers = members[:4]
    for owner in givers:
        planned(session, owner)
    made = form(session, members, by)
    for circle in made:
        seated = set(circle.seats.values_list("user_id", flat=True))
        free = seated - {owner.pk for owner in givers}
        assert {circle.moderator_id, circle.timekeeper_id} <= free
        assert circle.moderator_id != circle.timekeeper_id
        assert len(seated - free) == 2


def test_planned_cases_go_into_the_circle_of_their_owner_and_get_its_readers(session, members, by):
    of_circle = planned(session, members[0], audience="circle")
    of_all, away = planned(session, members[1]), planned(session, members[12], audience="circle")
    made = form(session, members[:12], by)
    home = {row.user_id: row.circle for row in CircleSeat.objects.select_related("circle")}
    for turn in (of_circle, of_all, away):
        turn.refresh_from_db()
    assert (of_circle.circle, of_circle.case.circle) == (home[members[0].pk], home[members[0].pk])
    assert (of_all.circle, of_all.case.circle) == (home[members[1].pk], None)
    assert (away.circle, Case.objects.get(pk=away.case_id).circle) == (None, None)
    assert home[members[0].pk] != home[members[1].pk]
    assert len(made) == 2


def test_a_case_that_is_held_goes_nowhere(session, members, by):
    turn = planned(session, members[0], audience="circle", held_at=NOW)
    form(session, members[:9], by)
    turn.refresh_from_db()
    assert (turn.circle, turn.case.circle) == (None, None)


def test_forming_again_replaces_circles_and_moves_the_cases_along(session, members, by):
    turn = planned(session, members[0], audience="circle")
    first = {row.pk for row in form(session, members[:12], by)}
    made = form(session, members, by, opened=1)
    turn.refresh_from_db()
    assert not first & {row.pk for row in made}
    assert sizes(made) == [7, 6]
    assert (turn.circle_id, turn.case.circle_id) == (turn.circle_id, turn.circle_id)
    assert turn.circle in made
    assert version_of(session) == 2


def test_a_case_whose_owner_is_gone_loses_its_readers_when_circles_are_formed_again(session, members, by):
    turn = planned(session, members[0], audience="circle")
    form(session, members, by)
    form(session, members[1:], by, opened=1)
    turn.refresh_from_db()
    assert (turn.circle, turn.case.circle) == (None, None)


def test_who_opened_the_page_before_somebody_else_formed_circles_is_told(session, members, by):
    form(session, members, by)
    with pytest.raises(StaleVersion) as stale:
        form(session, members[:9], by)
    assert (stale.value.version, stale.value.by_id, stale.value.at) == (1, by, session.starts_at)


def test_once_a_case_has_begun_circles_stay(session, members, by):
    turn = planned(session, members[0])
    made = form(session, members, by)
    Turn.objects.filter(pk=turn.pk).update(phase="questions", begun_at=NOW)
    with pytest.raises(RuleViolation, match="has begun"):
        form(session, members[:12], by, opened=1)
    assert list(Circle.objects.all()) == made


def test_in_the_second_session_each_circle_takes_three_of_each_former_one(cohort, session, members, by):
    twelve = members[:12]
    launch = SessionFactory(cohort=cohort, number=1, starts_at=session.starts_at - timedelta(days=28))
    for number in (1, 2):
        seat(CircleFactory(session=launch, number=number), *twelve[number - 1 :: 2])
    form(session, twelve, by)
    for circle in session.circles.all():
        seated = set(circle.seats.values_list("user_id", flat=True))
        assert [len(seated & {user.pk for user in twelve[side::2]}) for side in (0, 1)] == [3, 3]


def test_what_was_not_held_and_other_networks_do_not_count(cohort, session, members, by):
    people = [user.pk for user in members[:6]]
    for where in (
        SessionFactory(cohort=cohort, number=3, state="not_held"),
        SessionFactory(cohort__network__usage_id="lernet.d9.u9"),
        session,
    ):
        seat(CircleFactory(session=where, moderator=members[0], timekeeper=members[1]), *members[:6])
    assert earlier_meetings(session, people) == {}
    assert service_so_far(session, people) == {}


def test_a_circle_of_a_group_that_became_part_of_this_one_counts(cohort, session, members):
    former = SessionFactory(cohort__network=cohort.network)
    seat(CircleFactory(session=former, moderator=members[0], timekeeper=members[1]), *members[:4])
    people = [user.pk for user in members[:6]]
    assert earlier_meetings(session, people) == met([people[:4]])
    assert {user: (own.moderated, own.timed) for user, own in service_so_far(session, people).items()} == {
        people[0]: (1, 0),
        people[1]: (0, 1),
    }


def test_the_preview_is_what_is_formed_and_writes_nothing(session, members, by, django_assert_num_queries):
    people = [user.pk for user in members]
    with django_assert_num_queries(3):
        drawn = draw_circles(session, present=people, count=None)
    assert not Circle.objects.exists()
    made = form(session, members, by)
    shown = [(one.people, one.moderator, one.timekeeper) for one in drawn]
    assert shown == [
        (tuple(sorted(row.seats.values_list("user_id", flat=True))), row.moderator_id, row.timekeeper_id)
        for row in made
    ]
    assert sum(repeats(one.people, earlier_meetings(session, people)) for one in drawn) == 0
