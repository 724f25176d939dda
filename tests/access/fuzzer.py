"""Sending odd inputs to one handler, and keeping what came of them; see scripts/fuzz.py."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from lernet_xblock.panels.action import ACTIONS
from tests.access import table
from tests.access.actors import ACTORS
from tests.access.every_row import rows_of
from tests.access.odd import STATES, address_of, body_of, keys_of, mixed
from tests.access.rows import AT, PANEL_ROWS, Fields, Row
from tests.access.world import World, make_world, standing
from tests.runtime import get, post

BROKEN, GOT_OUT = 500, 599
SHOWN_CHARACTERS = 600
# How often the world is in another state than the input was made for, and the person is one who succeeds.
OTHER_STATE, GOOD_PERSON = 0.35, 0.85
FORM_TYPES = ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16")


@dataclass
class Result:
    """What came of the inputs of one handler. faults: an input for each place where it broke."""

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    broken: int = 0
    seconds: float = 0.0


class Places(logging.Handler):
    """Keeps where a page broke last."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the kind and the last places of a break."""
        if "a page broke" in record.getMessage():
            first, *frames = record.getMessage().splitlines()
            self.last = "\n".join([first, *frames[-4:]])


PLACES = Places()


@dataclass
class Fuzzer:
    """One row before many inputs."""

    world: World
    row: Row
    random: Random
    result: Result
    people: list[str]
    fields: Fields = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def run(self, inputs: int, patch: pytest.MonkeyPatch) -> None:
        """Send so many inputs; nothing of them stays."""
        with transaction.atomic(), standing(self.world, patch):
            self.fields = self.row.arrange(self.world, self.world.own)
            self.keys, moment = keys_of(self.world), self.world.moment
            for _nth in range(inputs):
                self.world.moment = moment
                with transaction.atomic():
                    self._one()
                    transaction.set_rollback(True)
            transaction.set_rollback(True)

    def _one(self) -> None:
        cache.clear()
        actor = self.random.choice(self.people if self.random.random() < GOOD_PERSON else list(ACTORS))
        self.world.masked, PLACES.last = actor == "masked", ""
        if self.random.random() < OTHER_STATE:
            self._change(self.random.choice(STATES))
        try:
            status, sent = self._send(self.world.block(actor))
        except Exception as error:  # noqa: BLE001 - what gets out of a handler is what is looked for
            status, sent = GOT_OUT, f"{type(error).__name__} got out"
        self.result.statuses[status] += 1
        if status >= BROKEN:
            self.result.broken += 1
            self.result.faults.setdefault(PLACES.last or sent, f"{actor}: {sent}"[:SHOWN_CHARACTERS])

    def _change(self, state: Callable[[World, Random], None]) -> None:
        """Put the world into another state, unless the tables do not allow it."""
        try:
            with transaction.atomic():
                state(self.world, self.random)
        except IntegrityError:
            return

    def _send(self, block: Any) -> tuple[int, str]:
        if PANEL_ROWS.get(self.row.name) is self.row:
            address = address_of(self.row.handler, self.fields, self.keys, self.random)
            return get(block, address).status_int, address
        found = ACTIONS[self.row.handler]
        form = {name: value for name, value in self.fields.items() if name not in {"file", "content_type"}}
        pairs = mixed(self.row, form, self.keys, [*found.form.base_fields, "_key"], self.random)
        body = body_of(pairs, self.fields.get(AT, ""), self.keys, self.random)
        if self.row.file:
            return self._send_file(block, body)
        kind = self.random.choice(FORM_TYPES) if self.random.random() < 0.01 else found.content_types[0]
        return post(block, self.row.handler, body=body, content_type=kind).status_int, body.decode("utf-8", "replace")

    def _send_file(self, block: Any, form: bytes) -> tuple[int, str]:
        given = self.fields["file"] if isinstance(self.fields["file"], bytes) else self.fields["file"].encode()
        noise = bytes(self.random.randrange(256) for _nth in range(99))
        content = self.random.choice((given, given, given[: len(given) // 2], given[:12] + noise, form, noise, b""))
        headers = {"X-Lernet-Form": form.decode("ascii", "replace").replace("\n", " ")[:4000]}
        kind = self.fields.get("content_type", ACTIONS[self.row.handler].content_types[0])
        status = post(block, self.row.handler, body=content, content_type=kind, headers=headers).status_int
        return status, repr(content[:80] + form)


def fuzz(name: str, inputs: int, seed: int) -> Result:
    """Send the inputs to one handler, a share to each of its rows. The same seed makes the same inputs."""
    result, began = Result(name), time.monotonic()
    random, patch = Random(f"{seed} {name}"), pytest.MonkeyPatch()  # noqa: S311 - no secret
    statuses, rows = table.read(), rows_of(name)
    with transaction.atomic():
        built = make_world()
        for nth, row in enumerate(rows):
            cells = statuses.get((f"{name.split(maxsplit=1)[0]} {row.name}", "own"), ())
            good = [actor for actor, status in zip(ACTORS, cells, strict=False) if status == 200] or list(ACTORS)
            share = inputs // len(rows) + (nth < inputs % len(rows))
            Fuzzer(deepcopy(built), row, random, result, good).run(share, patch)
        transaction.set_rollback(True)
    result.seconds = time.monotonic() - began
    return result
