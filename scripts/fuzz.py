"""`make fuzz`: thousands of odd inputs for every action and panel; none may end in an answer of the 5xx.

Each input is a valid one of the access matrix (tests/access), spoilt in up to eight places, of one of its thirteen
people, often in another state of the world than it was made for. The same seed makes the same inputs.
"""

import argparse
import gc
import logging
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHOWN_FAULTS = 5


def start() -> None:
    """Set up Django on an empty database in memory, for this process alone."""
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases

    connection.settings_dict["TEST"]["NAME"] = ":memory:"
    setup_databases(verbosity=0, interactive=False)
    # Everything that is there by now stays; of what each input leaves, little hangs together in circles.
    gc.freeze()
    gc.set_threshold(50_000)
    listen()


def listen() -> None:
    """Let nothing be printed that pages log, and keep where one broke."""
    from tests.access.fuzzer import PLACES

    log = logging.getLogger("lernet_xblock")
    log.handlers, log.propagate = [PLACES], False
    logging.getLogger("django").handlers = []


def fuzz(name: str, inputs: int, seed: int) -> Any:
    """Return what came of the inputs to one handler; in a process that was started."""
    from tests.access import fuzzer

    return fuzzer.fuzz(name, inputs, seed)


def names(parts: list[str]) -> list[str]:
    """Return the handlers, as `action case.share`, whose names have one of the parts in them."""
    from tests.access.every_row import handlers

    return [name for name in handlers() if not parts or any(part in name for part in parts)]


def told(result: Any, nth: int, of: int) -> Any:
    """Say on the error stream that a handler is done, and return the result."""
    broken = f", {result.broken} BROKEN" if result.broken else ""
    print(f"{nth}/{of} {result.name} {result.seconds:.1f} s{broken}", file=sys.stderr, flush=True)
    return result


def report(results: list[Any]) -> int:
    """Print what came of it, and return how many inputs broke something."""
    seen = sorted({status for result in results for status in result.statuses})
    print(f"{'handler':34}" + "".join(f"{status:>8}" for status in seen) + f"{'seconds':>9}")
    for result in sorted(results, key=lambda one: one.name):
        print(f"{result.name:34}" + "".join(f"{result.statuses[one]:>8}" for one in seen) + f"{result.seconds:>9.1f}")
    total = sum((result.statuses for result in results), Counter[int]())
    print(f"{'all ' + str(len(results)) + ' handlers':34}" + "".join(f"{total[status]:>8}" for status in seen))
    for result in results:
        for place, example in list(result.faults.items())[:SHOWN_FAULTS]:
            print(f"\nBROKEN {result.name} ({result.broken} inputs)\n{place}\n  for example {example!r}")
    return sum(result.broken for result in results)


def main() -> int:
    """Fuzz all handlers, or those that are named, and fail when one breaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2000, help="for each handler")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("parts", nargs="*", help="parts of names; without any, every handler")
    given = parser.parse_args()
    start()
    chosen = names(given.parts)
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn"), initializer=start) as pool:
        waiting = [pool.submit(fuzz, name, given.inputs, given.seed) for name in chosen]
        results = [told(done.result(), nth, len(chosen)) for nth, done in enumerate(as_completed(waiting), start=1)]
    return int(report(results) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
