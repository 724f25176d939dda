"""Places in a cohort: taking one, none that is not there, and leaving before the network begins."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Cohort, Facilitation, Membership, Network, Session
from lernet_xblock.services.audit import record


class CohortFull(RuleViolation):
    """Every seat of the cohort is taken."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(
            _("This group is full: somebody took the last seat. Choose another group with room."),
            field=field,
        )


class AlreadyPlaced(RuleViolation):
    """The person is in a cohort of this network already (rule H3)."""

    def __init__(self) -> None:
        super().__init__(_("This person is in a group of this network already."))


class GuidesCohort(RuleViolation):
    """Who guides a cohort is not one of its members."""

    def __init__(self) -> None:
        super().__init__(_("This person guides the group, and cannot be one of its members as well."))


class NetworkBegun(RuleViolation):
    """The launch is over or under way: leaving is talked about first (rule E5)."""

    def __init__(self) -> None:
        super().__init__(_("The network has begun. Please talk to those who guide your group."))


def late_joining_ends(starts: Sequence[datetime]) -> datetime | None:
    """Return when the session begins until which people may still join (rule M3); None without sessions.

    starts: the beginnings of the sessions of a cohort, in any order.
    """
    return sorted(starts)[(len(starts) + 1) // 2 - 1] if starts else None


def join_cohort(cohort: Cohort, *, user_id: int, now: datetime) -> Membership:
    """Give the person a seat in the cohort and return the membership.

    The cohort's row is locked, so that the last seat is given once.
    Raises CohortFull, AlreadyPlaced, GuidesCohort.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    # A locking read: a plain one could still show what was there before this transaction waited for the lock.
    taken = Membership.objects.select_for_update().filter(cohort=locked, active=True).values_list("user_id", flat=True)
    members = set(taken)
    if user_id in members:
        raise AlreadyPlaced
    if locked.state != Cohort.State.CONFIRMED or len(members) >= locked.maximum_size:
        raise CohortFull
    if Facilitation.objects.filter(cohort=locked, user_id=user_id).exists():
        raise GuidesCohort
    return _seat(locked, user_id=user_id, now=now)


def leave(membership: Membership, *, now: datetime) -> None:
    """End the membership and the application, without a reason, until the first session begins (rule E5).

    Raises NetworkBegun from then on, NotFound for a membership that has ended.
    """
    network = Network.objects.select_for_update().get(pk=membership.network_id)
    cohort = Cohort.objects.select_for_update().get(pk=membership.cohort_id)
    row = Membership.objects.select_for_update().filter(pk=membership.pk, active=True).first()
    if row is None:
        raise NotFound
    if cohort.sessions.exclude(state=Session.State.CANCELLED).filter(starts_at__lte=now).exists():
        raise NetworkBegun
    row.active, row.left_at = None, now
    row.save(update_fields=["active", "left_at"])
    network.applications.filter(user_id=row.user_id).update(
        state=Application.State.WITHDRAWN,
        queued_at=None,
        version=F("version") + 1,
    )
    record(network, "membership.leave", by=row.user_id, now=now, subject=cohort.key)


def _seat(cohort: Cohort, *, user_id: int, now: datetime) -> Membership:
    try:
        with transaction.atomic():
            return Membership.objects.create(
                network_id=cohort.network_id,
                cohort=cohort,
                user_id=user_id,
                joined_at=now,
            )
    except IntegrityError:
        # The constraint sees the other cohorts of the network, also those being joined at this moment.
        if (
            Membership.objects.select_for_update()
            .filter(
                network_id=cohort.network_id,
                user_id=user_id,
                active=True,
            )
            .exists()
        ):
            raise AlreadyPlaced from None
        raise
