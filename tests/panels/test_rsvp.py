"""Answering whether one comes, and checking in: the parts of a session, and their actions."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Attendance, Rsvp
from lernet_xblock.panels.engine import render
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.panels.rsvp import check_in_part, rsvp_part
from lernet_xblock.queries.rsvp import rsvps
from lernet_xblock.queries.session import session_lines
from lernet_xblock.rules.authored import write
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
from tests.runtime import make_block, post, words

pytestmark = pytest.mark.django_db

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
REASON = "Secret night shift"


@pytest.fixture
def session():
    authored = write(PLAN) | {"self_check_in": True}
    return SessionFactory(cohort=CohortFactory(network=NetworkFactory(state="running", authored=authored)))


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def member(session):
    return MembershipFactory(cohort=session.cohort).user


def say(user, session, answer="coming", reason="", **changes):
    fields = {"about": session.key, "answer": answer, "reason": reason, **changes}
    return post(make_block(user.username), "rsvp.answer", fields, at="sessions")


def check_in(user, session):
    return post(make_block(user.username), "attendance.check_in", {"about": session.key}, at="sessions")


def part(user, session, make=rsvp_part):
    viewer = viewer_of(make_block(user.username), None)
    lines = session_lines(viewer, [session.cohort])[session.cohort.pk]
    line = next(one for one in lines if one.key == session.key)
    return viewer, line, make(viewer, line, Forms(viewer), rsvps(viewer, session.cohort)[line.key])


def shown(user, session, make=rsvp_part):
    """Return the part as HTML, "" where there is none."""
    viewer, line, context = part(user, session, make)
    template = "session_rsvp.html" if make is rsvp_part else "session_check_in.html"
    values = {"part": context, "session": line, "viewer": viewer, "id": viewer.html_id}
    return render(template, values) if context else ""


def said():
    return list(Rsvp.objects.values_list("user", "answer", "reason"))


def test_a_member_answers_and_sees_it(session, member):
    assert "Will you come?" in shown(member, session)
    assert say(member, session, "not_coming", REASON).status_int == 200
    assert said() == [(member.pk, "not_coming", REASON)]
    text = words(shown(member, session))
    assert text.startswith(f"You said that you cannot come. {REASON} Change your answer")
    assert say(member, session, "coming", REASON).status_int == 200
    assert words(shown(member, session)).startswith("You said that you come. Change your answer")
    assert said() == [(member.pk, "coming", "")]


def test_the_group_reads_numbers_and_only_guides_read_names_and_reasons(session, member):
    say(member, session, "not_coming", REASON)
    colleague = MembershipFactory(cohort=session.cohort).user
    read = words(shown(colleague, session))
    assert "1 person cannot come." in read
    assert REASON not in read
    assert member.first_name not in read
    for reader in (FacilitationFactory(cohort=session.cohort).user, UserFactory(is_staff=True)):
        read = words(shown(reader, session))
        assert f"{member.first_name} {member.last_name} cannot come {REASON}" in read
        assert "rsvp.answer" not in shown(reader, session)


def test_only_members_of_the_group_answer(session, member):
    other = CohortFactory(network=session.cohort.network)
    refused = {
        MembershipFactory(cohort=other).user: 404,
        FacilitationFactory(cohort=session.cohort).user: 403,
        UserFactory(is_staff=True): 403,
        UserFactory(): 403,
        MembershipFactory(cohort=session.cohort, active=None, left_at=NOW).user: 403,
        MembershipFactory(cohort=session.cohort, user__is_active=False).user: 403,
    }
    for user, status in refused.items():
        assert say(user, session).status_int == status
        assert check_in(user, session).status_int == status
    for about in ("", "x" * 20, "é"):
        assert say(member, session, about=about).status_int == 404
    assert not said()
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"answer": "maybe"}, 422),
        ({"answer": ""}, 422),
        ({"answer": "not_coming", "reason": "x" * 201}, 422),
        ({"answer": "not_coming", "reason": "x" * 200}, 200),
        ({"starts": "1"}, 422),
        ({"starts": "9" * 30}, 422),
        ({"starts": ""}, 200),
        ({"user_id": "1"}, 400),
    ],
)
def test_what_cannot_be_is_refused(session, member, changes, status):
    assert say(member, session, **changes).status_int == status
    assert len(said()) == (status == 200)


def test_who_saw_another_time_is_told_that_the_session_was_moved(session, member):
    starts = str(int(session.starts_at.timestamp()))
    assert f'name="starts" value="{starts}"' in shown(member, session)
    assert say(member, session, starts=starts).status_int == 200
    session.starts_at += timedelta(days=7)
    session.ends_at += timedelta(days=7)
    session.save()
    assert say(member, session, "not_coming", starts=starts).status_int == 422
    assert said() == [(member.pk, "coming", "")]


def test_once_the_session_begins_nobody_is_asked(session, member, at):
    say(member, session)
    at(session.starts_at)
    assert not shown(member, session)
    assert say(member, session, "not_coming").status_int == 422
    assert said() == [(member.pk, "coming", "")]


def test_who_pauses_then_is_not_asked(session):
    away = MembershipFactory(cohort=session.cohort, paused_at=NOW, paused_until=session.local_date).user
    assert not shown(away, session)
    assert say(away, session).status_int == 422


@pytest.mark.parametrize("state", ["cancelled", "not_held"])
def test_of_a_session_that_is_not_held_nothing_is_asked(session, member, state, at):
    off = SessionFactory(
        cohort=session.cohort,
        state=state,
        number=None if state == "cancelled" else 2,
        starts_at=session.starts_at + timedelta(days=1),
    )
    at(off.starts_at)
    assert not shown(member, off)
    assert not shown(member, off, check_in_part)
    assert say(member, off).status_int == 422
    assert check_in(member, off).status_int == 422


@pytest.mark.parametrize(
    ("state", "minutes", "sentence"),
    [
        ("present", 180, "You were there: present, 180 minutes."),
        ("late", None, "You were there: late."),
        ("excused", None, "You were not there: excused."),
    ],
)
def test_afterwards_a_member_reads_the_own_record_only(  # noqa: PLR0917 - fixtures
    session, member, at, state, minutes, sentence
):
    Attendance.objects.create(session=session, user=member, state=state, minutes=minutes, at=NOW)
    at(session.ends_at)
    assert words(shown(member, session)) == sentence
    assert not shown(MembershipFactory(cohort=session.cohort).user, session)


@pytest.mark.parametrize(
    ("shift", "asked"),
    [(-15 * MINUTE - SECOND, False), (-15 * MINUTE, True), (30 * MINUTE, True), (30 * MINUTE + SECOND, False)],
)
def test_members_check_in_around_the_start(session, member, at, shift, asked):
    at(session.starts_at + shift)
    assert bool(shown(member, session, check_in_part)) is asked
    assert check_in(member, session).status_int == (200 if asked else 422)
    assert Attendance.objects.filter(self_checked=True).exists() is asked
    assert not shown(member, session, check_in_part)
    read = shown(member, session)
    assert ("You are checked in" in read) is asked
    assert ("rsvp.answer" in read) is (shift < timedelta() and not asked)


def test_the_page_says_from_when_on_somebody_is_late(session, member, at):
    at(session.starts_at)
    assert "Until 13:35 you are noted as present, from then until 14:00 as late" in shown(
        member, session, check_in_part
    )
    at(session.starts_at + 5 * MINUTE + SECOND)
    assert "noted as late" in shown(member, session, check_in_part)
    assert "late" in check_in(member, session).text
    assert Attendance.objects.values_list("state", flat=True).get() == "late"


def test_checking_in_after_the_facilitator_changes_nothing(session, member, at):
    Attendance.objects.create(session=session, user=member, state="excused", at=NOW)
    at(session.starts_at)
    answer = check_in(member, session)
    assert answer.status_int == 200
    assert "Your facilitator has recorded you already: excused." in answer.text
    assert Attendance.objects.values_list("state", flat=True).get() == "excused"


def test_nobody_is_asked_where_the_network_does_not_have_it(session, member, at):
    network = session.cohort.network
    network.authored = write(PLAN)
    network.save()
    at(session.starts_at)
    assert not shown(member, session, check_in_part)
    assert check_in(member, session).status_int == 422
    assert not Attendance.objects.exists()


def test_those_who_guide_are_not_asked(session, at):
    at(session.starts_at)
    for user in (FacilitationFactory(cohort=session.cohort).user, UserFactory(is_staff=True)):
        assert not shown(user, session)
        assert not shown(user, session, check_in_part)
