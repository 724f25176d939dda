"""The evaluation through the door: the form, who may send it, and that nothing of it stays anywhere else."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import (
    Attendance,
    AuditEntry,
    PulseAnswer,
    PulseComment,
    PulseReceipt,
    PulseRelease,
    SentForm,
)
from lernet_xblock.services.pulse import GRACE
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db

CANARY = "canary-4711"
RATINGS = {"useful": "4", "safety": "5", "voice": "3", "new_idea": "", "transfer": "2", "pace": "2"}


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def cohort(network):
    return CohortFactory(network=network)


@pytest.fixture
def pulse(cohort):
    return PulseFactory(session=SessionFactory(cohort=cohort))


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort).user


@pytest.fixture(autouse=True)
def window(pulse):
    """An hour after the session."""
    cache.clear()
    with time_machine.travel(pulse.opens_at + timedelta(hours=1), tick=False) as clock:
        yield clock


def send(user, pulse, **changes):
    key = pulse.session.key
    fields = {"about": key, **RATINGS, "comment": "", **changes}
    return post(make_block(user.username), "pulse.answer", fields, at=f"results?pulse={key}")


def page(user, pulse):
    return get(make_block(user.username), f"results?pulse={pulse.session.key}")


def kept():
    return PulseReceipt.objects.count(), PulseAnswer.objects.count(), PulseComment.objects.count()


def test_the_form_says_everything_before_it_is_sent(member, pulse):
    text = page(member, pulse).text
    for said in (
        "Your answers are confidential.",
        "without your name and without a time",
        "not even how many people answered",
        "if at least 5 people answered",
        "random order",
        "cannot be changed",
        "In a small group people may still guess",
        "Please name nobody",
        "open until Friday 5 February 2027, 16:30 (Brussels)",
    ):
        assert said in text
    assert "anonymous" not in text


def test_the_form_asks_the_seven_items(member, pulse):
    text = page(member, pulse).text
    for said in (
        "Today helped me with a real question from my work.",
        "I could show doubt or a mistake here without it counting against me.",
        "I could say what I wanted to say.",
        "I leave with at least one idea or view I did not have before.",
        "I will try something out before our next session.",
        "The pace was …",
        "One thing to keep, one thing to change.",
    ):
        assert said in text
    assert text.count("no answer") == 6


def test_an_answer_is_sent_once_and_says_that_it_stays(member, pulse):
    first = send(member, pulse, comment="Keep the round.")
    assert first.status_int == 200
    assert "Sent. It cannot be changed any more." in first.text
    again = send(member, pulse, useful="1", comment="Other")
    assert (again.status_int, kept()) == (200, (1, 1, 1))
    assert "You answered this already, thank you." in again.text
    assert PulseAnswer.objects.get().ratings == {
        "useful": 4,
        "safety": 5,
        "voice": 3,
        "new_idea": None,
        "transfer": 2,
        "pace": 2,
    }
    assert "Sent. It cannot be changed any more." in page(member, pulse).text


def test_a_doubled_click_of_one_form_is_one_answer(member, pulse):
    assert [send(member, pulse, _key="same").status_int for _ in range(2)] == [200, 200]
    assert kept() == (1, 1, 0)


def test_an_empty_form_is_no_answer(member, pulse):
    response = send(member, pulse, **dict.fromkeys(RATINGS, ""))
    assert response.status_int == 422
    assert "at least one line" in response.text
    assert kept() == (0, 0, 0)


def test_a_comment_alone_is_an_answer(member, pulse):
    assert send(member, pulse, **dict.fromkeys(RATINGS, ""), comment="Keep it.").status_int == 200
    assert kept() == (1, 1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("useful", "6"),
        ("useful", "0"),
        ("useful", "good"),
        ("pace", "4"),
        ("pace", "-1"),
        ("comment", "x" * 281),
    ],
)
def test_odd_values_are_refused_and_name_their_field(member, pulse, field, value):
    response = send(member, pulse, **{field: value})
    assert response.status_int == 422
    assert response.text.count(f'pulse-answer-{pulse.session.key}-{field}_error"') >= 1
    assert response.text.count('class="lnx-error"') == 1
    assert kept() == (0, 0, 0)


def test_a_comment_of_280_characters_fits(member, pulse):
    assert send(member, pulse, comment="é" * 280).status_int == 200
    assert PulseComment.objects.get().text == "é" * 280


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (timedelta(seconds=-1), 422),
        (timedelta(), 200),
        (timedelta(hours=72), 200),
        (timedelta(hours=72) + GRACE, 200),
        (timedelta(hours=72) + GRACE + timedelta(seconds=1), 422),
    ],
)
def test_the_server_clock_alone_opens_and_closes(member, pulse, window, moment, status):
    window.move_to(pulse.opens_at + moment)
    key = pulse.session.key
    response = post(
        make_block(member.username),
        "pulse.answer",
        {"about": key, **RATINGS, "comment": "Late words"},
        at=f"results?pulse={key}",
        headers={"Date": "Tue, 02 Feb 2027 18:00:00 GMT"},
    )
    assert response.status_int == status
    assert kept()[1] == int(status == 200)
    # What was typed is never lost, and the sentence says why.
    assert status == 200 or ("not open at this moment" in response.text and "Late words" in response.text)


def test_before_and_after_the_window_there_is_no_form(member, pulse, window):
    for moment in (pulse.opens_at - timedelta(seconds=1), pulse.closes_at + GRACE + timedelta(seconds=1)):
        window.move_to(moment)
        assert 'data-action="pulse.answer"' not in page(member, pulse).text


def outsider(kind, network, cohort, pulse):  # noqa: PLR0911 - one line for each kind of person
    if kind == "facilitator":
        return FacilitationFactory(cohort=cohort).user
    if kind == "admin":
        return UserFactory(is_staff=True)
    if kind == "admin with a place":
        return MembershipFactory(cohort=cohort, user=UserFactory(is_staff=True)).user
    if kind == "other cohort":
        return MembershipFactory(cohort=CohortFactory(network=network)).user
    if kind == "joined after it":
        return MembershipFactory(cohort=cohort, joined_at=pulse.opens_at + timedelta(minutes=1)).user
    if kind == "former member":
        return MembershipFactory(cohort=cohort, active=None, left_at=pulse.opens_at + timedelta(minutes=1)).user
    if kind == "unenrolled member":
        return MembershipFactory(cohort=cohort, user=UserFactory(is_active=False)).user
    return UserFactory()


@pytest.mark.parametrize(
    "kind",
    [
        "facilitator",
        "admin",
        "admin with a place",
        "other cohort",
        "joined after it",
        "former member",
        "unenrolled member",
        "stranger",
    ],
)
def test_only_members_who_were_there_answer(kind, network, cohort, pulse, member):
    person = outsider(kind, network, cohort, pulse)
    assert send(person, pulse).status_int in {403, 404}
    assert page(person, pulse).status_int == 404
    assert kept() == (0, 0, 0)
    assert send(member, pulse).status_int == 200


def test_staff_who_look_as_a_member_see_no_form_and_not_whether_they_answered(monkeypatch, member, pulse):
    assert "Give your evaluation" in get(make_block(member.username), "results").text
    send(member, pulse)
    assert "Sent. It cannot" in get(make_block(member.username), "results").text
    seen = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(seen(*given), masquerading=True))
    assert page(member, pulse).status_int == 404
    masked = get(make_block(member.username), "results").text
    assert "Sent. It cannot" not in masked
    assert "Give your evaluation" not in masked
    assert send(member, pulse, useful="1").status_int == 403


@pytest.mark.parametrize("state", ["cancelled", "not_held"])
def test_a_session_that_was_not_held_is_not_evaluated(member, pulse, state):
    off = SessionFactory(cohort=pulse.session.cohort, state=state, number=None if state == "cancelled" else 2)
    pulse.session = off
    pulse.save()
    assert send(member, pulse).status_int == 404
    assert page(member, pulse).status_int == 404
    assert pulse.session.key not in get(make_block(member.username), "results").text


@pytest.mark.parametrize("state", ["excused", "absent"])
def test_who_is_recorded_as_not_there_is_not_asked(member, pulse, state):
    cell = Attendance.objects.create(session=pulse.session, user=member, state=state, at=pulse.opens_at)
    offered = f"results?pulse={pulse.session.key}"
    for response in (send(member, pulse), page(member, pulse)):
        assert response.status_int == 404
        assert response.text.startswith("You are recorded as not there")
    assert offered not in get(make_block(member.username), "results").text
    assert not PulseReceipt.objects.exists()
    cell.delete()
    assert offered in get(make_block(member.username), "results").text
    assert send(member, pulse).status_int == 200


def test_who_answered_before_being_recorded_as_not_there_still_reads_that_it_was_sent(member, pulse):
    send(member, pulse)
    Attendance.objects.create(session=pulse.session, user=member, state="absent", at=pulse.opens_at)
    assert page(member, pulse).status_int == 200
    assert "already" in send(member, pulse).text


def test_an_answer_leaves_no_trace_but_its_ledger(member, pulse, caplog):
    with caplog.at_level(logging.DEBUG):
        send(member, pulse, comment=CANARY)
    assert CANARY not in caplog.text
    assert not SentForm.objects.exists()
    assert not AuditEntry.objects.exists()
    assert cache._cache == {}


def test_a_failing_database_carries_no_answer_into_the_log_or_the_reply(member, pulse, caplog, monkeypatch):
    def fail(**values):
        raise IntegrityError(f"failing row contains {values}")

    monkeypatch.setattr(PulseComment.objects, "create", fail)
    with caplog.at_level(logging.DEBUG):
        response = send(member, pulse, comment=CANARY)
    assert response.status_int == 503
    assert CANARY not in response.text
    assert CANARY not in caplog.text
    assert kept() == (0, 0, 0)


def test_the_reply_of_a_sent_form_holds_no_answer(member, pulse):
    assert CANARY not in send(member, pulse, comment=CANARY).text


def test_the_first_reader_after_the_end_publishes_and_the_second_changes_nothing(cohort, member, pulse, window):
    people = [member, *(row.user for row in MembershipFactory.create_batch(5, cohort=cohort))]
    for person in people:
        send(person, pulse)
    window.move_to(pulse.closes_at + GRACE + timedelta(seconds=1))
    due = get(make_block(member.username), "results").text
    assert 'data-action="pulse.release"' in due
    assert "data-auto" in due
    assert not PulseRelease.objects.exists()
    released = post(make_block(member.username), "pulse.release", at="results")
    assert released.status_int == 200
    assert "data-auto" not in released.text
    assert "Answered: 6 of 6." in released.text
    before = PulseRelease.objects.values().get()
    assert post(make_block(people[1].username), "pulse.release", at="results").status_int == 200
    assert PulseRelease.objects.values().get() == before


def test_nothing_is_published_before_it_is_due(member, pulse, window):
    window.move_to(pulse.closes_at + GRACE)
    assert post(make_block(member.username), "pulse.release", at="results").status_int == 200
    assert "data-auto" not in get(make_block(member.username), "results").text
    assert not PulseRelease.objects.exists()


def test_one_publishes_only_in_the_own_groups(network, pulse, window):
    stranger = MembershipFactory(cohort=CohortFactory(network=network)).user
    window.move_to(pulse.closes_at + GRACE + timedelta(seconds=1))
    assert post(make_block(stranger.username), "pulse.release", at="results").status_int == 200
    assert not PulseRelease.objects.exists()
    assert post(make_block(UserFactory().username), "pulse.release", at="home").status_int == 403


def test_the_form_that_publishes_is_not_given_to_who_only_looks(monkeypatch, member, pulse, window):
    window.move_to(pulse.closes_at + GRACE + timedelta(seconds=1))
    seen = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(seen(*given), masquerading=True))
    text = get(make_block(member.username), "results").text
    assert "data-auto" not in text
    assert "in a moment" in text
