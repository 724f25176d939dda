"""Planning all groups of a large network anew: `DATABASE_URL=… python scripts/bench_replan.py [--groups 10000]`.

Fills a database of its own beside the one named, orders other dates three times (another hour for everybody; a day
without session, made up for at the end; the same again, but lost), and prints seconds and memory. Messages and notices
are written too. Fails above the limit. Nothing of the database that is named is read or written.
"""

import argparse
import os
import resource
import sys
import time as clock
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.bench_rows import own_database, stopwatch

LIMIT_SECONDS = 60.0
MEMBERS, SHIFTS = 12, 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=10_000)
    parser.add_argument("--shifts", type=int, default=SHIFTS, help="over how many wall clocks the groups are spread")
    parser.add_argument("--limit", type=float, default=LIMIT_SECONDS, help="seconds")
    return parser.parse_args()


def fill(groups: int, shifts: int) -> tuple[Any, int]:
    """Return a network of so many planned groups of 12 members and a facilitator, and the number of an admin."""
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from lernet_xblock.models import Cohort, Facilitation, Membership
    from lernet_xblock.rules.authored import write
    from lernet_xblock.services.batch import insert
    from lernet_xblock.services.session import plan_all_sessions
    from tests.factories import NOW, PLAN, NetworkFactory, UserFactory

    user_model = get_user_model()
    insert(user_model, ("username",), ((f"person{number}",) for number in range(groups * MEMBERS)))
    users = user_model.objects.filter(username__startswith="person").order_by("pk").values_list("pk", flat=True)
    network = NetworkFactory(state="running", cohort_limit=groups, authored=write(replace(PLAN, cohort_limit=groups)))
    places = ((number, number % shifts, number % shifts) for number in range(1, groups + 1))
    size: dict[str, Any] = {"minimum_size": 10, "maximum_size": 15, "working_language": "nl"}
    insert(Cohort, ("number", "shift_days", "shift_minutes"), places, network_id=network.pk, **size)
    cohorts = list(network.cohorts.order_by("pk"))
    seats = ((cohorts[place // MEMBERS].pk, user) for place, user in enumerate(users))
    insert(Membership, ("cohort_id", "user_id"), seats, network_id=network.pk, joined_at=NOW)
    admin = UserFactory(is_staff=True).pk
    guides = ((cohort.pk, admin) for cohort in cohorts)
    insert(Facilitation, ("cohort_id", "user_id"), guides, role="facilitator", since=NOW)
    with transaction.atomic():
        plan_all_sessions(cohorts, settings=PLAN, by=admin, now=NOW)
    return network, admin


def orders() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is ordered, in words, and the settings of it."""
    hour = {"session_time": time(15)}
    free = {"free_days": tuple(date(2027, 3, 2) + timedelta(days=day) for day in range(SHIFTS))}
    yield "another hour", hour
    yield "days without session, made up for", hour | free
    yield "days without session, lost", hour | free | {"make_up": False}


def measure(network: Any, admin: int, changes: dict[str, Any], now: datetime) -> float:
    """Order these dates, work the order off, and return the seconds."""
    from django.db import transaction

    from lernet_xblock.rules.plan_dates import dates_of
    from lernet_xblock.services.replan import ask_replan, work_on
    from tests.factories import PLAN

    with transaction.atomic():
        order = ask_replan(network, dates=dates_of(replace(PLAN, **changes)), reason="A new hall", by=admin, now=now)
    began, worked, going = clock.perf_counter(), clock.process_time(), True
    with stopwatch() as spent:
        while going:
            with transaction.atomic():
                going = work_on(order, now=now)
    seconds = clock.perf_counter() - began
    order.refresh_from_db()
    shown = {name: value for name, value in order.figures.items() if name not in ("after", "left_alone")}
    print(f"  {shown}, left alone: {len(order.figures['left_alone'])}")
    for table, cost in sorted(spent.items(), key=lambda one: -one[1])[:6]:
        print(f"  {cost:7.2f} s  {table}")
    print(f"  {clock.process_time() - worked:7.2f} s  of a processor, beside those of the database")
    return seconds


def run(groups: int, shifts: int) -> float:
    """Return the seconds that the slowest order took."""
    from django.db import connection

    from lernet_xblock.models import Message, Notice
    from tests.factories import NOW

    network, admin = fill(groups, shifts)
    print(f"{connection.vendor}: {groups} groups of {MEMBERS} members and five sessions, on {shifts} wall clocks")
    slowest = 0.0
    for turn, (words, changes) in enumerate(orders(), start=1):
        print(f"{words}:")
        seconds = measure(network, admin, changes, NOW + timedelta(hours=turn))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = f"{Message.objects.count()} messages, {Notice.objects.count()} notices so far"
        print(f"  {seconds:7.2f} s  in all; memory at most {memory:.0f} MiB; {told}")
        slowest = max(slowest, seconds)
    return slowest


def main() -> int:
    """Return 1 when an order took longer than the limit."""
    asked = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    with own_database():
        slowest = run(asked.groups, asked.shifts)
    return int(slowest > asked.limit)


if __name__ == "__main__":
    raise SystemExit(main())
