"""Transfer: one member goes on in another cohort of the network."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Change, Cohort, Membership, Session
from lernet_xblock.rules.late_joining import late_joining_ends
from lernet_xblock.services.case_move import free_turns_of
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.membership import CohortFull
from lernet_xblock.services.move import (
    bump,
    guides_of,
    lock_groups,
    members_of,
    move,
    open_offers,
    put_back,
    refuse_broken_pairs,
    refuse_closing,
    refuse_guides,
    tell_undone,
)
from lernet_xblock.services.notice import tell
from lernet_xblock.services.undo import undoes


def transfer(
    frm: Cohort,
    *,
    to: Cohort,
    user_id: int,
    known: bool,
    reason: str,
    opened_version: int,
    by: int,
    now: datetime,
) -> Change:
    """Move a member of one cohort to another that has room, until its closing session begins.

    What the person shared stays with those who could read it, and its turn is over; what the others shared stays
    behind. known: whether the admin knows of the pairs that this breaks. opened_version: of the cohort the person
    leaves.
    Raises StaleVersion, NotFound for nobody of this cohort, CohortFull, GuidesCohort, or RuleViolation for a pair
    that nobody knows of and for a reason that is missing once half of the sessions have begun.
    """
    network, (old, new) = lock_groups(frm.network_id, frm.pk, to.pk)
    check_fresh(old, opened_version)
    staying, there = members_of(old), members_of(new)
    mover = next((row for row in staying if row.user_id == user_id), None)
    if mover is None or old.pk == new.pk:
        raise NotFound
    if len(there) + len(open_offers(new, now=now)) >= new.maximum_size:
        raise CohortFull(field="to")
    refuse_guides(new, [user_id], now=now)
    refuse_closing(new, now=now)
    _refuse_late(new, reason, now=now)
    others = [row.user_id for row in staying if row is not mover]
    joined = [row.user_id for row in there]
    if not known:
        refuse_broken_pairs(network, moving=[user_id], there=joined, behind=others)
    done = move([mover], to=new, end=Membership.End.TRANSFERRED, now=now)
    free_turns_of([user_id], network, by=by, now=now)
    bump(old, new)
    tell(network, [user_id], kind="transfer_you", cohort=new, now=now)
    tell(network, [*joined, *guides_of(new)], kind="transfer_in", cohort=old, now=now)
    tell(network, [*others, *guides_of(old)], kind="transfer_out", cohort=new, now=now)
    return keep_change(network, Change.Kind.TRANSFER, by=by, now=now, cohort=old, reason=reason, done=done)


def _refuse_late(cohort: Cohort, reason: str, *, now: datetime) -> None:
    held = cohort.sessions.exclude(state=Session.State.CANCELLED)
    last = late_joining_ends(list(held.values_list("starts_at", flat=True)))
    if last is not None and now >= last and not reason:
        text = _("Half of the sessions have begun. Say why somebody changes groups now.")
        raise RuleViolation(text, field="reason")


@undoes(Change.Kind.TRANSFER)
def take_back(change: Change, *, by: int, now: datetime) -> None:  # noqa: ARG001 - one signature
    """Let the member go on in the cohort they came from."""
    put_back(change.done, now=now)
    tell_undone(change, now=now)
