"""Undo: an operation on cohorts is taken back, once and within a day, as long as nothing was built on it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import F

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import Change, Cohort, Membership, Network
from lernet_xblock.sentences import UNDO_OBSTACLES
from lernet_xblock.services.audit import record
from lernet_xblock.services.built_on import built_on, moved_rows

# What takes a change of each kind back, given the change, `by` and `now`; everything concerned is locked by then.
UNDO: dict[str, Callable[..., None]] = {}

Undoing = Callable[..., None]


class CannotUndo(RuleViolation):
    """The change stands: too late, taken back before, or something was built on it."""

    def __init__(self, code: str) -> None:
        super().__init__(str(UNDO_OBSTACLES[code]))


def undoes(kind: str) -> Callable[[Undoing], Undoing]:
    """Register the function that takes back a change of this kind: `(change, *, by, now)`.

    It tells those concerned, and raises a RuleViolation for what only its kind knows to stand in the way.
    """

    def register(undoing: Undoing) -> Undoing:
        UNDO[kind] = undoing
        return undoing

    return register


def undo(network: Network, *, key: str, by: int, now: datetime) -> Change:
    """Take back the change with this key, and return it.

    Raises NotFound, or CannotUndo with the reason.
    """
    locked = Network.objects.select_for_update().get(pk=network.pk)
    change = locked.changes.select_for_update().filter(key=key).first()
    if change is None:
        raise NotFound
    cohorts = _lock_cohorts(change)
    code = obstacles(locked, [change], now=now).get(change.pk)
    if code:
        raise CannotUndo(code)
    UNDO[change.kind](change, by=by, now=now)
    change.undone_at, change.undone_by_id = now, by
    change.save(update_fields=["undone_at", "undone_by"])
    Cohort.objects.filter(pk__in=[cohort.pk for cohort in cohorts]).update(version=F("version") + 1)
    record(locked, f"cohort.{change.kind}.undo", by=by, now=now, subject=change.key)
    return change


def obstacles(network: Network, changes: Iterable[Change], *, now: datetime) -> dict[int, str]:
    """Return why a change cannot be undone, as a code by its row number; those that can are not in it.

    The number of queries does not depend on the number of changes.
    """
    found, open_ = {}, []
    for change in changes:
        if change.undone_at is not None:
            found[change.pk] = "undone"
        elif change.kind not in UNDO or change.undo_until is None:
            found[change.pk] = "never"
        elif now > change.undo_until:
            found[change.pk] = "late"
        else:
            open_.append(change)
    return {**found, **(built_on(network, open_, now=now) if open_ else {})}


def _lock_cohorts(change: Change) -> list[Cohort]:
    """Return the cohorts the change is about, locked in the order in which everybody locks them."""
    rows = moved_rows(change)
    pks = set(Membership.objects.filter(pk__in=rows).order_by().values_list("cohort_id", flat=True))
    pks |= {change.cohort_id, *change.done.get("cohorts", ())} - {None}
    return list(Cohort.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
