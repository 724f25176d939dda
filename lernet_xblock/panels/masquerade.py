"""Staff who look as somebody else write nothing; that they tried stands in the log."""

from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.audit import record
from lernet_xblock.viewer import Viewer

VERB = "masquerade.refused"


def log_refused(viewer: Viewer, name: str) -> None:
    """Keep that a member of staff tried this action in the name of another, whom the log does not name."""
    network = viewer.network
    if network is not None:
        attempt(lambda: record(network, VERB, by=viewer.actor.real_user_id, now=viewer.now, subject=name))
