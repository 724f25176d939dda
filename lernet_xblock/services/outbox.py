"""Emptying the outbox: workers lease what is due, and each message is marked as sent as soon as it is sent.

A worker that is killed loses nothing: its lease runs out and another takes over. At most the one message that it was
sending comes twice.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connections, router
from django.db.models import F, Max, Min, Q

from lernet_xblock.models import Facilitation, Membership, Message, Session
from lernet_xblock.rules.message_cap import Waiting, cycle_began, dropped

log = logging.getLogger(__name__)

State = Message.State
# A worker that sends one message for longer than this counts as dead.
LEASE = timedelta(minutes=2)
MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
# Facts, with reasons that people typed, are kept so long after the message; see `forget_old`.
FACTS_KEPT = timedelta(days=7)
FORGOTTEN_WITHIN = timedelta(days=90)
# Why one was dropped, beside services.message.CHANGED.
CAP, NIGHT, GONE = "cap", "night", "gone"


def lease_due(limit: int, *, now: datetime, worker: str) -> list[int]:
    """Take so many messages that are due, oldest first, and return their row numbers; nobody else sends them now.

    worker: a name of its own for each call, at most 32 characters. Leases that ran out are taken over.
    """
    _free_the_dead(now)
    waits = Message.objects.filter(state=State.WAITING, send_at__lte=now).order_by("send_at", "pk")
    skips = connections[router.db_for_write(Message)].features.has_select_for_update_skip_locked
    found = list(waits.select_for_update(skip_locked=skips).values_list("pk", flat=True)[:limit])
    # The state once more: a database without row locks lets two read the same.
    mine = Message.objects.filter(pk__in=found, state=State.WAITING)
    mine.update(state=State.LEASED, lease=worker, leased_until=now + LEASE)
    taken = Message.objects.filter(pk__in=found, state=State.LEASED, lease=worker)
    return list(taken.order_by("send_at", "pk").values_list("pk", flat=True))


def _free_the_dead(now: datetime) -> None:
    over = Message.objects.filter(state=State.LEASED, leased_until__lte=now)
    if over.exists():
        freed = {"lease": "", "leased_until": None}
        over.filter(tries__gte=MOST_TRIES).update(state=State.FAILED, **freed)
        over.update(state=State.WAITING, **freed)


def begin(pk: int, *, now: datetime, worker: str) -> bool:
    """Return whether the message is still the worker's to send; its lease begins anew, and it counts as tried."""
    mine = Message.objects.filter(pk=pk, state=State.LEASED, lease=worker)
    return bool(mine.update(tries=F("tries") + 1, leased_until=now + LEASE))


def mark_sent(pk: int, *, now: datetime) -> None:
    """Keep that the message was sent; to be committed right after sending, whoever has the lease by then."""
    open_ones = Message.objects.filter(pk=pk, state__in=(State.LEASED, State.WAITING))
    open_ones.update(state=State.SENT, sent_at=now, lease="", leased_until=None)


def give_back(pk: int, *, now: datetime, worker: str) -> str:
    """Try the message again later, after 1, 2, 4 … minutes, or never after eight times. Return the new state."""
    row = Message.objects.select_for_update().filter(pk=pk, state=State.LEASED, lease=worker).first()
    if row is None:
        return ""
    row.state = State.FAILED if row.tries >= MOST_TRIES else State.WAITING
    row.send_at = now + FIRST_PAUSE * 2 ** (max(row.tries, 1) - 1)
    row.lease, row.leased_until = "", None
    row.save(update_fields=["state", "send_at", "lease", "leased_until"])
    return str(row.state)


def postpone(pks: Iterable[int], *, until: datetime, worker: str) -> None:
    """Let these messages of the worker wait until then."""
    mine = Message.objects.filter(pk__in=list(pks), state=State.LEASED, lease=worker)
    mine.update(state=State.WAITING, send_at=until, lease="", leased_until=None)


def drop(pks: Iterable[int], *, why: str, worker: str) -> None:
    """Never send these messages of the worker. why: a code."""
    mine = Message.objects.filter(pk__in=list(pks), state=State.LEASED, lease=worker)
    mine.update(state=State.DROPPED, dropped_for=why, lease="", leased_until=None)


def keep_to_the_cap(user_ids: Iterable[int], *, now: datetime, worker: str) -> None:
    """Drop what is too much for these people in their cycle, of what the worker has in hand and of what waits.

    What other workers have in hand counts as sent: they looked before, or will look, with these rows locked.
    """
    people = sorted(set(user_ids))
    waiting: dict[int, list[Waiting]] = defaultdict(list)
    others: dict[int, int] = defaultdict(int)
    rows = Message.objects.filter(user__in=people, state__in=(State.WAITING, State.LEASED), urgent=False)
    columns = ("pk", "user_id", "kind", "send_at", "state", "lease")
    locked = rows.select_for_update().order_by("pk").values_list(*columns)
    for pk, user_id, kind, send_at, state, lease in list(locked):
        if state == State.LEASED and lease != worker:
            others[user_id] += 1
        else:
            waiting[user_id].append(Waiting(pk, kind, send_at))
    sent = _sent_in_cycle(people, now=now)
    over = [one.key for user in people for one in dropped(waiting[user], sent=sent[user] + others[user])]
    lost = Message.objects.filter(pk__in=over)
    lost.update(state=State.DROPPED, dropped_for=CAP, lease="", leased_until=None)


def _sent_in_cycle(people: Sequence[int], *, now: datetime) -> Mapping[int, int]:
    """Return how many messages that were not urgent each person got since their cycle began: four queries."""
    began = _began(people, now=now)
    counts: dict[int, int] = defaultdict(int)
    rows = Message.objects.filter(user__in=people, state=State.SENT, urgent=False)
    for user_id, sent_at in rows.values_list("user_id", "sent_at"):
        begin_at = began[user_id]
        counts[user_id] += begin_at is None or sent_at > begin_at
    return counts


def _began(people: Sequence[int], *, now: datetime) -> Mapping[int, datetime | None]:
    """Return when the cycle of each person began, over all networks: three queries."""
    over = Q(cohort__sessions__state=Session.State.PLANNED, cohort__sessions__ends_at__lte=now)
    there = Q(left_at=None) | Q(left_at__gte=F("cohort__sessions__ends_at"))
    end, of_member = (
        Max("cohort__sessions__ends_at", filter=over),
        Max("cohort__sessions__ends_at", filter=over & there),
    )
    places, guided = Membership.objects.filter(user__in=people), Facilitation.objects.filter(user__in=people)
    ends: dict[int, list[datetime]] = defaultdict(list)
    for rows in (places.values("user_id").annotate(end=of_member), guided.values("user_id").annotate(end=end)):
        for user_id, moment in rows.values_list("user_id", "end"):
            ends[user_id] += [moment] if moment else []
    began = places.filter(active=True).values("user_id").annotate(at=Min("joined_at"))
    joined = dict(began.values_list("user_id", "at"))
    return {user: cycle_began(ends[user], now=now, joined=joined.get(user)) for user in people}


def forget_old(*, now: datetime) -> int:
    """Empty the facts of messages that were sent, dropped or given up a week ago; return of how many.

    Sessions keep why they were moved; here, nothing that anybody typed stays.
    """
    over = Message.objects.filter(
        state__in=(State.SENT, State.DROPPED, State.FAILED),
        send_at__range=(now - FORGOTTEN_WITHIN, now - FACTS_KEPT),
    )
    return int(over.exclude(facts={}).update(facts={}))


def anything_due(*, now: datetime) -> bool:
    """Tell whether a message waits to be sent now, or lies with a worker that died: one query."""
    dead = Q(state=State.LEASED, leased_until__lte=now)
    return bool(Message.objects.filter(Q(state=State.WAITING, send_at__lte=now) | dead).exists())
