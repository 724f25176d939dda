"""Emptying the outbox: reminders are made, what is due is put into words and handed to the host, one by one."""

import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.cache import cache

from lernet_xblock.host import Host, Reader
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.panels.letter import letter, zone_of
from lernet_xblock.queries.message import MEMBER, REMINDERS, Note, notes_to_send
from lernet_xblock.rules.quiet_hours import next_allowed
from lernet_xblock.services.batch import batches
from lernet_xblock.services.message import CHANGED
from lernet_xblock.services.outbox import (
    GONE,
    NIGHT,
    anything_due,
    begin,
    drop,
    give_back,
    keep_to_the_cap,
    lease_due,
    mark_sent,
    postpone,
)
from lernet_xblock.services.reminder import SESSIONS_AT_ONCE, due_reminders, remind
from lernet_xblock.viewer import Viewer

log = logging.getLogger(__name__)

TASK = "messages.deliver"
AT_ONCE = 20
# A run ends after this long, and the next one goes on: cron comes every five minutes.
LONGEST_RUN_SECONDS = 240.0
# How often a page of the staff asks for a run, where no cron does.
ASK_EVERY_SECONDS = 300
ASKED = "lernet:messages:asked"


@dataclass(frozen=True)
class Delivered:
    """What a run did. reminded: sessions; sent, later: messages that went out, or failed and are tried again.

    more: the time was over before the outbox was empty.
    """

    reminded: int
    sent: int
    later: int
    more: bool


def deliver(host: Host, *, seconds: float = LONGEST_RUN_SECONDS) -> Delivered:
    """Make the reminders that are due and send all that is due, until nothing is or the time is over.

    Any number of workers may do so at once. Raises Busy when the database cannot take it now.
    """
    ends = time.monotonic() + seconds
    due = due_reminders(now=host.now())
    for some in batches(due, SESSIONS_AT_ONCE):
        attempt(partial(remind, some, now=host.now()))
    sent = later = 0
    while time.monotonic() < ends:
        worker = secrets.token_hex(16)
        taken = attempt(partial(lease_due, AT_ONCE, now=host.now(), worker=worker))
        if not taken:
            return Delivered(len(due), sent, later, more=False)
        done, failed = _send(host, taken, worker)
        sent, later = sent + done, later + failed
    return Delivered(len(due), sent, later, more=anything_due(now=host.now()))


def ask_for_delivery(viewer: Viewer) -> None:
    """Let a worker look after the outbox, at most every five minutes: for pages of the staff, where no cron runs.

    No query of the page's own: the cache knows when somebody asked last.
    """
    if viewer.network is None or not viewer.may_write:
        return
    # By the clock of who looks: that of the demo can be moved.
    name = f"{ASKED}:{int(viewer.now.timestamp()) // ASK_EVERY_SECONDS}"
    if cache.add(name, 1, timeout=ASK_EVERY_SECONDS):
        viewer.host.run_later(TASK, viewer.network.key)


def _send(host: Host, taken: Sequence[int], worker: str) -> tuple[int, int]:
    """Send what the worker has in hand; return how many were sent and how many could not be."""
    now = host.now()
    notes = notes_to_send(taken, now=now)
    readers = host.readers({note.user_id for note in notes})
    ready = _by_day(_still_true(host, notes, readers, now, worker), readers, now, worker)
    capped = {note.user_id for note in ready if not note.urgent}
    if capped:
        attempt(partial(keep_to_the_cap, capped, now=now, worker=worker))
    names = host.names({note.user_id for note in ready})
    results = [_send_one(host, note, readers[note.user_id], names.get(note.user_id, ""), worker) for note in ready]
    return results.count(True), results.count(False)


def _send_one(host: Host, note: Note, reader: Reader, name: str, worker: str) -> bool | None:
    """Return whether the message was sent; None when it is not the worker's any more, or was dropped by the cap."""
    if not attempt(partial(begin, note.pk, now=host.now(), worker=worker)):
        return None
    url = host.page_url(note.course_id, note.usage_id, note.user_id)
    try:
        host.send(letter(note, reader, name=name, url=url))
    # ValueError: what mail programs say of an address or a header that no mail can have.
    except (OSError, ValueError) as error:
        state = attempt(partial(give_back, note.pk, now=host.now(), worker=worker))
        log.warning("message %s could not be sent (%s), it is %s now", note.key, type(error).__name__, state)
        return False
    attempt(partial(mark_sent, note.pk, now=host.now()))
    return True


def _still_true(
    host: Host, notes: Iterable[Note], readers: Mapping[int, Reader], now: datetime, worker: str
) -> list[Note]:
    """Return those that still hold, for people who are still there; the others are dropped."""
    kept, lost = [], defaultdict(list)
    for note in notes:
        why = _obstacle(host, note, readers.get(note.user_id), now)
        if why:
            lost[why].append(note.pk)
        else:
            kept.append(note)
    for why, pks in lost.items():
        attempt(partial(drop, pks, why=why, worker=worker))
    return kept


def _obstacle(host: Host, note: Note, reader: Reader | None, now: datetime) -> str:
    """Return why the message is not sent, "" for nothing."""
    if not note.is_true(now):
        return CHANGED
    if reader is None or not reader.active or not note.part:
        return GONE
    # Who guides a group need not be enrolled; a member does.
    enrolled = note.part != MEMBER or note.course_id in host.enrolled(note.user_id, [note.course_id])
    return "" if enrolled else GONE


def _by_day(notes: Iterable[Note], readers: Mapping[int, Reader], now: datetime, worker: str) -> list[Note]:
    """Return what can be sent at this hour; the rest waits for the morning, or is dropped if that is too late."""
    kept, waits, late = [], defaultdict(list), []
    for note in notes:
        begins = note.meeting.starts_at if note.meeting and note.kind in REMINDERS else None
        at = now if note.urgent else next_allowed(now, zone_of(readers[note.user_id], note), before=begins)
        if at is None:
            late.append(note.pk)
        elif at > now:
            waits[at].append(note.pk)
        else:
            kept.append(note)
    for until, pks in waits.items():
        attempt(partial(postpone, pks, until=until, worker=worker))
    if late:
        attempt(partial(drop, late, why=NIGHT, worker=worker))
    return kept
