"""What planning anew writes: for one cohort or for many, with a number of statements that few cohorts share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, OuterRef, Subquery, Value

from lernet_xblock.models import Attendance, AttendanceChange, Cohort, Pulse, Rsvp, Session
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.replanning import Replanned
from lernet_xblock.rules.trajectory import session_kinds
from lernet_xblock.rules.trajectory_checks import is_https
from lernet_xblock.rules.zones import tz_version
from lernet_xblock.services.batch import batches, insert
from lernet_xblock.services.message import drop_reminders
from lernet_xblock.services.session import LINK_LENGTH, PLACE_LENGTH
from lernet_xblock.services.session_numbers import BEYOND, renumber_all
from lernet_xblock.services.session_time import PULSE_WINDOW
from lernet_xblock.services.turn_session import free_turns

NEW_COLUMNS = (
    "cohort_id",
    "number",
    "kind",
    "local_date",
    "local_time",
    "slot_date",
    "slot_time",
    "starts_at",
    "ends_at",
)
AGAIN = {"sequence": F("sequence") + 1, "version": F("version") + 1}


@dataclass(frozen=True)
class Anew:
    """A locked cohort, its sessions as they stood, all of them locked, by row number, and what becomes of them."""

    cohort: Cohort
    rows: Mapping[int, Session]
    found: Replanned

    @property
    def changed(self) -> list[int]:
        """The row numbers of what is not held as it was announced."""
        return [*(pk for pk, _slot in self.found.moved), *self.found.cancelled]


@dataclass(frozen=True)
class Written:
    """How it is written: the settings, with the dates in them, why, by whom and when."""

    settings: Settings
    reason: str
    by: int | None
    now: datetime

    @property
    def signed(self) -> dict[str, Any]:
        """The columns of whoever changes a session."""
        return {"changed_at": self.now, "changed_by_id": self.by}


def write(plans: Sequence[Anew], how: Written) -> None:
    """Move, cancel and add the sessions, with all that hangs on them. Nobody is told here."""
    _keep_slots(plans, how)
    _move(plans, how)
    gone = [pk for one in plans for pk in one.found.cancelled]
    # A cancelled session without a slot is none that somebody called off: a later plan may have its date again.
    _update(gone, state=Session.State.CANCELLED, number=None, cancelled_at=how.now, reason=how.reason,
            slot_date=None, slot_time=None, **AGAIN, **how.signed)  # fmt: skip
    free_turns(gone, by=how.by, now=how.now)
    _add(plans, how)
    changed = [pk for one in plans for pk in one.changed]
    _forget_answers(changed, how)
    for some in batches(changed):
        drop_reminders(some, now=how.now)
    stirred = sorted(one.cohort.pk for one in plans if not one.found.changes_nothing)
    if stirred:
        renumber_all(stirred, by=how.by, now=how.now)


def facts(plan: Anew, reason: str) -> dict[str, Any]:
    """Return what a message about the plan names: instants in UTC, as text."""
    found = plan.found
    return {
        "reason": reason,
        "moved": [[_iso(plan.rows[pk].starts_at), _iso(slot.starts_at)] for pk, slot in found.moved],
        "new": [_iso(slot.starts_at) for slot in found.new],
        "cancelled": [_iso(plan.rows[pk].starts_at) for pk in found.cancelled],
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _update(pks: Iterable[int], **columns: Any) -> None:
    for some in batches(pks):
        Session.objects.filter(pk__in=some).update(**columns)


def _slot(at: Occurrence) -> dict[str, Any]:
    return {"slot_date": at.local.date(), "slot_time": at.local.time()}


def _time(at: Occurrence, how: Written) -> dict[str, Any]:
    return {
        **_slot(at),
        "local_date": at.local.date(),
        "local_time": at.local.time(),
        "starts_at": at.starts_at,
        "ends_at": at.ends_at or at.starts_at,
        "duration_minutes": how.settings.session_minutes,
        "time_zone": how.settings.time_zone,
        "zone_data_version": tz_version(),
    }


def _keep_slots(plans: Iterable[Anew], how: Written) -> None:
    """Let what stays stand for its date of this plan. In another zone of the same clock it looks different."""
    slots: dict[Occurrence, list[int]] = defaultdict(list)
    zones: dict[Occurrence, list[int]] = defaultdict(list)
    for one in plans:
        for pk, at in one.found.unchanged:
            row = one.rows[pk]
            if row.time_zone != how.settings.time_zone:
                zones[at].append(pk)
            elif (row.slot_date, row.slot_time) != (at.local.date(), at.local.time()):
                slots[at].append(pk)
    for at, pks in slots.items():
        _update(pks, **_slot(at))
    for at, pks in zones.items():
        _update(pks, **_time(at, how), **AGAIN, **how.signed)


def _move(plans: Iterable[Anew], how: Written) -> None:
    groups: dict[tuple[Occurrence, bool], list[int]] = defaultdict(list)
    for one in plans:
        for pk, at in one.found.moved:
            groups[at, one.rows[pk].starts_at != at.starts_at].append(pk)
    for (at, away), pks in groups.items():
        # First of all: MySQL works from left to right, and would keep the new start here.
        before = {"moved_from": F("starts_at")} if away else {}
        _update(pks, **before, **_time(at, how), reason=how.reason, **AGAIN, **how.signed)
    for some in batches([pk for pks in groups.values() for pk in pks]):
        ends = Subquery(Session.objects.filter(pk=OuterRef("session_id")).values("ends_at"))
        closes = ExpressionWrapper(ends + Value(PULSE_WINDOW), output_field=DateTimeField())
        Pulse.objects.filter(session__in=some).update(opens_at=ends, closes_at=closes)


def _add(plans: Sequence[Anew], how: Written) -> None:
    rows = list(_new_rows(plans))
    if not rows:
        return
    link = how.settings.meeting_link or ""
    common: dict[str, Any] = {
        "time_zone": how.settings.time_zone,
        "duration_minutes": how.settings.session_minutes,
        "zone_data_version": tz_version(),
        # An imported block may hold anything: what no column takes, or what is no safe link, is left out.
        "place": (how.settings.place or "")[:PLACE_LENGTH],
        "meeting_link": link if is_https(link) and len(link) <= LINK_LENGTH else "",
    }
    insert(Session, NEW_COLUMNS, rows, **common, **how.signed)
    # Read again: some databases return no row numbers for rows that are made together.
    made = Session.objects.filter(cohort__in={row[0] for row in rows}, pulse=None, number__gt=BEYOND).order_by("pk")
    ends = list(made.values_list("pk", "ends_at"))
    windows = ((pk, ends_at, ends_at + PULSE_WINDOW) for pk, ends_at in ends)
    insert(Pulse, ("session_id", "opens_at", "closes_at"), windows)


def _new_rows(plans: Iterable[Anew]) -> Iterator[tuple[Any, ...]]:
    for one in plans:
        new = one.found.new
        # The first plan of all says which is the launch; later, counting anew does.
        kinds = ("regular",) * len(new) if one.rows else session_kinds(len(new))
        for place, (kind, at) in enumerate(zip(kinds, new, strict=True), start=1):
            day, clock = at.local.date(), at.local.time()
            # Any number that is free: they are counted anew afterwards.
            yield one.cohort.pk, 2 * BEYOND + place, kind, day, clock, day, clock, at.starts_at, at.ends_at


def _forget_answers(pks: Sequence[int], how: Written) -> None:
    """Ask everybody anew whether they come; what was recorded of people stays in the history alone."""
    for some in batches(pks):
        Rsvp.objects.filter(session__in=some).delete()
        cells = list(Attendance.objects.select_for_update().filter(session__in=some).order_by("pk"))
        AttendanceChange.objects.bulk_create(
            AttendanceChange(session_id=cell.session_id, user_id=cell.user_id, before=cell.state,
                             minutes_before=cell.minutes, at=how.now, by_id=how.by)
            for cell in cells
        )  # fmt: skip
        Attendance.objects.filter(pk__in=[cell.pk for cell in cells]).delete()
