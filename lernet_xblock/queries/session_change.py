"""A session before it is changed: whom it concerns, what they said, what a new time means. Nothing is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from lernet_xblock.models import Facilitation, Membership, Rsvp, Session, Substitution
from lernet_xblock.queries.session import SessionLine, lines_of
from lernet_xblock.queries.session_change_clashes import Clash, clashes
from lernet_xblock.queries.session_change_dates import DateNotes, date_notes
from lernet_xblock.rules.session_fit import Misfit, Span, is_sudden, is_too_far, misfit
from lernet_xblock.rules.zones import to_utc, zone
from lernet_xblock.viewer import Viewer

# Why a session cannot be held at a time, besides what is in its way; see SessionTimes.obstacle.
PAST, SAME, BEFORE_COURSE = "past", "same", "before_course"


@dataclass(frozen=True)
class Announced:
    """Who said to come and who not, by name; silent: members who did not say."""

    coming: tuple[str, ...]
    not_coming: tuple[str, ...]
    silent: int


@dataclass(frozen=True)
class Scene:
    """A session with the others of its group, and the people whom it concerns, by number.

    line: the session as the reader sees it; others: that take place; told: how many people a change is told, without
    the reader; guides: who guides the group for good, or stands in for this session.
    """

    session: Session
    line: SessionLine
    others: Sequence[Session]
    members: frozenset[int]
    guides: frozenset[int]
    told: int
    announced: Announced
    sudden: bool

    @property
    def people(self) -> frozenset[int]:
        """Everybody whom the time concerns."""
        return self.members | self.guides


@dataclass(frozen=True)
class SessionTimes:
    """A session at another time. obstacle: "" or PAST, SAME, BEFORE_COURSE; in_the_way: the other session.

    there: the session's zone where its clock then differs from the reader's; sudden: it is less than 48 hours ahead,
    now or then; starts_soon: then.
    """

    starts_at: datetime
    ends_at: datetime
    there: ZoneInfo | None
    obstacle: str
    in_the_way: Misfit | None
    clashes: tuple[Clash, ...]
    notes: DateNotes
    sudden: bool
    starts_soon: bool


def scene(viewer: Viewer, session: Session) -> Scene:
    """Return the session and whom it concerns: five queries of ours, and one for names.

    session: one that the reader may change, with its cohort.
    """
    rows = list(Session.objects.filter(cohort=session.cohort_id))
    members = _users(Membership.objects.filter(cohort=session.cohort_id, active=True))
    guides = _users(Facilitation.objects.filter(cohort=session.cohort_id))
    guides |= _users(Substitution.objects.filter(session=session, ended_at=None))
    lines = lines_of(viewer, [session.cohort], rows)[session.cohort_id]
    others = (row for row in rows if row.pk != session.pk and row.state == Session.State.PLANNED)
    return Scene(
        session=session,
        line=next(line for line in lines if line.key == session.key),
        others=sorted(others, key=lambda row: row.starts_at),
        members=members,
        guides=guides,
        told=len((members | guides) - {viewer.user_id}),
        announced=_announced(viewer, session, members),
        sudden=is_sudden(session.starts_at, now=viewer.now),
    )


def at_another_time(
    viewer: Viewer,
    here: Scene,
    *,
    local: datetime,
    minutes: int,
    stays: bool,
) -> SessionTimes | None:
    """Return what it means to hold the session at this naive wall-clock time; None for a time that nobody can show.

    Two or three queries. stays: the same entry moves; else another one is planned in its place.
    """
    own = here.session
    if is_too_far(local.date(), now=viewer.now) or (viewer.now.date() - local.date()).days > 1:
        return None
    there = zone(own.time_zone)
    starts_at = to_utc(local, there)
    ends_at = starts_at + timedelta(minutes=minutes)
    notes = date_notes(viewer, own, local)
    found = misfit(Span(own.kind, local.date(), starts_at, ends_at), (span(row) for row in here.others))
    same = stays and (starts_at, minutes) == (own.starts_at, own.duration_minutes)
    return SessionTimes(
        starts_at=starts_at,
        ends_at=ends_at,
        there=_elsewhere(viewer, starts_at, there),
        obstacle=_obstacle(viewer, starts_at, notes, same=same),
        in_the_way=found,
        clashes=clashes(own, here.people, starts_at=starts_at, ends_at=ends_at),
        notes=notes,
        sudden=is_sudden(own.starts_at, starts_at, now=viewer.now),
        starts_soon=is_sudden(starts_at, now=viewer.now),
    )


def _elsewhere(viewer: Viewer, at: datetime, there: ZoneInfo) -> ZoneInfo | None:
    same = at.astimezone(there).utcoffset() == at.astimezone(viewer.zone).utcoffset()
    return None if same else there


def _obstacle(viewer: Viewer, starts_at: datetime, notes: DateNotes, *, same: bool) -> str:
    if starts_at <= viewer.now:
        return PAST
    if notes.before_course is not None:
        return BEFORE_COURSE
    return SAME if same else ""


def span(row: Session) -> Span:
    """Return the session as the rules see it."""
    return Span(row.kind, row.local_date, row.starts_at, row.ends_at)


def _users(rows: QuerySet) -> frozenset[int]:
    return frozenset(rows.values_list("user_id", flat=True))


def _announced(viewer: Viewer, session: Session, members: frozenset[int]) -> Announced:
    said = dict(Rsvp.objects.filter(session=session, user__in=members).values_list("user_id", "answer"))
    names = viewer.host.names(said)
    by_answer = {
        answer: tuple(sorted((names.get(pk, "—") for pk, one in said.items() if one == answer), key=str.casefold))
        for answer in (Rsvp.Answer.COMING, Rsvp.Answer.NOT_COMING)
    }
    coming, not_coming = by_answer[Rsvp.Answer.COMING], by_answer[Rsvp.Answer.NOT_COMING]
    return Announced(coming, not_coming, len(members) - len(said))
