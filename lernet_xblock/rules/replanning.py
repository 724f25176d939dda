"""Planning anew as a difference: which session takes which date, and what comes and goes.

A session keeps its row wherever one of the new dates can be its own, so that calendars follow it instead of showing a
second one. Fixed sessions are never touched; what they stand for is not planned a second time.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lernet_xblock.rules.recurrence import Occurrence

_Pair = tuple["Standing", Occurrence]


@dataclass(frozen=True)
class Standing:
    """A session that exists. slot: the naive wall clock of the plan that it stands for, None for one beside the plan.

    fixed: held, begun, not held, moved by hand or called off by hand; what has begun counts as fixed in any case.
    """

    pk: int
    slot: datetime | None
    starts_at: datetime
    ends_at: datetime
    fixed: bool


@dataclass(frozen=True)
class Replanned:
    """What becomes of every session, by row number: each is in one list. Dates ascend, within every list.

    left: fixed ones. new: dates that no session takes. lost: dates in the past that no session took; they stay empty.
    """

    unchanged: tuple[tuple[int, Occurrence], ...] = ()
    moved: tuple[tuple[int, Occurrence], ...] = ()
    new: tuple[Occurrence, ...] = ()
    cancelled: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    lost: tuple[Occurrence, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether everything stays as it is."""
        return not (self.moved or self.new or self.cancelled)


class _Table:
    """Sessions and dates that have not found one another yet, both in order of time, and the pairs so far."""

    def __init__(self, standing: Iterable[Standing], slots: Iterable[Occurrence]) -> None:
        self.waiting = sorted(standing, key=_place)
        self.free = sorted(slots, key=lambda slot: (slot.starts_at, slot.local))
        self.pairs: list[_Pair] = []

    def match(
        self,
        who: Callable[[Standing], bool],
        session_key: Callable[[Standing], Hashable | None],
        slot_key: Callable[[Occurrence], Hashable],
        *,
        after: datetime | None = None,
    ) -> None:
        """Pair these sessions with the free dates of the same key, of dates after a moment only."""
        found: dict[Hashable, Occurrence] = {}
        for slot in self.free:
            if after is None or slot.starts_at > after:
                found.setdefault(slot_key(slot), slot)
        keys = ((one, session_key(one)) for one in self.waiting if who(one))
        self.take([(one, found.pop(key)) for one, key in keys if key in found])

    def take(self, pairs: Iterable[_Pair]) -> None:
        """Pair these."""
        chosen = list(pairs)
        sessions, slots = {one.pk for one, _slot in chosen}, {id(slot) for _one, slot in chosen}
        self.pairs += chosen
        self.waiting = [one for one in self.waiting if one.pk not in sessions]
        self.free = [slot for slot in self.free if id(slot) not in slots]


def replan(standing: Sequence[Standing], slots: Sequence[Occurrence], *, now: datetime) -> Replanned:
    """Return the difference between the sessions that stand and the dates of a plan.

    A fixed session uses up the date at which it begins, else the one it stands for. A session that is not fixed keeps
    the date at which it is, else takes the one of its own wall clock or day. What is left on both sides is paired in
    order of time: a fixed session uses up its date, any other moves there. Dates in the past are never filled anew.
    """
    table = _Table(standing, slots)
    _match_alike(table, now)
    _match_in_order(table, now)
    return _told(table, now)


def _match_alike(table: _Table, now: datetime) -> None:
    def fixed(one: Standing) -> bool:
        return _is_fixed(one, now)

    def loose(one: Standing) -> bool:
        return not _is_fixed(one, now)

    table.match(fixed, lambda one: one.starts_at, lambda slot: slot.starts_at)
    table.match(fixed, lambda one: one.slot, lambda slot: slot.local)
    table.match(loose, lambda one: (one.starts_at, one.ends_at), lambda slot: (slot.starts_at, slot.ends_at), after=now)
    table.match(loose, lambda one: one.starts_at, lambda slot: slot.starts_at, after=now)
    table.match(loose, lambda one: one.slot, lambda slot: slot.local, after=now)
    table.match(fixed, _day, lambda slot: slot.local.date())
    table.match(loose, _day, lambda slot: slot.local.date(), after=now)


def _match_in_order(table: _Table, now: datetime) -> None:
    """Pair what is left. What has begun comes first, and so counts as the first of the plan."""
    begun = [one for one in table.waiting if one.starts_at <= now]
    table.take(zip(begun, table.free, strict=False))
    ahead = [one for one in table.waiting if one.starts_at > now]
    slots = [slot for slot in table.free if slot.starts_at > now]
    loose = [one.pk for one in ahead if not one.fixed]
    # Fixed ones stay in any case: where dates are short, the last of the others give way.
    surplus = set(loose[max(0, len(slots) - (len(ahead) - len(loose))) :])
    table.take(zip((one for one in ahead if one.pk not in surplus), slots, strict=False))


def _told(table: _Table, now: datetime) -> Replanned:
    pairs = sorted(table.pairs, key=lambda pair: (pair[1].starts_at, pair[1].local))
    kept = [(one, slot) for one, slot in pairs if not _is_fixed(one, now)]
    everybody = sorted([*table.waiting, *(one for one, _slot in pairs)], key=lambda one: (one.starts_at, one.pk))
    gone = {one.pk for one in table.waiting}
    return Replanned(
        unchanged=tuple((one.pk, slot) for one, slot in kept if _is_at(one, slot)),
        moved=tuple((one.pk, slot) for one, slot in kept if not _is_at(one, slot)),
        new=tuple(slot for slot in table.free if slot.starts_at > now),
        cancelled=tuple(one.pk for one in everybody if one.pk in gone and not _is_fixed(one, now)),
        left=tuple(one.pk for one in everybody if _is_fixed(one, now)),
        lost=tuple(slot for slot in table.free if slot.starts_at <= now),
    )


def _is_fixed(one: Standing, now: datetime) -> bool:
    return one.fixed or one.starts_at <= now


def _is_at(one: Standing, slot: Occurrence) -> bool:
    return (one.starts_at, one.ends_at) == (slot.starts_at, slot.ends_at)


def _day(one: Standing) -> Hashable | None:
    return one.slot and one.slot.date()


def _place(one: Standing) -> tuple[datetime, datetime, int]:
    # Where it stands in the plan, which is not where a hand moved it. A zone's few hours change no order of days.
    return (one.slot.replace(tzinfo=UTC) if one.slot else one.starts_at, one.starts_at, one.pk)
