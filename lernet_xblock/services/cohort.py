"""Who guides a cohort. How cohorts come to be: services/forming.py; who joins late: services/late_joiner.py."""

from datetime import datetime

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Cohort, Facilitation, Membership
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.report import hand_on


def assign_guide(
    cohort: Cohort,
    *,
    role: str,
    user_id: int | None,
    by: int,
    now: datetime,
    opened_version: int | None = None,
) -> None:
    """Make the person facilitator or deputy of the cohort in place of whoever was; None leaves the role open.

    Somebody with the other role changes over, and has guided since they began with it; somebody new reads no case
    shared before. Open reports go to who handles them now. Raises RuleViolation for a member of this cohort,
    StaleVersion.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if opened_version is not None:
        check_fresh(locked, opened_version)
    if user_id and Membership.objects.select_for_update().filter(cohort=locked, user_id=user_id, active=True).exists():
        raise RuleViolation(_("A member of this group cannot guide it as well."), field=role)
    locked.facilitations.filter(role=role).exclude(user_id=user_id).delete()
    if user_id:
        _take_role(locked, role=role, user_id=user_id, now=now)
    hand_on(locked, now=now)
    locked.version += 1
    locked.save(update_fields=["version"])
    record(cohort.network, f"cohort.{role}", by=by, now=now, subject=cohort.key)


def _take_role(cohort: Cohort, *, role: str, user_id: int, now: datetime) -> None:
    row, new = Facilitation.objects.get_or_create(cohort=cohort, user_id=user_id, defaults={"role": role, "since": now})
    if not new:
        row.role = role
        row.save(update_fields=["role"])
