"""Does a key of somebody else take as long as a key of nobody? Medians of the same request with each, interleaved.

The tests prove that both cost the same statements; this looks at the clock. Usage: bench_refusals.py [--rounds 300]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ASKED = (
    "panel cases case",
    "panel journal line",
    "panel reports report",
    "panel turns cohort",
    "action contribution.post question",
    "action contribution.answer",
    "action report.raise",
    "action takeaway.take",
    "action turn.begin",
    "action turn.choose",
    "action case.edit",
    "action charter.support",
)
WARM_UPS, TOLERATED = 20, 0.05


@contextmanager
def arranged(name: str) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Let the world hold what a row is about, on both sides; give the world, the row, and fields about the other's."""
    import pytest
    from django.db import transaction

    from tests.access.cells import rows
    from tests.access.world import make_world, standing

    row = rows()[name]
    with transaction.atomic():
        world = deepcopy(make_world())
        with standing(world, pytest.MonkeyPatch()):
            row.arrange(world, world.own)
            yield world, row, row.arrange(world, world.other)
        transaction.set_rollback(True)


def compared(name: str, rounds: int) -> tuple[float, float]:
    """Return the medians, in milliseconds, for a key of the other group and for one of nobody."""
    from tests.access.cells import ask

    times: dict[bool, list[float]] = {True: [], False: []}
    with arranged(name) as (world, row, foreign):
        asked = {True: foreign, False: {**foreign, row.about: row.missing}}
        for nth in range(WARM_UPS + rounds):
            for is_foreign in (True, False) if nth % 2 else (False, True):
                before = time.perf_counter()
                ask(world, row, "member", asked[is_foreign])
                times[is_foreign].append((time.perf_counter() - before) * 1000)
    return statistics.median(times[True][WARM_UPS:]), statistics.median(times[False][WARM_UPS:])


def main() -> int:
    """Compare, print, and fail where the medians differ by more than is tolerated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    sys.path.insert(0, str(ROOT))
    from scripts.fuzz import start

    start()
    from tests.access import every_row

    worst = 0.0
    print(f"{'handler':38} {'foreign ms':>11} {'missing ms':>11} {'ratio':>7}")
    for name in ASKED if every_row.ALL else ():
        foreign, missing = compared(name, rounds)
        worst = max(worst, abs(foreign / missing - 1))
        print(f"{name:38} {foreign:11.3f} {missing:11.3f} {foreign / missing:7.3f}")
    print(f"{'reached' if worst <= TOLERATED else 'MISSED '}  at most {TOLERATED:.0%} apart; the worst is {worst:.1%}")
    return int(worst > TOLERATED)


if __name__ == "__main__":
    sys.exit(main())
