"""Proposals as they stand once a search is over, without searching: who is where is written down by the test."""

from collections.abc import Sequence
from typing import Any

from lernet_xblock.models import Application, Network, Proposal, ProposalSeat
from lernet_xblock.queries.proposal_person import figures_now
from lernet_xblock.rules.wishes import Wishes
from tests.factories import NOW


def proposed(
    network: Network,
    groups: Sequence[Sequence[Application]],
    *,
    left_out: Sequence[Application] = (),
    reason: str = "sizes_leave_over",
    wishes: Wishes | None = None,
    **values: Any,
) -> Proposal:
    """Make a proposal that is ready, with these people in these groups."""
    proposal = Proposal.objects.create(
        network=network,
        number=network.proposals.count() + 1,
        wishes=(wishes or Wishes()).written(),
        made_at=NOW,
        changed_at=NOW,
        **{"state": "ready", **values},
    )
    seated = [(row, number) for number, group in enumerate(groups, start=1) for row in group]
    ProposalSeat.objects.bulk_create(
        [
            *(ProposalSeat(proposal=proposal, application=row, number=number) for row, number in seated),
            *(ProposalSeat(proposal=proposal, application=row, reason=reason) for row in left_out),
        ]
    )
    proposal.figures = figures_now(proposal)
    proposal.save()
    return proposal


def people_in(proposal: Proposal) -> dict[int | None, set[int]]:
    """Return the applications in each group, by row number."""
    found: dict[int | None, set[int]] = {}
    for number, application in proposal.seats.values_list("number", "application_id"):
        found.setdefault(number, set()).add(application)
    return found
