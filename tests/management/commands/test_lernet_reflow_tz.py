"""New time-zone data: who stays, who shifts, and that a run can be killed and run again."""

import os
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from multiprocessing import get_context

import pytest
import time_machine
from django.core.management import call_command
from django.db import connections

from lernet_xblock.errors import Busy
from lernet_xblock.management.commands import lernet_reflow_tz
from lernet_xblock.models import AuditEntry, Message, Notice, Session
from lernet_xblock.queries import zone_shift
from lernet_xblock.rules import zones
from lernet_xblock.rules.zones import tz_version
from lernet_xblock.services import session_time, zone_reflow
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db

# Until 2026 Vancouver went back to eight hours behind UTC in winter; since then it stays at seven.
OLD_VERSION, OLD_VANCOUVER, NEW_VANCOUVER = "2025b", "Etc/GMT+8", "Etc/GMT+7"
EVENING = datetime(2026, 12, 15, 18, 30)  # noqa: DTZ001 - wall clock


def run(*arguments, at=NOW):
    said, complained = StringIO(), StringIO()
    with time_machine.travel(at, tick=False):
        call_command("lernet_reflow_tz", *arguments, stdout=said, stderr=complained)
    return said.getvalue().splitlines(), complained.getvalue().splitlines()


def old_zone(name):
    """Load zones as a site did whose data are a year old."""
    return zones.zone(OLD_VANCOUVER if name == "America/Vancouver" else name)


def new_zone(name):
    """Load zones by the data of today, whatever is installed here."""
    return zones.zone(NEW_VANCOUVER if name == "America/Vancouver" else name)


@pytest.fixture(autouse=True)
def updated(monkeypatch):
    for module in (zone_shift, session_time):
        monkeypatch.setattr(module, "zone", new_zone)


@pytest.fixture
def plan(monkeypatch):
    """Make a session as a site with the older data would have."""

    def made(cohort, zone_name, local=EVENING, **changes):
        row = SessionFactory.build(cohort=cohort, time_zone=zone_name, **changes)
        with monkeypatch.context() as older:
            older.setattr(session_time, "zone", old_zone)
            older.setattr(session_time, "tz_version", lambda: OLD_VERSION)
            session_time.set_time(row, local=local, duration_minutes=90)
        row.save()
        return row

    return made


@pytest.fixture
def cohorts():
    network = NetworkFactory(state="running")
    return [CohortFactory(network=network, number=number) for number in (1, 2, 3)]


def state(row):
    return Session.objects.filter(pk=row.pk).values().get()


def test_the_older_data_do_mean_another_instant():
    assert zones.to_utc(EVENING, new_zone("America/Vancouver")) == datetime(2026, 12, 16, 1, 30, tzinfo=UTC)
    assert zones.to_utc(EVENING, old_zone("America/Vancouver")) == datetime(2026, 12, 16, 2, 30, tzinfo=UTC)


def test_without_being_told_to_it_writes_nothing_and_says_what_it_would_do(cohorts, plan):
    far, near = plan(cohorts[0], "America/Vancouver"), plan(cohorts[1], "Europe/Brussels")
    before = state(far), state(near)
    shown = "2026-12-15 18:30 America/Vancouver: 2026-12-16T02:30:00Z -> 2026-12-16T01:30:00Z"
    lines, _complaints = run()
    assert lines == [
        f"cohort {cohorts[0].key}, session {far.key}, {shown}",
        f"time-zone data {tz_version()}: 1 sessions would shift, 1 stay as they are",
        "nothing was written; run it again with --write",
    ]
    assert (state(far), state(near)) == before
    assert (Message.objects.count(), Notice.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_a_session_whose_instant_changed_keeps_its_wall_clock_and_grows_its_sequence(cohorts, plan):
    row = plan(cohorts[0], "America/Vancouver", sequence=4, version=7)
    pulse = PulseFactory(session=row)
    lines, _complaints = run("--write")
    assert lines[-1] == f"time-zone data {tz_version()}: shifted: 1, groups to be tried again: 0"
    after, uid = Session.objects.get(pk=row.pk), row.uid
    assert (after.starts_at, after.ends_at) == (
        datetime(2026, 12, 16, 1, 30, tzinfo=UTC),
        datetime(2026, 12, 16, 3, 0, tzinfo=UTC),
    )
    assert (after.local_date, after.local_time, after.duration_minutes) == (date(2026, 12, 15), time(18, 30), 90)
    assert (after.uid, after.sequence, after.version, after.changed_at) == (uid, 5, 8, NOW)
    assert (after.zone_data_version, after.moved_by_hand, after.moved_from) == (tz_version(), False, None)
    pulse.refresh_from_db()
    assert (pulse.opens_at, pulse.closes_at) == (after.ends_at, after.ends_at + timedelta(hours=72))


def test_a_session_whose_instant_stayed_gets_the_mark_of_the_data_only(cohorts, plan):
    row = plan(cohorts[0], "Europe/Brussels")
    before = state(row)
    run("--write")
    assert state(row) == {**before, "zone_data_version": tz_version()}
    assert before["zone_data_version"] == OLD_VERSION


def test_what_is_over_or_called_off_is_left_alone(cohorts, plan):
    past = plan(cohorts[0], "America/Vancouver", local=EVENING - timedelta(days=20))
    off = plan(cohorts[1], "America/Vancouver", state="cancelled", number=None, cancelled_at=NOW)
    not_held = plan(cohorts[2], "America/Vancouver", state="not_held")
    before = [state(row) for row in (past, off, not_held)]
    assert run("--write")[0] == [f"time-zone data {tz_version()}: shifted: 0, groups to be tried again: 0"]
    assert [state(row) for row in (past, off, not_held)] == before


def test_members_and_guides_of_a_session_that_shifted_are_told_and_nobody_else(cohorts, plan):
    plan(cohorts[0], "America/Vancouver")
    plan(cohorts[1], "Europe/Brussels")
    told = {MembershipFactory(cohort=cohorts[0]).user_id, FacilitationFactory(cohort=cohorts[0]).user_id}
    MembershipFactory(cohort=cohorts[1])
    MembershipFactory(cohort=cohorts[0], active=None, left_at=NOW)
    run("--write")
    messages = Message.objects.filter(kind="session_moved", urgent=True)
    assert set(messages.values_list("user_id", flat=True)) == told
    assert {row.facts["before"] for row in messages} == {"2026-12-16T02:30:00+00:00"}
    assert set(Notice.objects.values_list("user_id", "kind")) == {(pk, "session_moved") for pk in told}
    assert list(AuditEntry.objects.values_list("verb", "actor", "subject")) == [
        ("sessions.reflow", None, cohorts[0].key)
    ]


def test_a_second_run_finds_nothing_left(cohorts, plan):
    rows = [plan(cohort, "America/Vancouver") for cohort in cohorts]
    MembershipFactory(cohort=cohorts[0])
    run("--write")
    done, messages = [state(row) for row in rows], Message.objects.count()
    assert run() == ([f"time-zone data {tz_version()}: 0 sessions would shift, 0 stay as they are"], [])
    assert run("--write")[0] == [f"time-zone data {tz_version()}: shifted: 0, groups to be tried again: 0"]
    assert ([state(row) for row in rows], Message.objects.count()) == (done, messages)


def test_a_zone_that_the_data_do_not_know_stops_nobody(cohorts, plan):
    odd, fine = plan(cohorts[0], "America/Vancouver", number=1), plan(cohorts[0], "America/Vancouver", number=2)
    Session.objects.filter(pk=odd.pk).update(time_zone="Mars/Olympus")
    before = state(odd)
    lines, complaints = run("--write")
    assert complaints == [f"session {odd.key}: its zone is not in the data; it stays as it is"]
    assert (len(lines), state(odd), state(fine)["sequence"]) == (2, before, 1)


def test_a_group_that_has_to_wait_stops_no_other(cohorts, plan, monkeypatch):
    rows = [plan(cohort, "America/Vancouver") for cohort in cohorts]

    def busy_once(cohort_id, *, now):
        if cohort_id == cohorts[1].pk:
            raise Busy
        return zone_reflow.reflow(cohort_id, now=now)

    monkeypatch.setattr(lernet_reflow_tz, "reflow", busy_once)
    assert run("--write")[0][-1] == f"time-zone data {tz_version()}: shifted: 2, groups to be tried again: 1"
    assert [state(row)["sequence"] for row in rows] == [1, 0, 1]


def killed_in_the_second_group(second):
    """Run the command in this process, and die without a word in the middle of a transaction."""

    def dies(row, **options):
        if row.pk == second:
            os._exit(9)

    # The process ends here, and with it what is put aside.
    vars(zone_reflow)["announce"] = dies
    call_command("lernet_reflow_tz", "--write", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_leaves_whole_groups_and_the_next_one_goes_on(cohorts, plan):
    rows = [plan(cohort, "America/Vancouver", local=EVENING.replace(year=2035)) for cohort in cohorts]
    Session.objects.all().update(starts_at=rows[0].starts_at + timedelta(hours=1))
    connections.close_all()
    worker = get_context("fork").Process(target=killed_in_the_second_group, args=(rows[1].pk,))
    worker.start()
    worker.join(timeout=60)
    assert worker.exitcode == 9
    assert [state(row)["sequence"] for row in rows] == [1, 0, 0]
    run("--write")
    assert [state(row)["sequence"] for row in rows] == [1, 1, 1]
