"""What the panels of the admin share: who may open them, and the network they are about."""

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Cohort, Network, Proposal
from lernet_xblock.viewer import Viewer


def runs_network(viewer: Viewer) -> bool:
    """An admin, once there is a network to run."""
    return viewer.actor.user_id is not None and viewer.actor.is_admin and viewer.network is not None


def own_network(viewer: Viewer) -> Network:
    """Return the network of the block, which every action here has (see `runs_network`)."""
    if viewer.network is None:
        raise NotFound
    return viewer.network


def own_cohort(viewer: Viewer, key: str) -> Cohort:
    """Return the cohort of this network with this key. Raises NotFound."""
    found = own_network(viewer).cohorts.filter(key=key).first()
    if found is None:
        raise NotFound
    return found


def own_proposal(viewer: Viewer, key: str) -> Proposal:
    """Return the proposal of this network with this key, whatever became of it. Raises NotFound."""
    found = own_network(viewer).proposals.filter(key=key).first()
    if found is None:
        raise NotFound
    return found
