"""Sessions ahead whose instants were derived from older time-zone data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from lernet_xblock.models import Session
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.zone_shift import Shift
from lernet_xblock.rules.zones import to_utc, tz_version, zone

COLUMNS = (
    "cohort_id", "cohort__key", "key", "local_date", "local_time", "time_zone", "duration_minutes",
    "starts_at", "ends_at", "zone_data_version",
)  # fmt: skip


@dataclass(frozen=True)
class Outdated:
    """A cohort whose sessions ahead have to be derived anew: those that shift, and how many are as they were.

    unknown: keys of sessions in a zone that the data do not have any more; nothing is done to them.
    """

    cohort_id: int
    shifts: tuple[Shift, ...]
    same: int
    unknown: tuple[str, ...] = ()


def outdated_cohorts(now: datetime) -> Iterator[Outdated]:
    """Yield the cohorts, one after the other, in which the data in use say something new: one query."""
    ahead = Session.objects.filter(state=Session.State.PLANNED, starts_at__gt=now).order_by("cohort_id", "starts_at")
    rows = ahead.values(*COLUMNS).iterator(chunk_size=2000)
    for cohort_id, sessions in groupby(rows, key=itemgetter("cohort_id")):
        found = _outdated(cohort_id, list(sessions))
        if found.shifts or found.same or found.unknown:
            yield found


def _outdated(cohort_id: int, sessions: list[dict[str, Any]]) -> Outdated:
    shifts, same, unknown = [], 0, []
    for row in sessions:
        local = datetime.combine(row["local_date"], row["local_time"])
        try:
            after = to_utc(local, zone(row["time_zone"]))
        except Refused:
            unknown.append(row["key"])
            continue
        if (row["starts_at"], row["ends_at"]) != (after, after + timedelta(minutes=row["duration_minutes"])):
            shifts.append(Shift(row["cohort__key"], row["key"], local, row["time_zone"], row["starts_at"], after))
        else:
            same += row["zone_data_version"] != tz_version()
    return Outdated(cohort_id, tuple(shifts), same, tuple(unknown))
