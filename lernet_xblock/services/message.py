"""Leaving messages for people: rows of an outbox, sent later by whoever empties it (see services/outbox.py)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from lernet_xblock.models import Cohort, Facilitation, Membership, Message, Session, Substitution
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.pause import today_in
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.text import clean
from lernet_xblock.rules.zones import zone
from lernet_xblock.services.batch import insert

# Why one that waited was dropped: what it speaks of was changed since.
CHANGED = "changed"

# Networks for which something was left; None where nobody asks.
_left: ContextVar[set[str] | None] = ContextVar("lernet_messages_left", default=None)


@contextmanager
def noticing() -> Iterator[set[str]]:
    """Return the keys of the networks for which messages are left inside the block; it fills as they come.

    Whoever holds the request or the task open uses it, and lets them be sent once the transaction is committed.
    """
    found: set[str] = set()
    token = _left.set(found)
    try:
        yield found
    finally:
        _left.reset(token)


def announce(
    session: Session,
    *,
    kind: str,
    now: datetime,
    by: int | None = None,
    facts: Mapping[str, Any] | None = None,
    urgent: bool = False,
    to: Iterable[int] | None = None,
) -> None:
    """Leave everybody of the session a message about it; what was left for the same reason stands already.

    Everybody: the members of its cohort who do not pause on its day, those who guide it, and who stands in for it;
    but not `by`, who acts. to: these people instead. facts: what its sentences name, as JSON: before, new (instants),
    reason. urgent: no cap and no night holds it up.
    """
    people = _people_of(session) if to is None else set(to)
    causes = {user_id: f"{kind}:{session.uid.hex}:{session.sequence}:{user_id}" for user_id in people - {by}}
    _leave(session.cohort, causes, session=session, kind=kind, now=now, facts=facts, urgent=urgent)


def announce_cohort(
    cohort: Cohort,
    *,
    kind: str,
    mark: str,
    now: datetime,
    by: int | None = None,
    facts: Mapping[str, Any] | None = None,
    urgent: bool = False,
) -> None:
    """Leave everybody of a cohort who does not pause today a message about it as a whole.

    mark: what tells this time from others, such as the version of the plan. facts: moved, new, cancelled, reason.
    """
    today = today_in(_zone(cohort), now)
    members = Membership.objects.filter(_expected(today), cohort=cohort, active=True)
    people = {*members.values_list("user_id", flat=True), *_guides(cohort)}
    causes = {user_id: f"{kind}:{cohort.key}:{mark}:{user_id}" for user_id in people - {by}}
    _leave(cohort, causes, session=None, kind=kind, now=now, facts=facts, urgent=urgent)


def announce_to(
    cohort: Cohort,
    user_ids: Iterable[int],
    *,
    kind: str,
    mark: str,
    now: datetime,
    send_at: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
    urgent: bool = False,
) -> None:
    """Leave these people of a cohort a message; what was left for the same kind and mark stands already.

    mark: what tells this cause from others, such as the key of a turn and its phase; never words that people wrote.
    send_at: not before this moment, None for now.
    """
    causes = {user_id: f"{kind}:{mark}:{user_id}" for user_id in user_ids}
    _leave(cohort, causes, session=None, kind=kind, now=now, facts=facts, urgent=urgent, send_at=send_at)


def announce_plan_made(cohorts: Sequence[Cohort], *, now: datetime) -> None:
    """Invite the members of new cohorts, all of one network, to their first sessions: few statements for many people.

    Raises IntegrityError for a cohort that was invited before.
    """
    if not cohorts:
        return
    keys = {cohort.pk: cohort.key for cohort in cohorts}
    network_id = cohorts[0].network_id
    rows = Membership.objects.filter(network=network_id, active=True).order_by("pk").values_list("cohort_id", "user_id")
    insert(
        Message,
        ("cohort_id", "user_id", "cause"),
        ((pk, user_id, f"plan_made:{keys[pk]}:{user_id}") for pk, user_id in rows.iterator() if pk in keys),
        network_id=network_id,
        kind="plan_made",
        send_at=now,
        made_at=now,
    )
    noticed = _left.get()
    if noticed is not None:
        noticed.add(cohorts[0].network.key)


def drop_reminders(session_ids: Iterable[int], *, now: datetime) -> None:  # noqa: ARG001 - writes take the moment
    """Drop what waits about these sessions, by row number, and can wait: it names dates that are not true any more.

    Those that a worker has in hand are looked at once more before they are sent.
    """
    waiting = Message.objects.filter(session__in=list(session_ids), state=Message.State.WAITING, urgent=False)
    waiting.update(state=Message.State.DROPPED, dropped_for=CHANGED)


def drop_waiting(cohort: Cohort, *, kind: str) -> None:
    """Drop what waits of this kind for people of the cohort: it is not true any more."""
    waiting = Message.objects.filter(cohort=cohort, kind=kind, state=Message.State.WAITING)
    waiting.update(state=Message.State.DROPPED, dropped_for=CHANGED)


def _people_of(session: Session) -> set[int]:
    members = Membership.objects.filter(_expected(session.local_date), cohort=session.cohort_id, active=True)
    stand_ins = Substitution.objects.filter(session=session, ended_at=None)
    return {
        *members.values_list("user_id", flat=True),
        *_guides(session.cohort),
        *stand_ins.values_list("user_id", flat=True),
    }


def _expected(day: Any) -> Q:
    """Members who do not pause on this day: a pause ends by itself after its last day."""
    return Q(paused_until=None) | Q(paused_until__lt=day)


def _guides(cohort: Cohort) -> Iterable[int]:
    found: Iterable[int] = Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True)
    return found


def _zone(cohort: Cohort) -> Any:
    try:
        return zone(read(cohort.network.authored).time_zone or "")
    except Refused:
        return UTC


def _leave(
    cohort: Cohort,
    causes: Mapping[int, str],
    *,
    kind: str,
    now: datetime,
    facts: Mapping[str, Any] | None,
    urgent: bool,
    session: Session | None,
    send_at: datetime | None = None,
) -> None:
    """Keep a message for each person; a cause that stands already stays as it is, so that nothing is said twice."""
    # MariaDB takes no JSON with half a character in it.
    told = {name: clean(value) if isinstance(value, str) else value for name, value in (facts or {}).items()}
    shared = {"network_id": cohort.network_id, "cohort": cohort, "session": session, "kind": kind, "urgent": urgent}
    rows = [
        Message(user_id=user_id, cause=cause, facts=told, send_at=send_at or now, made_at=now, **shared)
        for user_id, cause in sorted(causes.items())
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    noticed = _left.get()
    if rows and noticed is not None:
        noticed.add(cohort.network.key)
