"""People who join a cohort that runs: what speaks against it, and giving a seat at once."""

from datetime import datetime

from django.db.models import Q

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import (
    Application,
    Case,
    Change,
    CharterConsent,
    Cohort,
    Contribution,
    Membership,
    Network,
    PairRule,
    Session,
)
from lernet_xblock.rules.late_joining import late_joining_ends
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.membership import AlreadyPlaced, join_cohort, lock_with_network, member_ids
from lernet_xblock.services.notice import tell

State = Application.State
TAKES_LATE = (Network.State.RUNNING, Network.State.PAUSED)
WAITS_FOR_A_PLACE = (State.SUBMITTED, State.WAITLISTED)


class TooLateToJoin(RuleViolation):
    """Half of the sessions have begun, or the network does not run (rule M3)."""

    def __init__(self) -> None:
        super().__init__(_("It is too late to join this group: half of its sessions have begun."))


def place_applicant(
    cohort: Cohort,
    *,
    application: Application,
    by: int,
    now: datetime,
    reason: str = "",
) -> Membership:
    """Give somebody who agreed already a seat in a cohort that runs, until half of its sessions have begun (rule M3).

    Raises CohortFull, SeatHeld, AlreadyPlaced, TooLateToJoin, or RuleViolation when the person waits no more or is
    kept apart from a member.
    """
    network, locked = lock_with_network(cohort)
    row = waiting(application)
    joining_ends(network, locked, now=now)
    refuse_apart(locked, row)
    membership = join_cohort(locked, user_id=row.user_id, now=now)
    set_state(row, State.MEMBER)
    done = {"made": [membership.pk], "applications": [row.pk]}
    keep_change(network, Change.Kind.PLACE, by=by, now=now, cohort=locked, reason=reason, done=done)
    tell(network, [row.user_id], kind="placed", now=now, cohort=locked)
    return membership


def waiting(application: Application) -> Application:
    """Return the row, locked, of somebody who waits for a place; the caller locked the network."""
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state == State.MEMBER:
        raise AlreadyPlaced
    if row.state == State.OFFERED:
        raise RuleViolation(_("This person was offered a seat: take the offer back first, or wait for the answer."))
    if row.state not in WAITS_FOR_A_PLACE:
        raise RuleViolation(_("This person does not wait for a place any more."))
    return row


def joining_ends(network: Network, cohort: Cohort, *, now: datetime) -> datetime | None:
    """Return until when people may join, None for no end. Raises TooLateToJoin when it is over."""
    held = Session.objects.filter(cohort=cohort).exclude(state=Session.State.CANCELLED)
    last = late_joining_ends(list(held.values_list("starts_at", flat=True)))
    if network.state not in TAKES_LATE or (last and now >= last):
        raise TooLateToJoin
    return last


def refuse_apart(cohort: Cohort, application: Application) -> None:
    """Raise RuleViolation when the applicant is to be kept apart from somebody in the locked cohort."""
    if apart_from(application) & member_ids(cohort):
        raise RuleViolation(_("This person is to be kept apart from a member of this group."))


def apart_from(application: Application) -> set[int]:
    """Return the people, by user number, that the applicant is to be kept apart from."""
    pairs = PairRule.objects.filter(Q(first=application) | Q(second=application), kind=PairRule.Kind.APART)
    both = {pk for pair in pairs.values_list("first__user_id", "second__user_id") for pk in pair}
    return both - {application.user_id}


def set_state(row: Application, state: str) -> None:
    """Set the state of the locked row; who waits again does so at the old place in the queue."""
    row.state = state
    queued = row.queued_at or row.submitted_at
    row.queued_at = queued if state in (State.WAITLISTED, State.OFFERED) else None
    row.version += 1
    row.save(update_fields=["state", "queued_at", "version"])


def undo_seat(change: Change, *, by: int, now: datetime) -> None:  # noqa: ARG001 - one signature
    """Take the seat away again that was given. Raises RuleViolation once the person did something in the group."""
    cohort = Cohort.objects.get(pk=change.cohort_id)
    network, locked = lock_with_network(cohort)
    row = Membership.objects.select_for_update().filter(pk__in=change.done["made"], active=True).first()
    if row is None or row.cohort_id != locked.pk:
        raise RuleViolation(_("This person is not in the group any more."))
    if _took_part(locked, row.user_id):
        raise RuleViolation(_("This person took part in the group already. End the membership instead."))
    row.active, row.left_at, row.end = None, now, Membership.End.UNDONE
    row.save(update_fields=["active", "left_at", "end"])
    set_state(network.applications.select_for_update().get(user_id=row.user_id), State.WAITLISTED)
    tell(network, [row.user_id], kind="place_undone", now=now, cohort=locked)


def _took_part(cohort: Cohort, user_id: int) -> bool:
    return (
        CharterConsent.objects.filter(charter__cohort=cohort, user_id=user_id).exists()
        or Case.objects.filter(cohort=cohort, owner_id=user_id).exists()
        or Contribution.objects.filter(case__cohort=cohort, author_id=user_id).exists()
    )
