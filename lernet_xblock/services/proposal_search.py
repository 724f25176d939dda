"""The search for a proposal: asked for, followed while it goes on, stopped, and kept with what it found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Network, Proposal, ProposalSeat
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import touch
from lernet_xblock.services.proposal import LEASE, OPEN_STATES, end, locked, locked_before_groups

State = Proposal.State
# Side by side on a screen, more cannot be told apart.
MOST_OPEN = 6
BATCH = 2000


@dataclass(frozen=True)
class Found:
    """The result of a search. numbers: group from 1 by application, None for who has none, with reasons by code.

    figures: what comparing needs, JSON-able.
    """

    numbers: Mapping[int, int | None]
    reasons: Mapping[int, str]
    figures: Mapping[str, Any]


def ask_for(network: Network, *, wishes: Wishes, by: int, now: datetime) -> Proposal:
    """Add a proposal that is yet to be searched for.

    Raises RuleViolation when the groups were formed already, and when too many proposals lie open.
    """
    locked = locked_before_groups(network)
    if locked.proposals.filter(state__in=OPEN_STATES).exclude(state=State.FAILED).count() >= MOST_OPEN:
        text = _("%(n)d proposals lie open already. Put one aside first.")
        raise RuleViolation(text % {"n": MOST_OPEN})
    last = locked.proposals.aggregate(last=Max("number"))["last"] or 0
    proposal = Proposal.objects.create(
        network=locked,
        number=last + 1,
        wishes=wishes.written(),
        lease_until=now + LEASE,
        made_by_id=by,
        made_at=now,
        changed_by_id=by,
        changed_at=now,
    )
    record(locked, "proposal.ask", by=by, now=now, subject=proposal.key)
    return proposal


def keep_first_look(proposal: Proposal, *, found: Found) -> None:
    """Show what the first moments of the search gave, unless it ended meanwhile."""
    row = locked(proposal)
    if row.state == State.SEARCHING:
        _keep_seats(row, found)
        row.save(update_fields=["figures"])


def keep_result(proposal: Proposal, *, found: Found, now: datetime) -> None:
    """End the search with its result, unless somebody put it aside meanwhile."""
    row = locked(proposal)
    if row.state == State.SEARCHING:
        _keep_seats(row, found)
        end(row, State.READY, now=now)


def keep_refusal(proposal: Proposal, *, problem: Mapping[str, Any], now: datetime) -> None:
    """End the search with the reason why there is nothing to search for. problem: code, field and values."""
    row = locked(proposal)
    if row.state == State.SEARCHING:
        row.problem = dict(problem)
        end(row, State.FAILED, now=now)


def report_progress(proposal: Proposal, *, percent: int, now: datetime) -> bool:
    """Keep how far the search is, and that the worker lives; return whether it is to go on."""
    going = Proposal.objects.filter(pk=proposal.pk, state=State.SEARCHING, stop_asked=False)
    return bool(going.update(progress=min(max(percent, 0), 99), lease_until=now + LEASE))


def stop(proposal: Proposal, *, now: datetime) -> None:
    """Ask the search to end with the best it has; where its worker is gone, end it with the first look.

    Raises RuleViolation when it is over already.
    """
    row = locked(proposal)
    if row.state != State.SEARCHING:
        raise RuleViolation(_("This search is over already."))
    row.stop_asked = True
    row.save(update_fields=["stop_asked"])
    if is_stalled(row, now=now):
        row.problem = {} if row.figures else {"code": "worker_gone"}
        end(row, State.READY if row.figures else State.FAILED, now=now)


def search_again(proposal: Proposal, *, by: int, now: datetime) -> Proposal:
    """Begin a search again that failed, or whose worker is gone. Raises RuleViolation while one is under way."""
    row = locked(proposal)
    if row.state not in (State.FAILED, State.SEARCHING) or not (row.state == State.FAILED or is_stalled(row, now=now)):
        raise RuleViolation(_("This search is still under way."))
    locked_before_groups(row.network)
    row.state, row.problem, row.progress, row.stop_asked = State.SEARCHING, {}, 0, False
    row.lease_until = now + LEASE
    touch(row, by=by, now=now)
    row.save()
    return row


def is_stalled(proposal: Proposal, *, now: datetime) -> bool:
    """Whether the worker of a search has not been heard of for a minute."""
    return proposal.state == State.SEARCHING and (proposal.lease_until is None or proposal.lease_until < now)


def _keep_seats(proposal: Proposal, found: Found) -> None:
    proposal.seats.all().delete()
    ProposalSeat.objects.bulk_create(_seats(proposal, found), batch_size=BATCH)
    proposal.figures = dict(found.figures)


def _seats(proposal: Proposal, found: Found) -> Iterable[ProposalSeat]:
    for application, number in found.numbers.items():
        reason = "" if number else found.reasons.get(application, "no_room")
        yield ProposalSeat(proposal=proposal, application_id=application, number=number, reason=reason)
