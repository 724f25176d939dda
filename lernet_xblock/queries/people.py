"""Who applied, page by page; who is ready, who is late, and the list that waits to be applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.models import Application, Network, PeopleImport
from lernet_xblock.viewer import Viewer

State = Application.State

PAGE_SIZE = 100
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
