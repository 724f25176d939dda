"""The groups of a running network, a page at a time: who is in them, who guides them, and which seats are left."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lernet_xblock.models import Cohort, Facilitation, Membership, Network, Offer, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.pause import today_in
from lernet_xblock.viewer import Viewer

GROUPS_ON_A_PAGE = 24


@dataclass(frozen=True)
class FormedGroup:
    """A cohort and its people by name; `guides`: the name and number of facilitator and deputy, by role.

    offered: seats that are held for somebody who has not answered; pausing: name and last day.
    """

    key: str
    version: int
    label: str
    members: tuple[str, ...]
    guides: dict[str, tuple[str, int]]
    seats_left: int
    below: bool
    size_reason: str
    starts: tuple[datetime, ...]
    offered: int = 0
    pausing: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True)
class FormedPage:
    """Some of the groups, in order. page: which one of `pages`, from 1."""

    groups: tuple[FormedGroup, ...]
    page: int
    pages: int


@dataclass
class _Rows:
    """What the tables say of the cohorts of a page, by row number; everybody by number of the person."""

    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    pausing: dict[int, list[tuple[int, date]]] = field(default_factory=lambda: defaultdict(list))
    guides: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    starts: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    offered: Counter[int] = field(default_factory=Counter)

    def everybody(self) -> set[int]:
        """Return all members and guides."""
        members = {one for people in self.members.values() for one in people}
        return members.union(one for roles in self.guides.values() for one in roles.values())


def formed_groups(viewer: Viewer, network: Network, *, page: int = 1) -> FormedPage:
    """Return 24 cohorts of the network that were not merged, in order: seven queries. page: the nearest there is."""
    going = network.cohorts.exclude(state=Cohort.State.MERGED)
    pages = max(1, -(-going.count() // GROUPS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    cohorts = list(going[(page - 1) * GROUPS_ON_A_PAGE : page * GROUPS_ON_A_PAGE])
    rows = _rows(viewer, cohorts)
    names = viewer.host.names(rows.everybody())
    return FormedPage(tuple(_formed(cohort, rows, names) for cohort in cohorts), page, pages)


def _rows(viewer: Viewer, cohorts: Sequence[Cohort]) -> _Rows:
    rows, today = _Rows(), today_in(viewer.zone, viewer.now)
    for place in Membership.objects.filter(cohort__in=cohorts, active=True):
        rows.members[place.cohort_id].append(place.user_id)
        if place.paused_until is not None and today <= place.paused_until:
            rows.pausing[place.cohort_id].append((place.user_id, place.paused_until))
    open_offers = Offer.objects.filter(cohort__in=cohorts, open=True, expires_at__gt=viewer.now)
    rows.offered.update(open_offers.values_list("cohort_id", flat=True))
    for guide in Facilitation.objects.filter(cohort__in=cohorts):
        rows.guides[guide.cohort_id][guide.role] = guide.user_id
    held = Session.objects.filter(cohort__in=cohorts).exclude(state=Session.State.CANCELLED)
    for cohort_id, starts_at in held.values_list("cohort_id", "starts_at"):
        rows.starts[cohort_id].append(starts_at)
    return rows


def _formed(cohort: Cohort, rows: _Rows, names: Mapping[int, str]) -> FormedGroup:
    people, offered = rows.members[cohort.pk], rows.offered[cohort.pk]
    return FormedGroup(
        key=cohort.key,
        version=cohort.version,
        label=cohort_label(cohort),
        members=tuple(sorted((names.get(one, "—") for one in people), key=str.casefold)),
        guides={role: (names.get(one, "—"), one) for role, one in rows.guides[cohort.pk].items()},
        seats_left=max(0, cohort.maximum_size - len(people) - offered),
        below=len(people) < cohort.minimum_size,
        size_reason=cohort.size_reason,
        starts=tuple(rows.starts[cohort.pk]),
        offered=offered,
        pausing=tuple((names.get(one, "—"), until) for one, until in rows.pausing[cohort.pk]),
    )
