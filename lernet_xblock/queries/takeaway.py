"""What people take home, as its owner reads it, and as others do as far as the owner chose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Membership, Session, Takeaway
from lernet_xblock.permissions import is_member, keeps_journal, may_read_takeaway
from lernet_xblock.queries.case_access import known_empty, locked_cohort, reachable, reads
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.viewer import Viewer

State = Takeaway.State
OPEN = (State.COMMITTED, State.POSTPONED)
TRIED = (State.TRIED, State.TOLD)


@dataclass(frozen=True)
class Line:
    """One takeaway. to_ask: its owner is to be asked what came of it, this once.

    of_case: it is about a case; case_key, case_title: "" where the owner may not read that case any more.
    session_at: when the session began that it is from, else None. owner: "" on the owner's own pages.
    """

    key: str
    text: str
    state: str
    visibility: str
    by_date: date | None
    with_whom: str
    happened: str
    made_at: datetime
    version: int
    to_ask: bool = False
    of_case: bool = False
    case_key: str = ""
    case_title: str = ""
    session_at: datetime | None = None
    owner: str = ""


@dataclass(frozen=True)
class Journal:
    """The reader's own lines: those to ask about are among `open`, the next day first; the others newest first."""

    open: tuple[Line, ...]
    noted: tuple[Line, ...]
    tried: tuple[Line, ...]
    dropped: tuple[Line, ...]

    @property
    def to_ask(self) -> tuple[Line, ...]:
        """Those whose owner is to be asked what came of them."""
        return tuple(line for line in self.open if line.to_ask)


def day_of(viewer: Viewer) -> date:
    """Return the reader's own day."""
    return viewer.now.astimezone(viewer.zone).date()


def open_unasked() -> QuerySet[Takeaway]:
    """Return the commitments, whoever's, that nobody has asked about."""
    return Takeaway.objects.filter(state__in=OPEN, asked_at=None)


def to_ask(viewer: Viewer, begun: datetime | None) -> QuerySet[Takeaway]:
    """Return the reader's commitments to ask about: their day or the next session has come, and nobody asked (Q2).

    begun: when the newest session of the reader's group began, None where there was none.
    """
    own = open_unasked().filter(network=viewer.network, user_id=viewer.user_id)
    come = Q(by_date__lte=day_of(viewer))
    return own.filter(come | Q(changed_at__lt=begun) if begun is not None else come)


def begun_sessions(viewer: Viewer) -> list[Session]:
    """Return the sessions of the reader's own group that have begun, newest first: one query, none for others."""
    if viewer.cohort is None or not is_member(viewer):
        return []
    rows = Session.objects.filter(cohort=viewer.cohort, state=Session.State.PLANNED, starts_at__lte=viewer.now)
    return list(rows.order_by("-starts_at", "-pk"))


def find_own(viewer: Viewer, key: str) -> Takeaway:
    """Return a takeaway of the reader's own, with its cohort. Raises NotFound for every other."""
    rows = Takeaway.objects.filter(network=viewer.network, user_id=viewer.user_id).select_related("cohort", "session")
    found = rows.filter(key=key).first() if key.isascii() and key.isalnum() and keeps_journal(viewer) else None
    if found is None:
        raise NotFound
    return found


def journal(viewer: Viewer) -> Journal:
    """Return the reader's journal: at most eight queries, whatever its length."""
    sessions = begun_sessions(viewer)
    rows = Takeaway.objects.filter(network=viewer.network, user_id=viewer.user_id).select_related("session")
    asked = to_ask(viewer, sessions[0].starts_at if sessions else None).filter(pk=OuterRef("pk"))
    found = list(rows.annotate(is_asked=Exists(asked)).order_by("-made_at", "-pk"))
    cases = _readable(viewer, found)
    lines = [_line(row, cases, to_ask=row.is_asked) for row in found]
    return Journal(
        open=tuple(sorted(_of(lines, OPEN), key=lambda line: (line.by_date or date.max, line.made_at))),
        noted=_of(lines, (State.NOTED,)),
        tried=_of(lines, TRIED),
        dropped=_of(lines, (State.DROPPED,)),
    )


def own_line(viewer: Viewer, takeaway: Takeaway) -> Line:
    """Return one takeaway of the reader, which `find_own` gave."""
    return _line(takeaway, _readable(viewer, [takeaway]))


def _of(lines: Iterable[Line], states: Iterable[str]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.state in set(states))


def _readable(viewer: Viewer, rows: Iterable[Takeaway]) -> Mapping[int, Case]:
    """Return the cases of these takeaways that the reader may still read: a withdrawn one has no title any more."""
    wanted = {row.case_id for row in rows if row.case_id}
    if not wanted:
        return {}
    closed = locked_cohort(viewer)
    near = reachable(viewer, closed).filter(pk__in=wanted).defer("situation", "question", "tried")
    return {case.pk: case for case in near if reads(viewer, case, closed)}


def _line(row: Takeaway, cases: Mapping[int, Case], *, to_ask: bool = False, owner: str = "") -> Line:
    case = cases.get(row.case_id or 0)
    return Line(
        key=row.key,
        text=row.text,
        state=row.state,
        visibility=row.visibility,
        by_date=row.by_date,
        with_whom=row.with_whom,
        happened=row.happened,
        made_at=row.made_at,
        version=row.version,
        to_ask=to_ask,
        of_case=row.case_id is not None,
        case_key=case.key if case else "",
        case_title=case.title if case else "",
        session_at=row.session.starts_at if row.session_id and row.session else None,
        owner=owner,
    )


@dataclass(frozen=True)
class TakenHome:
    """What people take home from one case: the reader, and others as far as they chose, oldest first."""

    own: tuple[Line, ...]
    others: tuple[Line, ...]


def taken_home(scene: CaseScene) -> TakenHome:
    """Return the takeaways of a case before this reader: one query, and one for names that the page has not yet.

    Who has no place in the network any more shares nothing any more; who left reads their own lines only.
    """
    viewer, case = scene.viewer, scene.case
    if known_empty(case, "takeaways"):
        return TakenHome((), ())
    there = Membership.objects.filter(network=viewer.network, user=OuterRef("user"), active=True)
    rows = Takeaway.objects.filter(case=case).annotate(is_there=Exists(there)).select_related("session")
    read = [one for one in rows if may_read_takeaway(viewer, case, one)]
    own = [one for one in read if one.user_id == viewer.user_id]
    others = [] if scene.apart else [one for one in read if one.user_id != viewer.user_id and one.is_there]
    unknown = {one.user_id for one in others} - set(scene.names)
    names = {**scene.names, **(viewer.host.names(unknown) if unknown else {})}
    return TakenHome(
        own=tuple(_line(one, {case.pk: case}) for one in own),
        others=tuple(_line(one, {}, owner=names.get(one.user_id, "")) for one in others),
    )
