"""Measure pages of the workbench in one process, all blocks interleaved, and print a table.

Per block: median and 95th percentile of a GET of the scenario page, its SQL without the workbench's own field store,
bytes of the reply, and script and style files gzipped. Usage: bench_pages.py [--rounds 200]
"""

import argparse
import gzip
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Run as a file, whose own folder Python looks in.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WARM_UPS = 20
FIELD_STORE = "workbench_xblockstate"
HELLO, OURS = "hello world (floor)", "lernet, learner"
PEERS = {HELLO: "helloworld_demo.0", "xblock-poll": "poll.0", "drag-and-drop-v2": "drag-and-drop-v2.0"}
SMALL_COURSE, LARGE_COURSE = 30, 100_000
TARGET_RATIO, TARGET_QUERIES, TARGET_KB, TARGET_GROWTH = 2.0, 10, 12, 1.1
CASE_PAGES = ("a case, member", "a case, facilitator")
TARGET_CASE_RATIO = 2.5


def start() -> None:
    """Start the workbench on a fresh SQLite file, with the demo's networks in it."""
    os.environ["LERNET_DATA"] = tempfile.mkdtemp(prefix="lernet-bench-")
    os.environ["LERNET_OTHER_BLOCKS"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "lernet_xblock.workbench.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from lernet_xblock.workbench.demo import load_demo

    call_command("migrate", run_syncdb=True, verbosity=0)
    load_demo()


@dataclass
class Page:
    """One block's page. `times`: milliseconds."""

    name: str
    url: str
    times: list[float] = field(default_factory=list)
    queries: int = 0
    stored: int = 0
    size: int = 0
    assets: int = 0

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.times, n=20)[-1]


@contextmanager
def counted(page: Page) -> Iterator[None]:
    """Count the SQL of one request, the workbench's field store apart."""
    from django.db import connection

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        if FIELD_STORE in sql:
            page.stored += 1
        elif sql.split(maxsplit=1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            page.queries += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


def fetch(client: Any, url: str) -> bytes:
    """Return the body. Raises SystemExit when a page does not answer: nothing would be measured."""
    response = client.get(url)
    if response.status_code != 200:
        sys.exit(f"{url} answered {response.status_code}")
    return b"".join(response.streaming_content) if response.streaming else response.content


def files_of(html: str) -> set[str]:
    """Return the addresses of all script and style files of a page."""
    scripts = re.findall(r"<script[^>]+src=[\"']([^\"']+)", html)
    styles = re.findall(r"<link[^>]+href=[\"']([^\"']+)[\"'][^>]*>", html)
    # What the workbench itself brings is the same for every block with a script.
    return {one for one in (*scripts, *styles) if not one.startswith(("http", "//", "/static/workbench/"))}


def describe(client: Any, pages: list[Page]) -> None:
    """Fill in what one warm request tells: queries, bytes, files beyond the workbench's own."""
    hello = next(page for page in pages if page.name == HELLO)
    common = files_of(fetch(client, hello.url).decode())
    for page in pages:
        with counted(page):
            body = fetch(client, page.url)
        page.size = len(body)
        extra = sorted(files_of(body.decode()) - common)
        page.assets = sum(len(gzip.compress(fetch(client, address), 9)) for address in extra)


def measure(client: Any, pages: list[Page], rounds: int) -> None:
    """Time all pages, one after the other in each round, so that a slow second hits them all."""
    for page in pages:
        page.times.clear()
        for _turn in range(WARM_UPS):
            fetch(client, page.url)
    for _round in range(rounds):
        for page in pages:
            before = time.perf_counter()
            client.get(page.url)
            page.times.append((time.perf_counter() - before) * 1000)


def print_table(pages: list[Page]) -> None:
    """Print a line for each block."""
    floor = next(page for page in pages if page.name == HELLO).median
    print(f"{'page':22} {'median ms':>9} {'p95':>7} {'× hello':>8} {'own SQL':>8} {'store':>6}", end="")
    print(f" {'bytes':>8} {'JS+CSS gz':>10}")
    for page in pages:
        print(
            f"{page.name:22} {page.median:9.2f} {page.p95:7.2f} {page.median / floor:8.2f} {page.queries:8d}"
            f" {page.stored:6d} {page.size:8d} {page.assets:10d}",
        )


def enrol(people: int) -> None:
    """Fill the course up to this many people, each with an application to another network."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from lernet_xblock.models import Application, Network

    users = get_user_model()
    missing = people - users.objects.count()
    users.objects.bulk_create((users(username=f"crowd{number}") for number in range(missing)), batch_size=5000)
    now = timezone.now()
    other, _made = Network.objects.get_or_create(
        usage_id="elsewhere",
        course_id="elsewhere",
        title="Elsewhere",
        minimum_size=10,
        maximum_size=15,
        target_size=12,
        cohort_limit=8,
        threshold=5,
        defaults={"opened_at": now, "changed_at": now},
    )
    Application.objects.bulk_create(
        (
            Application(
                network=other,
                user_id=pk,
                state="submitted",
                function="f",
                language="nl",
                committed_at=now,
                submitted_at=now,
            )
            for pk in users.objects.filter(username__startswith="crowd").values_list("pk", flat=True)
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )


def growth(client: Any, ours: Page, hello: Page, rounds: int) -> float:
    """Return what our page costs in a large course against a small one, both as multiples of hello world."""
    ratios = []
    for people in (SMALL_COURSE, LARGE_COURSE):
        enrol(people)
        measure(client, [hello, ours], rounds)
        ratios.append(ours.median / hello.median)
        print(f"course of {people:>7} people: {ours.median:.2f} ms, {ratios[-1]:.2f} × hello world")
    return ratios[1] / ratios[0]


def grown(factor: float) -> tuple[str, bool]:
    """Return the goal for large courses in words and whether it is reached."""
    words = f"a course of {LARGE_COURSE} costs {factor:.2f} × one of {SMALL_COURSE}, at most {TARGET_GROWTH}"
    return words, factor <= TARGET_GROWTH


def verdicts(pages: list[Page]) -> list[tuple[str, bool]]:
    """Return each goal in words and whether it is reached."""
    by_name = {page.name: page for page in pages}
    ours, floor = by_name[OURS], by_name[HELLO].median
    peers = min(page.median for page in pages if page.name not in {OURS, HELLO, *CASE_PAGES})
    return [
        ("faster than both peers", ours.median < peers),
        (f"at most {TARGET_RATIO} × hello world", ours.median <= TARGET_RATIO * floor),
        (f"at most {TARGET_QUERIES} queries of our own", ours.queries <= TARGET_QUERIES),
        (f"at most {TARGET_KB} kB of script and style", ours.assets <= TARGET_KB * 1000),
        *(
            (f"{name}: at most {TARGET_CASE_RATIO} × hello world", by_name[name].median <= TARGET_CASE_RATIO * floor)
            for name in CASE_PAGES
        ),
    ]


def case_pages() -> list[Page]:
    """Return the panel of the fullest case, as a member of its circle and as the facilitator ask for it."""
    from lernet_xblock.workbench.scenarios import demo_usage_id
    from scripts.bench_case import full_case

    usage_id = demo_usage_id("running")
    key, *people = full_case(usage_id)
    return [
        Page(name, f"/handler/{usage_id}/panel/cases?case={key}&student={person}")
        for name, person in zip(CASE_PAGES, people, strict=True)
    ]


def main() -> int:
    """Measure, print, and fail when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    start()
    from django.test import Client

    from lernet_xblock.workbench.demo import SHOWN_MEMBER
    from lernet_xblock.workbench.scenarios import ensure_scenarios, scenario_name

    ensure_scenarios()
    pages = [Page(name, f"/scenario/{scenario}/?student=student_1") for name, scenario in PEERS.items()]
    ours = Page(OURS, f"/scenario/{scenario_name('running')}/?student={SHOWN_MEMBER}")
    pages += [ours, *case_pages()]
    client = Client(HTTP_HOST="localhost")
    describe(client, pages)
    measure(client, pages, rounds)
    print_table(pages)
    results = verdicts(pages)
    results.append(grown(growth(client, ours, pages[0], rounds)))
    for words, reached in results:
        print(f"{'reached' if reached else 'MISSED '}  {words}")
    return 0 if all(reached for _words, reached in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
