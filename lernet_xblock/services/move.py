"""Moving members from one cohort to another: what a transfer, a merger and a split have in common."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import (
    Case,
    Change,
    Cohort,
    Facilitation,
    Membership,
    Network,
    Notice,
    Offer,
    PairRule,
    Session,
    Substitution,
)
from lernet_xblock.rules.regrouping import Pair, broken_pairs
from lernet_xblock.services.membership import GuidesCohort
from lernet_xblock.services.notice import tell
from lernet_xblock.standing import SUBSTITUTE_STAYS

MOVABLE = (Network.State.RUNNING, Network.State.PAUSED)

Done = dict[str, list[int]]


def lock_groups(network_id: int, *cohort_ids: int) -> tuple[Network, list[Cohort]]:
    """Return the network and these cohorts of it, locked, the cohorts in the order asked for.

    Raises NotFound for a cohort of another network, and RuleViolation where nobody can be moved: the network does not
    run, or a group is over.
    """
    network = Network.objects.select_for_update().get(pk=network_id)
    rows = Cohort.objects.select_for_update().filter(pk__in=cohort_ids, network=network).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < len(set(cohort_ids)):
        raise NotFound
    if network.state not in MOVABLE:
        raise RuleViolation(_("Groups are changed while the network runs. It does not run now."))
    if any(row.state != Cohort.State.CONFIRMED for row in found.values()):
        raise RuleViolation(_("This group is over: its people were moved or it was closed. Please look again."))
    return network, [found[pk] for pk in cohort_ids]


def members_of(cohort: Cohort) -> list[Membership]:
    """Return the active memberships of a locked cohort, locked."""
    # Locking reads here and below: a plain one could still show what was there before this one waited for the lock.
    return list(Membership.objects.select_for_update().filter(cohort=cohort, active=True).order_by("pk"))


def open_offers(cohort: Cohort, *, now: datetime) -> list[int]:
    """Return the offers of a seat in the cohort that can still be answered, by row number: each keeps a seat taken."""
    offers = Offer.objects.select_for_update().filter(cohort=cohort, open=True, expires_at__gt=now)
    return list(offers.values_list("pk", flat=True))


def guides_of(*cohorts: Cohort) -> list[int]:
    """Return who guides these cohorts, by number of the person."""
    return list(Facilitation.objects.filter(cohort__in=cohorts).values_list("user_id", flat=True))


def refuse_guides(cohort: Cohort, user_ids: Collection[int], *, now: datetime) -> None:
    """Raise GuidesCohort when one of the people guides the cohort, or stands in for a session: nobody is both."""
    once = Substitution.objects.filter(cohort=cohort, user_id__in=user_ids, ended_at=None)
    once = once.filter(session__ends_at__gt=now - SUBSTITUTE_STAYS)
    if Facilitation.objects.filter(cohort=cohort, user_id__in=user_ids).exists() or once.exists():
        raise GuidesCohort


def refuse_closing(cohort: Cohort, *, now: datetime) -> None:
    """Raise RuleViolation once the closing session of the cohort has begun."""
    closing = cohort.sessions.filter(kind=Session.Kind.CLOSING, state=Session.State.PLANNED, starts_at__lte=now)
    if closing.exists():
        raise RuleViolation(_("The closing session has begun: the groups stay as they are."))


def refuse_meeting(*cohorts: Cohort, now: datetime) -> None:
    """Raise RuleViolation while one of the cohorts is in a session."""
    held = Session.objects.filter(cohort__in=cohorts, state=Session.State.PLANNED)
    if held.filter(starts_at__lte=now, ends_at__gt=now).exists():
        raise RuleViolation(_("A session is being held at this moment. Please wait until it is over."))


def refuse_broken_pairs(
    network: Network, *, moving: Iterable[int], there: Iterable[int], behind: Iterable[int]
) -> None:
    """Raise RuleViolation when the move breaks what an admin wrote down about two people. All by person's number."""
    rows = PairRule.objects.filter(network=network).values_list("kind", "first__user_id", "second__user_id")
    pairs = (Pair(*row) for row in rows)
    if broken_pairs(pairs, moving=set(moving), there=set(there), behind=set(behind)):
        text = _("Two people are to be kept apart or together, and would not be. Tick that you know, or choose again.")
        raise RuleViolation(text, field="known")


def move(rows: Sequence[Membership], *, to: Cohort, end: str, now: datetime) -> Done:
    """End these memberships and give each person one in the other cohort; return both by row number.

    Drafts of cases go along, since nobody but their owner ever saw them; what was shared stays where it was shared.
    """
    people = [row.user_id for row in rows]
    ended = [row.pk for row in rows]
    Membership.objects.filter(pk__in=ended).update(active=None, left_at=now, end=end)
    Membership.objects.bulk_create(
        Membership(
            network_id=to.network_id,
            cohort=to,
            user_id=row.user_id,
            joined_at=now,
            paused_at=row.paused_at,
            paused_until=row.paused_until,
        )
        for row in rows
    )
    _take_drafts(people, frm={row.cohort_id for row in rows}, to=to.pk)
    made = Membership.objects.filter(cohort=to, user_id__in=people, active=True).order_by("pk")
    return {"ended": ended, "made": list(made.values_list("pk", flat=True))}


def put_back(done: Done, *, now: datetime) -> None:
    """End the memberships that a move made, and let those go on that it ended, as if nothing had happened."""
    made = {row.user_id: row for row in Membership.objects.select_for_update().filter(pk__in=done["made"])}
    for row in made.values():
        row.active, row.left_at, row.end = None, now, Membership.End.UNDONE
        row.save(update_fields=["active", "left_at", "end"])
    for row in Membership.objects.select_for_update().filter(pk__in=done["ended"]):
        newer = made[row.user_id]
        row.active, row.left_at, row.end = True, None, ""
        row.paused_at, row.paused_until = newer.paused_at, newer.paused_until
        row.save(update_fields=["active", "left_at", "end", "paused_at", "paused_until"])
        _take_drafts([row.user_id], frm={newer.cohort_id}, to=row.cohort_id)


def bump(*cohorts: Cohort) -> None:
    """Mark the cohorts as changed: forms that were opened before are refused."""
    for cohort in cohorts:
        cohort.version += 1
        cohort.save(update_fields=["version"])


def tell_undone(change: Change, *, now: datetime) -> None:
    """Tell those who go on where they were, and of the others those who had read of the change.

    What nobody read of it so far, nobody need read any more.
    """
    told = Notice.objects.filter(network=change.network, at=change.at, kind__startswith=f"{change.kind}_")
    read = set(told.exclude(seen_at=None).values_list("user_id", flat=True))
    told.filter(seen_at=None).update(seen_at=now)
    rows = Membership.objects.filter(pk__in=change.done["ended"]).select_related("cohort")
    back = {row.user_id: row.cohort for row in rows}
    for cohort in set(back.values()):
        here = [one for one, place in back.items() if place == cohort]
        tell(change.network, here, kind="undone_you", cohort=cohort, now=now)
    tell(change.network, read - set(back), kind="undone_group", cohort=change.cohort, now=now)


def _take_drafts(people: Sequence[int], *, frm: Collection[int], to: int) -> None:
    Case.objects.filter(owner_id__in=people, cohort_id__in=frm, state=Case.State.DRAFT).update(cohort_id=to)
