"""Cases for the course team, who are no readers: titles and states, and one text where somebody gave a reason."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Cohort, Contribution, Network
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.viewer import Viewer

GROUPS_ON_A_PAGE = 50


@dataclass(frozen=True)
class GroupLine:
    """A group in the list: how many cases its members share, and how many of them are held."""

    key: str
    label: str
    shared: int
    held: int


@dataclass(frozen=True)
class GroupList:
    """Some of the groups, in order. page: which one of `pages`, from 1."""

    groups: tuple[GroupLine, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class CaseState:
    """A shared case as the course team sees it: title, stage and age, and nothing that its owner wrote below it."""

    key: str
    title: str
    stage: str
    held: bool
    shared_at: datetime


@dataclass(frozen=True)
class OpenedVoice:
    """A contribution in a case that was opened. author: "" for a former member; html: safe."""

    key: str
    kind: str
    author: str
    html: str
    text: str
    posted_at: datetime
    held: bool


@dataclass(frozen=True)
class OpenedCase:
    """The text of a case, for the one reply to who gave a reason. Withdrawn words are not in it."""

    title: str
    owner: str
    question: str
    situation: str
    tried: str
    voices: tuple[OpenedVoice, ...]


def group_list(network: Network, *, page: int) -> GroupList:
    """Return 50 groups of the network with the number of their cases: two queries. page: the nearest there is."""
    pages = max(1, -(-network.cohorts.count() // GROUPS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * GROUPS_ON_A_PAGE
    shared = Q(cases__state=Case.State.SHARED)
    counted = network.cohorts.annotate(
        n_shared=Count("cases", filter=shared), n_held=Count("cases", filter=shared & Q(cases__held_at__isnull=False))
    )
    rows = counted.order_by("number")[start : start + GROUPS_ON_A_PAGE]
    lines = (GroupLine(row.key, cohort_label(row), row.n_shared, row.n_held) for row in rows)
    return GroupList(tuple(lines), page, pages)


def case_states(cohort: Cohort) -> tuple[CaseState, ...]:
    """Return the shared cases of a group, newest first: one query, which asks for no text. Drafts are nobody's."""
    rows = Case.objects.filter(cohort=cohort, state=Case.State.SHARED).order_by("-shared_at", "-pk")
    columns = rows.values_list("key", "title", "stage", "held_at", "shared_at")
    return tuple(
        CaseState(key, title, stage, held_at is not None, shared_at)
        for key, title, stage, held_at, shared_at in columns
        if shared_at is not None
    )


def find_listed(network: Network, key: str) -> Case:
    """Return a shared case of the network, without its text. Raises NotFound for every other."""
    shared = Case.objects.filter(cohort__network=network, state=Case.State.SHARED).select_related("cohort__network")
    found = (
        shared.defer("situation", "question", "tried").filter(key=key).first()
        if key.isascii() and key.isalnum()
        else None
    )
    if found is None:
        raise NotFound
    return found


def opened_case(viewer: Viewer, case: Case) -> OpenedCase:
    """Return the text of a case and what was said to it: three queries. Only for who gave a reason just now."""
    row = Case.objects.get(pk=case.pk)
    said = list(Contribution.objects.filter(case=row, withdrawn_at=None))
    names = viewer.host.names({row.owner_id, *(one.author_id for one in said if one.author_id)})
    voices = tuple(
        OpenedVoice(
            key=one.key,
            kind=one.kind,
            author=names.get(one.author_id or 0, ""),
            html=one.html,
            text=one.text,
            posted_at=one.posted_at,
            held=one.held_at is not None,
        )
        for one in said
    )
    owner = "" if row.unnamed else names.get(row.owner_id, "")
    return OpenedCase(row.title, owner, row.question, row.situation, row.tried, voices)


@dataclass(frozen=True)
class Opening:
    """That somebody opened the case, for its owner. name: "" for somebody who is gone."""

    name: str
    at: datetime
    reason: str


def openings_of(viewer: Viewer, case: Case) -> tuple[Opening, ...]:
    """Return who opened the case, newest first, for its owner: one query, and one for names where somebody did."""
    rows = list(case.openings.order_by("-at", "-pk"))
    names = viewer.host.names({row.by_id for row in rows if row.by_id}) if rows else {}
    return tuple(Opening(names.get(row.by_id or 0, ""), row.at, row.reason) for row in rows)
