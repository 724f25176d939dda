"""Cases as people may read them. Look-ups start at the reader's own cohorts; missing equals foreign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Cohort, Contribution, Facilitation, Membership, Session, Substitution
from lernet_xblock.permissions import belongs, is_member, may_read_case
from lernet_xblock.queries.charter import has_accepted
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.contribution import Voice, suggestions, threads
from lernet_xblock.viewer import SUBSTITUTE_STAYS, Viewer


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


@dataclass(frozen=True)
class CasePage:
    """One case with what colleagues contributed."""

    line: CaseLine
    situation: str
    question: str
    tried: str
    edited_at: datetime | None
    version: int
    questions: tuple[Voice, ...]
    suggestions: tuple[Voice, ...]
    may_post: bool
    may_answer: bool
    may_edit: bool
    may_withdraw: bool


@dataclass(frozen=True)
class Readers:
    """Who will read a case once it is shared: so many other members, and these people who guide the group."""

    others: int
    guides: tuple[str, ...]


def case_space(viewer: Viewer) -> CaseSpace:
    """Return the boards of the reader's cohorts and the reader's own drafts."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in _cohorts(viewer) if cohort != closed]
    rows = [case for case in _rows(viewer, cohorts) if may_read_case(viewer, case)]
    names = viewer.host.names({case.owner_id for case in rows})
    lines = [(case.cohort_id, _line(viewer, case, names)) for case in rows]
    own = [_board(cohort, lines) for cohort in cohorts]
    former = [board for board in _former_boards(viewer, cohorts, lines) if board.cases]
    shown = {line.key for board in (*own, *former) for line in board.cases}
    return CaseSpace(
        locked=closed is not None,
        may_start=viewer.cohort is not None and closed is None and is_member(viewer),
        boards=(*own, *former),
        mine=tuple(line for _cohort_id, line in lines if line.mine and line.key not in shown),
    )


def find_case(viewer: Viewer, key: str) -> Case:
    """Return the case with its cohort. Raises NotFound for all that is not the reader's to read."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in _cohorts(viewer) if cohort != closed]
    found = _within(viewer, cohorts).select_related("cohort").filter(key=key).first() if key.isalnum() else None
    if found is None or not may_read_case(viewer, found):
        raise NotFound
    return found


def find_own_case(viewer: Viewer, key: str) -> Case:
    """Return a case of the reader's own. Raises NotFound for every other."""
    found = find_case(viewer, key)
    if found.owner_id != viewer.user_id:
        raise NotFound
    return found


def case_page(viewer: Viewer, case: Case) -> CasePage:
    """Return the case, which `find_case` gave, with its contributions as far as the reader may see them."""
    closed = locked_cohort(viewer)
    apart = not belongs(viewer) or (closed is not None and closed.pk == case.cohort_id)
    voices = [] if apart else list(Contribution.objects.filter(case=case))
    names = viewer.host.names({case.owner_id, *(voice.author_id for voice in voices if voice.author_id)})
    shared, mine = case.state == Case.State.SHARED, case.owner_id == viewer.user_id
    here = is_member(viewer) and viewer.membership is not None and viewer.membership.cohort_id == case.cohort_id
    formerly = is_member(viewer) and case.cohort_id in _former_ids(viewer)
    return CasePage(
        line=_line(viewer, case, names),
        situation=case.situation,
        question=case.question,
        tried=case.tried,
        edited_at=case.edited_at,
        version=case.version,
        questions=threads(viewer, voices, names),
        suggestions=suggestions(viewer, voices, names),
        may_post=shared and not mine,
        may_answer=shared and mine and (here or formerly) and not apart,
        may_edit=shared and mine and here,
        may_withdraw=shared and mine,
    )


def readers(viewer: Viewer, case: Case) -> Readers:
    """Return who reads the case, its owner aside: those who were there when it was shared, or are there now."""
    at = case.shared_at or viewer.now
    there = Membership.objects.filter(cohort=case.cohort_id, joined_at__lte=at).exclude(user_id=viewer.user_id)
    still = Membership.objects.filter(network=OuterRef("network"), user=OuterRef("user"), active=True)
    kept = Q(end__in=Membership.KEEPS_READING, left_at__gte=at) & Exists(still)
    others = there.filter(Q(active=True) | kept).values("user_id").distinct().count()
    guides = _guides_at(viewer, case, at)
    names = viewer.host.names(guides)
    return Readers(others, tuple(names[guide] for guide in guides if guide in names))


def _guides_at(viewer: Viewer, case: Case, at: datetime) -> list[int]:
    """Return who guides the cohort since this moment, facilitator first, then who stands in now: one query."""
    lasting = Facilitation.objects.filter(cohort=case.cohort_id, since__lte=at).annotate(as_role=F("role"))
    once = Substitution.objects.filter(
        cohort=case.cohort_id, since__lte=at, ended_at=None, session__ends_at__gt=viewer.now - SUBSTITUTE_STAYS
    ).exclude(session__state=Session.State.CANCELLED)
    once = once.annotate(as_role=Value("", output_field=CharField()))
    rows = lasting.values_list("user_id", "as_role").union(once.values_list("user_id", "as_role"))
    return [user_id for user_id, _role in sorted(rows, key=lambda row: row[1], reverse=True)]


def locked_cohort(viewer: Viewer) -> Cohort | None:
    """Return the reader's own cohort while its charter in force is not accepted (rule C1), else None.

    A cohort without a charter is locked too: nothing protects what would be told there.
    """
    cohort = viewer.cohort
    if cohort is None or cohort.pk in viewer.guided_ids:
        return None
    return None if has_accepted(cohort.pk, viewer.user_id) else cohort


def _cohorts(viewer: Viewer) -> list[Cohort]:
    """Return the cohorts the reader belongs to now, as a member or as one who guides."""
    found = {facilitation.cohort for facilitation in viewer.facilitations}
    if viewer.cohort is not None and is_member(viewer):
        found.add(viewer.cohort)
    return sorted(found, key=lambda cohort: cohort.number)


def _within(viewer: Viewer, cohorts: Iterable[Cohort]) -> QuerySet[Case]:
    readable = {cohort.pk for cohort in cohorts} | (_former_ids(viewer) if is_member(viewer) else set())
    shared = Q(cohort__in=readable, state=Case.State.SHARED)
    return Case.objects.filter(shared | Q(owner_id=viewer.user_id), cohort__network=viewer.network)


def _rows(viewer: Viewer, cohorts: Iterable[Cohort]) -> list[Case]:
    counts = {
        f"n_{kind}": Count("contributions", filter=Q(contributions__kind=kind))
        for kind in (Contribution.Kind.QUESTION, Contribution.Kind.SUGGESTION)
    }
    rows = _within(viewer, cohorts).defer("situation", "question", "tried").annotate(**counts).order_by("pk")
    return sorted(
        rows,
        key=lambda case: (
            case.horizon != Case.Horizon.URGENT,
            -(case.shared_at or case.saved_at).timestamp(),
            case.pk,
        ),
    )


def _former_ids(viewer: Viewer) -> set[int]:
    """Return the cohorts that were merged or split, and go on as a place to read; without the reader's own."""
    return {row.cohort_id for row in viewer.former if row.cohort != viewer.cohort}


def _former_boards(viewer: Viewer, cohorts: Iterable[Cohort], lines: Iterable[tuple[int, CaseLine]]) -> list[Board]:
    """Return the boards of groups that went into others or were split, but of none that has a board already."""
    if not is_member(viewer):
        return []
    now, former = {cohort.pk for cohort in cohorts}, _former_ids(viewer)
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


def _line(viewer: Viewer, case: Case, names: Mapping[int, str]) -> CaseLine:
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
