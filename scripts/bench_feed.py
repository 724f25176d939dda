"""Measure the calendar feed of somebody with 200 sessions, through Django's whole stack, and print plain figures.

On SQLite, or on the database that DATABASE_URL names; each number is milliseconds of one fetch. `first`: of a process
that has served nothing yet. Usage: bench_feed.py [--rounds 200] [--sessions 200]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

NETWORKS = 10
MOST_MS, MOST_UNCHANGED_MS = 150, 30
FRESH_PROCESSES = 5


def start(folder: str) -> None:
    """Set Django up on the suite's settings: its data are its own and are thrown away."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ["LERNET_TEST_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.setdefault("LERNET_TEST_LANE", "benchfeed")
    import django

    django.setup()


def runner() -> Any:
    """Return Django's own test runner, which makes a database and ends it."""
    from django.conf import settings
    from django.test.utils import get_runner

    return get_runner(settings)(verbosity=0, interactive=False)


def fill(sessions: int) -> str:
    """Make a member of ten networks with so many sessions in all, and return the address of the feed."""
    from django.db import transaction
    from django.utils import timezone

    from lernet_xblock.services.feed import make_feed
    from tests.factories import CohortFactory, MembershipFactory, NetworkFactory, SessionFactory, UserFactory

    now, person = timezone.now(), UserFactory()
    for number in range(NETWORKS):
        network = NetworkFactory(state="running", usage_id=f"lernet.d{number}.u{number}", title=f"Network {number}")
        cohort = CohortFactory(network=network)
        MembershipFactory(cohort=cohort, user=person, joined_at=now - timedelta(days=400))
        for place in range(sessions // NETWORKS):
            SessionFactory(
                cohort=cohort,
                number=place + 1,
                kind="regular",
                title=f"Evening {place}: shift, handover & talk",
                notes="Bring a case.\nCoffee from 13:00; room behind the canteen. " * 5,
                place="Rue du Moulin 4, Gembloux",
                meeting_link="https://meet.example.org/lead",
                starts_at=now + timedelta(days=7 * place - 100),
            )
    with transaction.atomic():
        return f"/lernet/ics/{make_feed(person.pk, now=now)}.ics"


def fetch(url: str, etag: str = "") -> tuple[float, Any]:
    """Return how long one fetch took, and the response."""
    from django.core.cache import cache
    from django.test import Client

    # The limit of fetches is not what is measured.
    cache.clear()
    client = Client(headers={"If-None-Match": etag} if etag else {})
    before = time.perf_counter()
    response = client.get(url)
    return (time.perf_counter() - before) * 1000, response


def measured(url: str, rounds: int, status: int, etag: str = "", *, forget: bool = False) -> list[float]:
    """Return the times of so many fetches. Raises SystemExit when one is answered otherwise.

    forget: nobody fetched these sessions before, so nothing of them is kept.
    """
    from lernet_xblock.exports import calendar

    times = []
    for _round in range(rounds):
        if forget:
            calendar._event.cache_clear()  # noqa: SLF001 - no public name
        spent, response = fetch(url, etag)
        if response.status_code != status:
            sys.exit(f"answered {response.status_code}, not {status}")
        times.append(spent)
    return times


def report(name: str, times: list[float], most: float) -> bool:
    """Print a line and return whether the 95th percentile is within the limit."""
    p95 = statistics.quantiles(times, n=20)[-1]
    held = p95 <= most
    words = f"{name:10} p50 {statistics.median(times):7.1f} ms   p95 {p95:7.1f} ms   at most {most} ms"
    print(f"{words}   {'held' if held else 'MISSED'}")
    return held


def first_fetch(url: str) -> float:
    """Return the time of the first fetch of a process of its own on the same database."""
    command = [sys.executable, __file__, "--only", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return float(done.stdout)


def only(url: str) -> None:
    """Print the time of one fetch, as a process that has served nothing yet."""
    start(os.environ["LERNET_TEST_DATA"])
    from django.db import connection

    connection.settings_dict["NAME"] = connection.creation._get_test_db_name()  # noqa: SLF001 - no public name
    print(fetch(url)[0])


def bench(rounds: int, sessions: int) -> bool:
    """Fill a database, measure, print; return whether all limits are held."""
    from django.db import connection

    databases = runner()
    old = databases.setup_databases()
    try:
        url = fill(sessions)
        _spent, response = fetch(url)
        size, etag = len(response.content), response["ETag"]
        print(f"{connection.vendor}: {sessions} sessions in {NETWORKS} networks, {size} bytes, {rounds} rounds")
        held = report("200 again", measured(url, rounds, 200), MOST_MS)
        # The worst there is, after a restart: told, and no limit. Nearly all of it is the library's writing.
        anew = measured(url, rounds, 200, forget=True)
        p50, p95 = statistics.median(anew), statistics.quantiles(anew, n=20)[-1]
        print(f"{'200 anew':10} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms")
        held &= report("304", measured(url, rounds, 304, etag), MOST_UNCHANGED_MS)
        connection.close()
        times = [first_fetch(url) for _process in range(FRESH_PROCESSES)]
        print(f"{'first':10} p50 {statistics.median(times):7.1f} ms   of {FRESH_PROCESSES} fresh processes")
    finally:
        databases.teardown_databases(old)
    return held


def main() -> int:
    """Measure; return 1 when a limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--only", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        only(asked.only)
        return 0
    with tempfile.TemporaryDirectory(prefix="lernet-bench-feed-") as folder:
        start(folder)
        return 0 if bench(asked.rounds, asked.sessions) else 1


if __name__ == "__main__":
    sys.exit(main())
