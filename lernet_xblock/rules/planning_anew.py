"""Planning the sessions of one cohort anew: rows and settings in, a difference or a refusal out."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any, Protocol

from lernet_xblock.rules.network_settings import DATES, Settings
from lernet_xblock.rules.plan_dates import DATE_SETTINGS
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.replanning import Replanned, Standing, replan
from lernet_xblock.rules.trajectory_checks import check
from lernet_xblock.rules.trajectory_schedule import FEWEST_SESSIONS, session_kinds, spread_dates

# People were told long ago who is in, wherever a group's first session is by now.
BEFORE_THE_NETWORK = "start_not_after_decision"
MOST_SHIFT_DAYS, MOST_SHIFT_MINUTES = 366, 1440
PLANNED, LAUNCH = "planned", "launch"


class Row(Protocol):
    """What is read of a stored session."""

    pk: Any
    kind: str
    state: str
    slot_date: date | None
    slot_time: time | None
    moved_by_hand: bool
    held_at: datetime | None
    local_date: date
    starts_at: datetime
    ends_at: datetime


def standings(rows: Iterable[Row], *, now: datetime) -> tuple[Standing, ...]:
    """Return how the sessions stand. One that was called off by hand holds its slot: it is not made anew.

    Left out: what a plan itself let go, which has no slot any more; and what another session is held instead of.
    """
    listed = list(rows)
    held = {_slot(row) for row in listed if row.state == PLANNED}
    return tuple(
        Standing(row.pk, _slot(row), row.starts_at, row.ends_at, fixed=_is_fixed(row, now))
        for row in listed
        if row.state == PLANNED or _slot(row) not in {None, *held}
    )


def slots_of(settings: Settings, *, shift_days: int = 0, shift_minutes: int = 0) -> tuple[Occurrence, ...]:
    """Return the dates of a cohort that is shifted so on the wall clock.

    Raises Refused with the field: what an author could not open applications with either (trajectory_checks.check),
    out_of_range for the shift, too_few_sessions, sessions_overlap.
    """
    for problem in check(settings):
        if problem.field in DATE_SETTINGS and problem.code != BEFORE_THE_NETWORK:
            raise Refused(problem.code, problem.field, dict(problem.values))
    _check_range("shift_days", shift_days, -MOST_SHIFT_DAYS, MOST_SHIFT_DAYS)
    _check_range("shift_minutes", shift_minutes, -MOST_SHIFT_MINUTES, MOST_SHIFT_MINUTES)
    slots = spread_dates(settings, shift_days=shift_days, shift_minutes=shift_minutes)
    session_kinds(len(slots))
    for one, after in pairwise(slots):
        if _end(one) > after.starts_at:
            raise _overlap(one.local.date(), after.local.date())
    return slots


def planned_anew(
    rows: Sequence[Row],
    settings: Settings,
    *,
    shift_days: int = 0,
    shift_minutes: int = 0,
    now: datetime,
) -> Replanned:
    """Return what planning anew would do with the sessions of a cohort, cancelled ones among the rows.

    Raises Refused as slots_of and difference do.
    """
    slots = slots_of(settings, shift_days=shift_days, shift_minutes=shift_minutes)
    return difference(rows, slots, listed=settings.frequency == DATES, now=now)


def difference(rows: Sequence[Row], slots: Sequence[Occurrence], *, listed: bool, now: datetime) -> Replanned:
    """Return the same for dates that are known. listed: they come from a list, not from a rhythm.

    Raises Refused: session_past for a date in the past that no session can take, too_few_sessions where fewer than a
    launch, one in between and a closing would be left, sessions_overlap with the days of both.
    """
    found = replan(standings(rows, now=now), slots, now=now)
    _refuse_past(rows, found, listed=listed, now=now)
    _refuse_few(rows, found)
    _refuse_overlap(rows, found)
    return found


def _refuse_past(rows: Sequence[Row], found: Replanned, *, listed: bool, now: datetime) -> None:
    """Refuse dates that are over and come after all that has begun; those between are gone, and nobody misses them."""
    begun = [row.starts_at for row in rows if row.starts_at <= now]
    # A group that was split off has no launch: what came before belongs to the group it was part of.
    whole = not rows or any(row.kind == LAUNCH for row in rows)
    known = {row.slot_date for row in rows if row.starts_at > now}
    for slot in found.lost:
        if slot.local.date() in known:
            raise Refused("session_past", "session_time", {"day": slot.local.date()})
        if whole and all(slot.starts_at > moment for moment in begun):
            field = "listed_dates" if listed else "first_date"
            raise Refused("session_past", field, {"day": slot.local.date()})


def _refuse_few(rows: Sequence[Row], found: Replanned) -> None:
    stood = {row.pk for row in rows if row.state == PLANNED}
    stay = len(stood - set(found.cancelled)) + len(found.new)
    if stay < FEWEST_SESSIONS and (not rows or stay < len(stood)):
        raise Refused("too_few_sessions", "session_count", {"minimum": FEWEST_SESSIONS})


def _refuse_overlap(rows: Sequence[Row], found: Replanned) -> None:
    stay = {*found.left, *(pk for pk, _slot in found.unchanged)}
    old = [(row.starts_at, row.ends_at, row.local_date, False)
           for row in rows if row.state == PLANNED and row.pk in stay]  # fmt: skip
    fresh = [slot for _pk, slot in found.moved] + list(found.new)
    spans = old + [(slot.starts_at, _end(slot), slot.local.date(), True) for slot in fresh]
    for one, after in pairwise(sorted(spans)):
        # What overlapped before, and stays, is nothing that this plan does.
        if one[1] > after[0] and (one[3] or after[3]):
            raise _overlap(one[2], after[2])


def _overlap(day: date, other: date) -> Refused:
    return Refused("sessions_overlap", "first_date", {"day": day, "other": other})


def _check_range(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refused("out_of_range", field, {"minimum": least, "maximum": most})


def _is_fixed(row: Row, now: datetime) -> bool:
    return row.state != PLANNED or row.moved_by_hand or row.held_at is not None or row.starts_at <= now


def _slot(row: Row) -> datetime | None:
    return datetime.combine(row.slot_date, row.slot_time) if row.slot_date and row.slot_time is not None else None


def _end(slot: Occurrence) -> datetime:
    return slot.ends_at or slot.starts_at
