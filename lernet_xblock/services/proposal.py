"""Proposals of groups: asked for, searched in the background, changed by hand, confirmed once or put aside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Cohort, Network, Proposal, ProposalSeat
from lernet_xblock.rules.authored import read
from lernet_xblock.services.audit import record
from lernet_xblock.services.forming import BEFORE_GROUPS, PeopleChanged, form_cohorts
from lernet_xblock.services.fresh import check_fresh, touch

State = Proposal.State
OPEN_STATES = (State.SEARCHING, State.READY, State.FAILED, State.FORMING)
# A worker that has not been heard of for so long is gone.
LEASE = timedelta(seconds=60)


def move(
    proposal: Proposal,
    *,
    application_key: str,
    number: int | None,
    opened_version: int,
    by: int,
    now: datetime,
) -> ProposalSeat:
    """Put a person into the group of this number (from 1), a new one beyond the last, or into none.

    Which rules that breaks is told afterwards, and never prevents it. Raises StaleVersion, NotFound.
    """
    row = _open_to_changes(proposal, opened_version)
    seat = row.seats.select_for_update().filter(application__key=application_key).first()
    last = row.seats.aggregate(last=Max("number"))["last"] or 0
    if seat is None or (number is not None and not 1 <= number <= last + 1):
        raise NotFound
    if seat.number == number:
        return seat
    seat.number, seat.reason, seat.by_hand = number, "" if number else "by_hand", True
    seat.save(update_fields=["number", "reason", "by_hand"])
    touch(row, by=by, now=now)
    row.save(update_fields=["version", "changed_by", "changed_at"])
    return seat


def keep_figures(proposal: Proposal, *, figures: Mapping[str, Any]) -> None:
    """Keep the figures of the proposal as it is now, after a change by hand."""
    Proposal.objects.filter(pk=proposal.pk).update(figures=dict(figures))


def recount(proposal: Proposal, *, figures: Mapping[str, Any], by: int, now: datetime) -> None:
    """Keep figures that changed because pairs or pins did: a page opened before shows another proposal."""
    row = locked(proposal)
    if row.state == State.READY:
        row.figures = dict(figures)
        touch(row, by=by, now=now)
        row.save(update_fields=["figures", "version", "changed_by", "changed_at"])


def put_aside(proposal: Proposal, *, opened_version: int, by: int, now: datetime) -> None:
    """Lay the proposal aside and forget who was where in it. Raises StaleVersion, or NotFound for a closed one."""
    row = locked(proposal)
    if row.state not in (State.SEARCHING, State.READY, State.FAILED):
        raise NotFound
    check_fresh(row, opened_version)
    touch(row, by=by, now=now)
    row.state = State.PUT_ASIDE
    row.save()
    row.seats.all().delete()
    record(row.network, "proposal.put_aside", by=by, now=now, subject=row.key)


def begin_forming(proposal: Proposal, *, opened_version: int, by: int, now: datetime, reason: str) -> Proposal:
    """Mark a large proposal as being formed; a worker does it. Raises StaleVersion, PeopleChanged."""
    row = _open_to_changes(proposal, opened_version)
    _refuse_changed(row)
    row.problem = {"reason": reason}
    row.lease_until = now + LEASE
    row.state = State.FORMING
    touch(row, by=by, now=now)
    row.save()
    return row


def give_back(proposal: Proposal, *, now: datetime) -> None:
    """Open a proposal again that could not be formed after all."""
    row = locked(proposal)
    if row.state == State.FORMING:
        row.problem = {}
        end(row, State.READY, now=now)


def confirm(proposal: Proposal, *, opened_version: int, by: int, now: datetime, reason: str = "") -> list[Cohort]:
    """Form the groups of the proposal, all or nothing; every other proposal is put aside.

    reason: why a size lies outside the bounds or a rule is broken, else "". Raises StaleVersion, PeopleChanged, or
    RuleViolation as form_cohorts does.
    """
    row = _open_to_changes(proposal, opened_version, also=(State.FORMING,))
    _refuse_changed(row)
    if row.figures.get("violations") and not reason:
        raise RuleViolation(_("These groups break a rule. Say why, and your reason is kept."), field="reason")
    groups, languages = _groups(row)
    network = row.network
    cohorts = form_cohorts(
        network,
        groups=groups,
        opened_version=network.version,
        by=by,
        now=now,
        reason=reason,
        languages=languages,
    )
    touch(row, by=by, now=now)
    row.state, row.problem = State.CONFIRMED, {}
    row.save()
    Proposal.objects.filter(network=network, state__in=OPEN_STATES).update(state=State.PUT_ASIDE)
    ProposalSeat.objects.filter(proposal__network=network).delete()
    record(network, "proposal.confirm", by=by, now=now, subject=row.key, reason=reason)
    return cohorts


def _groups(proposal: Proposal) -> tuple[list[list[int]], list[str]]:
    """Return the applications of each group in order, and its working language: that of most, before the network's."""
    grouped: dict[int, list[int]] = {}
    spoken: dict[int, list[str]] = {}
    usual = (read(proposal.network.authored).working_language or "en")[:2]
    seated = proposal.seats.filter(number__isnull=False).order_by("number", "application_id")
    for number, application, language in seated.values_list("number", "application_id", "application__language"):
        grouped.setdefault(number, []).append(application)
        spoken.setdefault(number, []).append(language)
    return list(grouped.values()), [_most_spoken(languages, usual) for languages in spoken.values()]


def _most_spoken(languages: Sequence[str], usual: str) -> str:
    counted = Counter(languages)
    return max(sorted(counted), key=lambda language: (counted[language], language == usual))


def _refuse_changed(proposal: Proposal) -> None:
    """Raise PeopleChanged unless exactly the people of the proposal are ready now."""
    ready = set(
        proposal.network.applications.filter(state=Application.State.SUBMITTED).values_list("pk", flat=True),
    )
    seated = set(proposal.seats.values_list("application_id", flat=True))
    if ready != seated:
        raise PeopleChanged(arrived=len(ready - seated), gone=len(seated - ready))


def locked_before_groups(network: Network) -> Network:
    locked = Network.objects.select_for_update().get(pk=network.pk)
    if locked.state not in BEFORE_GROUPS:
        raise RuleViolation(_("The groups of this network were formed already."))
    return locked


def locked(proposal: Proposal) -> Proposal:
    """Return the row, locked, after that of its network: always in this order."""
    network = Network.objects.select_for_update().get(pk=proposal.network_id)
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    row.network = network
    return row


def _open_to_changes(proposal: Proposal, opened_version: int, also: Sequence[str] = ()) -> Proposal:
    row = locked(proposal)
    if row.network.state not in BEFORE_GROUPS:
        raise StaleVersion(version=row.version, by_id=row.network.changed_by_id, at=row.network.changed_at)
    check_fresh(row, opened_version)
    if row.state not in (State.READY, *also):
        raise RuleViolation(_("This proposal cannot be changed now."))
    return row


def end(proposal: Proposal, state: str, *, now: datetime) -> None:
    proposal.state, proposal.progress, proposal.lease_until = state, 100, None
    proposal.version += 1
    proposal.changed_at = now
    proposal.save()
