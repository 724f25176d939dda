"""What the home panel is made of, for each kind of person; at most five queries, whatever the number of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from lernet_xblock.models import Application, Attendance, Cohort, Facilitation, Report, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.home_standing import Standing, member_standing
from lernet_xblock.queries.home_turn import undecided, waits_for_case
from lernet_xblock.queries.session import HELD_SAID_WITHIN, PAST, SessionLine, lines_of, next_line
from lernet_xblock.viewer import Viewer

RESULTS_ARE_NEWS = timedelta(days=7)


@dataclass(frozen=True)
class GroupHome:
    """The group that home is about: of several the one that meets first.

    guides: names, facilitator first; several: the reader has other groups too; released: the newest session whose
    results came out within a week; unpublished: of all the groups, when the first evaluation closes that nobody
    published; standing: None for those who are no members of it; unguided: for an admin, the first group
    without a facilitator, "" for none; reported: for an admin, a report waits for the course team;
    undecided: for who guides it, no case is planned for the next session, which is near, and one waits.
    """

    key: str
    label: str
    several: bool
    lines: tuple[SessionLine, ...]
    next: SessionLine | None
    guides: tuple[str, ...]
    released: SessionLine | None
    unpublished: datetime | None
    standing: Standing | None = None
    unguided: str = ""
    unrecorded: SessionLine | None = None
    reported: bool = False
    undecided: bool = False


def people_ready(viewer: Viewer) -> int:
    """Return how many people applied and have a seat: one query."""
    return Application.objects.filter(network=viewer.network, state=Application.State.SUBMITTED).count()


def member_home(viewer: Viewer, cohort: Cohort) -> GroupHome:
    """Return the home of a member: three queries, and those of member_standing."""
    sessions = _sessions([cohort])
    return _home(viewer, [cohort], sessions, standing_in=cohort)


def guide_home(viewer: Viewer) -> GroupHome | None:
    """Return the home of somebody who guides groups: four queries at most; None for who guides none."""
    cohorts = sorted({row.cohort for row in viewer.facilitations}, key=lambda cohort: cohort.number)
    if not cohorts:
        return None
    sessions = list(_with_turns().filter(cohort__in=cohorts))
    found = _home(viewer, cohorts, sessions)
    ahead = next((row for row in sessions if found.next is not None and row.key == found.next.key), None)
    waits = waits_for_case(viewer, ahead)
    return replace(found, unrecorded=_unrecorded(viewer, found.lines), undecided=waits)


def _unrecorded(viewer: Viewer, lines: Sequence[SessionLine]) -> SessionLine | None:
    """Return the last session if it is over for less than the time to record it, and nobody did: one query at most."""
    last = next((line for line in reversed(lines) if line.state == PAST), None)
    if last is None or viewer.now - last.ends_at > HELD_SAID_WITHIN:
        return None
    return None if Attendance.objects.filter(session__key=last.key).exists() else last


def admin_home(viewer: Viewer) -> GroupHome | None:
    """Return the home of an admin once there are groups: four queries, whatever their number; None before."""
    first = _soonest_of_all(viewer)
    if not first:
        return None
    cohort = first[0]
    unguided = Cohort(number=cohort.unguided_number or 0, name=cohort.unguided_name or "")
    return replace(
        _home(viewer, [cohort], _sessions([cohort])),
        several=len(first) > 1,
        unpublished=cohort.unpublished,
        unguided=cohort_label(unguided) if unguided.number else "",
        reported=cohort.reported,
    )


def _soonest_of_all(viewer: Viewer) -> list[Any]:
    """Return the two cohorts of the network that meet next, with what an admin is told of all of them: one query."""
    cohorts = Cohort.objects.filter(network=viewer.network)
    leads = Facilitation.objects.filter(cohort=OuterRef("pk"), role=Facilitation.Role.FACILITATOR)
    unguided = cohorts.filter(~Exists(leads), state=Cohort.State.CONFIRMED).order_by("number")
    held = Session.objects.filter(cohort__network=viewer.network, state=Session.State.PLANNED)
    unpublished = held.filter(pulse__closes_at__isnull=False, pulse__release=None).order_by("pulse__closes_at")
    ahead = Session.objects.filter(cohort=OuterRef("pk"), state=Session.State.PLANNED, ends_at__gt=viewer.now)
    for_team = Q(handler=None) | Q(serious=True, release_at__lte=viewer.now)
    by_start = cohorts.annotate(
        meets_at=Subquery(ahead.order_by("starts_at").values("starts_at")[:1]),
        unpublished=Subquery(unpublished.values("pulse__closes_at")[:1]),
        unguided_number=Subquery(unguided.values("number")[:1]),
        unguided_name=Subquery(unguided.values("name")[:1]),
        reported=Exists(Report.objects.filter(for_team, network=viewer.network, open=True)),
    )
    return list(by_start.order_by(F("meets_at").asc(nulls_last=True), "number")[:2])


def _sessions(cohorts: Sequence[Cohort]) -> list[Session]:
    """Return the sessions, in no order, with the window and the release of their evaluation."""
    return list(_with_evaluation().filter(cohort__in=cohorts))


@cache
def _with_evaluation() -> QuerySet[Session]:
    """Return all sessions, still to be asked for; made once, as Django takes longer for that than for the answer."""
    return Session.objects.order_by().annotate(
        opens_at=F("pulse__opens_at"),
        closes_at=F("pulse__closes_at"),
        released_at=F("pulse__release__released_at"),
        withheld=F("pulse__release__withheld"),
    )


@cache
def _with_turns() -> QuerySet[Session]:
    """Return the same with whether a session still waits for a case."""
    return _with_evaluation().annotate(undecided=undecided())


def _home(
    viewer: Viewer,
    cohorts: Sequence[Cohort],
    sessions: Sequence[Any],
    *,
    standing_in: Cohort | None = None,
) -> GroupHome:
    lines = lines_of(viewer, cohorts, sessions)
    cohort = _soonest(cohorts, {pk: next_line(own) for pk, own in lines.items()})
    by_key = {line.key: line for line in lines[cohort.pk]}
    rows = [row for row in sessions if row.cohort_id == cohort.pk]
    return GroupHome(
        key=cohort.key,
        label=cohort_label(cohort),
        several=len(cohorts) > 1,
        lines=lines[cohort.pk],
        next=next_line(lines[cohort.pk]),
        guides=_names(viewer, cohort),
        released=_released(viewer, rows, by_key),
        unpublished=_unpublished(sessions),
        standing=member_standing(viewer, standing_in, rows, by_key) if standing_in is not None else None,
    )


def _soonest(cohorts: Sequence[Cohort], ahead: dict[int, SessionLine | None]) -> Cohort:
    """Return the cohort that meets first; the first one when all their sessions are over."""
    starts = {cohort: line.starts_at for cohort in cohorts if (line := ahead[cohort.pk]) is not None}
    return min(starts, key=starts.__getitem__) if starts else cohorts[0]


def _names(viewer: Viewer, cohort: Cohort) -> tuple[str, ...]:
    if viewer.cohort == cohort:
        guides = [row.user_id for row in viewer.own_guides]
    else:
        rows = Facilitation.objects.filter(cohort=cohort).order_by("-role")
        guides = list(rows.values_list("user_id", flat=True))
    names = viewer.host.names(guides)
    return tuple(names[one] for one in guides if one in names)


def _released(viewer: Viewer, rows: Iterable[Any], by_key: dict[str, SessionLine]) -> SessionLine | None:
    """Return the newest of the sessions whose results came out lately; what is withheld has none."""
    shown = [row for row in rows if row.released_at and not row.withheld]
    news = [row for row in shown if viewer.now - row.released_at < RESULTS_ARE_NEWS]
    return by_key[max(news, key=lambda row: row.released_at).key] if news else None


def _unpublished(rows: Iterable[Any]) -> datetime | None:
    held = (row for row in rows if row.state == Session.State.PLANNED and row.closes_at)
    return min((row.closes_at for row in held if row.released_at is None), default=None)
