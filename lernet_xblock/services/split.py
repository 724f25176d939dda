"""Split: some members of a cohort go on in a new one."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Change, Charter, Cohort, Membership, Network
from lernet_xblock.rules.sizing import SMALLEST_BOUND
from lernet_xblock.services.case_move import free_turns_of
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.charter import put_in_force
from lernet_xblock.services.charter_draft import close_drafts
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.move import (
    bump,
    guides_of,
    lock_groups,
    members_of,
    move,
    put_back,
    refuse_broken_pairs,
    refuse_closing,
    refuse_meeting,
    tell_undone,
)
from lernet_xblock.services.notice import tell
from lernet_xblock.services.session_regroup import cancel_ahead, copy_ahead
from lernet_xblock.services.undo import undoes

SAME = ("network_id", "minimum_size", "maximum_size", "working_language", "shift_days", "shift_minutes")


def split(
    cohort: Cohort,
    *,
    user_ids: Collection[int],
    known: bool,
    reason: str,
    opened_version: int,
    by: int,
    now: datetime,
) -> Change:
    """Make a new cohort of these members, with the charter of the old one and the sessions it has ahead.

    They keep reading what was shared with them so far, and nothing that the old cohort shares from now on; the
    charter is accepted anew. known, opened_version: as in `transfer`. Raises StaleVersion, NotFound for somebody who
    is no member, or RuleViolation for a reason that is missing, pairs, too few people or too many cohorts.
    """
    network, (old,) = lock_groups(cohort.network_id, cohort.pk)
    check_fresh(old, opened_version)
    rows = members_of(old)
    moving = [row for row in rows if row.user_id in user_ids]
    staying = [row.user_id for row in rows if row.user_id not in user_ids]
    _check(network, moving=len(moving), wanted=len(set(user_ids)), staying=len(staying), reason=reason)
    refuse_closing(old, now=now)
    refuse_meeting(old, now=now)
    if not known:
        refuse_broken_pairs(network, moving=user_ids, there=(), behind=staying)
    new = _found(old, len(moving), reason, by=by, now=now)
    done = move(moving, to=new, end=Membership.End.SPLIT, now=now)
    free_turns_of([row.user_id for row in moving], network, by=by, now=now, in_room_only=True)
    bump(old)
    tell(network, user_ids, kind="split_you", cohort=new, now=now)
    tell(network, [*staying, *guides_of(old)], kind="split_out", cohort=new, now=now)
    made = {**done, "cohorts": [old.pk, new.pk]}
    return keep_change(network, Change.Kind.SPLIT, by=by, now=now, cohort=old, reason=reason, done=made)


def _check(network: Network, *, moving: int, wanted: int, staying: int, reason: str) -> None:
    if moving != wanted:
        raise NotFound
    if min(moving, staying) < SMALLEST_BOUND:
        text = _("Each of the two groups needs at least %(smallest)d people.")
        raise RuleViolation(text % {"smallest": SMALLEST_BOUND}, field="people")
    if not reason:
        raise RuleViolation(_("Say why the group is split."), field="reason")
    if network.cohorts.filter(state=Cohort.State.CONFIRMED).count() >= network.cohort_limit:
        raise RuleViolation(_("This network cannot have more groups; the author can allow more in Studio."))


def _found(old: Cohort, size: int, reason: str, *, by: int, now: datetime) -> Cohort:
    """Make the new cohort, after the last one in number, with charter and sessions."""
    last = Cohort.objects.filter(network=old.network_id).aggregate(last=Max("number"))["last"]
    within = old.minimum_size <= size <= old.maximum_size
    new = Cohort.objects.create(
        number=last + 1,
        size_reason="" if within else reason,
        **{name: getattr(old, name) for name in SAME},
    )
    charter = Charter.objects.filter(cohort=old).order_by("-version").first()
    put_in_force(new, text=charter.text if charter else "", now=now)
    copy_ahead(old, to=new, by=by, now=now)
    return new


@undoes(Change.Kind.SPLIT)
def join_again(change: Change, *, by: int, now: datetime) -> None:
    """Bring everybody back. The new cohort stays in the books as one that went into the old one."""
    old, new = (Cohort.objects.select_for_update().get(pk=pk) for pk in change.done["cohorts"])
    put_back(change.done, now=now)
    cancel_ahead(new, by=by, now=now)
    close_drafts(new, by=by, now=now)
    new.state, new.merged_into = Cohort.State.MERGED, old
    new.save(update_fields=["state", "merged_into"])
    tell_undone(change, now=now)
