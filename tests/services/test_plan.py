"""Planning the sessions of one group anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import (
    Attendance,
    AttendanceChange,
    AuditEntry,
    Message,
    Notice,
    Plan,
    Pulse,
    Rsvp,
    Session,
    Substitution,
)
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services.plan import PlanOverlap, plan_anew
from lernet_xblock.services.session import plan_sessions
from tests.factories import NOW, PLAN, CohortFactory, FacilitationFactory, MembershipFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
TUESDAYS = [date(2027, 2, 2) + timedelta(weeks=4 * place) for place in range(6)]


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


@pytest.fixture
def cohort(admin):
    """A planned group of three members, one of whom pauses, with a facilitator."""
    cohort = CohortFactory()
    MembershipFactory.create_batch(2, cohort=cohort)
    MembershipFactory(cohort=cohort, paused_at=NOW, paused_until=date(2027, 6, 1))
    FacilitationFactory(cohort=cohort)
    committed(lambda: plan_sessions(cohort, settings=PLAN, by=admin.pk, now=NOW))
    return cohort


def anew(cohort, admin, *, opened_version=0, now=LATER, days=0, minutes=0, reason="The hall is taken", **changes):
    settings = replace(PLAN, **changes)
    return committed(
        lambda: plan_anew(
            cohort,
            settings=settings,
            dates=dates_of(settings),
            shift_days=days,
            shift_minutes=minutes,
            reason=reason,
            opened_version=opened_version,
            by=admin.pk,
            now=now,
        )
    )


def sessions(cohort, **chosen):
    return list(Session.objects.filter(cohort=cohort, **chosen))


def stored(cohort):
    """Return every column of every session."""
    return list(Session.objects.filter(cohort=cohort).order_by("pk").values())


def test_what_moves_keeps_row_and_uid_and_its_sequence_rises(cohort, admin):
    before = sessions(cohort)
    found = anew(cohort, admin, session_time=time(15))
    after = sessions(cohort)
    assert len(found.moved) == 5
    assert [(row.pk, row.uid, row.number, row.kind) for row in after] == [
        (row.pk, row.uid, row.number, row.kind) for row in before
    ]
    assert {(row.sequence, row.version, row.changed_by_id, row.changed_at) for row in after} == {
        (1, 2, admin.pk, LATER)
    }
    assert [row.moved_from for row in after] == [row.starts_at for row in before]
    assert {row.reason for row in after} == {"The hall is taken"}
    assert {(row.local_time, row.slot_time, row.moved_by_hand) for row in after} == {(time(15), time(15), False)}
    assert [row.starts_at for row in after] == [row.starts_at + timedelta(minutes=90) for row in before]
    assert [row.ends_at - row.starts_at for row in after] == [timedelta(minutes=180)] * 5


def test_a_newly_excluded_date_touches_its_session_alone(cohort, admin):
    before = stored(cohort)
    third = sessions(cohort, number=3)[0]
    anew(cohort, admin, free_days=(TUESDAYS[2],))
    assert [(row.number, row.kind, row.local_date) for row in sessions(cohort)] == [
        (1, "launch", TUESDAYS[0]),
        (2, "regular", TUESDAYS[1]),
        (3, "regular", TUESDAYS[3]),
        (4, "regular", TUESDAYS[4]),
        (5, "closing", TUESDAYS[5]),
    ]
    third.refresh_from_db()
    assert (third.local_date, third.kind) == (TUESDAYS[5], "closing")
    untouched = {row["id"]: row for row in before}
    for row in stored(cohort):
        if row["local_date"] in TUESDAYS[:2]:
            assert row == untouched[row["id"]]
    # The one that was the closing is not any more: in calendars it looks different.
    assert sessions(cohort, number=4)[0].sequence == 1


def test_a_lost_date_is_cancelled_and_the_others_are_counted_anew(cohort, admin):
    third = sessions(cohort, number=3)[0]
    anew(cohort, admin, free_days=(TUESDAYS[2],), make_up=False)
    third.refresh_from_db()
    assert (third.state, third.number, third.cancelled_at, third.sequence) == ("cancelled", None, LATER, 1)
    assert (third.reason, third.slot_date, third.slot_time) == ("The hall is taken", None, None)
    assert [row.number for row in sessions(cohort, state="planned")] == [1, 2, 3, 4]


def test_new_dates_are_new_sessions_with_place_and_evaluation(cohort, admin):
    anew(cohort, admin, session_count=6)
    new = sessions(cohort, number=6)[0]
    assert (new.kind, new.local_date, new.place, new.meeting_link) == (
        "closing",
        TUESDAYS[5],
        PLAN.place,
        PLAN.meeting_link,
    )
    assert (new.slot_date, new.slot_time, new.changed_by_id, new.sequence) == (TUESDAYS[5], time(13, 30), admin.pk, 1)
    assert (new.pulse.opens_at, new.pulse.closes_at) == (new.ends_at, new.ends_at + timedelta(hours=72))


def test_the_first_plan_of_a_group_says_which_is_the_launch_and_which_the_closing(admin):
    cohort = CohortFactory()
    found = anew(cohort, admin)
    assert len(found.new) == 5
    assert [row.kind for row in sessions(cohort)] == ["launch", "regular", "regular", "regular", "closing"]
    assert [row.number for row in sessions(cohort)] == [1, 2, 3, 4, 5]
    assert Pulse.objects.count() == 5


def test_evaluations_follow_and_answers_are_asked_anew(cohort, admin):
    row = sessions(cohort, number=2)[0]
    member = cohort.memberships.first().user
    Rsvp.objects.create(session=row, user=member, answer="coming", at=NOW)
    Attendance.objects.create(session=row, user=member, state="present", minutes=170, at=NOW)
    anew(cohort, admin, session_time=time(15))
    assert not Rsvp.objects.exists()
    assert not Attendance.objects.exists()
    assert list(AttendanceChange.objects.values_list("before", "after", "minutes_before", "by")) == [
        ("present", "", 170, admin.pk)
    ]
    for row in sessions(cohort):
        assert (row.pulse.opens_at, row.pulse.closes_at) == (row.ends_at, row.ends_at + timedelta(hours=72))


def test_answers_for_a_session_that_stays_are_kept(cohort, admin):
    row, gone = sessions(cohort, number__in=(2, 3))
    member = cohort.memberships.first().user
    for one in (row, gone):
        Rsvp.objects.create(session=one, user=member, answer="coming", at=NOW)
    anew(cohort, admin, free_days=(TUESDAYS[2],))
    assert list(Rsvp.objects.values_list("session_id", flat=True)) == [row.pk]


def test_everybody_is_told_once_and_who_acts_is_not(cohort, admin):
    FacilitationFactory(cohort=cohort, user=admin, role="deputy")
    anew(cohort, admin, free_days=(TUESDAYS[2],), make_up=False)
    active = set(cohort.memberships.filter(paused_at=None).values_list("user_id", flat=True))
    paused = set(cohort.memberships.exclude(paused_at=None).values_list("user_id", flat=True))
    guide = cohort.facilitations.get(role="facilitator").user_id
    assert sorted(Message.objects.values_list("user_id", flat=True)) == sorted(active | {guide})
    assert sorted(Notice.objects.values_list("user_id", flat=True)) == sorted(active | paused | {guide})
    message = Message.objects.get(user_id=guide)
    assert (message.kind, message.urgent, message.cohort_id) == ("plan_changed", True, cohort.pk)
    assert message.cause == f"plan_changed:{cohort.key}:1:{guide}"
    assert message.facts == {
        "reason": "The hall is taken",
        "moved": [],
        "new": [],
        "cancelled": ["2027-03-30T11:30:00+00:00"],
    }
    assert {(row.kind, row.cohort_id) for row in Notice.objects.all()} == {("plan_changed", cohort.pk)}


def test_the_message_names_what_moved_from_where(cohort, admin):
    anew(cohort, admin, free_days=(TUESDAYS[2],), session_count=6)
    facts = Message.objects.first().facts
    assert facts["moved"] == [["2027-03-30T11:30:00+00:00", "2027-06-22T11:30:00+00:00"]]
    assert (facts["new"], facts["cancelled"]) == (["2027-07-20T11:30:00+00:00"], [])


def test_reminders_of_what_changed_are_dropped_and_the_others_wait_on(cohort, admin):
    second, third = sessions(cohort, number__in=(2, 3))
    for row in (second, third):
        Message.objects.create(
            network=cohort.network,
            session=row,
            user=admin,
            kind="reminder_1d",
            cause=f"reminder:{row.pk}",
            send_at=LATER,
            made_at=NOW,
        )
    anew(cohort, admin, free_days=(TUESDAYS[2],))
    states = dict(Message.objects.filter(kind="reminder_1d").values_list("session_id", "state"))
    assert states == {second.pk: "waiting", third.pk: "dropped"}


def test_who_stands_in_learns_of_it(cohort, admin):
    second, third = sessions(cohort, number__in=(2, 3))
    people = [UserFactory(), UserFactory()]
    for row, user in zip((second, third), people, strict=True):
        Substitution.objects.create(session=row, cohort=cohort, user=user, since=NOW)
    anew(cohort, admin, free_days=(TUESDAYS[2],), make_up=False, session_time=time(15))
    kinds = {user.pk: set(Notice.objects.filter(user=user).values_list("kind", flat=True)) for user in people}
    assert kinds == {people[0].pk: {"session_moved"}, people[1].pk: {"stands_in_no_longer"}}
    ended = dict(Substitution.objects.values_list("user_id", "ended_at"))
    assert ended == {people[0].pk: None, people[1].pk: LATER}
    told = dict(Message.objects.filter(user__in=people).values_list("user_id", "kind"))
    assert told == {people[0].pk: "session_moved", people[1].pk: "session_cancelled"}


def test_a_plan_that_changes_nothing_writes_the_plan_and_tells_nobody(cohort, admin):
    AuditEntry.objects.all().delete()
    before = stored(cohort)
    found = anew(cohort, admin)
    assert found.changes_nothing
    assert stored(cohort) == before
    plan = Plan.objects.get()
    assert (plan.cohort_id, plan.version, plan.changed_by_id, plan.dates) == (cohort.pk, 1, admin.pk, dates_of(PLAN))
    assert not Message.objects.exists()
    assert not Notice.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_log_says_who_and_why(cohort, admin):
    anew(cohort, admin, session_time=time(15))
    line = AuditEntry.objects.get(verb="plan.change")
    assert (line.subject, line.actor_id, line.reason, line.at) == (cohort.key, admin.pk, "The hall is taken", LATER)


def test_a_shift_is_kept_with_the_group(cohort, admin):
    anew(cohort, admin, days=1, minutes=-60)
    cohort.refresh_from_db()
    assert (cohort.shift_days, cohort.shift_minutes) == (1, -60)
    first = sessions(cohort)[0]
    assert (first.local_date, first.local_time) == (date(2027, 2, 3), time(12, 30))


def test_held_past_and_hand_moved_sessions_stay_as_they_are(cohort, admin):
    now = datetime(2027, 3, 10, tzinfo=UTC)
    Session.objects.filter(cohort=cohort, number=1).update(held_at=now)
    Session.objects.filter(cohort=cohort, number=3).update(moved_by_hand=True)
    fixed = [row for row in stored(cohort) if row["number"] in (1, 2, 3)]
    found = anew(cohort, admin, now=now, session_time=time(15))
    assert [row for row in stored(cohort) if row["number"] in (1, 2, 3)] == fixed
    assert len(found.left) == 3
    assert [row.local_time for row in sessions(cohort, number__in=(4, 5))] == [time(15), time(15)]


def test_in_another_zone_at_the_same_instants_the_clock_is_the_new_one_and_calendars_learn_of_it(cohort, admin):
    found = anew(cohort, admin, time_zone="Europe/Paris")
    assert found.changes_nothing
    assert {(row.time_zone, row.sequence, row.version) for row in sessions(cohort)} == {("Europe/Paris", 1, 2)}
    assert not Message.objects.exists()


def test_second_planner_learns_who_was_first(cohort, admin):
    first = UserFactory()
    anew(cohort, first, session_time=time(15))
    with pytest.raises(StaleVersion) as stale:
        anew(cohort, admin, session_time=time(9))
    assert (stale.value.version, stale.value.by_id, stale.value.at) == (1, first.pk, LATER)
    assert {row.local_time for row in sessions(cohort)} == {time(15)}
    anew(cohort, admin, session_time=time(9), opened_version=1)
    assert Plan.objects.get().version == 2


def refused(cohort, admin, **changes):
    before = stored(cohort)
    with pytest.raises(RuleViolation) as violation:
        anew(cohort, admin, **changes)
    assert stored(cohort) == before
    assert not Plan.objects.exists()
    assert not Message.objects.exists()
    return violation.value


def test_dates_upon_one_another_are_refused_with_both(cohort, admin):
    row = sessions(cohort, number=3)[0]
    local = datetime.combine(TUESDAYS[3] + timedelta(days=1), time(14))
    Session.objects.filter(pk=row.pk).update(
        moved_by_hand=True,
        local_date=local.date(),
        starts_at=datetime(2027, 4, 28, 12, tzinfo=UTC),
        ends_at=datetime(2027, 4, 28, 15, tzinfo=UTC),
    )
    found = refused(cohort, admin, days=1)
    assert isinstance(found, PlanOverlap)
    day = date(2027, 4, 28)
    assert found.sentence == sentence_of("sessions_overlap", {"day": day, "other": day})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"session_minutes": 500}, "session_minutes"),
        ({"session_count": 2}, "session_count"),
        ({"session_time": None}, "session_time"),
        ({"first_date": date(2026, 11, 3)}, "first_date"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"days": 10_000}, "shift_days"),
        ({"frequency": "weekly", "interval": 60}, "interval"),
        ({"session_count": 150}, "session_count"),
    ],
)
def test_what_gives_no_dates_is_refused_at_its_field_and_nothing_is_written(cohort, admin, changes, field):
    assert refused(cohort, admin, **changes).field == field


def test_a_group_that_is_over_keeps_its_dates(cohort, admin):
    cohort.state = "closed"
    cohort.save()
    before = list(cohort.sessions.values_list("starts_at", "sequence"))
    assert refused(cohort, admin, session_time=time(15)).field is None
    assert list(cohort.sessions.values_list("starts_at", "sequence")) == before


def test_what_it_costs_does_not_grow_with_the_people(cohort, admin, django_assert_max_num_queries):
    MembershipFactory.create_batch(9, cohort=cohort)
    with django_assert_max_num_queries(40):
        anew(cohort, admin, session_time=time(15), opened_version=0)
