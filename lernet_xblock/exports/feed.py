"""A person's calendar in words: sessions of all their networks as entries of a file."""

import hashlib
import json

from django.utils import translation

from lernet_xblock import __version__
from lernet_xblock.exports.calendar import (
    DESCRIPTION_LENGTH,
    SUMMARY_LENGTH,
    Entry,
    calendar_file,
    is_page,
    lines,
    one_line,
    without_addresses,
)
from lernet_xblock.host import Host
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Network, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.feed import Feed, FeedHead, FeedSession
from lernet_xblock.rules.zones import zone
from lernet_xblock.templatetags.lernet_show import zone_name

SHORTEST_ALARM, LONGEST_ALARM = 5, 24 * 60


def alarm_of(text: str) -> int | None:
    """Return the minutes that an address asks for, None for what is no number from 5 to 1440."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LONGEST_ALARM))):
        return None
    return int(text) if SHORTEST_ALARM <= int(text) <= LONGEST_ALARM else None


def etag_of(head: FeedHead, host: Host, *, alarm_minutes: int | None) -> str:
    """Return the entity tag of the file, from what the tables count alone: who has it already costs no file.

    Weak, as what compresses on the way would make it. It changes with everything that the file is made of.
    """
    made_of = json.dumps([__version__, head.language, host.site_url(), alarm_minutes, head.mark])
    return f'W/"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}"'


def feed_file(feed: Feed, host: Host, *, alarm_minutes: int | None = None) -> bytes:
    """Return the iCalendar file of a feed, in the person's language; each session in its own zone's time."""
    with translation.override(feed.language):
        words = _Words(feed, host)
        return calendar_file(words.name, map(words.entry, feed.sessions), alarm_minutes=alarm_minutes)


class _Words:
    """The words of one feed, in the active language. What is the same for many sessions is looked up once."""

    def __init__(self, feed: Feed, host: Host) -> None:
        self._elsewhere = _("(link on the page)")
        self._kinds = {Session.Kind.LAUNCH: _("Launch"), Session.Kind.CLOSING: _("Closing")}
        self._kind, self._online, self._named = _("Session"), _("Online"), _("%(network)s: %(what)s")
        self._off = {
            Session.State.CANCELLED: _("This session is cancelled."),
            Session.State.NOT_HELD: _("This session was not held."),
        }
        self._slow = _("Calendars may take up to a day to show a change.")
        self._more = _("Agenda, answer and online meeting: %(page)s")
        cohorts = {row.cohort.pk: row.cohort for row in feed.sessions}
        networks = {cohort.network_id: cohort.network for cohort in cohorts.values()}
        self._labels = {pk: one_line(self._typed(cohort_label(one)), SUMMARY_LENGTH) for pk, one in cohorts.items()}
        self._titles = {pk: self._typed(one.title) for pk, one in networks.items()}
        self._pages = {pk: _page(one, feed.user_id, host) for pk, one in networks.items()}
        only = next(iter(self._titles.values())) if len(networks) == 1 else ""
        self.name = only or _("Learning networks")

    def entry(self, row: FeedSession) -> Entry:
        """Return a session as calendars show it."""
        page = self._pages[row.cohort.network_id]
        return Entry(
            uid=str(row.uid),
            sequence=row.sequence,
            changed_at=row.changed_at,
            starts=row.starts_at,
            ends=row.ends_at,
            summary=self._summary(row),
            description=self._description(row, page),
            location=self._typed(row.place) or (self._online if row.online else ""),
            url=page,
            cancelled=row.state != Session.State.PLANNED,
        )

    def _summary(self, row: FeedSession) -> str:
        """Return "Return to work: Launch", with the group's own title of the session where it has one."""
        what = self._typed(row.title) or self._kinds.get(Session.Kind(row.kind), self._kind)
        name = self._named % {"network": self._titles[row.cohort.network_id], "what": what}
        # Programs that show a cancelled entry like any other would send people there.
        return name if row.state == Session.State.PLANNED else _("Cancelled: %(name)s") % {"name": name}

    def _description(self, row: FeedSession, page: str) -> str:
        there = zone(row.time_zone)
        hours = f"{row.starts_at.astimezone(there):%H:%M}–{row.ends_at.astimezone(there):%H:%M}"
        before = [f"{hours} ({zone_name(there)})", self._labels[row.cohort.pk]]
        if row.state != Session.State.PLANNED:
            before.append(self._off[Session.State(row.state)])
        after = [self._slow, *([self._more % {"page": page}] if page else [])]
        # Notes may be longer than all that an entry holds, and the page stands below them.
        room = DESCRIPTION_LENGTH - sum(len(line) + 1 for line in (*before, *after))
        notes = lines(self._typed(row.notes), max(room, 1))
        return "\n".join((*before, *([notes] if notes else []), *after))

    def _typed(self, text: str) -> str:
        """Return what somebody typed without addresses: a feed that leaked must not lead into a meeting."""
        return without_addresses(text, self._elsewhere)


def _page(network: Network, user_id: int, host: Host) -> str:
    url = host.page_url(network.course_id, network.usage_id, user_id)
    return url if is_page(url) else ""
