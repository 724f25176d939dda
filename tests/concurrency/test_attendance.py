"""Two facilitators tick cells, members check in and answer, all in the same second; everybody clicks twice."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import Attendance, AttendanceChange, Rsvp
from lernet_xblock.panels import rate
from lernet_xblock.rules.authored import write
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import PLAN, CohortFactory, FacilitationFactory, MembershipFactory, NetworkFactory, SessionFactory
from tests.runtime import make_block, post

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE, SESSIONS = 15, 10
STATES = ("present", "late", "excused", "absent")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Let two people click as often as ten would: how often one may is tested elsewhere."""
    monkeypatch.setattr(rate, "WRITES_PER_MINUTE", 10_000)


@pytest.fixture
def cohort():
    authored = write(PLAN) | {"self_check_in": True}
    return CohortFactory(network=NetworkFactory(state="running", authored=authored))


@pytest.fixture
def sessions(cohort):
    """Ten sessions of the last ten hours."""
    now = timezone.now()
    return [
        SessionFactory(cohort=cohort, number=number, starts_at=now - timedelta(hours=number), duration_minutes=50)
        for number in range(1, SESSIONS + 1)
    ]


@pytest.fixture
def stays(cohort):
    early = timezone.now() - timedelta(days=30)
    return [MembershipFactory(cohort=cohort, joined_at=early) for _ in range(PEOPLE)]


@pytest.fixture
def guides(cohort):
    return [
        FacilitationFactory(cohort=cohort, role=role, since=timezone.now()).user for role in ("facilitator", "deputy")
    ]


def statuses(outcomes):
    """Return how often each came; a surprise stands there by its name."""
    return Counter(how for _who, how in outcomes)


def tick(click):
    username, key, number, state, version = click
    fields = {"about": f"{key}-{number}", "version": str(version), "state": state}
    return post(make_block(username), "attendance.set", fields, at=f"attendance?session={key}").status_int


def test_two_facilitators_lose_no_cell_and_no_history(sessions, stays, guides):
    wanted = {
        (session, stay): STATES[(row + column) % len(STATES)]
        for column, session in enumerate(sessions)
        for row, stay in enumerate(stays)
    }
    clicks = [
        (guides[place % 2].username, session.key, stay.pk, state, 0)
        for place, ((session, stay), state) in enumerate(wanted.items())
        for _click in "12"
    ]
    assert statuses(all_at_once(tick, clicks)) == {"200": 2 * PEOPLE * SESSIONS}
    kept = {(row.session, row.user_id): row.state for row in Attendance.objects.select_related("session")}
    assert kept == {(session, stay.user_id): state for (session, stay), state in wanted.items()}
    changes = AttendanceChange.objects.values_list("session", "user", "before", "after")
    assert sorted(changes) == sorted((session.pk, user, "", state) for (session, user), state in kept.items())


def test_saving_whole_sheets_loses_cells(sessions, stays, guides):
    """Guards the test above: a page with one button saves what it shows, also what another filled in meanwhile."""

    def naive(page):
        half, session = page
        with transaction.atomic():
            Attendance.objects.filter(session=session).delete()
            for stay in stays[half::2]:
                Attendance.objects.create(session=session, user=stay.user, state="present", at=timezone.now())
        return "saved"

    all_at_once(naive, [(half, session) for session in sessions for half in (0, 1)])
    assert Attendance.objects.count() < PEOPLE * SESSIONS


def test_of_several_who_mark_one_cell_differently_one_wins_and_the_others_are_told(sessions, stays, guides):
    session, stay = sessions[0], stays[0]
    for version in range(3):
        before = Attendance.objects.filter(session=session, user=stay.user).values_list("state", flat=True).first()
        clicks = [
            (guides[place % 2].username, session.key, stay.pk, STATES[place % len(STATES)], version)
            for place in range(PROCESSES)
            if STATES[place % len(STATES)] != before
        ]
        outcomes = all_at_once(tick, clicks)
        cell = Attendance.objects.get(session=session, user=stay.user)
        assert cell.version == version + 1
        assert {how for click, how in outcomes if click[3] == cell.state} == {"200"}
        assert {how for click, how in outcomes if click[3] != cell.state} == {"409"}
        assert AttendanceChange.objects.count() == version + 1


def test_writing_without_a_version_lets_several_win(sessions, stays, guides):
    """Guards the test above: whoever was overwritten reads "saved"."""

    def naive(state):
        at = {"state": state, "at": timezone.now()}
        with transaction.atomic():
            Attendance.objects.update_or_create(session=sessions[0], user=stays[0].user, defaults=at)
        return "saved"

    Attendance.objects.create(session=sessions[0], user=stays[0].user, state="late", at=timezone.now())
    assert statuses(all_at_once(naive, list(STATES) * 2))["saved"] > 1


def test_checking_in_while_the_rest_is_marked_makes_one_record_each(cohort, stays, guides):
    session = SessionFactory(cohort=cohort, starts_at=timezone.now())

    def act(username):
        action = "attendance.rest" if username in {guide.username for guide in guides} else "attendance.check_in"
        return post(make_block(username), action, {"about": session.key}, at="sessions").status_int

    crowd = [*(stay.user.username for stay in stays for _click in "12"), *(guide.username for guide in guides * 2)]
    assert statuses(all_at_once(act, sorted(crowd))) == {"200": len(crowd)}
    assert Counter(Attendance.objects.values_list("state", flat=True)) == {"present": PEOPLE}
    assert AttendanceChange.objects.count() == PEOPLE
    mine = {row.user_id for row in Attendance.objects.filter(self_checked=True)}
    assert {row.user_id for row in AttendanceChange.objects.all() if row.by_id == row.user_id} == mine


def test_answers_in_the_same_second_are_one_each_and_the_last_stands(cohort, stays):
    session = SessionFactory(cohort=cohort, starts_at=timezone.now() + timedelta(days=1))

    def answer(click):
        username, said = click
        fields = {"about": session.key, "answer": said, "reason": ""}
        return post(make_block(username), "rsvp.answer", fields, at="sessions").status_int

    clicks = [(stay.user.username, said) for said in ("coming", "not_coming") for stay in stays for _click in "12"]
    assert statuses(all_at_once(answer, clicks)) == {"200": len(clicks)}
    assert Rsvp.objects.values("user").distinct().count() == Rsvp.objects.count() == PEOPLE
