"""Sending: what goes out, in which words, to whom and when; and what never does."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language

from lernet_xblock.host import get_host
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Message, Poll, Rsvp
from lernet_xblock.panels import delivery
from lernet_xblock.panels.delivery import ask_for_delivery, deliver
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.rules.authored import read, write
from lernet_xblock.services.message import announce, announce_cohort, announce_plan_made, drop_reminders
from lernet_xblock.services.outbox import LEASE, MOST_TRIES
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    MessageFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

# Tuesday 2 February 2027, 13:30 in Brussels.
START = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SECRET = "The trainer has the flu, canary 4711."


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort)


@pytest.fixture
def session(cohort):
    return SessionFactory(cohort=cohort, place="Rue du Moulin 4", meeting_link="https://meet.example.org/canary")


@pytest.fixture(autouse=True)
def zones(monkeypatch):
    """Let people be in Brussels unless a test says otherwise, by username."""
    known: dict[str, str] = {}
    monkeypatch.setattr("lernet_xblock.host.workbench.zones", lambda: known)
    return known


def run(at):
    with time_machine.travel(at, tick=False):
        return deliver(get_host())


def told():
    return sorted(one.to[0].split("@")[0] for one in mail.outbox)


def states():
    return list(Message.objects.order_by("pk").values_list("state", "dropped_for"))


def choose(cohort, *reminders):
    network = cohort.network
    network.authored = write(replace(read(network.authored), reminders=reminders))
    network.save()


def moved(session, start, *, at, reason=""):
    """Move the session, and tell, as its service does."""
    before = session.starts_at
    session.starts_at, session.ends_at = start, start + timedelta(minutes=session.duration_minutes)
    session.changed_at, session.sequence = at, session.sequence + 1
    session.save()
    drop_reminders([session.pk], now=at)
    facts = {"before": before.isoformat(), "reason": reason}
    announce(session, kind="session_moved", now=at, facts=facts, urgent=True)


def test_a_reminder_goes_out_at_its_time_and_once(member, session):
    assert run(START - DAY - HOUR).sent == 0
    assert run(START - DAY - MINUTE).sent == 0
    assert run(START - DAY).sent == 1
    assert run(START - DAY + 5 * MINUTE).sent == 0
    (letter,) = mail.outbox
    assert letter.to == [member.user.email]
    assert letter.subject == "Session on Tuesday 2 February 2027 at 13:30 – Return to work"
    assert letter.body == (
        f"Hello {member.user.get_full_name()},\n"
        "\n"
        "Group A meets on Tuesday 2 February 2027, 13:30–16:30 (Brussels).\n"
        "Place: Rue du Moulin 4\n"
        "The link to the online meeting is on the page from 24 hours before the session.\n"
        "Please take 30 minutes to prepare.\n"
        "\n"
        "You have not said yet whether you are coming. Please do so on the page.\n"
        f"Your page: http://127.0.0.1:8042/demo/lernet/learner/?student={member.user.username}\n"
        "\n"
        "Questions? Please ask desk@example.org.\n"
        "You get this message because you are a member of Group A in the learning network “Return to work”.\n"
    )


def test_a_move_says_before_and_now_and_goes_out_at_night(member, session):
    night = START - 20 * DAY + 12 * HOUR
    moved(session, START + 7 * DAY, at=night, reason=SECRET)
    run(night)
    (letter,) = mail.outbox
    assert letter.subject == "The session is on Tuesday 9 February 2027 at 13:30 now – Return to work"
    assert letter.body.split("\n\n")[1] == (
        "The session of Group A was moved. It is on Tuesday 9 February 2027, 13:30–16:30 (Brussels) now.\n"
        "It was planned for Tuesday 2 February 2027, 13:30 (Brussels).\n"
        f"The reason: {SECRET}\n"
        "Place: Rue du Moulin 4\n"
        "The link to the online meeting is on the page from 24 hours before the session.\n"
        "Please take 30 minutes to prepare."
    )
    assert letter.body.split("\n\n")[2].splitlines()[:2] == [
        "Please say anew whether you are coming: earlier answers are gone.",
        "Calendars that follow your dates may take up to a day to show the change.",
    ]


def test_no_letter_holds_the_link_of_the_meeting(member, session):
    moved(session, START + 7 * DAY, at=START - 9 * DAY)
    run(START - 9 * DAY)
    run(START + 6 * DAY)
    assert len(mail.outbox) == 2
    assert "meet.example.org" not in "".join(one.subject + one.body for one in mail.outbox)


def test_a_reminder_waits_for_the_morning(member, session):
    early = datetime(2027, 2, 2, 6, 30, tzinfo=UTC)
    moved(session, early + 30 * MINUTE, at=START - 30 * DAY)
    Message.objects.all().delete()
    evening = datetime(2027, 1, 26, 20, 0, tzinfo=UTC)
    session.starts_at = evening + 7 * DAY
    session.ends_at = session.starts_at + HOUR
    session.save()
    assert run(evening).sent == 0
    morning = datetime(2027, 1, 27, 6, 0, tzinfo=UTC)
    assert Message.objects.get(kind="reminder_7d").send_at == morning
    assert run(morning - MINUTE).sent == 0
    assert run(morning).sent == 1


def test_a_reminder_that_the_morning_would_bring_too_late_never_comes(member, session):
    session.starts_at, session.ends_at = datetime(2027, 2, 2, 6, 0, tzinfo=UTC), START
    session.save()
    MessageFactory(
        cohort=session.cohort,
        user=member.user,
        session=session,
        send_at=session.starts_at - HOUR,
        facts={"starts_at": session.starts_at.isoformat()},
    )
    run(session.starts_at - HOUR)
    assert ("dropped", "night") in states()
    assert mail.outbox == []


def test_night_and_clock_are_those_of_the_person(member, session, zones):
    zones[member.user.username] = "America/Denver"
    run(START - DAY)
    assert mail.outbox == []
    assert states() == [("waiting", "")]
    run(datetime(2027, 2, 1, 15, 0, tzinfo=UTC))
    (letter,) = mail.outbox
    assert letter.subject == "Session on Tuesday 2 February 2027 at 05:30 – Return to work"
    assert "05:30–08:30 (Denver).\nThere it is Tuesday 2 February 2027, 13:30–16:30 (Brussels)." in letter.body


def test_the_language_is_that_of_the_person(member, session, monkeypatch):
    asked = []

    class German(WorkbenchHost):
        def readers(self, user_ids):
            return {pk: replace(one, language="de-at") for pk, one in super().readers(user_ids).items()}

        def send(self, letter):
            asked.append(letter.subject)

    with time_machine.travel(START - DAY, tick=False):
        deliver(German())
    (subject,) = asked
    assert "Dienstag, 2. Februar 2027" in subject
    assert get_language() == "en"


def test_a_moved_session_reminds_of_its_new_date_only(member, session):
    run(START - DAY - HOUR)
    assert states() == [("waiting", "")]
    moved(session, START + 30 * DAY, at=START - DAY - 30 * MINUTE)
    run(START - DAY)
    assert [one.subject[:14] for one in mail.outbox] == ["The session is"]
    run(START + 29 * DAY)
    assert [one.subject for one in mail.outbox[1:]] == [
        "Session on Thursday 4 March 2027 at 13:30 – Return to work",
    ]


def test_a_reminder_that_a_worker_had_in_hand_is_looked_at_once_more(member, session):
    run(START - DAY - HOUR)
    assert states() == [("waiting", "")]
    Message.objects.update(state="leased", lease="1" * 32, leased_until=START - DAY)
    moved(session, START + 30 * DAY, at=START - DAY - 30 * MINUTE)
    run(START - DAY)
    assert ("dropped", "changed") in states()
    assert len(mail.outbox) == 1


def test_a_move_that_was_followed_by_a_cancellation_is_not_sent(member, session):
    moved(session, START + 7 * DAY, at=START - 9 * DAY)
    session.state, session.number, session.cancelled_at = "cancelled", None, START - 9 * DAY
    session.save()
    announce(session, kind="session_cancelled", now=START - 9 * DAY, urgent=True, facts={"reason": SECRET})
    run(START - 9 * DAY)
    (letter,) = mail.outbox
    assert letter.subject == "The session on Tuesday 9 February 2027 is cancelled – Return to work"
    assert "is cancelled.\nThe reason: The trainer" in letter.body


def test_who_said_not_to_come_since_is_not_reminded(member, session):
    run(START - DAY - HOUR)
    Rsvp.objects.create(session=session, user=member.user, answer="not_coming", at=START - DAY - 30 * MINUTE)
    assert run(START - DAY).sent == 0
    assert states() == [("dropped", "changed")]


@pytest.mark.parametrize("how", ["left", "moved to another group", "not enrolled", "cannot log in"])
def test_who_is_not_there_any_more_gets_nothing(member, session, how, monkeypatch):
    stays = MembershipFactory(cohort=session.cohort)
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)
    if how == "left":
        member.active, member.left_at, member.end = None, START - 9 * DAY, "left"
    elif how == "moved to another group":
        member.cohort = CohortFactory(network=session.cohort.network)
    elif how == "not enrolled":
        all_of = WorkbenchHost.enrolled
        monkeypatch.setattr(
            WorkbenchHost,
            "enrolled",
            lambda self, user, courses: frozenset() if user == member.user_id else all_of(self, user, courses),
        )
    else:
        member.user.is_active = False
        member.user.save()
    member.save()
    run(START - 9 * DAY)
    assert told() == [stays.user.username]
    assert sorted(states()) == [("dropped", "gone"), ("sent", "")]


def test_who_guides_need_not_be_enrolled_and_reads_why_they_are_told(session, monkeypatch):
    guide = FacilitationFactory(cohort=session.cohort)
    stand_in = SubstitutionFactory(session=session)
    monkeypatch.setattr(WorkbenchHost, "enrolled", lambda self, user, courses: frozenset())
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)
    run(START - 9 * DAY)
    assert told() == sorted([guide.user.username, stand_in.user.username])
    bodies = {one.to[0]: one.body for one in mail.outbox}
    assert "because you guide Group A" in bodies[guide.user.email]
    assert "because you stand in for a session of Group A" in bodies[stand_in.user.email]
    assert "whether you are coming" not in "".join(bodies.values())


def test_over_two_networks_a_person_gets_four(member, session):
    other = CohortFactory(network=NetworkFactory(state="running", usage_id="lernet.d1.u1"), number=1)
    MembershipFactory(cohort=other, user=member.user)
    SessionFactory(cohort=other, starts_at=START + DAY, local_date=date(2027, 2, 3))
    choose(other, "1d")
    choose(session.cohort, "1d")
    for number in range(3):
        MessageFactory(
            cohort=other, user=member.user, state="sent", sent_at=START - number * HOUR - 9 * DAY, send_at=START
        )
    Rsvp.objects.create(session=other.sessions.get(), user=member.user, answer="coming", at=START - 9 * DAY)
    # The day before, at half past one: its reminder is the fourth.
    run(START - DAY)
    # A day later, the other one's would be the fifth.
    run(START)
    assert [one.subject for one in mail.outbox] == ["Session on Tuesday 2 February 2027 at 13:30 – Return to work"]
    assert Message.objects.filter(dropped_for="cap").count() == 1
    # The session of the first network is over: a new cycle has begun.
    Message.objects.filter(dropped_for="cap").update(state="waiting", dropped_for="")
    run(START + 3 * HOUR)
    assert len(mail.outbox) == 2


def test_invitations_list_the_dates(member, session):
    SessionFactory(cohort=session.cohort, number=2, kind="regular", starts_at=START + 28 * DAY)
    SessionFactory(cohort=session.cohort, state="cancelled", kind="regular", starts_at=START + 29 * DAY)
    announce_plan_made([session.cohort], now=START - 30 * DAY)
    run(START - 30 * DAY)
    (letter,) = mail.outbox
    assert letter.subject == "Your dates – Return to work"
    said, now_do = letter.body.split("\n\n")[1:3]
    assert said.splitlines() == [
        "Group A has its dates. We look forward to seeing you.",
        "These are the next dates:",
        "- Tuesday 2 February 2027, 13:30–16:30 (Brussels)",
        "- Tuesday 2 March 2027, 13:30–16:30 (Brussels)",
    ]
    assert now_do.splitlines() == [
        "On the page you can add them to your calendar, where they stay up to date.",
        f"Your page: http://127.0.0.1:8042/demo/lernet/learner/?student={member.user.username}",
    ]


def test_a_changed_plan_says_what_became_of_the_dates(member, session):
    facts = {
        "moved": [[START.isoformat(), (START + DAY).isoformat()]],
        "cancelled": [(START + 2 * DAY).isoformat()],
        "reason": SECRET,
    }
    announce_cohort(session.cohort, kind="plan_changed", mark="2", now=START - 9 * DAY, facts=facts, urgent=True)
    run(START - 9 * DAY)
    assert mail.outbox[0].body.split("\n\n")[1].splitlines() == [
        "The dates of Group A have changed.",
        f"The reason: {SECRET}",
        "Moved: Tuesday 2 February 2027, 13:30 (Brussels) is Wednesday 3 February 2027, 13:30 (Brussels) now.",
        "Cancelled: Thursday 4 February 2027, 13:30 (Brussels).",
        "These are the next dates:",
        "- Tuesday 2 February 2027, 13:30–16:30 (Brussels)",
    ]


def test_a_poll_that_is_over_asks_nobody(cohort, member):
    poll = Poll.objects.create(cohort=cohort, time_zone="Europe/Brussels", made_at=START)
    announce_cohort(cohort, kind="poll_asked", mark="1", now=START)
    run(START)
    assert [one.subject for one in mail.outbox] == ["When can you meet? – Return to work"]
    announce_cohort(cohort, kind="poll_asked", mark="2", now=START)
    poll.open, poll.ended_at = None, START
    poll.save()
    assert run(START).sent == 0
    assert ("dropped", "changed") in states()


NASTY = ("A\r\nBcc: all@example.org", "A\u2028B", "\u202eA", "%(group)s %d {0}", "Ä" * 80)


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_typed_breaks_no_letter(cohort, member, session, nasty):
    cohort.network.title = nasty
    cohort.network.save()
    session.place = nasty
    session.save()
    moved(session, START + 7 * DAY, at=START - 9 * DAY, reason=f"{nasty}\x00\ud800")
    assert run(START - 9 * DAY).sent == 1
    (letter,) = mail.outbox
    assert "\n" not in letter.subject
    assert letter.to == [member.user.email]
    assert letter.message().as_bytes()


def test_what_the_mail_does_not_take_is_tried_again_and_stops_no_other(cohort, session, monkeypatch, caplog):
    members = MembershipFactory.create_batch(3, cohort=cohort)
    send = WorkbenchHost.send

    def refuses_the_first(self, letter):
        if letter.user_id == members[0].user_id:
            raise ConnectionRefusedError
        send(self, letter)

    monkeypatch.setattr(WorkbenchHost, "send", refuses_the_first)
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True, facts={"reason": SECRET})
    found = run(START - 9 * DAY)
    assert (found.sent, found.later, found.more) == (2, 1, False)
    assert told() == sorted(one.user.username for one in members[1:])
    assert run(START - 9 * DAY).later == 0
    for hours in range(1, 9):
        run(START - 9 * DAY + hours * HOUR)
    assert Message.objects.get(user=members[0].user).state == "failed"
    assert Message.objects.get(user=members[0].user).tries == MOST_TRIES
    assert "ConnectionRefusedError" in caplog.text


def test_no_log_holds_what_people_typed_or_the_link(cohort, member, session, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("django.db.backends.utils.logger.disabled", True)
    moved(session, START + 7 * DAY, at=START - 9 * DAY, reason=SECRET)
    send = WorkbenchHost.send
    monkeypatch.setattr(WorkbenchHost, "send", lambda self, letter: (_ for _ in ()).throw(OSError(letter.text)))
    run(START - 9 * DAY)
    monkeypatch.setattr(WorkbenchHost, "send", send)
    run(START - 8 * DAY)
    assert SECRET in mail.outbox[0].body
    assert "could not be sent" in caplog.text
    assert "4711" not in caplog.text
    assert "meet.example.org" not in caplog.text
    assert "4711" not in "".join(f"{row} {row!r}" for row in Message.objects.all())


def test_a_message_whose_group_or_session_is_gone_is_dropped(cohort, member, session):
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)
    announce_cohort(cohort, kind="plan_changed", mark="1", now=START - 9 * DAY, urgent=True)
    cohort.delete()
    assert run(START - 9 * DAY).sent == 0
    assert set(states()) == {("dropped", "changed")}


def test_a_run_that_is_over_says_that_there_is_more(member, session):
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)
    with time_machine.travel(START - 9 * DAY, tick=False):
        assert deliver(get_host(), seconds=0).more
        assert not deliver(get_host()).more


def test_a_worker_that_died_is_followed_by_another(member, session, monkeypatch):
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)

    def die(self, letter):
        raise KeyboardInterrupt

    send = WorkbenchHost.send
    monkeypatch.setattr(WorkbenchHost, "send", die)
    with pytest.raises(KeyboardInterrupt):
        run(START - 9 * DAY)
    monkeypatch.setattr(WorkbenchHost, "send", send)
    assert run(START - 9 * DAY).sent == 0
    assert run(START - 9 * DAY + LEASE).sent == 1


def test_many_messages_take_as_many_statements_each_as_few(cohort, session, django_assert_num_queries):
    MembershipFactory.create_batch(2, cohort=cohort)
    announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)
    counts = []
    for _batch in range(2):
        with CaptureQueriesContext(connection) as seen:
            sent = run(START - 9 * DAY).sent
        counts.append((sent, sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE")) for one in seen)))
        MembershipFactory.create_batch(4, cohort=cohort)
        session.sequence += 1
        announce(session, kind="session_moved", now=START - 9 * DAY, urgent=True)
    (few, few_queries), (many, many_queries) = counts
    assert (few, many) == (2, 6)
    # Enrolment, address of the page, account, and two marks for each message.
    assert (many_queries - few_queries) == 5 * (many - few)


def test_pages_of_the_staff_ask_at_most_every_five_minutes(cohort, monkeypatch, django_assert_num_queries):
    asked = []
    monkeypatch.setattr(WorkbenchHost, "run_later", lambda self, task, key: asked.append((task, key)))
    UserFactory(username="admin_lies", is_staff=True)
    viewer = viewer_of(make_block("admin_lies"), None)
    cache.delete(delivery.ASKED)
    with django_assert_num_queries(0):
        ask_for_delivery(viewer)
        ask_for_delivery(viewer)
    assert asked == [("messages.deliver", cohort.network.key)]
    cache.delete(delivery.ASKED)


def test_who_has_not_answered_is_asked(member, session):
    run(START - 3 * DAY)
    assert [one.subject for one in mail.outbox] == ["Are you coming on Tuesday 2 February 2027? – Return to work"]
