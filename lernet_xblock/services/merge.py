"""Merger: a cohort that became small goes on as part of another."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Change, Cohort, Membership, Notice, Offer
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.charter_draft import close_drafts, open_again
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.move import (
    Done,
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
    refuse_meeting,
    tell_undone,
)
from lernet_xblock.services.notice import tell
from lernet_xblock.services.session_regroup import bring_back, cancel_ahead
from lernet_xblock.services.undo import undoes


class TooManyTogether(RuleViolation):
    """The two cohorts together are more than the one that stays can take."""

    def __init__(self, *, people: int, maximum: int) -> None:
        text = _("Together they would be %(people)d, offers included; the group takes %(maximum)d.")
        super().__init__(text % {"people": people, "maximum": maximum}, field="to")


def merge(
    frm: Cohort,
    *,
    to: Cohort,
    both_agreed: bool,
    known: bool,
    reason: str,
    opened_version: int,
    by: int,
    now: datetime,
) -> Change:
    """Move all members of one cohort into another that has room for them; the first ends, its future sessions too.

    Each case keeps its readers: the members it was shared with. Those who guided the first cohort keep that, and
    guide the other only when an admin says so. Seats that were offered are offered in the other cohort.
    both_agreed: both groups said yes. known, opened_version: as in `transfer`. Raises StaleVersion, NotFound,
    TooManyTogether, GuidesCohort, or RuleViolation for consent, reason or pairs, and while one of them meets.
    """
    network, (old, new) = lock_groups(frm.network_id, frm.pk, to.pk)
    check_fresh(old, opened_version)
    if old.pk == new.pk:
        raise NotFound
    _refuse_without_consent(both_agreed=both_agreed, reason=reason)
    moving, there = members_of(old), members_of(new)
    movers, joined = [row.user_id for row in moving], [row.user_id for row in there]
    people = len(moving) + len(there) + len(open_offers(old, now=now)) + len(open_offers(new, now=now))
    if people > new.maximum_size:
        raise TooManyTogether(people=people, maximum=new.maximum_size)
    refuse_guides(new, movers, now=now)
    refuse_closing(new, now=now)
    refuse_meeting(old, new, now=now)
    if not known:
        refuse_broken_pairs(network, moving=movers, there=joined, behind=())
    done = _join(old, new, moving, by=by, now=now)
    tell(network, movers, kind="merge_you", cohort=new, now=now)
    tell(network, [*joined, *guides_of(new)], kind="merge_in", cohort=old, now=now)
    tell(network, set(guides_of(old)) - {*movers, *joined, *guides_of(new)}, kind="merge_guide", cohort=old, now=now)
    return keep_change(network, Change.Kind.MERGE, by=by, now=now, cohort=old, reason=reason, done=done)


def _refuse_without_consent(*, both_agreed: bool, reason: str) -> None:
    if not both_agreed:
        text = _("Ask both groups first. Groups are merged only when both said yes.")
        raise RuleViolation(text, field="both_agreed")
    if not reason:
        raise RuleViolation(_("Say why the groups are merged."), field="reason")


def _join(old: Cohort, new: Cohort, moving: list[Membership], *, by: int, now: datetime) -> Done:
    """Move the people and what is ahead of them; return it all by row number."""
    offers = open_offers(old, now=now)
    done = move(moving, to=new, end=Membership.End.MERGED, now=now)
    _hold(offers, frm=old, to=new)
    sessions = cancel_ahead(old, by=by, now=now)
    drafts = close_drafts(old, by=by, now=now)
    old.state, old.merged_into = Cohort.State.MERGED, new
    old.save(update_fields=["state", "merged_into"])
    bump(old, new)
    return {**done, "cohorts": [old.pk, new.pk], "sessions": sessions, "moved_offers": offers, "drafts": drafts}


@undoes(Change.Kind.MERGE)
def part_again(change: Change, *, by: int, now: datetime) -> None:
    """Let both cohorts go on as they were, with their people, their sessions and the offers that are still open."""
    old = Cohort.objects.select_for_update().get(pk=change.done["cohorts"][0])
    put_back(change.done, now=now)
    old.state, old.merged_into = Cohort.State.CONFIRMED, None
    old.save(update_fields=["state", "merged_into"])
    bring_back(change.done["sessions"], by=by, now=now)
    open_again(change.done.get("drafts", ()))
    _hold(change.done["moved_offers"], frm=Cohort.objects.get(pk=change.done["cohorts"][1]), to=old)
    tell_undone(change, now=now)


def _hold(offers: list[int], *, frm: Cohort, to: Cohort) -> None:
    """Let what is still open of these offers be of a seat in the other cohort, also where people read of it."""
    still = Offer.objects.filter(pk__in=offers, open=True)
    people = list(still.values_list("application__user_id", flat=True))
    still.update(cohort=to)
    Notice.objects.filter(cohort=frm, user_id__in=people, kind="seat_offered", seen_at=None).update(cohort=to)
