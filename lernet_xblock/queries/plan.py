"""Which dates are in force: those of one group, and those that all groups were given last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lernet_xblock.models import Cohort, Network, Plan, Replan, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.plan_dates import dates_of, with_dates

# How long a page goes on telling what became of an order for all groups.
TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class PlanInForce:
    """Dates in force. settings: the network's with these dates; dates: the same as JSON; own: they are the group's own.

    version: to send back with a change, 0 where nobody changed anything yet. shift_days, shift_minutes: of the group
    on the wall clock.
    """

    settings: Settings
    dates: Mapping[str, Any]
    own: bool
    version: int
    shift_days: int = 0
    shift_minutes: int = 0


@dataclass(frozen=True)
class Ordered:
    """An order to plan all groups anew. open: it goes on; stalled: nobody works on it; done: of so many groups.

    figures: sessions by what became of them; left_alone: groups by key and name that keep their dates; ended_at: None
    while it goes on.
    """

    key: str
    open: bool
    stalled: bool
    done: int
    groups: int
    figures: Mapping[str, int]
    left_alone: tuple[tuple[str, str], ...]
    ended_at: datetime | None

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.groups) if self.groups else 100


def plan_of(cohort: Cohort) -> PlanInForce:
    """Return the dates of one group: one query. The cohort comes with its network."""
    row = Plan.objects.filter(cohort=cohort).first()
    common = read(cohort.network.authored)
    settings = with_dates(common, row.dates) if row else common
    return PlanInForce(
        settings,
        dates_of(settings),
        own=row is not None,
        version=row.version if row else 0,
        shift_days=cohort.shift_days,
        shift_minutes=cohort.shift_minutes,
    )


def plan_of_all(network: Network) -> PlanInForce:
    """Return the dates that all groups were given last, else those of the author: one query."""
    rows = list(Replan.objects.filter(network=network).order_by("pk").values_list("dates", flat=True))
    common = read(network.authored)
    settings = with_dates(common, rows[-1]) if rows else common
    return PlanInForce(settings, dates_of(settings), own=bool(rows), version=len(rows))


def last_order(network: Network, *, now: datetime) -> Ordered | None:
    """Return the order that goes on, or the last one if it ended lately: two queries at most."""
    row = Replan.objects.filter(network=network).order_by("-pk").first()
    if row is None or (row.ended_at is not None and row.ended_at < now - TOLD_FOR):
        return None
    keys = list(row.figures.get("left_alone", ()))
    labels = {one.key: cohort_label(one) for one in network.cohorts.filter(key__in=keys)} if keys else {}
    return Ordered(
        key=row.key,
        open=bool(row.open),
        stalled=bool(row.open) and (row.leased_until is None or row.leased_until < now),
        done=row.figures.get("done", 0),
        groups=row.figures.get("cohorts", 0),
        figures={name: row.figures.get(name, 0) for name in ("unchanged", "moved", "new", "cancelled")},
        left_alone=tuple((key, labels[key]) for key in keys if key in labels),
        ended_at=row.ended_at,
    )


def begun(cohort: Cohort, *, now: datetime) -> int:
    """Return how many of the cohort's sessions have begun; cancelled ones do not count: one query."""
    rows = Session.objects.filter(cohort=cohort, starts_at__lte=now)
    return int(rows.exclude(state=Session.State.CANCELLED).count())
