"""Places in a cohort: taking one, and none that is not there or that somebody else was offered."""

from datetime import datetime

from django.db import IntegrityError, transaction

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Cohort, Membership, Network, Offer
from lernet_xblock.services.substitution import guides_now


class CohortFull(RuleViolation):
    """Every seat of the cohort is taken."""

    def __init__(self, sentence: str = "", *, field: str | None = None) -> None:
        full = _("This group is full: somebody took the last seat. Choose another group with room.")
        super().__init__(sentence or full, field=field)


class SeatHeld(CohortFull):
    """What is free of the cohort was offered to somebody, who has not answered yet."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(_("Every free seat of this group was offered to somebody who may still answer."), field=field)


class AlreadyPlaced(RuleViolation):
    """The person is in a cohort of this network already (rule H3)."""

    def __init__(self) -> None:
        super().__init__(_("This person is in a group of this network already."))


class GuidesCohort(RuleViolation):
    """Who guides a cohort is not one of its members."""

    def __init__(self) -> None:
        super().__init__(_("This person guides the group, and cannot be one of its members as well."))


def lock_with_network(cohort: Cohort) -> tuple[Network, Cohort]:
    """Return the rows of the network and the cohort, locked in this order: what is decided on seats waits here."""
    network = Network.objects.select_for_update().get(pk=cohort.network_id)
    return network, Cohort.objects.select_for_update().get(pk=cohort.pk)


def join_cohort(cohort: Cohort, *, user_id: int, now: datetime) -> Membership:
    """Give the person a seat in the cohort and return the membership.

    The cohort's row is locked, so that the last seat is given once; one that somebody else was offered is not given.
    Raises CohortFull, SeatHeld, AlreadyPlaced, GuidesCohort.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    members = member_ids(locked)
    if user_id in members:
        raise AlreadyPlaced
    if locked.state != Cohort.State.CONFIRMED:
        raise CohortFull
    require_seat(locked, user_id=user_id, members=len(members), now=now)
    if guides_now(locked.pk, user_id, now=now):
        raise GuidesCohort
    return _seat(locked, user_id=user_id, now=now)


def member_ids(locked: Cohort) -> set[int]:
    """Return who is in the cohort, whose row the caller locked."""
    # A locking read: a plain one could still show what was there before this transaction waited for the lock.
    taken = Membership.objects.select_for_update().filter(cohort=locked, active=True)
    return set(taken.values_list("user_id", flat=True))


def require_seat(locked: Cohort, *, user_id: int, members: int, now: datetime) -> None:
    """Raise CohortFull or SeatHeld unless the locked cohort has a seat that nobody else has or was offered.

    members: how many it has. An offer whose time is over holds nothing, whoever has noticed it so far.
    """
    if members >= locked.maximum_size:
        raise CohortFull
    offers = Offer.objects.select_for_update().filter(cohort=locked, open=True, expires_at__gt=now)
    holders = set(offers.values_list("application_id", flat=True))
    if holders:
        own = Application.objects.filter(network_id=locked.network_id, user_id=user_id)
        holders.difference_update(own.values_list("pk", flat=True))
    if members + len(holders) >= locked.maximum_size:
        raise SeatHeld


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
