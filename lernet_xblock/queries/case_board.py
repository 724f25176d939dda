"""The board of cases: those of the reader's cohorts, and the reader's own drafts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Cohort, Contribution, Membership
from lernet_xblock.permissions import is_member, may_read_case
from lernet_xblock.queries.case_access import former_ids, locked_cohort, reader_cohorts, within
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. `owner` is "" for a person whose account is gone, and for who left without a name."""

    key: str
    state: str
    title: str
    owner: str
    mine: bool
    horizon: str
    kind: str
    shared_at: datetime | None
    saved_at: datetime
    questions: int
    suggestions: int


@dataclass(frozen=True)
class Board:
    """The shared cases of one cohort: urgent ones first, then the newest. former: that the reader is in no more."""

    label: str
    cases: tuple[CaseLine, ...]
    former: bool = False


@dataclass(frozen=True)
class CaseSpace:
    """What the reader finds under "cases". `locked`: the charter of the own group is not accepted yet."""

    locked: bool
    may_start: bool
    boards: tuple[Board, ...]
    mine: tuple[CaseLine, ...]


def case_space(viewer: Viewer) -> CaseSpace:
    """Return the boards of the reader's cohorts and the reader's own drafts."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in reader_cohorts(viewer) if cohort != closed]
    rows = [case for case in _rows(viewer, cohorts) if may_read_case(viewer, case)]
    names = viewer.host.names({case.owner_id for case in rows})
    lines = [(case.cohort_id, case_line(viewer, case, names)) for case in rows]
    own = [_board(cohort, lines) for cohort in cohorts]
    former = [board for board in _former_boards(viewer, cohorts, lines) if board.cases]
    shown = {line.key for board in (*own, *former) for line in board.cases}
    return CaseSpace(
        locked=closed is not None,
        may_start=viewer.cohort is not None and closed is None and is_member(viewer),
        boards=(*own, *former),
        mine=tuple(line for _cohort_id, line in lines if line.mine and line.key not in shown),
    )


def _rows(viewer: Viewer, cohorts: Iterable[Cohort]) -> list[Case]:
    counts = {
        f"n_{kind}": Count("contributions", filter=Q(contributions__kind=kind))
        for kind in (Contribution.Kind.QUESTION, Contribution.Kind.SUGGESTION)
    }
    rows = within(viewer, cohorts).defer("situation", "question", "tried").annotate(**counts).order_by("pk")
    return sorted(
        rows,
        key=lambda case: (
            case.horizon != Case.Horizon.URGENT,
            -(case.shared_at or case.saved_at).timestamp(),
            case.pk,
        ),
    )


def _former_boards(viewer: Viewer, cohorts: Iterable[Cohort], lines: Iterable[tuple[int, CaseLine]]) -> list[Board]:
    """Return the boards of groups that went into others or were split, but of none that has a board already."""
    if not is_member(viewer):
        return []
    now, former = {cohort.pk for cohort in cohorts}, former_ids(viewer)
    ended = {row.cohort_id: row for row in viewer.former if row.cohort_id in former - now}
    return [
        replace(_board(row.cohort, lines), label=_former_label(row), former=True)
        for row in sorted(ended.values(), key=lambda row: row.cohort.number)
    ]


def _former_label(row: Membership) -> str:
    group = {"group": cohort_label(row.cohort)}
    if row.end == Membership.End.MERGED:
        return _("%(group)s, before it went into another group") % group
    return _("%(group)s, before it became two groups") % group


def _board(cohort: Cohort, lines: Iterable[tuple[int, CaseLine]]) -> Board:
    return Board(
        cohort_label(cohort),
        tuple(line for cohort_id, line in lines if cohort_id == cohort.pk and line.state == Case.State.SHARED),
    )


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
        questions=getattr(case, "n_question", 0),
        suggestions=getattr(case, "n_suggestion", 0),
    )
