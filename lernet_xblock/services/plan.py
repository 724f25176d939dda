"""Planning the sessions of one group anew."""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Cohort, Membership, Plan, Session
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.planning_anew import planned_anew
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.replanning import Replanned
from lernet_xblock.sentences import sentence
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import check_fresh, touch
from lernet_xblock.services.message import announce_cohort
from lernet_xblock.services.move import guides_of
from lernet_xblock.services.notice import tell
from lernet_xblock.services.plan_stand_ins import tell_stand_ins
from lernet_xblock.services.plan_writing import Anew, Written, facts, write
from lernet_xblock.services.session import SessionOverlap

PLAN_CHANGED = "plan_changed"
NO_PLAN_YET = SimpleNamespace(version=0)


class PlanOverlap(SessionOverlap):
    """Two sessions of the new plan, or one of them and one that stays, would be held at the same time (rule S2)."""

    def __init__(self, text: str, *, field: str | None) -> None:
        RuleViolation.__init__(self, text, field=field)


def plan_anew(  # noqa: PLR0913 - a plan, its shift, who and why
    cohort: Cohort,
    *,
    settings: Settings,
    dates: Mapping[str, Any],
    shift_days: int,
    shift_minutes: int,
    reason: str,
    opened_version: int,
    by: int,
    now: datetime,
) -> Replanned:
    """Give the group other dates, and return the difference: what stays keeps its row, what moves its calendar entry.

    settings: with the dates in them (rules.plan_dates.with_dates); dates: the same as JSON, to be kept.
    opened_version: of the cohort's Plan, 0 where it has none. The group is told once, and not at all of a plan that
    changes nothing. Raises StaleVersion, PlanOverlap, and RuleViolation with sentence and field for what
    rules.planning_anew refuses, and for a group that is over.
    """
    locked, plan = _lock(cohort, opened_version)
    rows = list(Session.objects.select_for_update().filter(cohort=locked).order_by("starts_at", "pk"))
    shift = {"shift_days": shift_days, "shift_minutes": shift_minutes}
    try:
        found = planned_anew(rows, settings, **shift, now=now)
    except Refused as refused:
        raise refusal(refused) from refused
    version = _keep_plan(locked, plan, dates=dates, by=by, now=now)
    Cohort.objects.filter(pk=locked.pk).update(**shift)
    anew, how = Anew(locked, {row.pk: row for row in rows}, found), Written(settings, reason, by, now)
    write([anew], how)
    if not found.changes_nothing:
        record(locked.network, "plan.change", by=by, now=now, subject=locked.key, reason=reason)
        _tell_group(anew, how, version)
    return found


def refusal(refused: Refused) -> RuleViolation:
    """Return what the rules refuse as a sentence, at its field."""
    text = sentence(refused)
    if refused.code == "sessions_overlap":
        return PlanOverlap(text, field=refused.field)
    return RuleViolation(text, field=refused.field)


def _lock(cohort: Cohort, opened_version: int) -> tuple[Cohort, Plan | None]:
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    # A locking read: a plain one could still show the plan from before this one waited for the cohort.
    plan = Plan.objects.select_for_update().filter(cohort=locked).first()
    check_fresh(plan or NO_PLAN_YET, opened_version)
    if locked.state != Cohort.State.CONFIRMED:
        raise RuleViolation(_("This group is over: its dates stay as they were."))
    return locked, plan


def _keep_plan(cohort: Cohort, plan: Plan | None, *, dates: Mapping[str, Any], by: int, now: datetime) -> int:
    """Keep the dates, and return which version of the plan they are."""
    if plan is None:
        plan = Plan(cohort=cohort, version=0)
    plan.dates = dict(dates)
    touch(plan, by=by, now=now)
    plan.save()
    return plan.version


def _tell_group(anew: Anew, how: Written, version: int) -> None:
    """Tell everybody but who acts: a notice in the course, and one message."""
    cohort = anew.cohort
    members = Membership.objects.filter(cohort=cohort, active=True).values_list("user_id", flat=True)
    people = {*members, *guides_of(cohort)} - {how.by}
    tell(cohort.network, people, kind=PLAN_CHANGED, now=how.now, cohort=cohort)
    said = facts(anew, how.reason)
    announce_cohort(cohort, kind=PLAN_CHANGED, mark=str(version), now=how.now, by=how.by, facts=said, urgent=True)
    tell_stand_ins([anew], how)
