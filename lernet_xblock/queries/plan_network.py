"""What other dates would do to all groups of a network: figures, and the first groups that differ."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from lernet_xblock.models import Cohort, Network, Plan, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.plan import PlanInForce, plan_of_all
from lernet_xblock.queries.plan_warnings import Caution, bounds_of, cautions
from lernet_xblock.rules.network_settings import DATES, Settings
from lernet_xblock.rules.plan_dates import with_dates
from lernet_xblock.rules.planning_anew import difference, slots_of
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.replanning import Replanned
from lernet_xblock.viewer import Viewer

LISTS = ("moved", "new", "cancelled", "unchanged", "left")
# Groups named one by one; the rest is counted.
MOST_NAMED = 12
SHIFTS_LOOKED_AT = 24


@dataclass
class Row:
    """What rules.planning_anew reads of a session. pk: its place among those of its cohort."""

    pk: int
    kind: str
    state: str
    slot_date: date | None
    slot_time: time | None
    moved_by_hand: bool
    held_at: datetime | None
    local_date: date
    starts_at: datetime
    ends_at: datetime


COLUMNS = tuple(Row.__dataclass_fields__)[1:]


@dataclass(frozen=True)
class GroupDifference:
    """How many sessions of one group would move, come and go."""

    key: str
    label: str
    moved: int
    new: int
    cancelled: int


@dataclass(frozen=True)
class NetworkPreview:
    """What would happen to all groups. counts: sessions by list, of LISTS; groups: how many there are.

    changing: groups of which some session changes, the first of them in `first`; unfit, alone: how many groups keep
    their dates since the new ones do not fit them, and the names of the first; own: groups whose own dates give way;
    cautioned: new dates worth a word, each once; refused: why no group could have these dates.
    """

    in_force: PlanInForce
    groups: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    changing: int = 0
    first: tuple[GroupDifference, ...] = ()
    unfit: int = 0
    alone: tuple[str, ...] = ()
    own: int = 0
    cautioned: tuple[tuple[Occurrence, tuple[Caution, ...]], ...] = ()
    refused: Refused | None = None


def network_preview(viewer: Viewer, network: Network, *, dates: Mapping[str, Any]) -> NetworkPreview:
    """Return what these dates would do to every group: five queries at most, whatever the number of groups.

    Groups of the same shift whose sessions stand alike get the same: it is worked out once for them.
    """
    in_force = plan_of_all(network)
    settings = with_dates(in_force.settings, dates)
    try:
        slots_of(settings)
    except Refused as refused:
        return NetworkPreview(in_force, refused=refused)
    cohorts = list(network.cohorts.filter(state=Cohort.State.CONFIRMED))
    own = Plan.objects.filter(cohort__network=network, cohort__state=Cohort.State.CONFIRMED)
    told = _Told(settings, viewer.now)
    rows = _rows(network)
    for cohort in cohorts:
        told.add(cohort, tuple(rows[cohort.pk]))
    return NetworkPreview(
        in_force,
        groups=len(cohorts),
        counts={name: told.counts[name] for name in LISTS},
        changing=told.changing,
        first=tuple(told.first),
        unfit=told.unfit,
        alone=tuple(told.alone),
        own=own.count() if not in_force.own else own.exclude(dates=in_force.dates).count(),
        cautioned=_cautioned(viewer, settings, told),
    )


def _rows(network: Network) -> Mapping[int, list[tuple[Any, ...]]]:
    """Return the sessions of each cohort in order, by the cohort's row number: one query."""
    listed = Session.objects.filter(cohort__network=network, cohort__state=Cohort.State.CONFIRMED)
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    columns = listed.order_by("cohort_id", "starts_at", "pk").values_list("cohort_id", *COLUMNS)
    for cohort, *values in columns.iterator(chunk_size=10_000):
        found[cohort].append(tuple(values))
    return found


class _Told:
    """Adds up what becomes of the groups."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings, self.now = settings, now
        self.slots: dict[tuple[int, int], tuple[Occurrence, ...] | None] = {}
        self.known: dict[Any, Replanned | None] = {}
        self.counts: Counter[str] = Counter()
        self.first: list[GroupDifference] = []
        self.alone: list[str] = []
        self.changing = self.unfit = 0

    def add(self, cohort: Cohort, rows: Sequence[tuple[Any, ...]]) -> None:
        """Count one more group."""
        shift = cohort.shift_days, cohort.shift_minutes
        same = shift, rows
        if same not in self.known:
            self.known[same] = self._difference(shift, rows)
        found = self.known[same]
        if found is None:
            self.unfit += 1
            self.alone += [cohort_label(cohort)] if len(self.alone) < MOST_NAMED else []
            self.counts["left"] += len(rows)
            return
        for name in LISTS:
            self.counts[name] += len(getattr(found, name))
        if not found.changes_nothing:
            self.changing += 1
            if len(self.first) < MOST_NAMED:
                sizes = (len(found.moved), len(found.new), len(found.cancelled))
                self.first.append(GroupDifference(cohort.key, cohort_label(cohort), *sizes))

    def _difference(self, shift: tuple[int, int], rows: Sequence[tuple[Any, ...]]) -> Replanned | None:
        slots = self._slots(shift)
        numbered = [Row(place, *values) for place, values in enumerate(rows)]
        if slots is None:
            return None
        try:
            return difference(numbered, slots, listed=self.settings.frequency == DATES, now=self.now)
        except Refused:
            return None

    def _slots(self, shift: tuple[int, int]) -> tuple[Occurrence, ...] | None:
        if shift not in self.slots:
            try:
                self.slots[shift] = slots_of(self.settings, shift_days=shift[0], shift_minutes=shift[1])
            except Refused:
                self.slots[shift] = None
        return self.slots[shift]


def _cautioned(viewer: Viewer, settings: Settings, told: _Told) -> tuple[tuple[Occurrence, tuple[Caution, ...]], ...]:
    """Return the dates ahead, of the shifts that occur, of which something is worth knowing."""
    bounds = bounds_of(viewer, settings)
    shifts = [slots for slots in told.slots.values() if slots][:SHIFTS_LOOKED_AT]
    ahead = {slot.local: slot for slots in shifts for slot in slots if slot.starts_at > told.now}
    listed = ((slot, cautions(slot, settings, bounds, (), now=told.now)) for _local, slot in sorted(ahead.items()))
    return tuple((slot, found) for slot, found in listed if found)[:MOST_NAMED]
