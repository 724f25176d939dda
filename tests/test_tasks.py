"""Work in the background: a search that is followed, stopped, refused; groups formed by a worker."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection

from lernet_xblock import tasks
from lernet_xblock.errors import RuleViolation
from lernet_xblock.host import get_host
from lernet_xblock.host.workbench import WorkbenchHost, perform_apart
from lernet_xblock.models import Cohort, PairRule, Proposal
from lernet_xblock.panels.delivery import Delivered
from lernet_xblock.rules.wishes import ATTRIBUTES, Wishes
from lernet_xblock.services import proposal as services
from lernet_xblock.services.message import announce
from lernet_xblock.services.proposal_search import ask_for, stop
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


@pytest.fixture
def network(admin):
    network = NetworkFactory()
    for number in range(27):
        ApplicationFactory(network=network, department=f"department {number % 4}")
    return network


@pytest.fixture
def asked(network, admin):
    return ask_for(network, wishes=Wishes(choice="2"), by=admin.pk, now=NOW)


def test_a_search_ends_with_groups_for_everybody(asked, network):
    tasks.perform("proposal.search", asked.key)
    row = Proposal.objects.get()
    assert (row.state, row.figures["placed"], row.figures["violations"]) == (State.READY, 27, 0)
    assert sorted(row.figures["sizes"].items()) == [("13", 1), ("14", 1)]
    assert row.seats.filter(number__isnull=False).count() == 27


def test_a_contradiction_ends_the_search_and_names_the_people(asked, network, admin):
    one, other = network.applications.order_by("pk")[:2]
    one.language = "fr"
    one.save()
    PairRule.objects.create(network=network, kind="together", first=one, second=other, made_by=admin, made_at=NOW)
    tasks.perform("proposal.search", asked.key)
    row = Proposal.objects.get()
    assert (row.state, row.problem["code"]) == (State.FAILED, "together_not_same")
    assert set(row.problem["values"]["people"]) == {str(one.pk), str(other.pk)}
    assert not row.seats.exists()


def test_a_number_of_groups_that_fits_no_more_ends_the_search(asked, network):
    gone = list(network.applications.values_list("pk", flat=True)[:15])
    network.applications.filter(pk__in=gone).update(state="withdrawn")
    tasks.perform("proposal.search", asked.key)
    assert Proposal.objects.get().problem["code"] == "choice_does_not_fit"


def test_who_asks_to_stop_gets_what_was_found(asked, monkeypatch):
    monkeypatch.setattr(tasks, "LISTEN_EVERY", 0.0)
    stop(asked, now=NOW)
    tasks.perform("proposal.search", asked.key)
    row = Proposal.objects.get()
    assert (row.state, row.figures["stopped"], row.seats.count()) == (State.READY, True, 27)


def test_a_proposal_that_keeps_another_moves_few_and_says_whom(asked, network, admin):
    tasks.perform("proposal.search", asked.key)
    before = dict(asked.seats.values_list("application_id", "number"))
    newcomer = ApplicationFactory(network=network)
    again = ask_for(network, wishes=Wishes(choice="2", base=asked.key), by=admin.pk, now=NOW)
    tasks.perform("proposal.search", again.key)
    after = dict(again.seats.values_list("application_id", "number"))
    assert after[newcomer.pk] is not None
    changed = {pk for pk, number in before.items() if after[pk] != number}
    again.refresh_from_db()
    assert {pk for pk, *_places in again.figures["moves"]} == changed | {newcomer.pk}
    assert len(changed) <= 1


def test_a_worker_forms_the_groups_of_a_large_proposal(asked, network, admin):
    tasks.perform("proposal.search", asked.key)
    row = Proposal.objects.get()
    services.begin_forming(row, opened_version=row.version, by=admin.pk, now=NOW, reason="")
    tasks.perform("proposal.form", row.key)
    tasks.perform("proposal.form", row.key)
    assert Proposal.objects.get().state == State.CONFIRMED
    assert Cohort.objects.count() == 2


def test_what_could_not_be_formed_is_open_again(asked, network, admin):
    tasks.perform("proposal.search", asked.key)
    row = Proposal.objects.get()
    services.begin_forming(row, opened_version=row.version, by=admin.pk, now=NOW, reason="")
    ApplicationFactory(network=network)
    with pytest.raises(RuleViolation):
        tasks.perform("proposal.form", row.key)
    assert Proposal.objects.get().state == State.READY
    assert not Cohort.objects.exists()


def test_the_workbench_starts_a_thread_once_the_transaction_is_committed(
    monkeypatch, django_capture_on_commit_callbacks
):
    begun = []
    monkeypatch.setattr(tasks, "perform", lambda *given: begun.append((given, threading.current_thread())))
    with django_capture_on_commit_callbacks(execute=True):
        get_host().run_later("proposal.search", "abc")
        assert begun == []
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.daemon:
            thread.join(timeout=5)
    ((given, thread),) = begun
    assert given == ("proposal.search", "abc")
    assert thread is not threading.main_thread()


def test_the_thread_keeps_the_clock_of_who_asked(monkeypatch):
    seen = []
    monkeypatch.setattr(tasks, "perform", lambda *_given: seen.append(clock.shift()))
    perform_apart("x", "y", timedelta(days=3))
    assert (seen, clock.shift()) == ([timedelta(days=3)], timedelta())


def test_what_a_run_leaves_is_another_runs(monkeypatch):
    asked, more = [], iter((True, False))
    monkeypatch.setattr(tasks, "deliver", lambda _host: Delivered(0, 20, 0, more=next(more)))
    monkeypatch.setattr(WorkbenchHost, "run_later", lambda _self, *given: asked.append(given))
    for _run in range(2):
        tasks.perform("messages.deliver", "abc")
    assert asked == [("messages.deliver", "abc")]


def test_who_has_to_be_told_of_work_in_the_background_is_told_at_once(monkeypatch):
    session = SessionFactory()
    member = MembershipFactory(cohort=session.cohort)
    monkeypatch.setitem(
        tasks.TASKS, "x", lambda _key: announce(session, kind="session_moved", now=get_host().now(), urgent=True)
    )
    tasks.perform("x", "y")
    assert [one.to for one in mail.outbox] == [[member.user.email]]


def test_a_thread_leaves_no_connection_open(monkeypatch):
    seen = []

    def look(*_given):
        connection.ensure_connection()
        seen.append(connection.connection)

    monkeypatch.setattr(tasks, "perform", look)
    thread = threading.Thread(target=perform_apart, args=("x", "y"))
    thread.start()
    thread.join(timeout=5)
    assert len(seen) == 1


def test_where_nothing_matters_groups_are_made_all_the_same(network, admin):
    wishes = Wishes(kinds=dict.fromkeys(ATTRIBUTES, ""), choice="2")
    tasks.perform("proposal.search", ask_for(network, wishes=wishes, by=admin.pk, now=NOW).key)
    row = Proposal.objects.get()
    assert (row.state, row.figures["placed"], row.figures["shares"]) == (State.READY, 27, {})
