"""One cell of the matrix: one actor asks one handler about one object; whatever it does is taken back."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection, transaction

from tests.access.actors import ACTORS, AT_HOME
from tests.access.rows import ACTION_ROWS, AT, PANEL_ROWS, Fields, Row
from tests.access.world import World, standing
from tests.runtime import get, post

# The key that each form draws anew.
DRAWN = re.compile('name="_key" value="[0-9a-f]*"')
WRITES = ("INSERT", "UPDATE", "DELETE")
# What is kept of a request whatever becomes of it: that it was sent, and that staff tried to write as somebody else.
LEDGERS = ("lernet_xblock_sentform", "lernet_xblock_auditentry")


@dataclass(frozen=True)
class Answer:
    """What came back. text: without the key that was asked about; written: whether any row was."""

    status: int
    text: str
    queries: int
    written: bool


@dataclass
class Counted:
    """Statements of one request."""

    queries: int = 0
    writes: int = 0


@contextmanager
def counting() -> Iterator[Counted]:
    """Count the statements inside the block."""
    found = Counted()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.queries += 1
        found.writes += sql.startswith(WRITES) and not any(one in sql for one in LEDGERS)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield found


@dataclass(frozen=True)
class Found:
    """The answers about one side of a row, by actor. missing: what strangers are told of a key that nothing has."""

    given: dict[str, Answer]
    missing: dict[str, Answer]


def ask(world: World, row: Row, actor: str, fields: Fields) -> Answer:
    """Return the answer of one cell; nothing of it stays."""
    cache.clear()
    world.masked = actor == "masked"
    block = world.block(actor)
    with transaction.atomic(), counting() as counted:
        response = _send(block, row, fields)
        transaction.set_rollback(True)
    text = DRAWN.sub("", response.text).replace(str(fields.get(row.about, "")) or "\0", "…")
    return Answer(response.status_int, text, counted.queries, counted.writes > 0)


def _send(block: Any, row: Row, fields: Fields) -> Any:
    if row.name in PANEL_ROWS and PANEL_ROWS[row.name] is row:
        return get(block, f"{row.handler}?{urlencode(fields)}")
    if row.file:
        form = {name: value for name, value in fields.items() if name not in {"file", "content_type"}}
        headers = {"X-Lernet-Form": json.dumps({"fields": _pairs(form)})} if form else {}
        given = {"body": _bytes(fields["file"]), "content_type": fields.get("content_type", "text/csv")}
        return post(block, row.handler, headers=headers, **given)
    return post(block, row.handler, _pairs(fields), at=fields.get(AT, ""))


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _pairs(fields: Fields) -> list[list[str]]:
    return [
        [name, one]
        for name, value in fields.items()
        if name != AT
        for one in (value if isinstance(value, list) else [value])
    ]


def answers(built: World, row: Row, side: str, monkeypatch: Any) -> Found:
    """Return the answers of all actors about one side of a row. built: the world, which stays as it is.

    What there is of one's own is there in any case. Who is no stranger to the side is not asked about what is missing.
    """
    world = deepcopy(built)
    with transaction.atomic(), standing(world, monkeypatch):
        fields = row.arrange(world, world.own)
        fields = fields if side == "own" else row.arrange(world, world.side(side))
        given = {actor: ask(world, row, actor, fields) for actor in ACTORS}
        unknown = {**fields, row.about: row.missing}
        missing = {actor: ask(world, row, actor, unknown) for actor in ACTORS if actor not in AT_HOME[side]}
        transaction.set_rollback(True)
    return Found(given, missing)


def rows() -> dict[str, Row]:
    """Return all rows, panels first, by a name that tells which is which."""
    panels = {f"panel {name}": row for name, row in PANEL_ROWS.items()}
    return {**panels, **{f"action {name}": row for name, row in ACTION_ROWS.items()}}
