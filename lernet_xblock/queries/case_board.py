"""The board of cases: those of the reader's cohorts by where they are in their life, and the reader's own drafts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Cohort, Membership
from lernet_xblock.permissions import held_from, is_member
from lernet_xblock.queries.case_access import former_ids, locked_cohort, reachable, reader_cohorts, reads
from lernet_xblock.queries.case_life import Life, lives_of
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.contribution_reach import voices_of
from lernet_xblock.viewer import Viewer

NO_LIFE = Life("")


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. `owner` is "" for a person whose account is gone, and for who left without a name.

    place: where it is in its life, of queries.case_life.PLACES, "" outside of lists; meets_at: when the session begins
    for which it is planned; voices: contributions that the reader may read; held: it was reported, and its owner or
    who handles the report still reads it; theme: "" for none.
    """

    key: str
    state: str
    title: str
    owner: str
    mine: bool
    horizon: str
    kind: str
    shared_at: datetime | None
    saved_at: datetime
    needed_by: date | None = None
    place: str = ""
    meets_at: datetime | None = None
    voices: int = 0
    held: bool = False
    theme: str = ""


@dataclass(frozen=True)
class Board:
    """The shared cases of one cohort: what presses first, then the newest. former: that the reader is in no more.

    held: so many more that the reader would read, if nobody had reported them.
    """

    label: str
    cases: tuple[CaseLine, ...]
    former: bool = False
    held: int = 0


@dataclass(frozen=True)
class CaseSpace:
    """What the reader finds under "cases". `locked`: the charter of the own group is not accepted yet."""

    locked: bool
    may_start: bool
    boards: tuple[Board, ...]
    mine: tuple[CaseLine, ...]


@dataclass(frozen=True)
class _Found:
    """The lines of the cases the reader may read, and the cohorts of those that are held from them."""

    lines: tuple[tuple[int, CaseLine], ...]
    held: tuple[int, ...]


def case_space(viewer: Viewer) -> CaseSpace:
    """Return the boards of the reader's cohorts and the reader's own drafts: the same few queries for all."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in reader_cohorts(viewer) if cohort != closed]
    found = _found(viewer, closed, {cohort.pk for cohort in cohorts} | former_ids(viewer))
    own = [_board(cohort, found) for cohort in cohorts]
    former = [board for board in _former_boards(viewer, cohorts, found) if board.cases or board.held]
    shown = {line.key for board in (*own, *former) for line in board.cases}
    return CaseSpace(
        locked=closed is not None,
        may_start=viewer.cohort is not None and closed is None and is_member(viewer),
        boards=(*own, *former),
        mine=tuple(line for _cohort_id, line in found.lines if line.mine and line.key not in shown),
    )


def _found(viewer: Viewer, closed: Cohort | None, boards: Collection[int]) -> _Found:
    """Return what there is for the reader. boards: the cohorts that have one, by row number."""
    rows = list(reachable(viewer, closed).defer("situation", "question", "tried").select_related("theme"))
    read = [case for case in rows if reads(viewer, case, closed)]
    # Before a yes to the charter there is nothing of colleagues on an own case.
    voices = voices_of(viewer, [case for case in read if closed is None or case.cohort_id != closed.pk])
    names = viewer.host.names({case.owner_id for case in read})
    lives = lives_of(viewer, read)
    return _Found(
        lines=tuple(
            (_home(case, boards), _with_life(case_line(viewer, case, names), case, lives, voices))
            for case in sorted(read, key=_pressing)
        ),
        held=tuple(case.cohort_id for case in rows if held_from(viewer, case)),
    )


def _home(case: Case, boards: Collection[int]) -> int:
    """Return the cohort on whose board the case stands: its own, else the one to which its owner opened it."""
    return case.cohort_id if case.cohort_id in boards else case.open_to_id or case.cohort_id


def _pressing(case: Case) -> tuple[bool, date, float, int]:
    """Order what is urgent first, what is needed sooner before what is needed later, then the newest."""
    shared = case.shared_at or case.saved_at
    return case.horizon != Case.Horizon.URGENT, case.needed_by or date.max, -shared.timestamp(), case.pk


def _with_life(line: CaseLine, case: Case, lives: Mapping[int, Life], voices: Mapping[int, int]) -> CaseLine:
    life = lives.get(case.pk, NO_LIFE)
    theme = case.theme.title if case.theme is not None and case.state == Case.State.SHARED else ""
    return replace(line, place=life.place, meets_at=life.meets_at, voices=voices.get(case.pk, 0), theme=theme)


def _former_boards(viewer: Viewer, cohorts: Iterable[Cohort], found: _Found) -> list[Board]:
    """Return the boards of groups that went into others or were split, but of none that has a board already."""
    if not is_member(viewer):
        return []
    now, former = {cohort.pk for cohort in cohorts}, former_ids(viewer)
    ended = {row.cohort_id: row for row in viewer.former if row.cohort_id in former - now}
    return [
        replace(_board(row.cohort, found), label=_former_label(row), former=True)
        for row in sorted(ended.values(), key=lambda row: row.cohort.number)
    ]


def _former_label(row: Membership) -> str:
    group = {"group": cohort_label(row.cohort)}
    if row.end == Membership.End.MERGED:
        return _("%(group)s, before it went into another group") % group
    return _("%(group)s, before it became two groups") % group


def _board(cohort: Cohort, found: _Found) -> Board:
    shared = (line for cohort_id, line in found.lines if cohort_id == cohort.pk and line.state == Case.State.SHARED)
    return Board(cohort_label(cohort), tuple(shared), held=found.held.count(cohort.pk))


def case_line(viewer: Viewer, case: Case, names: Mapping[int, str]) -> CaseLine:
    """Return the case as a line. names: of owners, by user id."""
    return CaseLine(
        key=case.key,
        state=case.state,
        title=case.title,
        owner="" if case.unnamed else names.get(case.owner_id, ""),
        mine=case.owner_id == viewer.user_id,
        horizon=case.horizon,
        kind=case.kind,
        shared_at=case.shared_at,
        saved_at=case.saved_at,
        needed_by=case.needed_by,
        held=case.held_at is not None,
    )
