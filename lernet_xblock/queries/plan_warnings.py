"""What is worth knowing of a date before it is planned: holidays, clock changes, the course's end, other groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from lernet_xblock.models import Cohort, Facilitation, Membership, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.holidays_be import be_holiday
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.session_fit import SUDDEN
from lernet_xblock.rules.zones import clock_change, zone
from lernet_xblock.viewer import Viewer

HOLIDAY, GAP, OVERLAP, SOON = "session_on_holiday", "session_in_clock_gap", "session_in_clock_overlap", "soon"
BEFORE_COURSE, AFTER_COURSE, AFTER_NETWORK = "before_course", "after_course", "after_network"
# SOON: the new date is near; SUDDEN_CHANGE: the one that is given up is.
SUDDEN_CHANGE, ELSEWHERE = "sudden", "elsewhere"


@dataclass(frozen=True)
class Caution:
    """One thing worth knowing of one date. values: date, holiday, local, last or first, people and where, by code."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bounds:
    """Days outside of which a session looks odd: of the course, and the last of the network; None for no bound."""

    opens: date | None
    closes: date | None
    ends: date | None


@dataclass(frozen=True)
class Elsewhere:
    """Sessions of other groups of the same people. title: of the other network, or of the other group of this one."""

    title: str
    starts_at: datetime
    ends_at: datetime
    people: int


def bounds_of(viewer: Viewer, settings: Settings) -> Bounds:
    """Return what bounds the dates of a network: one query of the host at most."""
    opens, closes = viewer.host.course_window(viewer.scope.course_id)
    return Bounds(opens, closes, settings.end_date)


def is_soon(starts_at: datetime, now: datetime) -> bool:
    """Whether it is too late for a change to reach everybody's calendar (rule S4)."""
    return now < starts_at < now + SUDDEN


def cautions(
    at: Occurrence, settings: Settings, bounds: Bounds, elsewhere: Sequence[Elsewhere], *, now: datetime
) -> tuple[Caution, ...]:
    """Return what is worth knowing of a new date; no query."""
    day, ends_at = at.local.date(), at.ends_at or at.starts_at
    found = []
    holiday = be_holiday(day)
    if holiday:
        found.append(Caution(HOLIDAY, {"date": day, "holiday": holiday}))
    change = clock_change(at.local, zone(settings.time_zone or ""))
    if change:
        found.append(Caution(GAP if change == "gap" else OVERLAP, {"local": at.local}))
    found += [Caution(SOON)] if is_soon(at.starts_at, now) else []
    found += _outside(day, bounds)
    met = [one for one in elsewhere if one.starts_at < ends_at and at.starts_at < one.ends_at]
    return (*found, *(Caution(ELSEWHERE, {"people": one.people, "where": one.title}) for one in met))


def _outside(day: date, bounds: Bounds) -> Iterable[Caution]:
    if bounds.opens and day < bounds.opens:
        yield Caution(BEFORE_COURSE, {"first": bounds.opens})
    if bounds.closes and day > bounds.closes:
        yield Caution(AFTER_COURSE, {"last": bounds.closes})
    if bounds.ends and day > bounds.ends:
        yield Caution(AFTER_NETWORK, {"last": bounds.ends})


def elsewhere_of(cohort: Cohort, slots: Sequence[Occurrence]) -> tuple[Elsewhere, ...]:
    """Return what the people of the cohort do in other groups around these dates: four queries.

    People are counted and never named: who guides one group learns nothing of who is in another.
    """
    if not slots:
        return ()
    people = _people_of(cohort)
    groups = _groups_of(people, but=cohort)
    # A session lasts hours: what begins a day before cannot reach in.
    first, last = min(slot.starts_at for slot in slots), max(slot.starts_at for slot in slots)
    rows = Session.objects.filter(
        cohort__in=groups,
        state=Session.State.PLANNED,
        starts_at__gt=first - timedelta(days=1),
        starts_at__lt=last + timedelta(days=1),
    )
    listed = rows.select_related("cohort__network").order_by("starts_at", "pk")
    return tuple(
        Elsewhere(_title(row.cohort, cohort), row.starts_at, row.ends_at, len(groups[row.cohort_id])) for row in listed
    )


def _people_of(cohort: Cohort) -> set[int]:
    members = Membership.objects.filter(cohort=cohort, active=True).order_by().values_list("user_id")
    guides = Facilitation.objects.filter(cohort=cohort).order_by().values_list("user_id")
    return {user for (user,) in members.union(guides)}


def _groups_of(people: Iterable[int], *, but: Cohort) -> Mapping[int, set[int]]:
    """Return who of these people is in which other group, by row number."""
    wanted = sorted(people)
    members = Membership.objects.filter(user__in=wanted, active=True).exclude(cohort=but).order_by()
    guides = Facilitation.objects.filter(user__in=wanted).exclude(cohort=but).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for group, user in members.values_list("cohort_id", "user_id").union(guides.values_list("cohort_id", "user_id")):
        found[group].add(user)
    return found


def _title(other: Cohort, cohort: Cohort) -> str:
    return cohort_label(other) if other.network_id == cohort.network_id else other.network.title
