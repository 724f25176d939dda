"""Reminders: when they are made, for whom, once; and what becomes of them when a session is moved."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lernet_xblock.models import Message, Rsvp
from lernet_xblock.rules.authored import read, write
from lernet_xblock.services.message import drop_reminders
from lernet_xblock.services.reminder import due_reminders, make_reminders, remind
from tests.factories import CohortFactory, MembershipFactory, NetworkFactory, SessionFactory

pytestmark = pytest.mark.django_db

# Tuesday 2 February 2027, 13:30 in Brussels.
START = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def cohort():
    cohort = CohortFactory()
    MembershipFactory.create_batch(2, cohort=cohort)
    return cohort


@pytest.fixture
def session(cohort):
    return SessionFactory(cohort=cohort)


def choose(cohort, *reminders):
    network = cohort.network
    network.authored = write(replace(read(network.authored), reminders=reminders))
    network.save()


def kinds():
    return sorted(Message.objects.values_list("kind", flat=True))


def move(session, start, *, at):
    """Move the session as its service does."""
    session.starts_at, session.ends_at = start, start + timedelta(minutes=session.duration_minutes)
    session.changed_at, session.sequence = at, session.sequence + 1
    session.save()
    drop_reminders([session.pk], now=at)


@pytest.mark.parametrize(
    ("before", "made"),
    [
        (7 * DAY + HOUR + MINUTE, []),
        (7 * DAY + HOUR, ["reminder_7d"] * 2),
        (3.5 * DAY + MINUTE, ["reminder_7d"] * 2),
        # So late, the next one comes soon enough.
        (3.5 * DAY, []),
        (3 * DAY + HOUR, ["please_answer"] * 2),
        (1.5 * DAY + MINUTE, ["please_answer"] * 2),
        (1.5 * DAY, []),
        (DAY + HOUR, ["reminder_1d"] * 2),
        (MINUTE, ["reminder_1d"] * 2),
        (timedelta(), []),
    ],
)
def test_they_are_made_an_hour_ahead_and_until_the_next_one(session, before, made):
    make_reminders(now=START - before)
    assert kinds() == made


def test_they_are_due_at_their_own_time(session):
    make_reminders(now=START - 7 * DAY - HOUR)
    assert set(Message.objects.values_list("send_at", flat=True)) == {START - 7 * DAY}


def test_the_author_chooses(cohort, session):
    choose(cohort, "1h")
    make_reminders(now=START - DAY)
    assert kinds() == []
    make_reminders(now=START - HOUR)
    assert kinds() == ["reminder_1h"] * 2
    choose(cohort, "7d", "1d", "1h")
    make_reminders(now=START - DAY / 2)
    assert kinds() == ["reminder_1h"] * 2
    choose(cohort)
    make_reminders(now=START - 3 * DAY)
    assert kinds() == ["please_answer"] * 2 + ["reminder_1h"] * 2


def test_run_twice_nothing_is_made_twice(session, django_assert_num_queries):
    assert make_reminders(now=START - DAY) == 1
    first = set(Message.objects.values_list("pk", flat=True))
    with django_assert_num_queries(3):
        assert make_reminders(now=START - DAY + 5 * MINUTE) == 0
    assert set(Message.objects.values_list("pk", flat=True)) == first


def test_two_workers_that_saw_the_same_make_nothing_twice(session):
    seen = due_reminders(now=START - DAY)
    for _worker in range(2):
        remind(seen, now=START - DAY)
    assert kinds() == ["reminder_1d"] * 2


def test_many_sessions_take_as_many_statements_as_one(django_assert_num_queries):
    network = NetworkFactory(state="running")
    for _number in range(12):
        cohort = CohortFactory(network=network)
        MembershipFactory(cohort=cohort)
        SessionFactory(cohort=cohort)
    with django_assert_num_queries(7):
        assert make_reminders(now=START - DAY) == 12
    assert Message.objects.count() == 12


@pytest.mark.parametrize("how", ["declined", "pausing", "left"])
def test_who_is_not_expected_is_not_reminded(cohort, session, how):
    member = cohort.memberships.first()
    if how == "declined":
        Rsvp.objects.create(session=session, user=member.user, answer="not_coming", at=START - 9 * DAY)
    elif how == "pausing":
        member.paused_at, member.paused_until = START - 9 * DAY, session.local_date
    else:
        member.active, member.left_at, member.end = None, START - 9 * DAY, "left"
    member.save()
    make_reminders(now=START - DAY)
    assert set(Message.objects.values_list("user_id", flat=True)) == {cohort.memberships.last().user_id}


def test_only_who_has_not_answered_is_asked(cohort, session):
    member = cohort.memberships.first()
    Rsvp.objects.create(session=session, user=member.user, answer="coming", at=START - 9 * DAY)
    choose(cohort)
    make_reminders(now=START - 3 * DAY)
    assert set(Message.objects.values_list("user_id", flat=True)) == {cohort.memberships.last().user_id}


@pytest.mark.parametrize(
    "change",
    [
        {"state": "cancelled", "number": None, "cancelled_at": START - 9 * DAY},
        {"state": "not_held"},
    ],
)
def test_what_does_not_take_place_needs_no_reminder(session, change):
    for name, value in change.items():
        setattr(session, name, value)
    session.save()
    assert make_reminders(now=START - DAY) == 0


@pytest.mark.parametrize(("until", "made"), [("2027-02-02", 0), ("2027-02-01", 1)])
def test_a_network_that_pauses_on_the_day_reminds_nobody(cohort, session, until, made):
    network = cohort.network
    network.state, network.paused_until = "paused", date.fromisoformat(until)
    network.save()
    assert make_reminders(now=START - DAY) == made


def test_a_group_that_went_into_another_reminds_nobody(cohort, session):
    cohort.state = "merged"
    cohort.save()
    assert make_reminders(now=START - DAY) == 0


def test_dates_that_were_just_told_need_no_reminder(session):
    session.changed_at = START - 5 * DAY
    session.save()
    assert make_reminders(now=START - 4 * DAY) == 0
    assert make_reminders(now=START - DAY) == 1


def test_a_moved_session_drops_its_reminders_and_makes_new_ones(session):
    make_reminders(now=START - DAY)
    move(session, START + 30 * DAY, at=START - DAY)
    assert set(Message.objects.values_list("state", "dropped_for")) == {("dropped", "changed")}
    make_reminders(now=START + 29 * DAY)
    assert kinds() == ["reminder_1d"] * 4
    assert Message.objects.filter(state="waiting", send_at=START + 29 * DAY).count() == 2


def test_a_session_moved_away_and_back_reminds_once(session):
    make_reminders(now=START - 7 * DAY - HOUR)
    move(session, START + DAY, at=START - 7 * DAY - 30 * MINUTE)
    move(session, START, at=START - 7 * DAY - 20 * MINUTE)
    make_reminders(now=START - 7 * DAY - 10 * MINUTE)
    assert set(Message.objects.values_list("kind", "state", "dropped_for")) == {("reminder_7d", "waiting", "")}
    assert Message.objects.count() == 2


def test_a_new_place_makes_no_second_reminder(session):
    make_reminders(now=START - DAY - HOUR)
    session.sequence, session.changed_at = session.sequence + 1, START - DAY - 30 * MINUTE
    session.save()
    make_reminders(now=START - DAY - 20 * MINUTE)
    assert Message.objects.filter(kind="reminder_1d").count() == 2
