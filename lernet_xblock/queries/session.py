"""Sessions as people see them. Every look-up starts at the cohorts the reader may see; missing equals foreign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Cohort, Session
from lernet_xblock.permissions import guides, is_admin, is_member, may_change_session, may_run
from lernet_xblock.rules.zones import zone
from lernet_xblock.viewer import Viewer

LINK_SHOWN_BEFORE = timedelta(hours=24)
DOOR_OPENS_BEFORE = timedelta(minutes=15)

PAST, NEXT, PLANNED = "past", "next", "planned"
WAYS = ("move", "cancel", "hold", "not_held")
# How long after its end it can be said that a session was held, or was not; see services.session_held.
HELD_SAID_WITHIN, NOT_HELD_SAID_WITHIN = timedelta(days=14), timedelta(hours=72)


@dataclass(frozen=True)
class MeetingLink:
    """Where people meet online. host: the name of the site, shown beside the link so that nobody is led astray."""

    url: str
    host: str


@dataclass(frozen=True)
class SessionLine:
    """One session before one reader.

    number: 0 for one that is cancelled. state: PAST, NEXT (the first that is not over), PLANNED, or the row's own
    "cancelled" and "not_held". moved_from: when it would have begun before it was moved; instead: when the session
    begins into which a cancelled one went; reason: why it was moved, cancelled or not held, "" where nobody said.
    online: whether there is a link at all, whoever may see it.
    link: None unless the reader may use it now; link_later: there is one, and it will be shown in time.
    running: from 15 minutes before the start until the end. there: the session's zone where its clock differs from
    the reader's, else None. stored_link, version: for the form of those who may change the session, else "" and 0.
    ways: what the reader may do with it now, of WAYS.
    """

    key: str
    number: int
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    notes: str
    reason: str
    moved_from: datetime | None
    instead: datetime | None
    online: bool
    link: MeetingLink | None
    link_later: bool
    running: bool
    there: ZoneInfo | None
    may_edit: bool
    stored_link: str
    version: int
    ways: tuple[str, ...]


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
    rows = sorted(sessions, key=lambda row: (row.starts_at, row.pk))
    starts = {row.pk: row.starts_at for row in rows}
    found = {}
    for cohort in cohorts:
        own = [row for row in rows if row.cohort_id == cohort.pk]
        ahead = (row.pk for row in own if row.state == Session.State.PLANNED and row.ends_at > viewer.now)
        first = next(ahead, None)
        found[cohort.pk] = tuple(_line(viewer, cohort, row, starts, is_next=row.pk == first) for row in own)
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


def _line(
    viewer: Viewer,
    cohort: Cohort,
    row: Session,
    starts: Mapping[int, datetime],
    *,
    is_next: bool,
) -> SessionLine:
    """starts: of all sessions of the cohort, by row number."""
    row.cohort = cohort
    goes_on = row.state == Session.State.PLANNED and row.ends_at > viewer.now
    may_change = viewer.may_write and may_change_session(viewer, row)
    link, link_later = _link(viewer, cohort, row) if goes_on else (None, False)
    return SessionLine(
        key=row.key,
        number=row.number or 0,
        kind=row.kind,
        state=_state(row, over=row.ends_at <= viewer.now, is_next=is_next),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=row.title,
        place=row.place,
        notes=row.notes,
        reason=row.reason,
        moved_from=row.moved_from,
        instead=starts.get(row.merged_into_id or 0),
        online=bool(row.meeting_link),
        link=link,
        link_later=link_later,
        running=goes_on and viewer.now >= row.starts_at - DOOR_OPENS_BEFORE,
        there=_elsewhere(viewer, row),
        may_edit=goes_on and may_change,
        stored_link=row.meeting_link if goes_on and may_change else "",
        version=row.version if goes_on and may_change else 0,
        ways=_ways(viewer, cohort, row) if may_change else (),
    )


def _ways(viewer: Viewer, cohort: Cohort, row: Session) -> tuple[str, ...]:
    """Return what can be done now with a session that the reader may change."""
    if row.state == Session.State.CANCELLED:
        return ()
    if viewer.now < row.starts_at:
        return ("move", "cancel") if may_run(viewer, cohort) else ("move",)
    late = viewer.now - row.ends_at
    if row.state == Session.State.NOT_HELD:
        return ("hold",) if late <= NOT_HELD_SAID_WITHIN else ()
    hold = ("hold",) if row.held_at is None and late <= HELD_SAID_WITHIN else ()
    return (*hold, "not_held") if late <= NOT_HELD_SAID_WITHIN else hold


def _link(viewer: Viewer, cohort: Cohort, row: Session) -> tuple[MeetingLink | None, bool]:
    """Return the link of a session that goes on, and whether it is shown only later."""
    if not row.meeting_link or not uses_link(viewer, cohort):
        return None, False
    shown = viewer.now >= row.starts_at - LINK_SHOWN_BEFORE
    return (_meeting_link(row.meeting_link), False) if shown else (None, True)


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
