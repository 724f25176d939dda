"""Who applied, page by page, and the groups a proposal would make of those who are ready."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Network, PeopleImport
from lernet_xblock.queries.cohort import Way, group_label
from lernet_xblock.rules.spread import spread
from lernet_xblock.viewer import Viewer

State = Application.State

PAGE_SIZE = 100
# Digits of a person's mark in a form: enough to tell a few hundred people apart, no key of a row.
MARK_DIGITS = 6
MOST_MARKS = 1000
# Years of experience in bands: the last year of each.
BANDS = (2, 5, 10, 20)


@dataclass(frozen=True)
class Applicant:
    """One application, as the list shows it. years: None when the person did not say."""

    key: str
    name: str
    function: str
    department: str
    organisation: str
    language: str
    years: int | None
    state: str
    at: datetime


@dataclass(frozen=True)
class PeoplePage:
    """counts: people by state; rows: a page of those who do not wait; waiting: in order, at most a page."""

    counts: Mapping[str, int]
    rows: tuple[Applicant, ...]
    waiting: tuple[Applicant, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class Proposal:
    """Groups of applications by row number, nothing saved; rest: people the sizes leave out, in order.

    digest: a fingerprint of people, attribute and result; marks: a short one for each person.
    """

    groups: tuple[tuple[int, ...], ...]
    rest: tuple[int, ...]
    digest: str
    marks: str


@dataclass(frozen=True)
class ProposedGroup:
    """One group on the screen. shares: how many people of each value of the attribute that is spread."""

    label: str
    people: tuple[Applicant, ...]
    shares: tuple[tuple[str, int], ...]


def people_page(viewer: Viewer, network: Network, *, page: int) -> PeoplePage:
    """Return a page of 100 people, from 1, and the head of the waiting list: four queries."""
    counted = network.applications.order_by().values("state").annotate(people=Count("pk"))
    counts = dict.fromkeys(State.values, 0) | {row["state"]: row["people"] for row in counted}
    others = sum(counts.values()) - counts[State.WAITLISTED]
    pages = max(1, -(-others // PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    listed = network.applications.exclude(state=State.WAITLISTED).order_by("submitted_at", "pk")
    rows = list(listed[start : start + PAGE_SIZE])
    waiting = list(network.applications.filter(state=State.WAITLISTED).order_by("queued_at", "pk")[:PAGE_SIZE])
    names = viewer.host.names(row.user_id for row in (*rows, *waiting))
    return PeoplePage(counts, _shown(rows, names), _shown(waiting, names), page, pages)


def ready_people(network: Network) -> list[Application]:
    """Return those who applied and have a seat, in the order in which they applied: one query."""
    return list(network.applications.filter(state=State.SUBMITTED).order_by("submitted_at", "pk"))


def late_applicants(viewer: Viewer, network: Network) -> tuple[Applicant, ...]:
    """Return the first hundred who applied but are in no group, once the groups are formed: two queries."""
    late = network.applications.filter(state__in=(State.SUBMITTED, State.WAITLISTED)).order_by("submitted_at", "pk")
    rows = list(late[:PAGE_SIZE])
    return _shown(rows, viewer.host.names(row.user_id for row in rows))


def pending_import(network: Network) -> PeopleImport | None:
    """Return the list that waits for a decision, the newest if there were several."""
    held = network.imports.filter(applied_at=None).order_by("-uploaded_at", "-pk").first()
    return held if held and (held.rows or held.report) else None


def propose(ready: Sequence[Application], *, way: Way, attribute: str, seed: int) -> Proposal:
    """Deal the people over groups of the way's sizes, the attribute spread evenly; "" spreads nothing.

    ready: in the order of application; when the sizes take fewer, the last to apply are left out.
    The same people, way, attribute and seed always give the same groups.
    """
    seats = sum(way.sizes)
    valued = [(row.pk, attribute_value(row, attribute)) for row in ready]
    groups = spread(valued[:seats], way.sizes, seed=seed)
    told = repr((groups, valued, way.sizes, attribute, seed))
    return Proposal(
        groups=groups,
        rest=tuple(row.pk for row in ready[seats:]),
        digest=hashlib.sha256(told.encode()).hexdigest()[:32],
        marks=marks_of(ready),
    )


def marks_of(ready: Sequence[Application]) -> str:
    """Return a short mark for each person, up to a thousand: enough to count who came and who went."""
    return "".join(hashlib.sha256(row.key.encode()).hexdigest()[:MARK_DIGITS] for row in ready[:MOST_MARKS])


def difference(before: str, after: str) -> tuple[int, int]:
    """Return how many people arrived and how many are gone between two values of `Proposal.marks`."""
    old, new = (Counter(_cut(marks)) for marks in (before, after))
    return (new - old).total(), (old - new).total()


def proposed_groups(
    viewer: Viewer,
    ready: Sequence[Application],
    proposal: Proposal,
    attribute: str,
) -> tuple[tuple[ProposedGroup, ...], tuple[Applicant, ...]]:
    """Return the groups as cards, people by name, and those who would wait: one query."""
    by_pk = {row.pk: row for row in ready}
    labels: dict[str | None, str] = {}
    for row in ready:
        labels.setdefault(attribute_value(row, attribute), _value_label(row, attribute) if attribute else "")
    names = viewer.host.names(row.user_id for row in ready)
    cards = []
    for number, group in enumerate(proposal.groups, start=1):
        rows = [by_pk[pk] for pk in group]
        people = tuple(sorted(_shown(rows, names), key=lambda person: person.name.casefold()))
        cards.append(ProposedGroup(group_label(number), people, _shares(rows, attribute, labels)))
    return tuple(cards), _shown([by_pk[pk] for pk in proposal.rest], names)


def attribute_value(row: Application, attribute: str) -> str | None:
    """Return what is compared when the attribute is spread; letter case and spaces make no difference."""
    if attribute == "experience":
        years = row.experience_years
        return None if years is None else str(next((top for top in BANDS if years <= top), BANDS[-1] + 1))
    text = str(getattr(row, attribute)) if attribute else ""
    return " ".join(text.split()).casefold() or None


def _shares(
    rows: Sequence[Application],
    attribute: str,
    labels: Mapping[str | None, str],
) -> tuple[tuple[str, int], ...]:
    if not attribute:
        return ()
    counted = Counter(attribute_value(row, attribute) for row in rows)
    return tuple(sorted(((labels[value], people) for value, people in counted.items()), key=lambda one: one[0]))


def _value_label(row: Application, attribute: str) -> str:
    if attribute == "language":
        return LANGUAGES.get(row.language, row.language)
    if attribute != "experience":
        return getattr(row, attribute) or _("not said")
    years = row.experience_years
    if years is None:
        return _("not said")
    if years > BANDS[-1]:
        return _("more than %(years)d years") % {"years": BANDS[-1]}
    top = next(top for top in BANDS if years <= top)
    bottom = max((band + 1 for band in BANDS if band < top), default=0)
    return _("%(from)d–%(to)d years") % {"from": bottom, "to": top}


def _shown(rows: Sequence[Application], names: Mapping[int, str]) -> tuple[Applicant, ...]:
    return tuple(
        Applicant(
            key=row.key,
            name=names.get(row.user_id, "—"),
            function=row.function,
            department=row.department,
            organisation=row.organisation,
            language=LANGUAGES.get(row.language, row.language),
            years=row.experience_years,
            state=row.state,
            at=row.submitted_at,
        )
        for row in rows
    )


def _cut(marks: str) -> list[str]:
    return [marks[place : place + MARK_DIGITS] for place in range(0, len(marks), MARK_DIGITS)]
