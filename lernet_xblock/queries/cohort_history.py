"""Who was a member of a group when, and what was done to it: seven queries, whatever the number of people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from lernet_xblock.models import Change, Cohort, Membership, Network
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.viewer import Viewer

# The newest are shown.
MOST_EVENTS = 100


@dataclass(frozen=True)
class Stay:
    """One membership. until: None while it goes on; end: how it ended; pause: its last day, None for no pause."""

    name: str
    since: datetime
    until: datetime | None
    end: str
    pause: date | None


@dataclass(frozen=True)
class Event:
    """One operation. people: names of those it moved; frm, to: labels of the groups they left and joined, or "".

    by, undone_by: names; change: the row, for who asks whether it can be undone.
    """

    change: Change
    people: tuple[str, ...]
    frm: str
    to: str
    by: str
    undone_by: str


@dataclass(frozen=True)
class History:
    """stays: in the order of joining; events: the newest first; into: what the group went into, "" while it lives."""

    label: str
    into: str
    stays: tuple[Stay, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Gone:
    """A group that is part of another now: key and label, and the label of the other."""

    key: str
    label: str
    into: str


def gone_groups(network: Network) -> tuple[Gone, ...]:
    """Return the groups of the network that went into others: one query."""
    rows = network.cohorts.filter(state=Cohort.State.MERGED, merged_into__isnull=False).select_related("merged_into")
    return tuple(Gone(row.key, cohort_label(row), cohort_label(row.merged_into)) for row in rows if row.merged_into)


def history(viewer: Viewer, cohort: Cohort) -> History:
    """Return the history of one group of the network."""
    rows = list(Membership.objects.filter(cohort=cohort).order_by("joined_at", "pk"))
    changes = _changes(cohort, rows)
    moved = _moved(changes)
    people = {row.user_id for row in (*rows, *(one for found in moved.values() for one in found))}
    acted = {one for change in changes for one in (change.by_id, change.undone_by_id) if one}
    names = viewer.host.names(people | acted)
    labels = {
        one.pk: cohort_label(one) for one in Cohort.objects.filter(network=cohort.network_id, pk__in=_named(moved))
    }
    return History(
        label=cohort_label(cohort),
        into=cohort_label(cohort.merged_into) if cohort.merged_into else "",
        stays=tuple(sorted((_stay(row, names) for row in rows), key=lambda stay: (stay.since, stay.name.casefold()))),
        events=tuple(_event(change, moved[change.pk], names, labels) for change in reversed(changes)),
    )


def _changes(cohort: Cohort, rows: Sequence[Membership]) -> list[Change]:
    """Return the operations on the group, and those that brought people or took them: one query.

    What a change did stands in its JSON, which not every database searches; but it has the moment of what it did.
    """
    moments = {at for row in rows for at in (row.joined_at, row.left_at) if at}
    found = Change.objects.filter(Q(cohort=cohort) | Q(at__in=moments), network=cohort.network_id)
    own = {row.pk for row in rows}
    newest = list(found.order_by("-at", "-pk")[:MOST_EVENTS])
    return [one for one in reversed(newest) if one.cohort_id == cohort.pk or own & _rows(one)]


def _rows(change: Change) -> set[int]:
    if change.kind == Change.Kind.SUBSTITUTE:
        return set()
    return {pk for name in ("ended", "made", "paused", "resumed") for pk in change.done.get(name, ())}


def _moved(changes: Sequence[Change]) -> dict[int, list[Membership]]:
    """Return the memberships each change is about: one query."""
    rows = Membership.objects.in_bulk({pk for change in changes for pk in _rows(change)})
    found: dict[int, list[Membership]] = defaultdict(list)
    for change in changes:
        found[change.pk] = [rows[pk] for pk in sorted(_rows(change)) if pk in rows]
    return found


def _named(moved: Mapping[int, Sequence[Membership]]) -> set[int]:
    return {row.cohort_id for rows in moved.values() for row in rows}


def _stay(row: Membership, names: Mapping[int, str]) -> Stay:
    pause = row.paused_until if row.active else None
    return Stay(names.get(row.user_id, "—"), row.joined_at, row.left_at, row.end, pause)


def _event(
    change: Change,
    rows: Sequence[Membership],
    names: Mapping[int, str],
    labels: Mapping[int, str],
) -> Event:
    made = set(change.done.get("made", ()))
    left = {labels.get(row.cohort_id, "") for row in rows if row.pk not in made}
    joined = {labels.get(row.cohort_id, "") for row in rows if row.pk in made}
    return Event(
        change=change,
        people=tuple(sorted({names.get(row.user_id, "—") for row in rows}, key=str.casefold)),
        frm=min(left, default=""),
        to=min(joined, default=""),
        by=names.get(change.by_id or 0, ""),
        undone_by=names.get(change.undone_by_id or 0, ""),
    )
