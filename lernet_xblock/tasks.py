"""Work too long for a request. A host starts it by name and key once the request's transaction is committed.

In the LMS a Celery worker runs it; the workbench has none and uses a thread (see Host.run_later).
"""

import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

from lernet_xblock.errors import RuleViolation
from lernet_xblock.host import get_host
from lernet_xblock.models import Proposal, Replan
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.panels.delivery import TASK as DELIVER
from lernet_xblock.panels.delivery import deliver
from lernet_xblock.panels.plan_all import TASK as REPLAN
from lernet_xblock.queries.proposal_search import search
from lernet_xblock.queries.report import due_reports
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.services.message import noticing
from lernet_xblock.services.proposal import confirm, give_back
from lernet_xblock.services.proposal_search import (
    Found,
    keep_first_look,
    keep_refusal,
    keep_result,
    report_progress,
)
from lernet_xblock.services.replan import work_on
from lernet_xblock.services.report_decision import lapse

# Between two looks at whether somebody asked to stop, in seconds: each costs a query.
LISTEN_EVERY = 0.5


class Listener:
    """Tells the table how far a search is, and hears there that it is to stop."""

    def __init__(self, proposal: Proposal) -> None:
        self._proposal = proposal
        self._heard_at = 0.0
        self._share = 0.0
        self._stopped = False

    def progress(self, share: float) -> None:
        """Take over how far the search is, 0 … 1."""
        self._share = share
        self.cancel()

    def cancel(self) -> bool:
        """Whether the search is to stop; asks the table twice a second at most."""
        if not self._stopped and time.monotonic() - self._heard_at >= LISTEN_EVERY:
            self._heard_at = time.monotonic()
            percent = int(100 * self._share)
            self._stopped = not report_progress(self._proposal, percent=percent, now=get_host().now())
        return self._stopped


def search_proposal(key: str) -> None:
    """Search for the groups of a proposal: a first look where there is none yet, then the best that is found."""
    proposal = Proposal.objects.select_related("network").get(key=key)
    listener = Listener(proposal)
    try:
        if not proposal.figures:
            first = Found(*search(proposal, effort="quick", cancel=listener.cancel))
            attempt(partial(keep_first_look, proposal, found=first))
        found = Found(*search(proposal, effort="full", cancel=listener.cancel, progress=listener.progress))
    except Refused as refused:
        problem = {"code": refused.code, "field": refused.field, "values": refused.values}
        attempt(partial(keep_refusal, proposal, problem=problem, now=get_host().now()))
        return
    attempt(partial(keep_result, proposal, found=found, now=get_host().now()))


def form_proposal(key: str) -> None:
    """Form the groups of a large proposal that was confirmed; if the people changed meanwhile, say so there."""
    proposal = Proposal.objects.select_related("network").get(key=key)
    if proposal.state != Proposal.State.FORMING:
        return
    try:
        attempt(
            partial(
                confirm,
                proposal,
                opened_version=proposal.version,
                by=proposal.changed_by_id,
                now=get_host().now(),
                reason=proposal.problem.get("reason", ""),
            )
        )
    except RuleViolation:
        attempt(partial(give_back, proposal, now=get_host().now()))
        raise


def deliver_messages(key: str) -> None:
    """Send what is due, in whatever network; what is left when the run is over is another run's.

    Reports that nobody decided about in time end here as well, where no cron runs.
    """
    now = get_host().now()
    for report in due_reports(now):
        attempt(partial(lapse, report, now=now))
    if deliver(get_host()).more:
        get_host().run_later(DELIVER, key)


def replan_groups(key: str) -> None:
    """Give all groups of a network other dates, batch by batch, and send what there is to say of it."""
    replan = Replan.objects.select_related("network").get(key=key)
    while attempt(lambda: work_on(replan, now=get_host().now())):
        pass
    get_host().run_later(DELIVER, replan.network.key)


TASKS: dict[str, Callable[[str], None]] = {
    "proposal.search": search_proposal,
    "proposal.form": form_proposal,
    REPLAN: replan_groups,
    DELIVER: deliver_messages,
}


def perform(name: str, key: str) -> None:
    """Do the work of this name on the row with this key; who has to be told of it at once is told."""
    with noticing() as told:
        TASKS[name](key)
    for network in sorted(told)[:1]:
        deliver_messages(network)


if find_spec("celery"):
    from celery import shared_task

    perform_later = shared_task(name="lernet_xblock.perform")(perform)
