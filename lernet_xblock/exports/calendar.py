"""An iCalendar file (RFC 5545, 5546, 7986) that every calendar program reads alike.

One VEVENT per session, at instants in UTC: any form with rules or zones is read differently by some program. What
people typed is made plain before the library sees it, which would raise on it or write it through.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import icalendar

from lernet_xblock.rules.text import clean

PRODUCT = "-//lernet-xblock//Learning networks//EN"
REFRESH = "PT1H"
SUMMARY_LENGTH, LOCATION_LENGTH, DESCRIPTION_LENGTH = 200, 200, 2000
LONGEST_URL = 1000
# More of a text is not looked at; it would be cut anyway.
LONGEST_READ = 8000
MORE = "…"

# Nearly all that people type is of these, of which nothing has to be changed.
_PLAIN = re.compile("[ -\\[\\]-~\n\u00a1-\u00ac\u00ae-\u02ff\u2013\u2014\u2018-\u201e\u2026\u20ac]*")
_LINE_BREAKS = re.compile("[\u2028\u2029]")
# Parsers that put one replacement after the other read an escaped backslash and an n as a new line, and so on.
_LIKE_AN_ESCAPE = re.compile(r"\\(?=[nN,;\\\n])")
BACKSLASH = "\uff3c"
# An address leads out of the feed, perhaps into a meeting: those stand on the page, behind its login.
# Counted repetitions: a text made to be slow for patterns is read as fast as any other.
_ADDRESS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{0,30}://|www\.|(?:data|tel|sip|callto|mailto):)\S+"
    r"|\b(?:java|vb)script:\S*"
    r"|\b(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}/\S*",
    re.IGNORECASE,
)
# What every address has: searching for it alone spares most texts the dearer search.
_HINT = re.compile(r"://|www\.|script:|[a-z]:\S|\.[a-z]{2,24}/", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One session as calendars keep it, in words of the reader.

    uid: of the session, random, for ever the same; sequence grows with every visible change, made at `changed_at`.
    starts, ends: aware instants, or dates of a whole day, of which `ends` is the first that is free again.
    url: the page behind the platform's own login, "" for none.
    """

    uid: str
    sequence: int
    changed_at: datetime
    starts: date
    ends: date
    summary: str
    description: str
    location: str = ""
    url: str = ""
    cancelled: bool = False


def calendar_file(name: str, entries: Iterable[Entry], *, alarm_minutes: int | None = None) -> bytes:
    """Return the file, with CRLF and lines of at most 75 octets; the same entries give the same bytes.

    name: as programs list the calendar. alarm_minutes: an alert so long before each entry that takes place.
    """
    calendar = icalendar.Calendar()
    title = one_line(name, SUMMARY_LENGTH)
    _put(calendar, "prodid", PRODUCT)
    _put(calendar, "version", "2.0")
    _put(calendar, "calscale", "GREGORIAN")
    _put(calendar, "name", title)
    _put(calendar, "x-wr-calname", title)
    calendar.add("refresh-interval", icalendar.vText(REFRESH), parameters={"VALUE": "DURATION"})
    _put(calendar, "x-published-ttl", REFRESH)
    head, end, _rest = bytes(calendar.to_ical()).rpartition(b"END:VCALENDAR\r\n")
    return b"".join((head, *(_event(entry, alarm_minutes) for entry in entries), end))


@lru_cache(maxsize=2048)
def _event(entry: Entry, alarm_minutes: int | None) -> bytes:
    """Return the lines of an entry. Kept: everybody in a group has the same, and programs ask every hour."""
    event = icalendar.Event()
    _put(event, "uid", one_line(entry.uid, SUMMARY_LENGTH))
    # Without METHOD it is the moment of the last change (RFC 5545 section 3.8.7.2): bytes stay the same till then.
    event.add("dtstamp", _instant(entry.changed_at))
    event.add("last-modified", _instant(entry.changed_at))
    event.add("sequence", entry.sequence)
    event.add("dtstart", _instant(entry.starts))
    event.add("dtend", _instant(entry.ends))
    _put(event, "status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    _put(event, "transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    _put(event, "class", "PRIVATE")
    _put(event, "summary", one_line(entry.summary, SUMMARY_LENGTH))
    _put(event, "description", lines(entry.description, DESCRIPTION_LENGTH))
    _put(event, "location", one_line(entry.location, LOCATION_LENGTH))
    if is_page(entry.url):
        event.add("url", entry.url)
    if alarm_minutes and not entry.cancelled:
        event.add_component(_alarm(entry, alarm_minutes))
    return bytes(event.to_ical())


def _alarm(entry: Entry, minutes: int) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-minutes))
    _put(alarm, "description", one_line(entry.summary, SUMMARY_LENGTH) or MORE)
    return alarm


def _put(component: icalendar.Component, name: str, text: str) -> None:
    """Add a text as it is, whatever the library would make of its name; an empty one is left out."""
    if text:
        component.add(name, icalendar.vText(text), encode=False)


def _instant(moment: date) -> date:
    """Return an aware moment in UTC to the second, which is written with a Z; a date stays a date."""
    return moment.astimezone(UTC).replace(microsecond=0) if isinstance(moment, datetime) else moment


def plain(text: str) -> str:
    """Return a text that people typed without controls, odd line ends and space around it."""
    text = text[:LONGEST_READ]
    if _PLAIN.fullmatch(text):
        return text.strip()
    return _LINE_BREAKS.sub("\n", clean(text)).replace("\ufeff", "").strip()


def one_line(text: str, limit: int) -> str:
    """Return the text on one line, with single spaces and at most `limit` characters."""
    return _cut(_LIKE_AN_ESCAPE.sub(BACKSLASH, " ".join(plain(text).split())), limit)


def lines(text: str, limit: int) -> str:
    """Return the text with its lines, none with spaces around it, and at most `limit` characters."""
    stripped = "\n".join(line.strip() for line in plain(text).split("\n"))
    return _cut(_LIKE_AN_ESCAPE.sub(BACKSLASH, stripped), limit)


def without_addresses(text: str, instead: str) -> str:
    """Return the plain text with these words in place of every address that could be followed."""
    text = plain(text)
    return _ADDRESS.sub(instead, text) if _HINT.search(text) else text


def is_page(url: str) -> bool:
    """Tell whether it is an address of a site, all in visible ASCII: what is not, no program is asked to follow."""
    if len(url) > LONGEST_URL or any(not "!" <= character <= "~" or character in '"<>\\' for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(MORE)].rstrip() + MORE
