"""Reminders: made an hour ahead at most, for whom a session expects, and once whoever makes them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q

from lernet_xblock.models import Cohort, Membership, Message, Network, Rsvp, Session
from lernet_xblock.rules.authored import read
from lernet_xblock.services.batch import batches
from lernet_xblock.services.message import CHANGED

AHEAD = timedelta(hours=1)
BEFORE = {"7d": timedelta(days=7), "1d": timedelta(days=1), "1h": timedelta(hours=1)}
PLEASE_ANSWER, ASK_BEFORE = "please_answer", timedelta(days=3)
# So many sessions share a transaction: a few thousand rows.
SESSIONS_AT_ONCE = 200
HELD_BY = (Network.State.RUNNING, Network.State.CLOSING, Network.State.PAUSED)


@dataclass(frozen=True)
class Remind:
    """One kind of reminder of one session, for everybody whom it expects."""

    session_id: int
    cohort_id: int
    network_id: int
    uid: str
    local_date: date
    starts_at: datetime
    kind: str
    send_at: datetime

    def cause(self, user_id: int) -> str:
        """What it is made for: this start. A session that was moved gets reminders of its own."""
        return f"{self.kind}:{self.uid}:{int(self.starts_at.timestamp())}:{user_id}"


def make_reminders(*, now: datetime) -> int:
    """Make all reminders that are due, and return for how many sessions; each person gets each of them once."""
    due = due_reminders(now=now)
    for some in batches(due, SESSIONS_AT_ONCE):
        remind(some, now=now)
    return len(due)


def due_reminders(*, now: datetime) -> list[Remind]:
    """Return the reminders whose time comes within the hour, or has come since the session was last changed.

    A reminder that nobody made in time is made late, but not beside the next one.
    """
    rows = _ahead(now)
    chosen = _chosen({row["cohort__network"] for row in rows})
    found = [one for row in rows for one in _due(row, chosen[row["cohort__network"]], now=now)]
    made = _made(found)
    return [one for one in found if (one.session_id, one.kind) not in made]


def remind(some: Sequence[Remind], *, now: datetime) -> None:
    """Leave the reminders for everybody whom each session expects; those that stand already stay as they are."""
    members = _members(some)
    answers = _answers(some)
    rows = [
        Message(
            network_id=one.network_id,
            cohort_id=one.cohort_id,
            session_id=one.session_id,
            user_id=user_id,
            kind=one.kind,
            cause=one.cause(user_id),
            facts={"starts_at": one.starts_at.isoformat()},
            send_at=one.send_at,
            made_at=now,
        )
        for one in some
        for user_id, paused_until in members[one.cohort_id]
        if paused_until is None or paused_until < one.local_date
        if _asks(one, answers.get((one.session_id, user_id)))
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    # A session that was moved away and back: what was dropped for it is true again.
    again = Message.objects.filter(
        session__in={one.session_id for one in some}, state=Message.State.DROPPED, dropped_for=CHANGED
    )
    again.filter(cause__in=[row.cause for row in rows]).update(
        state=Message.State.WAITING, dropped_for="", send_at=now, made_at=now
    )


def _ahead(now: datetime) -> list[dict[str, Any]]:
    longest = max(BEFORE.values())
    rows = Session.objects.filter(
        Q(cohort__network__paused_until=None) | Q(cohort__network__paused_until__lt=F("local_date")),
        state=Session.State.PLANNED,
        starts_at__gt=now,
        starts_at__lte=now + longest + AHEAD,
        cohort__state=Cohort.State.CONFIRMED,
        cohort__network__state__in=HELD_BY,
    )
    columns = ("pk", "uid", "starts_at", "changed_at", "local_date", "cohort", "cohort__network")
    return list(rows.order_by("pk").values(*columns))


def _chosen(network_ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    rows = Network.objects.filter(pk__in=list(network_ids)).values_list("pk", "authored")
    return {pk: tuple(name for name in BEFORE if name in read(authored).reminders) for pk, authored in rows}


def _due(row: Mapping[str, Any], chosen: Sequence[str], *, now: datetime) -> list[Remind]:
    """chosen: names of BEFORE, longest first."""
    start = row["starts_at"]
    leads = [(f"reminder_{name}", BEFORE[name]) for name in chosen]
    # What nobody made in time may be late by half of its time, so that two never come together; the last one, by all.
    spans = [(kind, start - lead, start - lead / 2) for kind, lead in (*leads[:-1], (PLEASE_ANSWER, ASK_BEFORE))]
    spans += [(kind, start - lead, start) for kind, lead in leads[-1:]]
    return [
        Remind(
            row["pk"],
            row["cohort"],
            row["cohort__network"],
            row["uid"].hex,
            row["local_date"],
            start,
            kind,
            moment,
        )
        for kind, moment, until in spans
        # Who was told of its date only after that moment needs no reminder of it.
        if row["changed_at"] <= moment <= now + AHEAD and now < until
    ]


def _made(found: Sequence[Remind]) -> set[tuple[int, str]]:
    """Return the sessions and kinds for which reminders stand that were made since the session was last changed."""
    made: set[tuple[int, str]] = set()
    for some in batches(sorted({one.session_id for one in found}), SESSIONS_AT_ONCE):
        rows = Message.objects.filter(session__in=some, kind__in={one.kind for one in found})
        rows = rows.filter(made_at__gte=F("session__changed_at")).exclude(dropped_for=CHANGED)
        made |= set(rows.values_list("session", "kind").distinct())
    return made


def _members(some: Sequence[Remind]) -> Mapping[int, list[tuple[int, date | None]]]:
    members = defaultdict(list)
    rows = Membership.objects.filter(cohort__in={one.cohort_id for one in some}, active=True).order_by("pk")
    for cohort_id, user_id, paused_until in rows.values_list("cohort", "user", "paused_until"):
        members[cohort_id].append((user_id, paused_until))
    return members


def _answers(some: Sequence[Remind]) -> Mapping[tuple[int, int], str]:
    rows = Rsvp.objects.filter(session__in={one.session_id for one in some})
    return {(session, user): answer for session, user, answer in rows.values_list("session", "user", "answer")}


def _asks(one: Remind, answer: str | None) -> bool:
    """Tell whether somebody with this answer, None for none, is reminded."""
    return answer is None if one.kind == PLEASE_ANSWER else answer != Rsvp.Answer.NOT_COMING
