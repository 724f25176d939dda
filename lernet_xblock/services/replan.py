"""Planning all groups of a network anew: asked for once, worked off in the background, batch by batch.

Every batch is one transaction, and says in it how far the work is. A worker that is killed loses its batch and no
more; whoever goes on begins after the last cohort that is done.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import AuditEntry, Cohort, Network, Plan, Replan, Session
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import DATES, Settings
from lernet_xblock.rules.plan_dates import dates_of, with_dates
from lernet_xblock.rules.planning_anew import difference, slots_of
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.services.audit import record
from lernet_xblock.services.batch import insert
from lernet_xblock.services.message_batch import Told, tell_cohorts
from lernet_xblock.services.plan import PLAN_CHANGED, refusal
from lernet_xblock.services.plan_stand_ins import tell_stand_ins
from lernet_xblock.services.plan_writing import Anew, Written, facts, write

LEASE = timedelta(seconds=60)
COHORTS_AT_ONCE = 500
COUNTED = ("unchanged", "moved", "new", "cancelled")

_Shift = tuple[int, int]


def ask_replan(network: Network, *, dates: Mapping[str, Any], reason: str, by: int, now: datetime) -> Replan:
    """Order new dates for every group of the network, each on its own shift. dates: as rules.plan_dates has them.

    The caller starts the task "plan.replan" with the key of what is returned. Raises RuleViolation while another order
    is open, and for dates that no group could have.
    """
    locked = Network.objects.select_for_update().get(pk=network.pk)
    if Replan.objects.select_for_update().filter(network=locked, open=True).exists():
        raise RuleViolation(_("All groups are being planned anew already. Please wait until that is done."))
    settings = with_dates(read(locked.authored), dates)
    try:
        slots = slots_of(settings)
    except Refused as refused:
        raise refusal(refused) from refused
    if slots[-1].starts_at <= now:
        past = Refused("session_past", "first_date", {"day": slots[-1].local.date()})
        raise refusal(past)
    cohorts = locked.cohorts.filter(state=Cohort.State.CONFIRMED).count()
    figures = dict.fromkeys((*COUNTED, "done", "after"), 0) | {"cohorts": cohorts, "left_alone": []}
    replan = Replan.objects.create(
        network=locked,
        dates=dates_of(settings),
        reason=reason,
        asked_at=now,
        by_id=by,
        leased_until=now + LEASE,
        figures=figures,
    )
    record(locked, "plan.replan", by=by, now=now, subject=replan.key, reason=reason)
    return replan


def work_on(replan: Replan, *, now: datetime) -> bool:
    """Plan the next groups anew, in the transaction that is open, and return whether some are left.

    Safe to be killed and to be run again, also by two at a time. `figures`: done of cohorts, sessions by what became
    of them, and `left_alone`: the keys of groups that keep their dates, since the new ones do not fit them. A group's
    own plan gives way, its shift and what was moved by hand stay.
    """
    row = Replan.objects.select_for_update().get(pk=replan.pk)
    if not row.open:
        return False
    cohorts = _next_cohorts(row)
    if cohorts:
        _plan(row, cohorts, now=now)
        row.leased_until = now + LEASE
    else:
        row.open, row.ended_at, row.leased_until = None, now, None
    row.save(update_fields=["figures", "open", "ended_at", "leased_until"])
    return bool(row.open)


def is_stalled(replan: Replan, *, now: datetime) -> bool:
    """Whether nobody works on the order: its task can be started again."""
    return bool(replan.open) and (replan.leased_until is None or replan.leased_until < now)


def stalled(*, now: datetime) -> list[str]:
    """Return the keys of all orders on which nobody works, the oldest first."""
    rows = Replan.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), open=True)
    return list(rows.order_by("pk").values_list("key", flat=True))


def _next_cohorts(row: Replan) -> list[Cohort]:
    rows = Cohort.objects.select_for_update().filter(network=row.network_id, pk__gt=row.figures["after"])
    cohorts = list(rows.filter(state=Cohort.State.CONFIRMED).order_by("pk")[:COHORTS_AT_ONCE])
    for cohort in cohorts:
        cohort.network = row.network
    return cohorts


def _plan(row: Replan, cohorts: Sequence[Cohort], *, now: datetime) -> None:
    settings = with_dates(read(row.network.authored), row.dates)
    plans, alone = _differences(cohorts, settings, now=now)
    how = Written(settings, row.reason, row.by_id, now)
    versions = _keep_plans(row, [one.cohort.pk for one in plans], now=now)
    write(plans, how)
    changed = [one for one in plans if not one.found.changes_nothing]
    keys = ((one.cohort.key,) for one in changed)
    line = {"verb": "plan.change", "actor_id": row.by_id, "reason": row.reason, "at": now}
    insert(AuditEntry, ("subject",), keys, network_id=row.network_id, **line)
    told = [Told(one.cohort, str(versions[one.cohort.pk]), facts(one, row.reason)) for one in changed]
    tell_cohorts(told, kind=PLAN_CHANGED, by=row.by_id, now=now, urgent=True)
    tell_stand_ins(changed, how)
    _count(row, cohorts, plans, alone)


def _differences(cohorts: Sequence[Cohort], settings: Settings, *, now: datetime) -> tuple[list[Anew], list[str]]:
    """Return what becomes of the groups, and the keys of those whom these dates do not fit."""
    sessions: dict[int, list[Session]] = defaultdict(list)
    rows = Session.objects.select_for_update().filter(cohort__in=[cohort.pk for cohort in cohorts])
    for row in rows.order_by("starts_at", "pk"):
        sessions[row.cohort_id].append(row)
    slots: dict[_Shift, tuple[Occurrence, ...] | None] = {}
    plans, alone = [], []
    for cohort in cohorts:
        shift = cohort.shift_days, cohort.shift_minutes
        if shift not in slots:
            slots[shift] = _slots(settings, shift)
        found = _difference(cohort, sessions[cohort.pk], slots[shift], listed=settings.frequency == DATES, now=now)
        plans += [found] if found else []
        alone += [] if found else [cohort.key]
    return plans, alone


def _slots(settings: Settings, shift: _Shift) -> tuple[Occurrence, ...] | None:
    try:
        return slots_of(settings, shift_days=shift[0], shift_minutes=shift[1])
    except Refused:
        return None


def _difference(
    cohort: Cohort,
    rows: Sequence[Session],
    slots: tuple[Occurrence, ...] | None,
    *,
    listed: bool,
    now: datetime,
) -> Anew | None:
    if slots is None:
        return None
    try:
        found = difference(rows, slots, listed=listed, now=now)
    except Refused:
        return None
    return Anew(cohort, {row.pk: row for row in rows}, found)


def _keep_plans(row: Replan, cohort_ids: Sequence[int], *, now: datetime) -> Mapping[int, int]:
    """Keep the dates as the plan of these groups, and return which version each has now."""
    plans = Plan.objects.select_for_update().filter(cohort__in=cohort_ids).order_by("pk")
    stood = dict(plans.values_list("cohort_id", "version"))
    signed = {"changed_at": now, "changed_by_id": row.by_id}
    Plan.objects.filter(cohort__in=list(stood)).update(dates=row.dates, version=F("version") + 1, **signed)
    new = ((pk,) for pk in cohort_ids if pk not in stood)
    insert(Plan, ("cohort_id",), new, dates=row.dates, version=1, **signed)
    return {pk: stood.get(pk, 0) + 1 for pk in cohort_ids}


def _count(row: Replan, cohorts: Sequence[Cohort], plans: Sequence[Anew], alone: Sequence[str]) -> None:
    figures = row.figures
    for name in COUNTED:
        figures[name] += sum(len(getattr(one.found, name)) for one in plans)
    figures["done"] += len(cohorts)
    figures["after"] = cohorts[-1].pk
    figures["left_alone"] += alone
