"""What the calendar feed of a person holds: permission is asked anew at each fetch, of rows as they are now."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, Max, Q, QuerySet, Sum

from lernet_xblock.host import Host
from lernet_xblock.i18n import supported
from lernet_xblock.models import Cohort, Facilitation, FeedToken, Membership, Session, Substitution
from lernet_xblock.rules.feed_token import digest
from lernet_xblock.standing import SUBSTITUTE_STAYS

# Calendars that ask once a month still learn of it.
CANCELLED_STAYS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class FeedSession:
    """One session in somebody's calendar. `cohort` carries its network; online: there is a link, kept on the page."""

    pk: int
    uid: UUID
    sequence: int
    changed_at: datetime
    kind: str
    state: str
    title: str
    notes: str
    place: str
    online: bool
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    cohort: Cohort


@dataclass(frozen=True)
class FeedHead:
    """What there is to know of a feed before its sessions are read. language: a code of ours.

    mark: changes with everything that the sessions show: sequences only grow, and rows have numbers.
    """

    user_id: int
    language: str
    mark: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Feed(FeedHead):
    """All that a person's calendar shows, in the order of time."""

    sessions: tuple[FeedSession, ...]


@dataclass(frozen=True)
class FeedLink:
    """The feed that a person has. works: False once the password was changed."""

    made_at: datetime
    works: bool


@dataclass(frozen=True)
class _Place:
    """A cohort from which a person sees sessions: those that end after `since`, or only the one `session_id`."""

    cohort: Cohort
    since: datetime | None = None
    session_id: int | None = None

    @property
    def rows(self) -> Q:
        """The sessions among them."""
        if self.session_id is not None:
            return Q(cohort=self.cohort, pk=self.session_id)
        return Q(cohort=self.cohort) & (Q() if self.since is None else Q(ends_at__gt=self.since))


def feed_link(user_id: int) -> FeedLink | None:
    """Return what there is to know of the person's feed, None where there is none: one query. No address is kept."""
    row = FeedToken.objects.select_related("user").filter(user_id=user_id).first()
    return FeedLink(row.made_at, _same_password(row)) if row is not None else None


def holder_of(token: str) -> int | None:
    """Return whose feed it is: somebody who can log in, with the password of then. One query."""
    row = FeedToken.objects.select_related("user").filter(digest=digest(token), user__is_active=True).first()
    return row.user_id if row is not None and _same_password(row) else None


@dataclass(frozen=True)
class OpenFeed:
    """A feed that the person may read now: its head, and what its sessions are read from."""

    head: FeedHead
    places: "tuple[_Place, ...]"

    def read(self, *, now: datetime) -> Feed:
        """Return the feed with its sessions: one query."""
        head = self.head
        return Feed(head.user_id, head.language, head.mark, _sessions(self.places, _lasting(now)))


def open_feed(user_id: int, *, host: Host, now: datetime) -> OpenFeed | None:
    """Return the feed, None for somebody who is in no group now and guides none: at most seven queries."""
    places = tuple(_places(user_id, host, now))
    if not places:
        return None
    head = FeedHead(user_id, _language(user_id, host), _mark(places, _lasting(now)))
    return OpenFeed(head, places)


def single_of(user_id: int, key: str, *, host: Host, now: datetime) -> Feed | None:
    """Return a feed of one session. None where it is not among those of the person's feed, or the person is gone."""
    if not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
        return None
    found = _sessions(_places(user_id, host, now), _lasting(now) & Q(key=key))
    return Feed(user_id, _language(user_id, host), (), found) if found else None


def _language(user_id: int, host: Host) -> str:
    reader = host.readers([user_id]).get(user_id)
    return supported(reader.language if reader else "")


def _same_password(row: FeedToken) -> bool:
    """Tell whether the password is the one that the feed was made under; keys of the site may have been exchanged."""
    hashes = (row.user.get_session_auth_hash(), *row.user.get_session_auth_fallback_hash())
    return any(hmac.compare_digest(digest(one), row.password_mark) for one in hashes)


def _places(user_id: int, host: Host, now: datetime) -> list[_Place]:
    """Return where the person is a member, enrolled in the course, or guides: four queries."""
    members = list(_with_network(Membership.objects.filter(user_id=user_id, active=True)))
    courses = host.enrolled(user_id, {row.cohort.network.course_id for row in members}) if members else frozenset()
    guided = _with_network(Facilitation.objects.filter(user_id=user_id))
    return [
        *(_Place(row.cohort, since=row.joined_at) for row in members if row.cohort.network.course_id in courses),
        *(_Place(row.cohort) for row in guided),
        *(_Place(row.cohort, session_id=row.session_id) for row in _with_network(_stands_in(user_id, now))),
    ]


def _stands_in(user_id: int, now: datetime) -> QuerySet:
    rows = Substitution.objects.filter(
        user_id=user_id, since__lte=now, ended_at=None, session__ends_at__gt=now - SUBSTITUTE_STAYS
    )
    return rows.exclude(session__state=Session.State.CANCELLED)


def _with_network(rows: QuerySet) -> QuerySet:
    # What an author wrote is long, and no calendar needs it.
    return rows.select_related("cohort__network").defer("cohort__network__authored")


def _lasting(now: datetime) -> Q:
    """Return the sessions that calendars keep: one that was called off for 90 days."""
    since = now - CANCELLED_STAYS
    return (
        Q(state=Session.State.PLANNED)
        | Q(state=Session.State.CANCELLED, cancelled_at__gt=since)
        | Q(state=Session.State.NOT_HELD, changed_at__gt=since)
    )


def _rows(places: Iterable[_Place], wanted: Q) -> QuerySet:
    return Session.objects.filter(wanted, reduce(or_, (place.rows for place in places)))


def _mark(places: Sequence[_Place], wanted: Q) -> tuple[tuple[str, ...], ...]:
    """Return what changes with anything that a calendar shows of the places: one query, however many sessions."""
    counts = _rows(places, wanted).order_by("cohort_id").values("cohort_id")
    counts = counts.annotate(rows=Count("pk"), which=Sum("pk"), steps=Sum("sequence"), last=Max("changed_at"))
    cohorts = {place.cohort.pk: place.cohort for place in places}
    named = ((cohorts[row["cohort_id"]], row) for row in counts)
    return tuple(
        (str(one.number), one.name, one.network.title, *(str(value) for value in row.values())) for one, row in named
    )


def _sessions(places: Sequence[_Place], wanted: Q) -> tuple[FeedSession, ...]:
    """Return what the places show of the wanted sessions, each once: one query."""
    if not places:
        return ()
    cohorts = {place.cohort.pk: place.cohort for place in places}
    # Plain columns: making models of 200 rows takes longer than all the rest of the feed's reading.
    rows = _rows(places, wanted).order_by("starts_at", "uid").values("cohort_id", "meeting_link", *_COPIED)
    return tuple(_shown(row, cohorts) for row in rows)


def _shown(row: dict[str, Any], cohorts: Mapping[int, Cohort]) -> FeedSession:
    cohort, link = cohorts[row.pop("cohort_id")], row.pop("meeting_link")
    return FeedSession(cohort=cohort, online=bool(link), **row)


_COPIED = tuple(name for name in FeedSession.__dataclass_fields__ if name not in ("online", "cohort"))
