"""Feeds with everything in them that was ever read wrongly, and what has to be read of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from lernet_xblock.exports.calendar import (
    DESCRIPTION_LENGTH,
    LOCATION_LENGTH,
    SUMMARY_LENGTH,
    Entry,
    calendar_file,
    lines,
    one_line,
)
from lernet_xblock.rules.zones import to_utc, zone

# What a reader says of an entry, by its uid.
Told = dict[str, str]
Entries = dict[str, Told]

BRUSSELS = zone("Europe/Brussels")
EVENING = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
FACES = "🧑‍🏭 👩🏽‍⚕️ 🇧🇪 e\u0301"
ARABIC = "مرحبا بكم، اجتماع \u200fA\u200e 18:30"


def entry(number: int, **changes: object) -> Entry:
    """Return a session like others, with these parts of its own."""
    plain = Entry(
        uid=f"00000000-0000-4000-8000-{number:012d}",
        sequence=number,
        changed_at=EVENING - timedelta(days=30),
        starts=EVENING,
        ends=EVENING + timedelta(hours=3),
        summary="Return to work: Session",
        description="13:30–16:30 (Brussels)\nGroup A",
        location="Gembloux",
        url="https://learn.example.org/courses/course-v1:a+b+c/jump_to/block-v1:a+b;c,d",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test of a reader would show a wrong one


def at_clock(number: int, local: datetime, minutes: int = 90) -> Entry:
    """Return a session at a wall-clock time in Brussels."""
    starts = to_utc(local, BRUSSELS)
    return entry(number, starts=starts, ends=starts + timedelta(minutes=minutes))


CLOCKS = [
    at_clock(number, datetime.fromisoformat(local))
    for number, local in enumerate(
        (
            "2026-03-28T02:30", "2026-03-29T01:30", "2026-03-29T02:30", "2026-03-29T03:30", "2026-04-05T02:30",
            "2026-10-24T02:30", "2026-10-25T01:59", "2026-10-25T02:30", "2026-10-25T03:00", "2026-12-31T23:30",
        )
    )
]  # fmt: skip
TEXTS = (
    "plain",
    "commas, and; semicolons: colons \\ backslashes \"quotes\" 'too' | ^n ^' = #",
    "\\\\ \\, \\; \\n \\N C:\\new\\Notes ends with \\",
    "C:\\\nends with one \\\\\n\\\nnext, \\,\\;\\\\n",
    FACES * 8,
    ARABIC * 6,
    "\u202eturned\u202c",
    "title\r\nATTENDEE:mailto:mila@example.org",
    "a\rb\x0bc\x0cd\x85e\u2028f\u2029g",
    "nul\x00 half\ud83d \udc00 \ufffe \ufeff end",
    "  spaces   around \t ",
    "BEGIN:VEVENT\nEND:VCALENDAR\nbegin:valarm",
    "n" * 10_000,
    "日本語" * 1000,
    "folded exactly: " + "x" * 59 + " " + "y" * 73 + " é" * 37,
)
FEEDS: dict[str, list[Entry]] = {
    "one": [entry(1)],
    "none": [],
    "clock changes": CLOCKS,
    "texts": [entry(n, summary=text, description=text, location=text) for n, text in enumerate(TEXTS)],
    "called off": [entry(1, cancelled=True, sequence=9), entry(2, sequence=2**31 - 1), entry(3, sequence=0)],
    "far away": [
        at_clock(1, datetime.fromisoformat("2045-07-01T09:00")),
        at_clock(2, datetime.fromisoformat("2024-02-29T00:00"), 480),
        entry(3, starts=datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC), ends=datetime(2038, 1, 19, 3, 14, 9, tzinfo=UTC)),
    ],
    "whole days": [entry(1, starts=date(2027, 3, 28), ends=date(2027, 3, 29))],
    "two hundred": [entry(n, starts=EVENING + timedelta(days=n), ends=EVENING + timedelta(days=n)) for n in range(200)],
}


def feed(name: str, *, alarm_minutes: int | None = None) -> bytes:
    """Return the file of a feed of this name."""
    return calendar_file(f"Feed, {name}; \\ {FACES}", FEEDS[name], alarm_minutes=alarm_minutes)


def moment(at: date) -> str:
    """Return an instant, or a date, as all readers are made to write it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(at, datetime) else f"{at:%Y-%m-%d}"


def expected(entries: Iterable[Entry]) -> Entries:
    """Return what every reader has to say of them."""
    return {
        one.uid: {
            "start": moment(one.starts),
            "end": moment(one.ends),
            "sequence": str(one.sequence),
            "status": "CANCELLED" if one.cancelled else "CONFIRMED",
            "summary": one_line(one.summary, SUMMARY_LENGTH),
            "description": lines(one.description, DESCRIPTION_LENGTH),
            "location": one_line(one.location, LOCATION_LENGTH),
            "url": one.url,
        }
        for one in entries
    }
