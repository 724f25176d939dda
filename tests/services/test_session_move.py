"""A session is held at another time."""

from datetime import UTC, datetime, time, timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AttendanceChange, AuditEntry, Message, Session
from lernet_xblock.services.message import announce
from lernet_xblock.services.session_change import SessionMisfit, refuse_before_course
from lernet_xblock.services.session_move import move_session
from tests.factories import NOW, FacilitationFactory, UserFactory
from tests.services.planned import (
    APRIL_6,
    DAY,
    HOUR,
    MARCH_18,
    WEEK,
    answer,
    attended,
    fresh,
    ids,
    messaged,
    move,
    noticed,
    nth,
    planned_cohort,
    staffed,
    stand_in,
    wall,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return planned_cohort()


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


def local(day, hour=13, minute=30):
    return datetime.combine(day, time(hour, minute))


def refused(row, *args, **values):
    """Return the field and the sentence of the refusal; nothing was changed."""
    before = Session.objects.filter(pk=row.pk).values().get()
    with pytest.raises(RuleViolation) as caught:
        move(row, *args, **values)
    assert Session.objects.filter(pk=row.pk).values().get() == before
    assert not AuditEntry.objects.filter(verb="session.move").exists()
    return caught.value.field, caught.value.sentence


def test_scenario_the_same_row_with_the_same_uid_is_on_6_april(third):
    moved = move(third, reason="Easter")
    assert (moved.pk, moved.uid, moved.sequence, moved.version) == (third.pk, third.uid, 1, 2)
    assert moved.starts_at == datetime(2027, 4, 6, 11, 30, tzinfo=UTC)
    assert moved.ends_at == moved.starts_at + 3 * HOUR
    assert (moved.moved_from, moved.moved_by_hand, moved.reason) == (third.starts_at, True, "Easter")
    assert (moved.number, moved.kind, moved.slot_date) == (3, "regular", third.local_date)


def test_the_other_group_keeps_its_session(cohort, third):
    other = planned_cohort(network=cohort.network)
    before = list(Session.objects.filter(cohort=other).values())
    move(third)
    assert list(Session.objects.filter(cohort=other).values()) == before


def test_sequence_rises_also_when_it_is_moved_back(third):
    move(third)
    back = move(fresh(third), local(third.local_date))
    assert (back.sequence, back.starts_at, back.moved_from) == (
        2,
        third.starts_at,
        datetime(2027, 4, 6, 11, 30, tzinfo=UTC),
    )


def test_only_another_length_leaves_the_day_it_came_from(third):
    longer = move(third, local(third.local_date), minutes=200)
    assert (longer.moved_from, longer.ends_at) == (None, third.starts_at + timedelta(minutes=200))


def test_the_window_of_the_evaluation_follows(third):
    assert third.pulse.opens_at == third.ends_at
    moved = move(third)
    pulse = fresh(third).pulse
    assert (pulse.opens_at, pulse.closes_at) == (moved.ends_at, moved.ends_at + 72 * HOUR)


def test_everybody_is_asked_anew_and_nobody_counts_as_having_been_there(cohort, third):
    (member, *_others), guides = staffed(cohort)
    answer(third, member)
    kept = answer(nth(cohort, 4), member)
    attended(third, member)
    move(third, by=guides[0])
    assert not third.rsvps.exists()
    assert nth(cohort, 4).rsvps.get() == kept
    assert not third.attendance.exists()
    change = AttendanceChange.objects.get()
    assert (change.before, change.after, change.by) == ("present", "", guides[0])


def test_a_regular_session_may_pass_another_and_numbers_follow(cohort):
    second, third = nth(cohort, 2), nth(cohort, 3)
    moved = move(second, local(third.local_date + 7 * DAY), now=NOW)
    assert (moved.number, fresh(third).number) == (3, 2)
    assert fresh(third).sequence == 0


def test_the_group_and_who_stands_in_are_told_once_but_not_who_did_it(cohort, third):
    members, (facilitator, deputy) = staffed(cohort)
    substitute = stand_in(third)
    move(third, by=facilitator, reason="Easter")
    told = ids(*members, deputy, substitute)
    assert noticed("session_moved") == told
    assert messaged("session_moved") == told
    message = Message.objects.first()
    assert message.urgent
    assert message.facts == {"before": "2027-03-30T11:30:00+00:00", "reason": "Easter"}
    move(fresh(third), local(third.local_date), by=facilitator)
    assert messaged("session_moved") == sorted(told * 2)


def test_reminders_of_the_old_time_are_dropped(cohort, third):
    staffed(cohort)
    announce(third, kind="reminder_1d", now=NOW)
    announce(nth(cohort, 4), kind="reminder_1d", now=NOW)
    move(third)
    kept = Message.objects.filter(kind="reminder_1d", state="waiting")
    assert {row.session_id for row in kept} == {nth(cohort, 4).pk}


def test_the_log_has_the_reason(third):
    admin = UserFactory(is_staff=True)
    move(third, by=admin, reason="Easter")
    entry = AuditEntry.objects.get(verb="session.move")
    assert (entry.actor_id, entry.subject, entry.reason, entry.at) == (admin.pk, third.key, "Easter", MARCH_18)


def test_the_very_same_time_is_refused_kindly_and_changes_nothing(third):
    field, sentence = refused(third, local(third.local_date))
    assert (field, sentence) == ("date", "The session is at this time already: nothing to change.")


@pytest.mark.parametrize("minutes", [-1, 0, 481, 500, 100_000])
def test_500_minutes_are_too_long_and_none_too_short(third, minutes):
    assert refused(third, minutes=minutes) == ("minutes", "A session lasts from 1 to 480 minutes.")


@pytest.mark.parametrize("minutes", [1, 480])
def test_eight_hours_are_the_most(third, minutes):
    assert move(third, minutes=minutes).duration_minutes == minutes


def test_overlap_names_the_day_of_the_other_session(cohort, third):
    fourth = nth(cohort, 4)
    field, sentence = refused(third, local(fourth.local_date, 16, 29))
    assert field == "date"
    assert sentence == "It would overlap with the session on Tuesday 27 April 2027. Please choose another time."
    assert move(third, local(fourth.local_date, 16, 30)).number == 4


def test_what_is_cancelled_is_in_nobody_s_way(cohort, third):
    fourth = nth(cohort, 4)
    Session.objects.filter(pk=fourth.pk).update(state="cancelled", number=None, cancelled_at=NOW)
    assert move(third, local(fourth.local_date)).starts_at == fourth.starts_at


@pytest.mark.parametrize(
    ("number", "day", "code"),
    [
        (
            1,
            wall(2027, 3, 9),
            "The launch comes first: it cannot be held after the session on Tuesday 2 March 2027.",
        ),
        (2, wall(2027, 1, 26), "The launch is on Tuesday 2 February 2027, and every other session comes after it."),
        (
            5,
            wall(2027, 4, 20),
            "The closing comes last: it cannot be held before the session on Tuesday 27 April 2027.",
        ),
        (2, wall(2027, 6, 1), "The closing is on Tuesday 25 May 2027, and every other session comes before it."),
    ],
)
def test_launch_stays_first_and_closing_last(cohort, number, day, code):
    row = nth(cohort, number)
    with pytest.raises(SessionMisfit) as caught:
        move(row, local(day.date()), now=NOW)
    assert (caught.value.field, caught.value.sentence) == ("date", code)


@pytest.mark.parametrize("day", [wall(2027, 3, 17), wall(2027, 3, 18), wall(1, 1, 1), wall(2026, 12, 1)])
def test_a_date_in_the_past_is_refused(third, day):
    assert refused(third, day)[0] == "date"


@pytest.mark.parametrize("year", [2033, 9999])
def test_a_date_beyond_all_planning_is_refused(third, year):
    field, sentence = refused(third, wall(year, 12, 31, 23, 59))
    assert (field, sentence) == ("date", "This date is too far ahead. Please choose one within five years.")


def test_a_date_before_the_course_begins_is_refused(third):
    first = MARCH_18.date()
    with pytest.raises(RuleViolation) as caught:
        refuse_before_course(first - DAY, first)
    assert caught.value.field == "date"
    refuse_before_course(first, first)
    refuse_before_course(first - DAY, None)


@pytest.mark.parametrize("when", ["soon already", "soon then"])
def test_less_than_48_hours_ahead_needs_a_tick_and_a_reason(third, when):
    now = third.starts_at - 47 * HOUR if when == "soon already" else MARCH_18
    to = APRIL_6 if when == "soon already" else wall(2027, 3, 19, 10, 0)
    assert refused(third, to, now=now, reason="Ill")[0] == "known"
    assert refused(third, to, now=now, known=True) == ("reason", "Please say why: the group reads it.")
    assert refused(third, to, now=now, known=True, reason="  ")[0] == "reason"
    assert move(third, to, now=now, known=True, reason="Ill").reason == "Ill"


def test_48_hours_ahead_it_is_moved_without(third):
    assert move(third, now=third.starts_at - 48 * HOUR).sequence == 1


@pytest.mark.parametrize("after", [timedelta(), HOUR, 3 * HOUR, DAY])
def test_what_has_begun_or_is_over_stays(third, after):
    field, sentence = refused(third, now=third.starts_at + after, known=True, reason="Late")
    assert (field, sentence) == (None, "This session has begun, or it is over: its date stays as it was.")


@pytest.mark.parametrize(("state", "values"), [("cancelled", {"number": None, "cancelled_at": NOW}), ("not_held", {})])
def test_what_does_not_take_place_is_not_moved(third, state, values):
    Session.objects.filter(pk=third.pk).update(state=state, **values)
    assert refused(third)[0] is None


def test_who_opened_it_before_somebody_moved_it_reads_the_stored_time(cohort, third):
    _members, (first, second) = staffed(cohort)
    move(third, by=first)
    with pytest.raises(StaleVersion) as caught:
        move(fresh(third), APRIL_6 + WEEK, by=second, opened_version=third.version)
    stale = caught.value
    assert stale.theirs == {"date": "2027-04-06", "time": "13:30", "minutes": "180"}
    assert (stale.by_id, stale.at, stale.version) == (first.pk, MARCH_18, 2)


def test_a_session_that_is_gone_is_not_found(third):
    Session.objects.filter(pk=third.pk).delete()
    with pytest.raises(NotFound):
        move_session(
            third,
            local=APRIL_6,
            duration_minutes=180,
            reason="",
            known=False,
            opened_version=1,
            by=UserFactory().pk,
            now=NOW,
        )


def test_wall_clock_in_a_gap_is_kept_and_shifts_the_instant(cohort):
    moved = move(nth(cohort, 3), wall(2027, 3, 28, 2, 30))
    assert moved.local_time == time(2, 30)
    assert moved.starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_a_deputy_who_was_named_later_is_told_as_well(cohort, third):
    late = FacilitationFactory(cohort=cohort, role="deputy").user
    move(third)
    assert messaged("session_moved") == ids(late)
