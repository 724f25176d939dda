"""What moving people would do, before it is done: a fixed number of queries each, and nothing is saved."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, F, Max, Q

from lernet_xblock.models import Application, Case, Cohort, Membership
from lernet_xblock.queries.cohort import cohort_label, group_label
from lernet_xblock.queries.move_scene import Scene, Side, pairs_of, scene
from lernet_xblock.rules.regrouping import halves
from lernet_xblock.rules.sizing import SMALLEST_BOUND
from lernet_xblock.viewer import Viewer

# Groups offered to choose from, the roomiest first.
MOST_CHOICES = 100
NO_ROOM, GUIDES, CLOSING, MEETING, LIMIT, SMALL = "no_room", "guides", "closing", "meeting", "limit", "small"


@dataclass(frozen=True)
class Choice:
    """A group that has room. people: members; free: seats that nobody has and nobody was offered."""

    key: str
    label: str
    people: int
    free: int


@dataclass(frozen=True)
class BrokenPair:
    """Two people, by name, whom an admin wanted "apart" or "together", and who would not be."""

    kind: str
    first: str
    second: str


@dataclass(frozen=True)
class Preview:
    """What a move means. moving, staying: names of people; obstacle: why it cannot be done, "" when it can.

    language: the working language of the group they join, "" when it is the same; ahead: sessions of the old group
    that have not begun; next: when the new group meets; shared: cases that stay with those who could read them;
    guides: names of those who guide the old group; late: half of the new group's sessions have begun.
    """

    old: Side
    new: Side
    moving: tuple[str, ...]
    staying: tuple[str, ...]
    pairs: tuple[BrokenPair, ...]
    obstacle: str
    language: str
    ahead: int
    next: datetime | None
    shared: int
    guides: tuple[str, ...]
    late: bool


def destinations(viewer: Viewer, cohort: Cohort, *, seats: int) -> tuple[Choice, ...]:
    """Return the other groups of the network that have room for so many people: one query."""
    open_ = Q(offers__open=True, offers__expires_at__gt=viewer.now)
    rows = (
        Cohort.objects.filter(network=cohort.network_id, state=Cohort.State.CONFIRMED)
        .exclude(pk=cohort.pk)
        .annotate(
            people=Count("memberships", filter=Q(memberships__active=True), distinct=True),
            held=Count("offers", filter=open_, distinct=True),
        )
        .annotate(free=F("maximum_size") - F("people") - F("held"))
        .filter(maximum_size__gte=F("people") + F("held") + seats)
        .order_by("-free", "number")
    )
    return tuple(Choice(row.key, cohort_label(row), row.people, row.free) for row in rows[:MOST_CHOICES])


def transfer_preview(viewer: Viewer, cohort: Cohort, *, to: Cohort, number: int) -> Preview | None:
    """Return what it means that one member goes to the other group; None when the membership is not one of it.

    number: of the membership.
    """
    there = scene(viewer, cohort, to)
    moving = [row.user_id for row in there.in_old if row.pk == number]
    if not moving:
        return None
    own = Case.objects.filter(cohort=cohort, owner_id=moving[0], state=Case.State.SHARED)
    return _preview(there, moving, shared=own.count())


def merge_preview(viewer: Viewer, cohort: Cohort, *, to: Cohort) -> Preview:
    """Return what it means that the cohort goes on as part of the other, with the offers of its seats."""
    there = scene(viewer, cohort, to)
    shared = Case.objects.filter(cohort=cohort, state=Case.State.SHARED).count()
    found = _preview(there, [row.user_id for row in there.in_old], shared=shared)
    offered = found.new.offered + there.offered.get(cohort.pk, 0)
    found = replace(found, new=replace(found.new, offered=offered), old=replace(found.old, offered=0))
    if found.new.above:
        return replace(found, obstacle=NO_ROOM)
    return replace(found, obstacle=found.obstacle or (MEETING if there.meets else ""))


def split_preview(viewer: Viewer, cohort: Cohort, *, numbers: Collection[int]) -> Preview:
    """Return what it means that these members go on in a new group. numbers: of their memberships."""
    there = scene(viewer, cohort)
    counted = Cohort.objects.filter(network=cohort.network_id).aggregate(
        last=Max("number"),
        live=Count("pk", filter=Q(state=Cohort.State.CONFIRMED)),
    )
    shared = Case.objects.filter(cohort=cohort, state=Case.State.SHARED).count()
    moving = [row.user_id for row in there.in_old if row.pk in numbers]
    found = _preview(there, moving, shared=shared, label=group_label(counted["last"] + 1))
    obstacle = found.obstacle or (MEETING if there.meets else "")
    if counted["live"] >= cohort.network.cohort_limit:
        obstacle = LIMIT
    elif min(found.old.after, found.new.after) < SMALLEST_BOUND:
        obstacle = SMALL
    return replace(found, obstacle=obstacle)


def suggested_half(cohort: Cohort) -> frozenset[int]:
    """Return the memberships of the smaller of two halves, departments spread evenly: three queries, {} for too few."""
    rows = Membership.objects.filter(cohort=cohort, active=True).order_by("pk")
    numbers = dict(rows.values_list("user_id", "pk"))
    if len(numbers) < 2 * SMALLEST_BOUND:
        return frozenset()
    told = Application.objects.filter(network=cohort.network_id, user__in=numbers)
    departments = dict(told.values_list("user_id", "department"))
    people = [(user_id, departments.get(user_id) or None) for user_id in numbers]
    _larger, smaller = halves(people, pairs_of(cohort))
    return frozenset(numbers[user_id] for user_id in smaller)


def _preview(there: Scene, moving: Collection[int], *, shared: int, label: str = "") -> Preview:
    """moving: by number of the person; label: of a group that does not exist yet."""
    old, new = there.old, there.new or there.old
    staying = [row.user_id for row in there.in_old if row.user_id not in moving]
    leads = there.leads(old)
    broken = there.broken(moving)
    paired = {one for pair in broken for one in (pair.first, pair.second)}
    names = there.viewer.host.names({*moving, *staying, *leads, *paired})
    sides = _sides(there, len(moving), label or cohort_label(new))
    guided = set(moving).intersection(there.leads(new)) if there.new else set()
    meets = there.ahead(there.new or old)
    return Preview(
        *sides,
        moving=_sorted(names, moving),
        staying=_sorted(names, staying),
        pairs=tuple(BrokenPair(kind, names.get(one, "—"), names.get(other, "—")) for kind, one, other in broken),
        obstacle=_obstacle(there, sides[1], guided=bool(guided)),
        language=new.working_language if new.working_language != old.working_language else "",
        ahead=len(there.ahead(old)),
        next=meets[0] if meets else None,
        shared=shared,
        guides=_sorted(names, leads),
        late=there.late,
    )


def _sides(there: Scene, moving: int, label: str) -> tuple[Side, Side]:
    """Return both groups before and after."""
    old, new = there.old, there.new
    people, joined = len(there.in_old), len(there.there)
    held = there.offered.get(old.pk, 0)
    target, kept = (new, there.offered.get(new.pk, 0)) if new else (old, 0)
    return (
        Side(cohort_label(old), people, people - moving, held, old.minimum_size, old.maximum_size),
        Side(label, joined, joined + moving, kept, target.minimum_size, target.maximum_size),
    )


def _obstacle(there: Scene, side: Side, *, guided: bool) -> str:
    if there.closing:
        return CLOSING
    if guided:
        return GUIDES
    return NO_ROOM if there.new and side.above else ""


def _sorted(names: Mapping[int, str], people: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted((names.get(one, "—") for one in people), key=str.casefold))
