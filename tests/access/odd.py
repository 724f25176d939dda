"""Odd inputs made out of valid ones, and odd states of the world, for scripts/fuzz.py."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from lernet_xblock.models import Case, Charter, Contribution, Membership, Network, Report, Session, Takeaway, Turn
from tests.access.rows import AT, Fields, Row
from tests.access.world import SHARED, World

TEXTS = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "2",
        "1e9",
        "9" * 400,
        "2147483648",
        "9223372036854775808",
        "1.5",
        "٣",
        "½",
        "NaN",
        "null",
    ),
    *("true", "[]", "{}", "on", "yes", "2027-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "2027-02-02", "13:30"),
    *("25:99", "2027-02-02T13:30", "9999-12-31T23:59", "0001-01-01T00:00", "2026-W53-1", "+1 day", "MO", "P1D"),
    *(
        "\x00",
        "a\x00b",
        "\ud83d",
        "\udc00x",
        "\ufeff",
        "\u202egnitset",
        "مرحبا بكم",
        "🧑‍🏭",
        "e\u0301" * 50,
        "\r\n\t",
        "\uff46\uff55ll",
        "İı",
    ),
    *("<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://e.org/i.png)", "# h\n" * 40, "> " * 300),
    *(
        "*" * 500,
        "[" * 400,
        "`" * 300,
        "![[](",
        "&#0;&lt;",
        "=1+1",
        "../..",
        "%",
        "%s",
        "%(n)d",
        "{}",
        "{0}",
        "'; DROP TABLE x",
    ),
    *(
        "https://e.org",
        "http://[::1",
        "javascript:alert(1)",
        "//e.org",
        "https://a:b@e.org/\x00",
        "ftp://e.org",
        "x" * 30_000,
    ),
)
SHAPES: tuple[Any, ...] = (
    *(b"", b"\xff\xfe", b"{", b"null", b"[]", b"{}", b'"x"', b"1e999", b'{"fields": null}', b'{"fields": {}}'),
    *(b'{"fields": [1]}', b'{"fields": [["a"]]}', b'{"fields": [["a", null]]}', b'{"fields": [[1, 2]]}', b"[" * 20_000),
    *(b'{"at": 5, "fields": []}', b'{"at": null, "fields": [["about", "x"]]}', b"x" * 70_000),
    json.dumps({"fields": [["x", "y"]] * 1001}).encode(),
    json.dumps({"at": "", "fields": [["text", "z" * 70_000]]}).encode(),
)
ADDRESSES = (
    "home",
    "cases",
    "?",
    "cases?case=",
    "cases?case=%00",
    "nowhere",
    "x" * 400,
    "\x00",
    "\ud83d",
    "cases?page=9e9",
)


def keys_of(world: World) -> list[str]:
    """Return keys that exist, and numbers of rows."""
    sides = (world.own, world.other, world.elsewhere)
    rows = [row for side in sides for row in (side.case, side.draft, side.cohort, side.past, side.ahead, side.network)]
    places = Membership.objects.values_list("pk", flat=True)[:8]
    return [*(row.key for row in rows), *map(str, places), *(user.username for user in world.own.people.values())]


def mixed(row: Row, fields: Fields, keys: list[str], names: list[str], random: Random) -> list[list[str]]:
    """Return the pairs of a form that is mostly as it should be."""
    pairs = [[name, one] for name, given in fields.items() if name != AT for one in _each(given)]
    for _nth in range(random.choice((0, 1, 1, 1, 2, 2, 3, 8))):
        _spoil(pairs, row, keys, names, random)
    return [[str(name), str(value)] for name, value in pairs]


def _each(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _spoil(pairs: list[list[Any]], row: Row, keys: list[str], names: list[str], random: Random) -> None:
    value = random.choice(keys) if random.random() < 0.3 else random.choice(TEXTS)
    if random.random() < 0.1:
        value = "".join(chr(random.choice((random.randrange(32, 127), random.randrange(0x110000)))) for _ in range(40))
    kind = random.random()
    if pairs and kind < 0.6:
        # What is looked up by its key seldom, so that most inputs get behind that.
        usable = [pair for pair in pairs if pair[0] != row.about or random.random() < 0.2]
        if usable:
            random.choice(usable)[1] = value
    elif pairs and kind < 0.7:
        pairs.pop(random.randrange(len(pairs)))
    elif kind < 0.95:
        pairs.append([random.choice(names), value])
    else:
        pairs.append(["extra", value])


def body_of(pairs: list[list[str]], at: str, keys: list[str], random: Random) -> bytes:
    """Return a body: nearly always JSON of the right shape."""
    if random.random() < 0.04:
        return bytes(random.choice(SHAPES))
    if random.random() < 0.1:
        at = random.choice((*ADDRESSES, f"cases?case={random.choice(keys)}"))
    return json.dumps({"at": at, "fields": pairs}).encode()


def address_of(handler: str, fields: Mapping[str, Any], keys: list[str], random: Random) -> str:
    """Return the address of a panel with parameters that are mostly of it."""
    names = (
        "case",
        "cohort",
        "session",
        "pulse",
        "page",
        "groups",
        "seed",
        "line",
        "report",
        "voice",
        "change",
        "do",
        "way",
    )
    params = {name: value for name, value in fields.items() if name != AT}
    for _nth in range(random.choice((0, 1, 1, 2, 4))):
        value = random.choice(keys) if random.random() < 0.5 else random.choice(TEXTS)[:400]
        params[random.choice((*params, *names))] = value
    if random.random() < 0.05:
        return f"{handler}?{random.choice(('%ff', 'case=%ED%A0%BD', '&&&', '=', 'case=%00', quote('x' * 3000)))}"
    return f"{handler}?{urlencode({name: str(value).encode('utf-8', 'replace') for name, value in params.items()})}"


def _phase(phase: str) -> Callable[[World, Random], None]:
    def go(world: World, _random: Random) -> None:
        begun, ended = (None if phase == "planned" else SHARED), (world.moment if phase == "done" else None)
        is_open = None if phase == "done" else True
        turns = Turn.objects.filter(case=world.own.case)
        if not turns.update(phase=phase, begun_at=begun, ended_at=ended, open=is_open):
            given = {"session": world.own.past, "cohort": world.own.cohort, "phase_since": SHARED, "planned_at": SHARED}
            Turn.objects.create(
                case=world.own.case, phase=phase, begun_at=begun, ended_at=ended, open=is_open, mode="live", **given
            )

    return go


def _clock(world: World, random: Random) -> None:
    world.moment += timedelta(days=random.choice((-400, -30, -2, 1, 3, 5, 14, 60, 400)), hours=random.randrange(24))


def _all(model: Any, **values: Any) -> Callable[[World, Random], None]:
    def go(_world: World, _random: Random) -> None:
        model.objects.update(**values)

    return go


def _shared(**values: Any) -> Callable[[World, Random], None]:
    def go(_world: World, _random: Random) -> None:
        Case.objects.filter(state="shared").update(**values)

    return go


def _gone(model: Any) -> Callable[[World, Random], None]:
    def go(_world: World, _random: Random) -> None:
        model.objects.all().delete()

    return go


# What may be otherwise than the row arranged it.
STATES = (
    *(_phase(phase) for phase in ("planned", "questions", "reflections", "suggestions", "closing", "done")),
    *(_shared(state="withdrawn"), _shared(held_at=SHARED), _shared(stage="archived"), _shared(audience="facilitator")),
    *(_shared(audience="circle"), _shared(stage="discussed"), _shared(stage="awaiting_outcome"), _shared(owner=None)),
    *(_all(Contribution, withdrawn_at=SHARED), _all(Contribution, held_at=SHARED), _all(Contribution, author=None)),
    *(_all(Report, serious=True), _all(Report, handler=None), _all(Takeaway, state="told"), _gone(Charter)),
    *(_all(Session, state="not_held"), _all(Network, state="paused"), _all(Network, state="cancelled")),
    *(_all(Network, state="open"), _all(Network, version=7), _all(Case, version=7), _clock, _clock, _clock, _clock),
)
