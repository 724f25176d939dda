"""The order of sessions in cohorts: numbers without gaps, the launch first and the closing last (rule S3)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F

from lernet_xblock.models import Cohort, Session
from lernet_xblock.services.batch import batches

Kind, State = Session.Kind, Session.State
# Above every number that a plan can give: numbers are unique, and pass through here on their way.
BEYOND = 1000


class _Row(NamedTuple):
    cohort_id: int
    pk: int
    number: int
    kind: str
    state: str


def renumber(cohort: Cohort, *, by: int, now: datetime) -> None:
    """Do the same for one locked cohort."""
    renumber_all([cohort.pk], by=by, now=now)


def renumber_all(cohort_ids: Sequence[int], *, by: int | None, now: datetime) -> None:
    """Count the sessions of these locked cohorts anew in the order of time; a cancelled one has no number already.

    Who changes kind, from regular to closing for instance, looks different in a calendar: its sequence grows. What was
    not held keeps its kind; a launch that was not held may be held again later. A group that was split off has no
    launch of its own, and goes on counting where the other was. However many cohorts, the statements are few.
    """
    # Locking reads: a plain one could still show what was there before this one waited for the cohort.
    rows = Session.objects.select_for_update().filter(cohort__in=cohort_ids).order_by("starts_at", "pk")
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows.values_list("cohort_id", "pk", "number", "kind", "state"):
        found[row[0]].append(_Row(*row))
    changed: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    for listed in found.values():
        for pk, number, kind in _counted(listed):
            changed[number, kind].append(pk)
    _set(sorted(pk for pks in changed.values() for pk in pks), number=F("number") + BEYOND)
    seen = {"sequence": F("sequence") + 1, "version": F("version") + 1, "changed_at": now, "changed_by_id": by}
    for (number, kind), pks in changed.items():
        _set(pks, number=number, **({"kind": kind, **seen} if kind else {}))


def _set(pks: Iterable[int], **columns: Any) -> None:
    for some in batches(pks):
        Session.objects.filter(pk__in=some).update(**columns)


def _counted(rows: Sequence[_Row]) -> Iterator[tuple[int, int, str | None]]:
    """Yield row, number and kind of what changes in a cohort, None for a kind that stays. rows: in order of time."""
    kinds = {row.kind for row in rows}
    listed = [row for row in rows if row.state != State.CANCELLED]
    counted = (row.number for row in listed if row.number < BEYOND)
    first = 1 if Kind.LAUNCH in kinds else min(counted, default=1)
    new = _kinds(listed, kinds if first == 1 else kinds - {Kind.LAUNCH})
    for number, row in enumerate(listed, start=first):
        if (row.number, row.kind) != (number, new[row.pk]):
            yield row.pk, number, new[row.pk] if new[row.pk] != row.kind else None


def _kinds(rows: Sequence[_Row], kinds: set[str]) -> dict[int, str]:
    found = {row.pk: row.kind if row.state == State.NOT_HELD else Kind.REGULAR for row in rows}
    held = [row for row in rows if row.state != State.NOT_HELD]
    for kind, place in ((Kind.LAUNCH, 0), (Kind.CLOSING, -1)):
        if held and kind in kinds and (held[place] == rows[place] or held[place].kind == kind):
            found[held[place].pk] = kind
    return found
