"""What operations share that admins and those who guide a group can do: who, on which cohort, and back where."""

from dataclasses import dataclass

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.models import Cohort, Network
from lernet_xblock.panels.action import Reply
from lernet_xblock.panels.panel import Address
from lernet_xblock.viewer import Viewer

# Operations that somebody who guides a group finds in the panel of the group; the others are the admin's.
FOR_GUIDES = ("leave", "substitute", "pause")


@dataclass(frozen=True)
class Back:
    """The page that the operation was opened from."""

    address: Address

    def __str__(self) -> str:
        return str(self.address)

    @property
    def panel(self) -> str:
        """The panel, whose name stands on the link."""
        return self.address.panel

    def reply(self, say: str) -> Reply:
        """Return there, and say what was done."""
        return Reply(say=say, panel=self.address.panel, params=self.address.params)


def runs_a_group(viewer: Viewer) -> bool:
    """Who guides a group for good, and the admins."""
    return viewer.network is not None and (permissions.is_admin(viewer) or bool(viewer.led_ids))


def run_cohort(viewer: Viewer, key: str) -> Cohort:
    """Return the cohort with this key that the viewer runs. Raises NotFound."""
    found = Cohort.objects.filter(network=viewer.network, key=key).first() if key.isalnum() else None
    if found is None or not permissions.may_run(viewer, found):
        raise NotFound
    return found


def back_to(viewer: Viewer, cohort: Cohort) -> Back:
    """Return where the operations of this cohort are: an admin has them with all groups, who guides it in its own."""
    if permissions.is_admin(viewer):
        return Back(Address("cohorts"))
    return Back(Address("group", {"cohort": cohort.key}))


def has_groups(viewer: Viewer) -> bool:
    """Whether there can be a group that concerns the person: before groups are formed, an admin has none to look at."""
    formed = viewer.network is not None and viewer.network.state not in (Network.State.OPEN, Network.State.FORMING)
    return permissions.belongs(viewer) or (permissions.takes_part(viewer) and formed)


def guides_or_runs(viewer: Viewer) -> bool:
    """Who guides a group of the network, and the admins: those who may change sessions."""
    return permissions.is_facilitator(viewer) or (permissions.is_admin(viewer) and viewer.network is not None)
