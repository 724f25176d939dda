"""Ending a membership: by the member, or by who runs the group; what the person told, and the seat that falls free."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import (
    Application,
    Case,
    Change,
    Cohort,
    Contribution,
    Membership,
    Network,
    Offer,
    Takeaway,
)
from lernet_xblock.services.case import withdraw
from lernet_xblock.services.case_move import free_turns_of
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.late_joiner import set_state
from lernet_xblock.services.membership import GuidesCohort, lock_with_network, member_ids, require_seat
from lernet_xblock.services.notice import tell
from lernet_xblock.services.offer import offer_to_next, take_back
from lernet_xblock.services.substitution import guides_now
from lernet_xblock.services.undo import undoes

# While a network has groups that live; afterwards nobody leaves what is over.
MAY_BE_LEFT = (Network.State.RUNNING, Network.State.PAUSED, Network.State.CLOSING)


class Told(StrEnum):
    """What becomes of something that a person who leaves told the group."""

    NAMED = "named"
    UNNAMED = "unnamed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Parting:
    """What somebody who leaves decides (rule M2): for each shared case, by key, for all contributions and takeaways.

    A case that is not among them stays with the name, and so do contributions and takeaways. What is attached to a
    case goes with it. Takeaways always have their owner: they stay, or are REMOVED from what others read.
    """

    cases: Mapping[str, Told] = field(default_factory=dict)
    contributions: Told = Told.NAMED
    takeaways: Told = Told.NAMED


def leave(membership: Membership, *, now: datetime, parting: Parting | None = None, reason: str = "") -> Change:
    """End the own membership, and do with what was told as the person wants. Raises NotFound when it has ended."""
    return _depart(membership, by=membership.user_id, now=now, parting=parting or Parting(), reason=reason)


def end_membership(
    membership: Membership,
    *,
    opened_version: int,
    by: int,
    now: datetime,
    reason: str = "",
) -> Change:
    """End somebody's membership; what they told stays with their name, and is theirs to withdraw.

    The person hears it; the group hears that somebody left, and never why. Raises NotFound, StaleVersion.
    """
    return _depart(membership, by=by, now=now, parting=Parting(), reason=reason, opened_version=opened_version)


def _depart(
    membership: Membership,
    *,
    by: int,
    now: datetime,
    parting: Parting,
    reason: str,
    opened_version: int | None = None,
) -> Change:
    network, cohort = lock_with_network(membership.cohort)
    if opened_version is not None:
        check_fresh(cohort, opened_version)
    row = Membership.objects.select_for_update().filter(pk=membership.pk, active=True).first()
    if row is None:
        raise NotFound
    if network.state not in MAY_BE_LEFT:
        raise RuleViolation(_("This network is over: there is nothing left to leave."))
    _end(row, cohort, now=now)
    _part(network, row.user_id, parting, now=now)
    free_turns_of([row.user_id], network, by=by, now=now)
    done = {"ended": [row.pk]}
    change = keep_change(network, Change.Kind.LEAVE, by=by, now=now, cohort=cohort, reason=reason, done=done)
    _tell(network, cohort, row.user_id, by=by, now=now)
    offer_to_next(cohort, change, now=now)
    return change


@undoes(Change.Kind.LEAVE)
def undo_leave(change: Change, *, by: int, now: datetime) -> None:
    """Let the person be a member again, as if nothing had been; an open offer of the seat is taken back.

    What was withdrawn or is without a name stays so. Raises RuleViolation when the seat was taken meanwhile, or the
    person is elsewhere.
    """
    network, cohort = lock_with_network(Cohort.objects.get(pk=change.cohort_id))
    row = Membership.objects.select_for_update().get(pk=change.done["ended"][0])
    _refuse_undo(network, cohort, row, now=now)
    offers = Offer.objects.select_for_update().filter(pk__in=change.done.get("offers", ()))
    if offers.filter(answer=Offer.Answer.ACCEPTED).exists():
        raise RuleViolation(_("Somebody else took the seat meanwhile."))
    for offer in offers.filter(open=True).select_related("cohort"):
        take_back(offer, by=by, now=now)
    require_seat(cohort, user_id=row.user_id, members=len(member_ids(cohort)), now=now)
    row.active, row.left_at, row.end = True, None, ""
    row.save(update_fields=["active", "left_at", "end"])
    for application in network.applications.select_for_update().filter(user_id=row.user_id):
        set_state(application, Application.State.MEMBER)
    tell(network, [row.user_id], kind="leave_undone", now=now, cohort=cohort)


def _refuse_undo(network: Network, cohort: Cohort, row: Membership, *, now: datetime) -> None:
    if row.end != Membership.End.LEFT or cohort.state != Cohort.State.CONFIRMED:
        raise RuleViolation(_("This cannot be undone any more: something else happened since."))
    if network.memberships.select_for_update().filter(user_id=row.user_id, active=True).exists():
        raise RuleViolation(_("This person is in a group of this network again."))
    if guides_now(cohort.pk, row.user_id, now=now):
        raise GuidesCohort


def _end(row: Membership, cohort: Cohort, *, now: datetime) -> None:
    row.active, row.left_at, row.end = None, now, Membership.End.LEFT
    row.save(update_fields=["active", "left_at", "end"])
    for application in Application.objects.select_for_update().filter(network_id=row.network_id, user_id=row.user_id):
        set_state(application, Application.State.WITHDRAWN)
    cohort.version += 1
    cohort.save(update_fields=["version"])


def _part(network: Network, user_id: int, parting: Parting, *, now: datetime) -> None:
    """Do with cases and contributions as the person decided. Which contributions lost their name is kept nowhere."""
    own = Case.objects.filter(cohort__network=network, owner_id=user_id, state=Case.State.SHARED)
    unnamed = []
    for case in own.filter(key__in=list(parting.cases)):
        if parting.cases[case.key] == Told.REMOVED:
            withdraw(case, now=now)
        elif parting.cases[case.key] == Told.UNNAMED:
            unnamed.append(case.pk)
    own.filter(pk__in=unnamed).update(unnamed=True)
    voices = Contribution.objects.filter(case__cohort__network=network, author_id=user_id)
    if parting.contributions != Told.UNNAMED:
        # An answer with a name would tell whose case it is.
        voices = voices.filter(case__in=unnamed)
    # Row numbers first: MySQL changes no table that the same statement reads.
    Contribution.objects.filter(pk__in=list(voices.values_list("pk", flat=True))).update(author=None)
    if parting.takeaways == Told.REMOVED:
        Takeaway.objects.filter(network=network, user_id=user_id).update(visibility=Takeaway.Visibility.ME)


def _tell(network: Network, cohort: Cohort, user_id: int, *, by: int, now: datetime) -> None:
    """Tell the group that somebody left, neither who nor why, and the person when somebody else decided it."""
    group = {*member_ids(cohort), *cohort.facilitations.values_list("user_id", flat=True)}
    tell(network, group - {by, user_id}, kind="member_left", now=now, cohort=cohort)
    if by != user_id:
        tell(network, [user_id], kind="membership_ended", now=now, cohort=cohort)
