"""Thousands of people are put into groups at once, or not at all: with kill -9 at any moment, and readers beside it."""

import multiprocessing
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction
from django.db.models import Count, OuterRef, Subquery

from lernet_xblock.models import Application, Charter, Cohort, Membership, Network, Pulse, Session
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.batch import insert
from lernet_xblock.services.forming import form_cohorts
from tests.concurrency.crowd import all_at_once
from tests.factories import NOW, NetworkFactory, UserFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE, GROUPS, SESSIONS, ROUNDS = 3_000, 240, 5, 25
BEFORE = ("open", 0, 0, 0)
AFTER = ("running", GROUPS, PEOPLE, GROUPS * SESSIONS)
WAIT_AT_MOST_2_SECONDS = {
    "mysql": "SET SESSION innodb_lock_wait_timeout = 2",
    "postgresql": "SET lock_timeout = '2s'",
}
fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Order:
    """A network as an admin sees it who is about to form its groups."""

    network_pk: int
    groups: list[list[int]]
    admin_pk: int

    def carry_out(self):
        form_cohorts(
            Network.objects.get(pk=self.network_pk),
            groups=self.groups,
            opened_version=1,
            by=self.admin_pk,
            now=NOW,
        )


@pytest.fixture
def crowd():
    """3000 people."""
    users = get_user_model()
    insert(users, ("username",), ((f"person{number}",) for number in range(PEOPLE)))
    return list(users.objects.order_by("pk").values_list("pk"))


@pytest.fixture
def new_order(crowd):
    """Return a network in which the same 3000 people have applied, ready to be formed."""
    numbers = count()
    admin = UserFactory(is_staff=True).pk
    told: dict[str, Any] = {"function": "lead", "language": "nl", "committed_at": NOW, "submitted_at": NOW}

    def make():
        network = NetworkFactory(usage_id=f"lernet.d{next(numbers)}.u0", cohort_limit=GROUPS)
        insert(Application, ("user_id",), crowd, network_id=network.pk, state="submitted", **told)
        people = list(network.applications.order_by("pk").values_list("pk", flat=True))
        return Order(network.pk, [people[number::GROUPS] for number in range(GROUPS)], admin)

    return make


def seen(network_pk):
    """Return state, groups, members and sessions of a network as one statement sees them."""

    def counted(model, through):
        rows = model.objects.order_by().filter(**{through: OuterRef("pk")}).values(through)
        return Subquery(rows.annotate(rows=Count("pk")).values("rows"))

    row = (
        Network.objects.annotate(
            groups=counted(Cohort, "network"),
            members=counted(Membership, "network"),
            sessions=counted(Session, "cohort__network"),
        )
        .values_list("state", "groups", "members", "sessions")
        .get(pk=network_pk)
    )
    return tuple(one or 0 for one in row)


def check_complete(order):
    """Raise unless everybody has one place, and every group its charter, sessions and evaluations."""
    assert seen(order.network_pk) == AFTER
    places = Membership.objects.filter(network=order.network_pk, active=True)
    sizes = Counter(places.values_list("cohort__number", flat=True))
    assert [sizes[number] for number in range(1, GROUPS + 1)] == [len(group) for group in order.groups]
    assert Charter.objects.filter(cohort__network=order.network_pk, version=1).count() == GROUPS
    assert Pulse.objects.filter(session__cohort__network=order.network_pk).count() == GROUPS * SESSIONS
    assert set(Application.objects.filter(network=order.network_pk).values_list("state", "version")) == {("member", 2)}


def form_and_count(order, begun, statements):
    """Form the groups in a process of its own; `statements` says how far it came."""

    def counting(execute, sql, params, many, context):
        statements.value += 1
        return execute(sql, params, many, context)

    connection.ensure_connection()
    begun.set()
    with connection.execute_wrapper(counting):
        attempt(order.carry_out)
    connections.close_all()


def start(order):
    """Return the process that forms the groups, and the number of its statements, once it has begun."""
    connections.close_all()
    begun, statements = fork.Event(), fork.Value("i", 0, lock=False)
    process = fork.Process(target=form_and_count, args=(order, begun, statements))
    process.start()
    assert begun.wait(timeout=20)
    return process, statements


def kill_at(moment, process, statements, seconds_each):
    """Kill the process within the statement of this number: 3.5 is half of the time that one takes after the third."""
    while statements.value < int(moment) and process.is_alive():
        time.sleep(0.001)
    time.sleep(moment % 1 * seconds_each)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def try_again(order):
    """Form the groups unless they were formed; whoever waits for a lock longer than two seconds fails."""
    assert seen(order.network_pk) in {BEFORE, AFTER}
    if seen(order.network_pk) == BEFORE:
        untouched = Application.objects.filter(network=order.network_pk, state="submitted", version=1)
        assert untouched.count() == PEOPLE
        with connection.cursor() as cursor:
            cursor.execute(WAIT_AT_MOST_2_SECONDS[connection.vendor])
        with transaction.atomic():
            order.carry_out()


def test_kill_9_at_25_moments_leaves_no_half_and_the_next_try_succeeds(new_order):
    whole = new_order()
    began = time.perf_counter()
    process, statements = start(whole)
    process.join()
    last, seconds = statements.value, time.perf_counter() - began
    check_complete(whole)
    chance, killed_after = random.Random(27), []  # noqa: S311 - moments, not secrets
    for _round in range(ROUNDS):
        order = new_order()
        process, statements = start(order)
        if kill_at(chance.uniform(0, last), process, statements, seconds / last):
            killed_after.append(statements.value)
        try_again(order)
        check_complete(order)
    # The moments were spread: without that, nothing could have been left half done.
    assert len(killed_after) >= ROUNDS // 2
    assert len(set(killed_after)) >= ROUNDS // 4
    assert max(killed_after) > last // 2


def watch(network_pk, watching, stop, results):
    """Look again and again until told to stop, and tell what was seen, each different view once."""
    views = Counter()
    while not stop.is_set():
        views[seen(network_pk)] += 1
        watching.set()
    results.put(views)
    connections.close_all()


def test_readers_see_all_groups_or_none(new_order):
    order = new_order()
    connections.close_all()
    watching, stop, results = fork.Event(), fork.Event(), fork.Queue()
    reader = fork.Process(target=watch, args=(order.network_pk, watching, stop, results))
    reader.start()
    assert watching.wait(timeout=20)
    attempt(order.carry_out)
    time.sleep(0.2)
    stop.set()
    views = results.get(timeout=20)
    reader.join()
    assert set(views) == {BEFORE, AFTER}
    assert views[BEFORE] > 1


def try_to_form(order):
    attempt(order.carry_out)
    return "formed"


def test_of_eight_admins_one_forms_all_groups(new_order):
    order = new_order()
    orders = [Order(order.network_pk, order.groups, UserFactory(is_staff=True).pk) for _number in range(8)]
    outcomes = Counter(how for _who, how in all_at_once(try_to_form, orders))
    assert outcomes == {"formed": 1, "StaleVersion": 7}
    check_complete(order)
