# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
"""What other dates would do to one group, before anything is done."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from lernet_xblock.host import get_host
from lernet_xblock.models import Plan, Session
from lernet_xblock.queries.plan import plan_of
from lernet_xblock.queries.plan_preview import (
    BY_HAND,
    CALLED_OFF,
    HELD,
    NOT_HELD,
    OVER,
    PlannedDate,
    PlanPreview,
    plan_preview,
)
from lernet_xblock.queries.plan_warnings import Caution
from lernet_xblock.rules.authored import write
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.viewer import load_viewer
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    PLAN,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import make_block
from tests.services.planned import answer, drop, move, nth, planned_cohort

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=3)


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock, at NOW or where a test puts it."""

    def at(now):
        monkeypatch.setattr(clock, "now", lambda: now)

    at(NOW)
    return at


@pytest.fixture
def cohort():
    return planned_cohort(number=1)


def viewer_of(user):
    return load_viewer(get_host(), make_block(user.username), None, authored=lambda: PLAN, keep=lambda _: None)


def look(cohort, user=None, *, shift_days=0, shift_minutes=0, **changes):
    dates = dates_of(replace(PLAN, **changes))
    viewer = viewer_of(user or UserFactory(is_staff=True))
    return plan_preview(viewer, cohort, dates=dates, shift_days=shift_days, shift_minutes=shift_minutes)


def days(listed):
    return [(one.starts_at.date().isoformat(), one.was and one.was.date().isoformat()) for one in listed]


def test_the_same_dates_leave_everything_as_it_is(cohort):
    found = look(cohort)
    assert found.changes_nothing
    assert [one.starts_at.date() for one in found.unchanged] == [
        date(2027, 2, 2),
        date(2027, 3, 2),
        date(2027, 3, 30),
        date(2027, 4, 27),
        date(2027, 5, 25),
    ]
    assert (found.moved, found.new, found.cancelled, found.left, found.refused) == ((), (), (), (), None)


def test_other_dates_come_in_four_lists_with_what_was_before(cohort):
    found = look(cohort, first_date=date(2027, 3, 2), session_count=5)
    begins, was = datetime(2027, 6, 22, 11, 30, tzinfo=UTC), datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
    assert found.moved == (PlannedDate(begins, begins + HOURS, was, was + HOURS),)
    assert days(found.unchanged) == [(day, day) for day in ("2027-03-02", "2027-03-30", "2027-04-27", "2027-05-25")]
    assert (found.new, found.cancelled, found.left) == ((), (), ())


def test_fewer_sessions_cancel_the_last(cohort):
    found = look(cohort, session_count=3)
    assert days(found.unchanged) == [(day, day) for day in ("2027-02-02", "2027-03-02", "2027-03-30")]
    assert days(found.cancelled) == [(day, day) for day in ("2027-04-27", "2027-05-25")]


def test_more_sessions_are_new(cohort):
    found = look(cohort, session_count=7)
    assert days(found.new) == [("2027-06-22", None), ("2027-07-20", None)]


def test_a_shift_moves_every_session_on_the_wall_clock(cohort):
    found = look(cohort, shift_days=7, shift_minutes=30)
    assert [one.starts_at - one.was for one in found.moved] == [timedelta(days=7, minutes=30)] * 4 + [
        timedelta(days=7, minutes=30)
    ]


def test_nothing_is_written_by_looking(cohort):
    before = list(Session.objects.values())
    look(cohort, session_count=3, session_time=time(9))
    assert list(Session.objects.values()) == before
    assert not Plan.objects.exists()


def test_what_no_plan_touches_is_told_with_its_reason(cohort, moment):
    moment(datetime(2027, 5, 1, 9, 0, tzinfo=UTC))
    now = datetime(2027, 4, 28, 9, 0, tzinfo=UTC)
    Session.objects.filter(cohort=cohort, number=1).update(held_at=now)
    Session.objects.filter(cohort=cohort, number=3).update(state=Session.State.NOT_HELD)
    move(nth(cohort, 5), datetime(2027, 6, 1, 13, 30), now=now)
    found = look(cohort)
    assert [one.why for one in found.left] == [HELD, OVER, NOT_HELD, OVER, BY_HAND]
    assert found.changes_nothing


def test_a_session_called_off_by_hand_is_not_planned_again(cohort):
    drop(nth(cohort, 3), now=NOW)
    found = look(cohort)
    assert [(one.why, one.starts_at.date()) for one in found.left] == [(CALLED_OFF, date(2027, 3, 30))]
    assert found.changes_nothing


def test_who_had_said_that_they_come_is_named_for_what_changes(cohort):
    names = {"Zoé": MembershipFactory(cohort=cohort, user__first_name="Zoé").user}
    names["Ann"] = MembershipFactory(cohort=cohort, user__first_name="Ann").user
    gone = MembershipFactory(cohort=cohort, active=None, left_at=NOW, end="left").user
    for user in (*names.values(), gone):
        answer(nth(cohort, 5), user)
        answer(nth(cohort, 1), user)
    found = look(cohort, session_count=4)
    assert [one.coming for one in found.cancelled] == [("Ann Peeters", "Zoé Peeters")]
    assert [one.coming for one in found.unchanged] == [()] * 4
    moved = look(cohort, session_time=time(9))
    assert [len(one.coming) for one in moved.moved] == [2, 0, 0, 0, 2]


@pytest.mark.parametrize(
    ("changes", "cautions"),
    [
        ({"first_date": date(2027, 3, 1), "session_count": 3}, {"2027-03-29": ["session_on_holiday"]}),
        (
            {"frequency": "dates", "session_count": 3, "session_time": time(2, 30)},
            {"2027-03-28": ["session_on_holiday", "session_in_clock_gap"], "2027-10-31": ["session_in_clock_overlap"]},
        ),
    ],
)
def test_new_dates_on_holidays_and_clock_changes_are_told(cohort, changes, cautions):
    if changes.get("frequency") == "dates":
        listed = (date(2027, 3, 28), date(2027, 6, 1), date(2027, 10, 31))
        changes |= {"listed_dates": listed, "first_date": listed[0]}
    found = look(cohort, **changes)
    told = {
        (one.starts_at + timedelta(hours=2)).date().isoformat(): [caution.code for caution in one.cautions]
        for one in (*found.moved, *found.new)
        if one.cautions
    }
    assert told == cautions


def test_dates_outside_of_course_and_network_are_told(cohort, monkeypatch):
    window = date(2027, 2, 9), date(2027, 5, 31)
    monkeypatch.setattr(type(get_host()), "course_window", lambda *_given: window)
    cohort.network.authored = write(replace(PLAN, end_date=date(2027, 5, 25)))
    cohort.network.save()
    found = look(cohort, session_count=6, interval=4, first_date=date(2027, 2, 3))
    told = {one.starts_at.date().isoformat(): one.cautions for one in (*found.moved, *found.new) if one.cautions}
    assert told == {
        "2027-02-03": (Caution("before_course", {"first": window[0]}),),
        "2027-05-26": (Caution("after_network", {"last": date(2027, 5, 25)}),),
        "2027-06-23": (
            Caution("after_course", {"last": window[1]}),
            Caution("after_network", {"last": date(2027, 5, 25)}),
        ),
    }


def test_what_is_near_is_told_of_the_old_date_and_of_the_new_one(cohort, moment):
    moment(datetime(2027, 2, 1, 9, 0, tzinfo=UTC))
    later = look(cohort, first_date=date(2027, 2, 9))
    assert [one.cautions for one in later.moved] == [(Caution("sudden"),), (), (), (), ()]
    sooner = look(cohort, session_time=time(15))
    assert [one.cautions for one in sooner.moved] == [(Caution("sudden"), Caution("soon")), (), (), (), ()]
    moment(datetime(2027, 5, 24, 9, 0, tzinfo=UTC))
    assert [one.cautions for one in look(cohort, session_count=4).cancelled] == [(Caution("sudden"),)]


def test_people_who_are_elsewhere_then_are_counted_and_not_named(cohort):
    members = [MembershipFactory(cohort=cohort).user for _nth in range(3)]
    guide = FacilitationFactory(cohort=cohort).user
    other = CohortFactory(
        network=NetworkFactory(usage_id="lernet.d0.u1", state="running", title="Night work"), number=1
    )
    for user in members[:2]:
        MembershipFactory(cohort=other, user=user)
    FacilitationFactory(cohort=other, user=guide)
    strangers = CohortFactory(network=other.network, number=2)
    MembershipFactory(cohort=strangers)
    for group in (other, strangers):
        SessionFactory(cohort=group, starts_at=datetime(2027, 2, 9, 15, 0, tzinfo=UTC))
        SessionFactory(cohort=group, number=2, starts_at=datetime(2027, 3, 9, 15, 30, tzinfo=UTC))
        SessionFactory(cohort=group, state="cancelled", starts_at=datetime(2027, 4, 6, 12, 0, tzinfo=UTC))
    found = look(cohort, guide, first_date=date(2027, 2, 9))
    told = {one.starts_at.date().isoformat(): one.cautions for one in found.moved if one.cautions}
    # 13:30 to 16:30 is 12:30 to 15:30 in UTC: the second one begins just as this one ends.
    assert told == {"2027-02-09": (Caution("elsewhere", {"people": 3, "where": "Night work"}),)}
    assert not any(user.first_name in str(told) for user in members)


def test_another_group_of_the_same_network_is_called_by_its_name(cohort):
    guide = FacilitationFactory(cohort=cohort).user
    other = CohortFactory(network=cohort.network, number=2)
    FacilitationFactory(cohort=other, user=guide)
    SessionFactory(cohort=other, starts_at=datetime(2027, 2, 9, 12, 0, tzinfo=UTC))
    found = look(cohort, guide, first_date=date(2027, 2, 9))
    assert found.moved[0].cautions == (Caution("elsewhere", {"people": 1, "where": "Group B"}),)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"session_count": 2}, "out_of_range", "session_count"),
        (
            {"free_days": tuple(date(2027, 1, 1) + timedelta(day) for day in range(99)), "make_up": False},
            "free_days_leave_too_few",
            "free_days",
        ),
        ({"interval": 52, "session_count": 9}, "schedule_unsatisfiable", "session_count"),
        ({"first_date": date(2026, 11, 3), "session_count": 3, "interval": 1}, "session_past", "first_date"),
        ({"first_date": None}, "required", "first_date"),
        ({"session_minutes": 500}, "out_of_range", "session_minutes"),
        ({"shift_days": 9999}, "out_of_range", "shift_days"),
    ],
)
def test_dates_that_no_group_could_have_are_refused_and_nothing_is_listed(cohort, changes, code, field):
    found = look(cohort, **changes)
    assert (found.refused.code, found.refused.field) == (code, field)
    assert found == PlanPreview(found.in_force, refused=found.refused)


def test_a_date_over_one_that_was_moved_by_hand_is_refused(cohort):
    move(nth(cohort, 3), datetime(2027, 4, 27, 17, 0), now=NOW)
    assert look(cohort).refused is None
    overlapping = look(cohort, session_time=time(15)).refused
    assert (overlapping.code, overlapping.values["day"]) == ("sessions_overlap", date(2027, 4, 27))


def test_a_group_without_a_plan_follows_the_network_and_one_with_a_plan_its_own(cohort):
    plain = plan_of(cohort)
    assert (plain.own, plain.version, plain.settings) == (False, 0, PLAN)
    own = replace(PLAN, interval=2, session_time=time(9))
    Plan.objects.create(cohort=cohort, dates=dates_of(own), version=4, changed_at=NOW)
    found = plan_of(cohort)
    assert (found.own, found.version, found.settings, found.dates) == (True, 4, own, dates_of(own))


@pytest.mark.parametrize("size", [1, 40])
def test_a_preview_costs_the_same_whatever_the_number_of_sessions_and_people(size, django_assert_num_queries):
    authored = write(replace(PLAN, session_count=4 + size, interval=1))
    network = NetworkFactory(state="running", authored=authored)
    cohort = planned_cohort(number=1, network=network)
    other = CohortFactory(network=NetworkFactory(usage_id="lernet.d0.u1", state="running"), number=1)
    for _nth in range(size):
        user = MembershipFactory(cohort=cohort).user
        answer(nth(cohort, 5), user)
        MembershipFactory(cohort=other, user=user)
    SessionFactory(cohort=other)
    viewer = viewer_of(UserFactory(is_staff=True))
    cohort.network = network
    # The plan, the sessions; people, their other groups and the sessions of these; who comes, and their names.
    with django_assert_num_queries(7):
        plan_preview(viewer, cohort, dates=dates_of(replace(PLAN, session_count=9)), shift_days=1, shift_minutes=0)
