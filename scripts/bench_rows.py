"""How long it takes to save groups: `DATABASE_URL=mysql://… python scripts/bench_rows.py [--people 100000]`.

Fills a database of its own beside the one named, forms the groups through the service, prints the seconds per table
and in all, and fails above the limit. Nothing of the database that is named is read or written.
"""

import argparse
import os
import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TABLE = re.compile(r'(?:INTO|UPDATE|FROM) [`"](\w+)[`"]')
LIMIT_SECONDS = 30.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--groups", type=int, default=0, help="how many groups; 0 means 12 or 13 people in each")
    parser.add_argument("--limit", type=float, default=LIMIT_SECONDS, help="seconds")
    return parser.parse_args()


@contextmanager
def own_database() -> Iterator[None]:
    """Work in a new database, and take it away afterwards."""
    import django
    from django.db import connection

    django.setup()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def fill(people: int, groups: int) -> tuple[Any, list[int]]:
    """Return a network of so many people who applied, and the row numbers of their applications."""
    from django.contrib.auth import get_user_model

    from lernet_xblock.models import Application
    from lernet_xblock.rules.authored import write
    from lernet_xblock.services.batch import insert
    from tests.factories import PLAN, NetworkFactory, UserFactory

    user_model = get_user_model()
    insert(user_model, ("username",), ((f"person{number}",) for number in range(people)))
    network = NetworkFactory(cohort_limit=groups, authored=write(replace(PLAN, cohort_limit=groups)))
    network.admin = UserFactory(is_staff=True)
    waiting: dict[str, Any] = {
        "state": "submitted",
        "function": "shift supervisor",
        "department": "packaging",
        "organisation": "Frisse Groenten",
        "language": "nl",
        "learning_question": "How do I start a talk after a long absence?",
        "commitment_version": 1,
        "committed_at": NOW,
        "submitted_at": NOW,
    }
    users = user_model.objects.filter(username__startswith="person").order_by("pk").values_list("pk")
    insert(Application, ("user_id",), list(users), network_id=network.pk, **waiting)
    return network, list(network.applications.order_by("pk").values_list("pk", flat=True))


def dealt(people: list[int], groups: int) -> list[list[int]]:
    """Return the people over so many groups, sizes at most 1 apart."""
    return [people[number::groups] for number in range(groups)]


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Yield the seconds that the database spends on each table, by its name."""
    from django.db import connection

    spent: dict[str, float] = defaultdict(float)

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            table = TABLE.search(sql)
            spent[table.group(1) if table else sql.split(" ", 1)[0].lower()] += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        yield spent


def measure(people: int, groups: int) -> float:
    """Form the groups, print what it cost, and return the seconds in all, commit included."""
    from django.db import connection, transaction

    from lernet_xblock.models import Charter, Cohort, Membership, Pulse, Session
    from lernet_xblock.services.forming import form_cohorts

    network, waiting = fill(people, groups)
    order = dealt(waiting, groups)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with stopwatch() as spent, transaction.atomic():
        form_cohorts(network, groups=order, opened_version=1, by=network.admin.pk, now=NOW)
        written = time.perf_counter()
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    rows = {model.__name__: model.objects.count() for model in (Cohort, Membership, Charter, Session, Pulse)}
    print(f"{connection.vendor}: " + ", ".join(f"{number} {name.lower()}s" for name, number in rows.items()))
    for table, cost in sorted(spent.items(), key=lambda one: -one[1]):
        print(f"  {cost:7.2f} s  {table}")
    print(f"  {written - began - sum(spent.values()):7.2f} s  in Python")
    print(f"  {began + seconds - written:7.2f} s  commit")
    print(f"  {seconds:7.2f} s  in all; memory grew by {grown:.0f} MiB")
    return seconds


def main() -> int:
    """Return 1 when the groups took longer than the limit."""
    asked = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    with own_database():
        seconds = measure(asked.people, asked.groups or max(1, round(asked.people / 12.5)))
    return int(seconds > asked.limit)


if __name__ == "__main__":
    raise SystemExit(main())
