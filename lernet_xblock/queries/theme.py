"""Themes as far as somebody may read their cases: of a theme whose cases they may not read there is nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Cohort, Theme
from lernet_xblock.permissions import guides
from lernet_xblock.queries.case_access import locked_cohort, reachable, reads
from lernet_xblock.queries.case_board import CaseLine, case_line
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class ThemeCard:
    """A theme with those of its cases that the reader may read. may_change: the reader guides its group."""

    key: str
    title: str
    version: int
    cohort_key: str
    cases: tuple[CaseLine, ...]
    may_change: bool


@dataclass(frozen=True)
class GuidedGroup:
    """A group that the reader guides, and the cases in no theme that they may read."""

    key: str
    label: str
    free: tuple[CaseLine, ...]


@dataclass(frozen=True)
class ThemeSpace:
    """The themes that the reader finds, in the order they were named, and the groups they may name some in."""

    themes: tuple[ThemeCard, ...]
    groups: tuple[GuidedGroup, ...]


def readable_cases(viewer: Viewer) -> list[Case]:
    """Return the shared cases the reader may read, newest first, with their themes."""
    closed = locked_cohort(viewer)
    rows = reachable(viewer, closed).filter(state=Case.State.SHARED)
    rows = rows.defer("situation", "question", "tried").select_related("theme__cohort")
    return [case for case in rows.order_by("-shared_at", "pk") if reads(viewer, case, closed)]


def theme_space(viewer: Viewer) -> ThemeSpace:
    """Return the themes before this reader: at most eight queries, however many there are."""
    cases = readable_cases(viewer)
    names = viewer.host.names({case.owner_id for case in cases})
    lines = {case.pk: case_line(viewer, case, names) for case in cases}
    themes = {case.theme.pk: case.theme for case in cases if case.theme is not None}
    themes |= {theme.pk: theme for theme in _empty(viewer)}
    in_order = sorted(themes.values(), key=lambda theme: (theme.made_at, theme.pk))
    return ThemeSpace(
        themes=tuple(_card(viewer, theme, cases, lines) for theme in in_order),
        groups=tuple(_group(cohort, cases, lines) for cohort in guided_groups(viewer)),
    )


def guided_groups(viewer: Viewer) -> list[Cohort]:
    """Return the groups whose cases the reader may put side by side."""
    return sorted({row.cohort for row in viewer.facilitations}, key=lambda cohort: cohort.number)


def find_group(viewer: Viewer, key: str) -> Cohort:
    """Return a group that the reader guides. Raises NotFound for every other."""
    for cohort in guided_groups(viewer):
        if cohort.key == key and viewer.may_write:
            return cohort
    raise NotFound


def find_theme(viewer: Viewer, key: str) -> Theme:
    """Return a theme that the reader may change. Raises NotFound for every other, also one they may not see."""
    rows = Theme.objects.filter(cohort__network=viewer.network).select_related("cohort__network")
    found = rows.filter(key=key).first() if key.isascii() and key.isalnum() else None
    if found is None or not viewer.may_write or not guides(viewer, found.cohort):
        raise NotFound
    seen = {case.theme_id for case in readable_cases(viewer)} | {theme.pk for theme in _empty(viewer)}
    if found.pk not in seen:
        raise NotFound
    return found


def _empty(viewer: Viewer) -> Iterable[Theme]:
    """Return the themes of guided groups that hold no shared case any more, so that they can be dissolved."""
    if not viewer.guided_ids or not viewer.may_write:
        return ()
    shared = Count("cases", filter=Q(cases__state=Case.State.SHARED))
    return Theme.objects.filter(cohort__in=viewer.guided_ids).select_related("cohort").alias(n=shared).filter(n=0)


def _card(viewer: Viewer, theme: Theme, cases: Iterable[Case], lines: Mapping[int, CaseLine]) -> ThemeCard:
    return ThemeCard(
        key=theme.key,
        title=theme.title,
        version=theme.version,
        cohort_key=theme.cohort.key,
        cases=tuple(lines[case.pk] for case in cases if case.theme_id == theme.pk),
        may_change=guides(viewer, theme.cohort),
    )


def _group(cohort: Cohort, cases: Iterable[Case], lines: Mapping[int, CaseLine]) -> GuidedGroup:
    free = (case for case in cases if case.cohort_id == cohort.pk and case.theme_id is None)
    return GuidedGroup(cohort.key, cohort_label(cohort), tuple(lines[case.pk] for case in free))
