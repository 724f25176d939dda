"""Several people plan the same sessions at the same moment, and workers that are killed at any moment."""

import multiprocessing
import os
import random
import signal
import time as clock
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections, transaction

from lernet_xblock.errors import StaleVersion
from lernet_xblock.models import Cohort, Message, Network, Notice, Plan, Pulse, Replan, Session
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.rules.authored import write
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.services import replan as services
from lernet_xblock.services.plan import plan_anew
from lernet_xblock.services.replan import ask_replan, work_on
from lernet_xblock.services.session import plan_all_sessions
from lernet_xblock.services.session_move import move_session
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import (
    NOW,
    PLAN,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
LATER = NOW + timedelta(days=1)
KILLS = 10


@pytest.fixture
def network():
    return NetworkFactory(state="running", authored=write(PLAN), cohort_limit=100)


def groups(network, number):
    made = [CohortFactory(network=network, number=place + 1, shift_days=place % 3) for place in range(number)]
    for cohort in made:
        MembershipFactory.create_batch(2, cohort=cohort)
        FacilitationFactory(cohort=cohort)
    admin = UserFactory(is_staff=True).pk
    with transaction.atomic():
        plan_all_sessions(made, settings=PLAN, by=admin, now=NOW)
    return made, admin


def plan(cohort_id, admin, **changes):
    settings = replace(PLAN, **changes)
    values: dict[str, Any] = {"shift_days": 0, "shift_minutes": 0, "reason": "A new hall", "opened_version": 0}
    cohort = Cohort.objects.get(pk=cohort_id)
    plan_anew(cohort, settings=settings, dates=dates_of(settings), by=admin, now=LATER, **values)


def plan_at(order):
    """Plan at an hour of one's own; return who was first, if somebody was."""
    cohort_id, admin, hour = order
    try:
        attempt(lambda: plan(cohort_id, admin, session_time=time(hour)))
    except StaleVersion as stale:
        return f"after {stale.by_id} at {stale.at}"
    return "planned"


def test_of_people_who_plan_the_same_group_one_is_first_and_the_others_read_who_and_when(network):
    (cohort,), _admin = groups(network, 1)
    people = [UserFactory(is_staff=True).pk for _number in range(PROCESSES)]
    orders = [(cohort.pk, person, 8 + place) for place, person in enumerate(people)]
    outcomes = all_at_once(plan_at, orders)
    (winner,) = [order for order, how in outcomes if how == "planned"]
    assert {how for order, how in outcomes if order != winner} == {f"after {winner[1]} at {LATER}"}
    row = Plan.objects.get()
    assert (row.version, row.changed_by_id) == (1, winner[1])
    assert set(Session.objects.values_list("local_time", "sequence")) == {(time(winner[2]), 1)}
    assert Message.objects.count() == Notice.objects.count() == 3


def test_without_lock_and_version_the_last_one_overwrites_the_others_unseen(network):
    """Guards the test above: without them, everybody believes to have planned."""
    (cohort,), _admin = groups(network, 1)

    def naively(order):
        _cohort, _person, hour = order
        with transaction.atomic():
            rows = list(Session.objects.filter(cohort=cohort))
            clock.sleep(0.5)
            for row in rows:
                Session.objects.filter(pk=row.pk).update(local_time=time(hour), sequence=row.sequence + 1)
        return "planned"

    orders = [(cohort.pk, place, 8 + place) for place in range(PROCESSES)]
    outcomes = Counter(how for _who, how in all_at_once(naively, orders))
    assert outcomes["planned"] > 1


def act(order):
    """Plan the group at an hour, or move one of its sessions to a day."""
    kind, cohort_id, admin, place = order
    if kind == "plan":
        return plan_at((cohort_id, admin, 8 + place))
    row = Session.objects.filter(cohort=cohort_id, state="planned", number__isnull=False).order_by("starts_at")[place]
    local = datetime.combine(row.local_date + timedelta(days=1 + place), time(16))
    version = row.version
    attempt(
        lambda: move_session(
            row,
            local=local,
            duration_minutes=90,
            reason="A strike",
            known=True,
            opened_version=version,
            by=admin,
            now=LATER,
        )
    )
    return "moved"


@pytest.mark.parametrize("turn", range(3))
def test_planning_against_moves_leaves_no_two_sessions_upon_one_another(network, turn):
    (cohort,), admin = groups(network, 1)
    before = dict(Session.objects.values_list("uid", "sequence"))
    orders = [("plan" if (place + turn) % 2 else "move", cohort.pk, admin, place % 5) for place in range(PROCESSES)]
    outcomes = Counter(how.split(" ")[0] for _who, how in all_at_once(act, orders))
    assert set(outcomes) <= {"planned", "moved", "after", "StaleVersion", "SessionMisfit", "PlanOverlap"}, outcomes
    assert outcomes["planned"] == 1
    rows = list(Session.objects.filter(cohort=cohort, state="planned").order_by("starts_at"))
    assert all(one.ends_at <= after.starts_at for one, after in pairwise(rows))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    after = dict(Session.objects.values_list("uid", "sequence"))
    assert set(before) <= set(after)
    assert all(after[uid] >= before[uid] for uid in before)
    assert all(row.pulse.opens_at == row.ends_at for row in rows)


def test_whoever_looks_first_and_writes_later_puts_two_sessions_upon_one_another(network):
    """Guards the test above: without the lock of the group, each finds the day free."""
    (cohort,), _admin = groups(network, 1)
    pks = list(Session.objects.filter(cohort=cohort).values_list("pk", flat=True))

    def naively(pk):
        day = date(2027, 2, 3)
        with transaction.atomic():
            if Session.objects.filter(cohort=cohort, local_date=day).exists():
                return "taken"
            # Long enough that all have looked before anybody writes, also on a busy machine.
            clock.sleep(1)
            Session.objects.filter(pk=pk).update(local_date=day)
        return "moved"

    all_at_once(naively, pks)
    assert Session.objects.filter(cohort=cohort, local_date=date(2027, 2, 3)).count() > 1


def look(network):
    """Return what the groups of a network are like, without what is random."""
    columns = ("cohort__number", "number", "kind", "state", "starts_at", "ends_at", "sequence", "version", "moved_from",
               "reason", "slot_date", "pulse__opens_at", "pulse__closes_at")  # fmt: skip
    sessions = Session.objects.filter(cohort__network=network).order_by("cohort__number", "starts_at", "pk")
    messages = Message.objects.filter(network=network).order_by("cohort__number", "pk")
    plans = Plan.objects.filter(cohort__network=network).order_by("cohort__number")
    told = Notice.objects.filter(network=network).order_by("cohort__number", "pk")
    return (
        list(sessions.values_list(*columns)),
        list(messages.values_list("cohort__number", "kind", "facts")),
        list(plans.values_list("version", "dates")),
        list(told.values_list("cohort__number", "kind")),
    )


def order_for(network, admin):
    # Of the groups on the first two wall clocks two sessions lose their dates: one moves to the end, one is cancelled.
    free = (date(2027, 3, 2), date(2027, 3, 3), date(2027, 3, 30), date(2027, 3, 31))
    dates = dates_of(replace(PLAN, free_days=free, make_up=False, session_count=6))
    with transaction.atomic():
        return ask_replan(network, dates=dates, reason="A new hall", by=admin, now=LATER)


def work_off(order_id):
    order = Replan.objects.get(pk=order_id)
    while attempt(partial(work_on, order, now=LATER)):
        pass


def killed(work, pk, seconds):
    """Let a worker begin with the row, kill it after so long, and return whether it was still at work."""
    connections.close_all()
    worker = multiprocessing.get_context("fork").Process(target=work, args=(pk,))
    worker.start()
    worker.join(timeout=seconds)
    alive = worker.is_alive()
    if alive and worker.pid:
        os.kill(worker.pid, signal.SIGKILL)
    worker.join(timeout=60)
    return alive


def test_a_worker_killed_at_any_moment_loses_and_doubles_nothing(network, monkeypatch):
    monkeypatch.setattr(services, "COHORTS_AT_ONCE", 1)
    undisturbed = NetworkFactory(state="running", authored=write(PLAN), cohort_limit=100, usage_id="lernet.d1.u1")
    for place in (undisturbed, network):
        _cohorts, admin = groups(place, 45)
    began = clock.monotonic()
    work_off(order_for(undisturbed, admin).pk)
    needed = clock.monotonic() - began
    order = order_for(network, admin)
    dice = random.Random(4)  # noqa: S311 - any moments will do
    kills = sum(killed(work_off, order.pk, dice.uniform(needed / 30, needed / 6)) for _number in range(KILLS))
    halfway = Replan.objects.get(pk=order.pk).figures["done"]
    work_off(order.pk)
    order.refresh_from_db()
    assert kills >= KILLS // 2, "the worker was too fast to be killed"
    assert halfway > 0, "every kill came before the work"
    assert (order.open, order.figures["done"], order.figures["cohorts"]) == (None, 45, 45)
    assert look(network) == look(undisturbed)
    assert Pulse.objects.count() == Session.objects.count()


def test_a_worker_that_keeps_no_place_doubles_what_it_did(network):
    """Guards the test above: whoever begins from the front after a kill raises sequences twice."""
    groups(network, 45)

    def naively(network_id):
        for row in Session.objects.filter(cohort__network=network_id):
            Session.objects.filter(pk=row.pk).update(sequence=row.sequence + 1, local_time=time(15))
            clock.sleep(0.01)

    assert killed(naively, network.pk, 1.0)
    naively(network.pk)
    assert Session.objects.filter(sequence=2).exists()


def test_two_workers_at_one_order_do_its_work_once(network, monkeypatch):
    monkeypatch.setattr(services, "COHORTS_AT_ONCE", 3)
    _cohorts, admin = groups(network, 30)
    order = order_for(network, admin)

    def help_out(order_id):
        work_off(order_id)
        return "done"

    outcomes = Counter(how for _who, how in all_at_once(help_out, [order.pk] * PROCESSES))
    assert outcomes == {"done": PROCESSES}
    order.refresh_from_db()
    figures = {"done": 30, "moved": 20, "cancelled": 20, "new": 10, "unchanged": 110}
    assert {name: order.figures[name] for name in figures} == figures
    assert Message.objects.count() == Notice.objects.count() == 90
    assert Network.objects.get().audit.filter(verb="plan.change").count() == 30
