"""Pauses: a member keeps the seat and is not expected for a while; a network stands still until a day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Change, Cohort, Membership, Network
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.pause import LONGEST_PAUSE_DAYS, last_possible_day, today_in
from lernet_xblock.rules.zones import zone
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.fresh import check_fresh, touch
from lernet_xblock.services.membership import lock_with_network
from lernet_xblock.services.network import move_to
from lernet_xblock.services.notice import tell
from lernet_xblock.services.undo import undoes


def pause_member(membership: Membership, *, until: date, by: int, now: datetime, reason: str = "") -> Change:
    """Let the member pause until this day, at most 90 days ahead; the seat stays theirs.

    A pause that goes on gets a new last day. Raises NotFound for a membership that has ended, RuleViolation for the
    day.
    """
    network, cohort, row = _locked(membership)
    _check_day(network, until, now=now)
    row.paused_at, row.paused_until = row.paused_at if _goes_on(network, row, now=now) else now, until
    row.save(update_fields=["paused_at", "paused_until"])
    done = {"paused": [row.pk]}
    change = keep_change(network, Change.Kind.PAUSE, by=by, now=now, cohort=cohort, reason=reason, done=done)
    if by != row.user_id:
        tell(network, [row.user_id], kind="paused_for_you", now=now, cohort=cohort, day=until)
    tell(network, _guides(cohort) - {by}, kind="member_pauses", now=now, cohort=cohort, day=until)
    return change


def resume_member(membership: Membership, *, by: int, now: datetime) -> None:
    """Expect the member again from today on. Raises NotFound for who does not pause."""
    network, cohort, row = _locked(membership)
    if not _goes_on(network, row, now=now):
        raise NotFound
    _resume(row, network, now=now)
    done = {"resumed": [row.pk]}
    keep_change(network, Change.Kind.RESUME, by=by, now=now, cohort=cohort, done=done, can_be_undone=False)
    if by != row.user_id:
        tell(network, [row.user_id], kind="resumed_for_you", now=now, cohort=cohort)
    tell(network, _guides(cohort) - {by}, kind="member_resumes", now=now, cohort=cohort)


def pause_network(
    network: Network,
    *,
    until: date,
    reason: str,
    opened_version: int,
    by: int,
    now: datetime,
) -> Network:
    """Let the network stand still until this day, at most 90 days ahead; its sessions stay where they are.

    Raises StaleVersion, and RuleViolation without a reason, for the day, or when the network does not run.
    """
    row = Network.objects.select_for_update().get(pk=network.pk)
    check_fresh(row, opened_version)
    if not reason.strip():
        raise RuleViolation(_("Please fill this in."), field="reason")
    _check_day(row, until, now=now)
    row = move_to(row, Network.State.PAUSED, by=by, now=now, until=until)
    _touch(row, by=by, now=now)
    keep_change(row, Change.Kind.PAUSE, by=by, now=now, reason=reason, done={"networks": [row.pk]})
    tell(row, everybody(row) - {by}, kind="network_paused", now=now, day=until)
    return row


def resume_network(network: Network, *, by: int | None, now: datetime) -> Network:
    """Let a paused network go on. Raises RuleViolation when it does not pause."""
    row = Network.objects.select_for_update().get(pk=network.pk)
    if row.state != Network.State.PAUSED:
        raise RuleViolation(_("This network does not pause."))
    row = move_to(row, Network.State.RUNNING, by=by, now=now)
    if by is not None:
        _touch(row, by=by, now=now)
        done = {"networks": [row.pk]}
        keep_change(row, Change.Kind.RESUME, by=by, now=now, done=done, can_be_undone=False)
    tell(row, everybody(row) - {by or 0}, kind="network_resumed", now=now)
    return row


def end_pause(network: Network, *, now: datetime) -> bool:
    """Let the network go on when the last day of its pause is over, and return whether it did."""
    row = Network.objects.select_for_update().get(pk=network.pk)
    if row.state != Network.State.PAUSED or row.paused_until is None or today_in(_zone(row), now) <= row.paused_until:
        return False
    resume_network(row, by=None, now=now)
    return True


@undoes(Change.Kind.PAUSE)
def undo_pause(change: Change, *, by: int, now: datetime) -> None:
    """Take a pause back. Raises RuleViolation when it is over already."""
    if change.cohort_id is None:
        resume_network(change.network, by=by, now=now)
        return
    row = Membership.objects.filter(pk__in=change.done["paused"], active=True).select_related("cohort").first()
    try:
        resume_member(row or Membership(pk=0, cohort_id=change.cohort_id), by=by, now=now)
    except NotFound:
        raise RuleViolation(_("This pause is over already.")) from None


def everybody(network: Network) -> set[int]:
    """Return the members of all cohorts of the network and those who guide them, by user number."""
    members = network.memberships.filter(active=True).values_list("user_id", flat=True)
    guides = Cohort.objects.filter(network=network, facilitations__isnull=False)
    return {*members, *guides.values_list("facilitations__user_id", flat=True)}


def _locked(membership: Membership) -> tuple[Network, Cohort, Membership]:
    network, cohort = lock_with_network(membership.cohort)
    row = Membership.objects.select_for_update().filter(pk=membership.pk, active=True).first()
    if row is None:
        raise NotFound
    return network, cohort, row


def _goes_on(network: Network, row: Membership, *, now: datetime) -> bool:
    return row.paused_until is not None and today_in(_zone(network), now) <= row.paused_until


def _resume(row: Membership, network: Network, *, now: datetime) -> None:
    """Let the pause have ended yesterday, so that who was not expected then is not asked later; or never have been."""
    yesterday = today_in(_zone(network), now) - timedelta(days=1)
    begun = today_in(_zone(network), row.paused_at or now)
    row.paused_at, row.paused_until = (row.paused_at, yesterday) if begun <= yesterday else (None, None)
    row.save(update_fields=["paused_at", "paused_until"])


def _check_day(network: Network, until: date, *, now: datetime) -> None:
    today = today_in(_zone(network), now)
    if not today < until <= last_possible_day(today):
        text = _("Choose a day from tomorrow on, at most %(days)d days ahead.") % {"days": LONGEST_PAUSE_DAYS}
        raise RuleViolation(text, field="until")


def _guides(cohort: Cohort) -> set[int]:
    return set(cohort.facilitations.values_list("user_id", flat=True))


def _touch(network: Network, *, by: int, now: datetime) -> None:
    touch(network, by=by, now=now)
    network.save(update_fields=["version", "changed_by", "changed_at"])


def _zone(network: Network) -> ZoneInfo:
    return zone(read(network.authored).time_zone or "")
