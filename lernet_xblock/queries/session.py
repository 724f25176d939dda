"""Sessions as people see them. Every look-up starts at the cohorts the reader may see; missing equals foreign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Cohort, Session
from lernet_xblock.permissions import guides, is_admin, is_member, may_change_session
from lernet_xblock.rules.zones import zone
from lernet_xblock.viewer import Viewer

LINK_SHOWN_BEFORE = timedelta(hours=24)
DOOR_OPENS_BEFORE = timedelta(minutes=15)

PAST, NEXT, PLANNED = "past", "next", "planned"


@dataclass(frozen=True)
class MeetingLink:
    """Where people meet online. host: the name of the site, shown beside the link so that nobody is led astray."""

    url: str
    host: str


@dataclass(frozen=True)
class SessionLine:
    """One session before one reader.

    state: PAST, NEXT (the first that is not over), PLANNED, or the row's own "cancelled" and "not_held".
    online: whether there is a link at all, whoever may see it.
    link: None unless the reader may use it now; link_later: there is one, and it will be shown in time.
    running: from 15 minutes before the start until the end. there: the session's zone where its clock differs from
    the reader's, else None. stored_link, version: for the form of those who may change the session, else "" and 0.
    """

    key: str
    number: int
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime
    place: str
    online: bool
    link: MeetingLink | None
    link_later: bool
    running: bool
    there: ZoneInfo | None
    may_edit: bool
    stored_link: str
    version: int


def cohorts_of(viewer: Viewer) -> tuple[Cohort, ...]:
    """Return the cohorts that concern the reader, in order: a query for an admin, none for anybody else."""
    if viewer.network is None:
        return ()
    if is_admin(viewer):
        return tuple(viewer.network.cohorts.all())
    found = {facilitation.cohort_id: facilitation.cohort for facilitation in viewer.facilitations}
    if viewer.cohort is not None and is_member(viewer):
        found[viewer.cohort.pk] = viewer.cohort
    return tuple(sorted(found.values(), key=lambda cohort: cohort.number))


def choose_cohort(viewer: Viewer, cohorts: Iterable[Cohort], key: str) -> Cohort | None:
    """Return the cohort with the key; for "" the reader's own, else the first that goes on; None where there is none.

    Raises NotFound for a key that is not among the cohorts.
    """
    mine = viewer.cohort.pk if viewer.cohort is not None else None
    listed = sorted(cohorts, key=lambda cohort: (cohort.pk != mine, cohort.state == Cohort.State.MERGED))
    if not key:
        return listed[0] if listed else None
    for cohort in listed:
        if cohort.key == key:
            return cohort
    raise NotFound


def find_session(viewer: Viewer, key: str) -> Session:
    """Return a session that the reader may change. Raises NotFound for every other."""
    rows = Session.objects.filter(key=key, cohort__network=viewer.network).select_related("cohort__network")
    found = rows.first() if viewer.network is not None and key.isascii() and key.isalnum() else None
    if found is None or not may_change_session(viewer, found):
        raise NotFound
    return found


def session_lines(viewer: Viewer, cohorts: Iterable[Cohort]) -> Mapping[int, tuple[SessionLine, ...]]:
    """Return the sessions of each cohort in order, by the cohort's row number: one query."""
    by_pk = {cohort.pk: cohort for cohort in cohorts}
    return lines_of(viewer, by_pk.values(), Session.objects.filter(cohort__in=by_pk))


def lines_of(
    viewer: Viewer,
    cohorts: Iterable[Cohort],
    sessions: Iterable[Session],
) -> Mapping[int, tuple[SessionLine, ...]]:
    """Return the sessions as lines, by the row number of their cohort, in order: no query.

    sessions: all those of the cohorts, since which one comes next depends on the others.
    """
    rows = sorted(sessions, key=lambda row: (row.starts_at, row.number))
    found = {}
    for cohort in cohorts:
        own = [row for row in rows if row.cohort_id == cohort.pk]
        ahead = (row.pk for row in own if row.state == Session.State.PLANNED and row.ends_at > viewer.now)
        first = next(ahead, None)
        found[cohort.pk] = tuple(_line(viewer, cohort, row, is_next=row.pk == first) for row in own)
    return found


def next_line(lines: Iterable[SessionLine]) -> SessionLine | None:
    """Return the session that comes next, or is being held now."""
    return next((line for line in lines if line.state == NEXT), None)


def uses_link(viewer: Viewer, cohort: Cohort) -> bool:
    """Members of this very cohort and those who guide it, in person.

    An admin has no seat at the table, and neither has staff who looks as somebody else.
    """
    member = is_member(viewer) and viewer.membership is not None and viewer.membership.cohort_id == cohort.pk
    return viewer.may_write and (member or guides(viewer, cohort))


def _line(viewer: Viewer, cohort: Cohort, row: Session, *, is_next: bool) -> SessionLine:
    planned = row.state == Session.State.PLANNED
    over = row.ends_at <= viewer.now
    usable = bool(row.meeting_link) and planned and not over and uses_link(viewer, cohort)
    shown = usable and viewer.now >= row.starts_at - LINK_SHOWN_BEFORE
    row.cohort = cohort
    may_edit = planned and not over and viewer.may_write and may_change_session(viewer, row)
    return SessionLine(
        key=row.key,
        number=row.number,
        kind=row.kind,
        state=_state(row, over=over, is_next=is_next),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        online=bool(row.meeting_link),
        link=_meeting_link(row.meeting_link) if shown else None,
        link_later=usable and not shown,
        running=planned and not over and viewer.now >= row.starts_at - DOOR_OPENS_BEFORE,
        there=_elsewhere(viewer, row),
        may_edit=may_edit,
        stored_link=row.meeting_link if may_edit else "",
        version=row.version if may_edit else 0,
    )


def _state(row: Session, *, over: bool, is_next: bool) -> str:
    if row.state != Session.State.PLANNED:
        return row.state
    if over:
        return PAST
    return NEXT if is_next else PLANNED


def _meeting_link(url: str) -> MeetingLink:
    return MeetingLink(url, urlsplit(url).hostname or "")


def _elsewhere(viewer: Viewer, row: Session) -> ZoneInfo | None:
    there = zone(row.time_zone)
    same = row.starts_at.astimezone(there).utcoffset() == row.starts_at.astimezone(viewer.zone).utcoffset()
    return None if same else there
