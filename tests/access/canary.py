"""Words that sing: a unique one in each text somebody writes, and everything in which one could turn up."""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from lxml import html

from tests.access.rows import AT
from tests.access.world import World
from tests.runtime import get, post

WORD = re.compile(r"canary[a-z]+nest")
# Attributes that hold addresses, keys of browsers, or ids: they stand in histories, logs and caches.
ADDRESSES = ("href", "src", "action", "data-panel", "data-address", "data-action", "id", "name", "data-file-url")


def canary(name: str) -> str:
    """Return the word for a text: only letters, so that nothing escapes, stems or cuts it."""
    return f"canary{name.replace('_', '')}nest"


def sung(text: Any) -> set[str]:
    """Return the words found in a value of any kind."""
    if isinstance(text, bytes | memoryview):
        text = bytes(text).decode("utf-8", "replace")
    return set(WORD.findall(text if isinstance(text, str) else repr(text)))


class EveryLine(logging.Handler):
    """Keeps all that is logged, with its arguments and with what exceptions say."""

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line as a reporter would: with everything that comes with it."""
        self.lines.append(logging.Formatter().format(record) + repr(record.__dict__))


@dataclass
class Wire:
    """What passed between people and the site. said: the HTML of replies, by actor."""

    world: World
    addresses: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    attributes: list[str] = field(default_factory=list)

    def do(self, actor: str, action: str, fields: Mapping[str, Any], **more: Any) -> str:
        """Send a form that has to succeed, and return the reply."""
        pairs = [[name, one] for name, given in fields.items() if name != AT for one in _each(given)]
        at = fields.get(AT, "")
        body = more.pop("body", None) or json.dumps({"at": at, "fields": pairs}).encode()
        self._note_request(action, body, more)
        response = post(self.world.block(actor), action, body=body, **more)
        assert response.status_int == 200, (actor, action, response.status_int, response.text[-1500:])
        return self._note_reply(actor, response.text)

    def look(self, actor: str, address: str) -> str:
        """Open a panel, if it is there for this person."""
        self.addresses.append(address)
        self.world.masked = actor == "masked"
        response = get(self.world.block(actor), address)
        self.world.masked = False
        assert response.status_int in {200, 403, 404}, (actor, address, response.status_int)
        return self._note_reply(actor, response.text)

    def _note_request(self, action: str, body: bytes, more: Mapping[str, Any]) -> None:
        """Keep what the platform's tracking sees: the address, and the fields of a form-encoded body."""
        kind = more.get("content_type", "application/json")
        request = RequestFactory().post(f"/handler/action/{action}", body, content_type=kind)
        self.posted.append(repr(dict(request.POST)))
        self.addresses.append(request.get_full_path())

    def _note_reply(self, actor: str, text: str) -> str:
        self.said.setdefault(actor, []).append(text)
        for element in html.fromstring(f"<div>{text or '.'}</div>").iter():
            self.attributes += [value for name, value in element.attrib.items() if name in ADDRESSES]
        return text

    def heard(self, actor: str) -> set[str]:
        """Return the words that somebody was shown."""
        return sung("".join(self.said.get(actor, [])))


def _each(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def stored() -> dict[str, set[str]]:
    """Return the words in the database, each with the columns in which it stands, as table.column."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of tables
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    for word in sung(value):
                        found.setdefault(word, set()).add(f"{table.removeprefix('lernet_xblock_')}.{column}")
    return found


def cached() -> set[str]:
    """Return the words in the cache, in keys and in values."""
    return sung(repr(list(cache._cache.items())))


def in_any(texts: Iterable[str]) -> set[str]:
    """Return the words in any of the texts."""
    return set().union(*(sung(text) for text in texts))
