"""`make fuzz`: thousands of odd inputs for every action and panel; none may end in an answer of the 5xx.

Each input is a valid one of the access matrix (tests/access), spoilt in up to eight places, of one of its thirteen
people, often in another state of the world than it was made for. The same seed makes the same inputs.

Usage: fuzz.py [--inputs 2000] [--seed 1] [--processes 2] [part of a name …]
"""

import argparse
import logging
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from copy import deepcopy
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BROKEN = 500
SHOWN_FAULTS, SHOWN_CHARACTERS = 5, 600
# How often the world is in another state than the input was made for.
OTHER_STATE = 0.35


@dataclass
class Result:
    """What came of the inputs of one handler. faults: of each kind of break one input, by where it broke."""

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    broken: int = 0
    seconds: float = 0.0


class Places(logging.Handler):
    """Keeps where pages broke."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the kind and the last places of a break."""
        if "a page broke" in record.getMessage():
            first, *frames = record.getMessage().splitlines()
            self.last = "\n".join([first, *frames[-4:]])


PLACES = Places()


def start() -> None:
    """Set up Django on an empty database in memory, for this process alone."""
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment

    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = ":memory:"
    setup_databases(verbosity=0, interactive=False)
    logging.disable(logging.NOTSET)
    log = logging.getLogger("lernet_xblock")
    log.handlers, log.propagate = [PLACES], False
    logging.getLogger("django").handlers = []


def fuzz(name: str, inputs: int, seed: int) -> Result:
    """Send the inputs to one handler, a share to each of its rows; nothing of it stays."""
    import pytest
    from django.db import transaction

    from tests.access.every_row import rows_of
    from tests.access.world import make_world

    result, began = Result(name), time.monotonic()
    random = Random(f"{seed} {name}")  # noqa: S311 - the same inputs for the same seed
    own = rows_of(name)
    patch = pytest.MonkeyPatch()
    with transaction.atomic():
        built = make_world()
        for nth, row in enumerate(own):
            share = inputs // len(own) + (nth < inputs % len(own))
            _fuzz_row(deepcopy(built), row, share, random, result, patch)
        transaction.set_rollback(True)
    result.seconds = time.monotonic() - began
    return result


def _fuzz_row(world: Any, row: Any, inputs: int, random: Random, result: Result, patch: Any) -> None:
    from django.db import transaction

    from tests.access.odd import keys_of
    from tests.access.world import standing

    with transaction.atomic(), standing(world, patch):
        fields = row.arrange(world, world.own)
        keys, moment = keys_of(world), world.moment
        for _nth in range(inputs):
            world.moment = moment
            with transaction.atomic():
                _one(world, row, fields, keys, random, result)
                transaction.set_rollback(True)
        transaction.set_rollback(True)


def _one(world: Any, row: Any, fields: Any, keys: list[str], random: Random, result: Result) -> None:
    from django.core.cache import cache

    from tests.access.odd import STATES

    cache.clear()
    actor = _actor(row, random)
    world.masked, PLACES.last = actor == "masked", ""
    if random.random() < OTHER_STATE:
        _change(random.choice(STATES), world, random)
    status, sent = _send(world, row, actor, fields, keys, random)
    result.statuses[status] += 1
    if status >= BROKEN:
        result.broken += 1
        result.faults.setdefault(PLACES.last or str(status), f"{actor}: {sent}"[:SHOWN_CHARACTERS])


def _change(state: Any, world: Any, random: Random) -> None:
    """Put the world into another state, unless the tables do not allow it."""
    from django.db import IntegrityError, transaction

    try:
        with transaction.atomic():
            state(world, random)
    except IntegrityError:
        return


def _actor(row: Any, random: Random) -> str:
    """Return somebody: mostly of those who succeed with the row, so that inputs get far."""
    from tests.access import table
    from tests.access.actors import ACTORS

    if not GOOD:
        GOOD.update({name: cells for (name, side), cells in table.read().items() if side == "own"})
    names = list(ACTORS)
    cells = GOOD.get(f"action {row.name}") or GOOD.get(f"panel {row.name}") or ()
    good = [name for name, status in zip(names, cells, strict=False) if status == 200]
    return random.choice(good if good and random.random() < 0.85 else names)


GOOD: dict[str, tuple[int, ...]] = {}


def _send(world: Any, row: Any, actor: str, fields: Any, keys: list[str], random: Random) -> tuple[int, str]:
    """Send one input. Returns the status and what was sent; 599 for an exception that got out."""
    from tests.access.rows import PANEL_ROWS
    from tests.runtime import get

    try:
        if PANEL_ROWS.get(row.name) is row:
            from tests.access.odd import address_of

            address = address_of(row.handler, fields, keys, random)
            return get(world.block(actor), address).status_int, address
        return _post(world.block(actor), row, fields, keys, random)
    except Exception as error:  # noqa: BLE001 - an exception that gets out is what is looked for
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        PLACES.last = f"{type(error).__name__} got out at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        return 599, repr(fields)


def _post(block: Any, row: Any, fields: Any, keys: list[str], random: Random) -> tuple[int, str]:
    from lernet_xblock.panels.action import ACTIONS
    from tests.access.odd import body_of, mixed
    from tests.access.rows import AT
    from tests.runtime import post

    found = ACTIONS[row.handler]
    form = {name: value for name, value in fields.items() if name not in {"file", "content_type"}}
    pairs = mixed(row, form, keys, [*found.form.base_fields, "_key"], random)
    body = body_of(pairs, fields.get(AT, ""), keys, random)
    kind = random.choice(("text/plain", "", "application/x-www-form-urlencoded")) if random.random() < 0.01 else ""
    if row.file:
        given = fields["file"] if isinstance(fields["file"], bytes) else fields["file"].encode()
        content = random.choice((given, given[: len(given) // 2], body, b"", bytes(random.randrange(256) for _ in range(99))))
        headers = {"X-Lernet-Form": body.decode("ascii", "replace").replace("\n", " ")[:4000]}
        kind = kind or fields.get("content_type", found.content_types[0])
        return post(block, row.handler, body=content, content_type=kind, headers=headers).status_int, repr(content[:80] + body)
    kind = kind or found.content_types[0]
    return post(block, row.handler, body=body, content_type=kind).status_int, body.decode("utf-8", "replace")


def names(parts: list[str]) -> list[str]:
    """Return the actions and panels, as `action case.share`, whose names have one of the parts in them."""
    from tests.access.every_row import handlers

    return [name for name in handlers() if not parts or any(part in name for part in parts)]


def report(results: list[Result]) -> int:
    """Print what came of it, and return how many inputs broke something."""
    seen = sorted({status for result in results for status in result.statuses})
    print(f"{'handler':34}" + "".join(f"{status:>7}" for status in seen) + f"{'seconds':>9}")
    for result in sorted(results, key=lambda one: one.name):
        print(f"{result.name:34}" + "".join(f"{result.statuses[one]:>7}" for one in seen) + f"{result.seconds:>9.1f}")
    total = sum((result.statuses for result in results), Counter[int]())
    print(f"{'all':34}" + "".join(f"{total[status]:>7}" for status in seen))
    for result in results:
        for place, example in list(result.faults.items())[:SHOWN_FAULTS]:
            print(f"\nBROKEN {result.name} ({result.broken} inputs)\n{place}\n  for example {example!r}")
    return sum(result.broken for result in results)


def main() -> int:
    """Fuzz all handlers, or those that are named, and fail when one breaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("parts", nargs="*")
    given = parser.parse_args()
    start()
    chosen = names(given.parts)
    context = get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=context, initializer=start) as pool:
        waiting = [pool.submit(fuzz, name, given.inputs, given.seed) for name in chosen]
        results = [done.result() for done in as_completed(waiting)]
    return int(report(results) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
