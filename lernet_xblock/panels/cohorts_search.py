"""Asking for a proposal: a first look at once where that is quick, the search itself in the background."""

from lernet_xblock.models import Proposal
from lernet_xblock.panels.organiser import own_network
from lernet_xblock.queries.proposal_search import MOST_AT_ONCE, search
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.services.proposal_search import Found, ask_for, keep_first_look, keep_refusal
from lernet_xblock.viewer import Viewer


def propose(viewer: Viewer, wishes: Wishes) -> Proposal:
    """Add a proposal, with a first look for up to 300 people, and start its search.

    What contradicts itself is kept with the proposal, to be told there. Raises RuleViolation as ask_for does.
    """
    network = own_network(viewer)
    proposal = ask_for(network, wishes=wishes, by=viewer.user_id, now=viewer.now)
    if network.applications.filter(state="submitted").count() <= MOST_AT_ONCE:
        try:
            found = Found(*search(proposal, effort="quick"))
        except Refused as refused:
            problem = {"code": refused.code, "field": refused.field, "values": refused.values}
            keep_refusal(proposal, problem=problem, now=viewer.now)
            return proposal
        keep_first_look(proposal, found=found)
    viewer.host.run_later("proposal.search", proposal.key)
    return proposal
