"""The order of a cohort's sessions: numbers without gaps, the launch first and the closing last (rule S3)."""

from datetime import datetime

from django.db.models import F

from lernet_xblock.models import Cohort, Session

# Above every number that a plan can give: numbers are unique, and pass through here on their way.
BEYOND = 1000


def renumber(cohort: Cohort, *, by: int, now: datetime) -> None:
    """Count the locked cohort's sessions anew in the order of time; a cancelled one has no number already.

    Who changes kind, from regular to closing for instance, looks different in a calendar: its sequence grows. A group
    that was split off has no launch of its own, and goes on counting where the other was.
    """
    rows = list(Session.objects.filter(cohort=cohort).exclude(state=Session.State.CANCELLED).order_by("starts_at", "pk"))
    kinds = set(Session.objects.filter(cohort=cohort).values_list("kind", flat=True))
    first = 1 if Session.Kind.LAUNCH in kinds else min((row.number for row in rows), default=1)
    changed = []
    for place, row in enumerate(rows):
        last = place == len(rows) - 1
        kind = _kind(kinds, first=place == 0 and first == 1, last=last)
        if (row.number, row.kind) != (first + place, kind):
            changed.append((row, first + place, kind))
    Session.objects.filter(pk__in=[row.pk for row, _number, _new in changed]).update(number=F("number") + BEYOND)
    for row, number, kind in changed:
        _keep(row, number, kind, by=by, now=now)


def _kind(kinds: set[str], *, first: bool, last: bool) -> str:
    if first and Session.Kind.LAUNCH in kinds:
        return Session.Kind.LAUNCH
    return Session.Kind.CLOSING if last and Session.Kind.CLOSING in kinds else Session.Kind.REGULAR


def _keep(row: Session, number: int, kind: str, *, by: int, now: datetime) -> None:
    seen = {"kind": kind, "sequence": F("sequence") + 1, "version": F("version") + 1} if kind != row.kind else {}
    signed = {"changed_at": now, "changed_by_id": by} if seen else {}
    Session.objects.filter(pk=row.pk).update(number=number, **seen, **signed)
