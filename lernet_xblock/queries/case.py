"""Cases as people may read them. Look-ups start at the reader's own cohorts; missing equals foreign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Cohort, Contribution, Facilitation, Membership
from lernet_xblock.permissions import is_member, may_read_case
from lernet_xblock.queries.charter import has_accepted
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.contribution import Voice, suggestions, threads
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. `owner` is "" for a person whose account is gone."""

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
    """The shared cases of one cohort: urgent ones first, then the newest."""

    label: str
    cases: tuple[CaseLine, ...]


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
    return CaseSpace(
        locked=closed is not None,
        may_start=viewer.cohort is not None and closed is None and is_member(viewer),
        boards=tuple(_board(cohort, lines) for cohort in cohorts),
        mine=tuple(line for cohort_id, line in lines if line.mine and _is_apart(cohort_id, line, cohorts)),
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
    apart = closed is not None and closed.pk == case.cohort_id
    voices = [] if apart else list(Contribution.objects.filter(case=case))
    names = viewer.host.names({case.owner_id, *(voice.author_id for voice in voices if voice.author_id)})
    shared, mine = case.state == Case.State.SHARED, case.owner_id == viewer.user_id
    here = is_member(viewer) and viewer.membership is not None and viewer.membership.cohort_id == case.cohort_id
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
        may_answer=shared and mine and here and not apart,
        may_edit=shared and mine and here,
        may_withdraw=shared and mine,
    )


def readers(viewer: Viewer, case: Case) -> Readers:
    """Return who reads the case, its owner aside: those who were there when it was shared, or are there now."""
    at = case.shared_at or viewer.now
    there = Membership.objects.filter(cohort=case.cohort_id, active=True, joined_at__lte=at)
    others = there.exclude(user_id=viewer.user_id).count()
    guiding = Facilitation.objects.filter(cohort=case.cohort_id, since__lte=at).order_by("-role")
    guides = list(guiding.values_list("user_id", flat=True))
    names = viewer.host.names(guides)
    return Readers(others, tuple(names[guide] for guide in guides if guide in names))


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
    found = [facilitation.cohort for facilitation in viewer.facilitations]
    if viewer.cohort is not None and is_member(viewer) and viewer.cohort not in found:
        found.append(viewer.cohort)
    return sorted(found, key=lambda cohort: cohort.number)


def _within(viewer: Viewer, cohorts: Iterable[Cohort]) -> QuerySet[Case]:
    shared = Q(cohort__in=[cohort.pk for cohort in cohorts], state=Case.State.SHARED)
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


def _is_apart(cohort_id: int, line: CaseLine, cohorts: Iterable[Cohort]) -> bool:
    """True for a case that stands on no board of the page."""
    return line.state != Case.State.SHARED or cohort_id not in {cohort.pk for cohort in cohorts}


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
        owner=names.get(case.owner_id, ""),
        mine=case.owner_id == viewer.user_id,
        horizon=case.horizon,
        kind=case.kind,
        shared_at=case.shared_at,
        saved_at=case.saved_at,
        questions=getattr(case, "n_question", 0),
        suggestions=getattr(case, "n_suggestion", 0),
    )
