"""What other dates would do to the sessions of one group: four lists, before anything is done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lernet_xblock.models import Cohort, Membership, Rsvp, Session
from lernet_xblock.queries.plan import PlanInForce, plan_of
from lernet_xblock.queries.plan_warnings import (
    SUDDEN_CHANGE,
    Bounds,
    Caution,
    Elsewhere,
    bounds_of,
    cautions,
    elsewhere_of,
    is_soon,
)
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.plan_dates import with_dates
from lernet_xblock.rules.planning_anew import planned_anew
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.replanning import Replanned
from lernet_xblock.viewer import Viewer

HELD, NOT_HELD, OVER, CALLED_OFF, BY_HAND = "held", "not_held", "over", "called_off", "by_hand"


@dataclass(frozen=True)
class PlannedDate:
    """One session. starts_at, ends_at: as it would be; was, was_until: as it is now, None for a new one.

    For one that is cancelled or left alone both are the same. coming: names of those who said that they come then, by
    name. why: it is left alone, one of HELD, NOT_HELD, OVER, CALLED_OFF, BY_HAND, else "".
    """

    starts_at: datetime
    ends_at: datetime
    was: datetime | None = None
    was_until: datetime | None = None
    coming: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class PlanPreview:
    """What would happen. in_force: the dates as they are now; refused: why it cannot be, and then all lists are empty.

    left: held, over, called off or moved by hand, so that no plan touches them.
    """

    in_force: PlanInForce
    unchanged: tuple[PlannedDate, ...] = ()
    moved: tuple[PlannedDate, ...] = ()
    new: tuple[PlannedDate, ...] = ()
    cancelled: tuple[PlannedDate, ...] = ()
    left: tuple[PlannedDate, ...] = ()
    refused: Refused | None = None

    @property
    def closes_at(self) -> datetime | None:
        """When the last session begins, which is the closing; None where nothing is planned."""
        stays = [one for one in self.left if one.why != CALLED_OFF]
        return max((one.starts_at for one in (*self.unchanged, *self.moved, *self.new, *stays)), default=None)

    @property
    def changes_nothing(self) -> bool:
        """Whether every session stays as it is."""
        return not (self.moved or self.new or self.cancelled)


def plan_preview(
    viewer: Viewer, cohort: Cohort, *, dates: Mapping[str, Any], shift_days: int, shift_minutes: int
) -> PlanPreview:
    """Return what these dates would do: at most ten queries, whatever the number of sessions and people.

    The cohort comes with its network.
    """
    in_force = plan_of(cohort)
    settings = with_dates(in_force.settings, dates)
    rows = {row.pk: row for row in Session.objects.filter(cohort=cohort).order_by("starts_at", "pk")}
    shift = {"shift_days": shift_days, "shift_minutes": shift_minutes}
    try:
        found = planned_anew(list(rows.values()), settings, **shift, now=viewer.now)
    except Refused as refused:
        return PlanPreview(in_force, refused=refused)
    return _told(_scene(viewer, cohort, settings, rows, found), in_force, found)


@dataclass(frozen=True)
class _Scene:
    """What the lists are made from. coming: names by row number of the session."""

    settings: Settings
    rows: Mapping[int, Session]
    bounds: Bounds
    elsewhere: Sequence[Elsewhere]
    coming: Mapping[int, tuple[str, ...]]
    now: datetime

    def date(self, pk: int, slot: Occurrence | None = None, *, why: str = "") -> PlannedDate:
        """Return a session at the date it would have, None where it keeps its own."""
        row = self.rows[pk]
        coming, was = self.coming.get(pk, ()), (row.starts_at, row.ends_at)
        if slot is None:
            return PlannedDate(*was, *was, coming, why=why)
        found = (*self.sudden(row), *self.cautions(slot))
        return PlannedDate(slot.starts_at, slot.ends_at or slot.starts_at, *was, coming, found)

    def gone(self, pk: int) -> PlannedDate:
        """Return a session that would be cancelled."""
        return replace(self.date(pk), cautions=self.sudden(self.rows[pk]))

    def sudden(self, row: Session) -> tuple[Caution, ...]:
        """Return a caution where people may be about to leave for the session."""
        return (Caution(SUDDEN_CHANGE),) if is_soon(row.starts_at, self.now) else ()

    def fresh(self, slot: Occurrence) -> PlannedDate:
        """Return a session that does not exist yet."""
        return PlannedDate(slot.starts_at, slot.ends_at or slot.starts_at, cautions=self.cautions(slot))

    def cautions(self, slot: Occurrence) -> tuple[Caution, ...]:
        """Return what is worth knowing of the date."""
        return cautions(slot, self.settings, self.bounds, self.elsewhere, now=self.now)


def _scene(viewer: Viewer, cohort: Cohort, settings: Settings, rows: Mapping[int, Session], found: Replanned) -> _Scene:
    fresh = [*(slot for _pk, slot in found.moved), *found.new]
    touched = [*(pk for pk, _slot in found.moved), *found.cancelled]
    return _Scene(
        settings,
        rows,
        bounds_of(viewer, settings),
        elsewhere_of(cohort, fresh),
        _coming(viewer, cohort, touched),
        viewer.now,
    )


def _coming(viewer: Viewer, cohort: Cohort, sessions: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """Return who said that they come, and is a member now: two queries."""
    members = Membership.objects.filter(cohort=cohort, active=True).values("user_id")
    said = Rsvp.objects.filter(session__in=list(sessions), answer=Rsvp.Answer.COMING, user__in=members)
    rows = list(said.values_list("session_id", "user_id"))
    names = viewer.host.names({user for _session, user in rows}) if rows else {}
    found: dict[int, list[str]] = defaultdict(list)
    for session, user in rows:
        found[session].append(names.get(user, "—"))
    return {session: tuple(sorted(people, key=str.casefold)) for session, people in found.items()}


def _told(scene: _Scene, in_force: PlanInForce, found: Replanned) -> PlanPreview:
    return PlanPreview(
        in_force,
        unchanged=tuple(scene.date(pk) for pk, _slot in found.unchanged),
        moved=tuple(scene.date(pk, slot) for pk, slot in found.moved),
        new=tuple(scene.fresh(slot) for slot in found.new),
        cancelled=tuple(scene.gone(pk) for pk in found.cancelled),
        left=tuple(scene.date(pk, why=_why(scene.rows[pk], scene.now)) for pk in found.left),
    )


def _why(row: Session, now: datetime) -> str:
    """Return why no plan touches a session."""
    if row.state == Session.State.CANCELLED:
        return CALLED_OFF
    if row.state == Session.State.NOT_HELD:
        return NOT_HELD
    if row.held_at is not None:
        return HELD
    return OVER if row.starts_at <= now else BY_HAND
