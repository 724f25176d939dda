"""Pauses: whether the network stands still, and which sessions fall into one."""

from dataclasses import dataclass
from datetime import date, datetime

from lernet_xblock.models import Cohort, Membership, Network, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.pause import last_possible_day, today_in
from lernet_xblock.rules.zones import zone
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class SessionInReach:
    """A session that a pause can cover."""

    label: str
    starts_at: datetime


@dataclass(frozen=True)
class PausingMember:
    """Somebody who pauses. number: of the row, checked against the cohort whenever it comes back."""

    number: int
    name: str
    until: date


def today(viewer: Viewer) -> date:
    """Return the present day in the zone of the network, which all pauses go by."""
    return today_in(zone(viewer.plan.time_zone or ""), viewer.now)


def network_pauses(viewer: Viewer) -> bool:
    """Tell whether the network stands still today: after its last day a pause is over, whoever noticed."""
    network = viewer.network
    return network is not None and network.state == Network.State.PAUSED and not pause_is_over(viewer)


def pause_is_over(viewer: Viewer) -> bool:
    """Tell whether the network is marked as pausing though the last day of its pause has passed."""
    network = viewer.network
    if network is None or network.state != Network.State.PAUSED or network.paused_until is None:
        return False
    return today(viewer) > network.paused_until


def sessions_in_reach(viewer: Viewer, network: Network) -> tuple[SessionInReach, ...]:
    """Return the sessions of the next 90 days, or until the pause ends that goes on: one query."""
    until = network.paused_until or last_possible_day(today(viewer))
    rows = Session.objects.filter(
        cohort__network=network,
        state=Session.State.PLANNED,
        starts_at__gt=viewer.now,
        local_date__lte=until,
    )
    listed = rows.select_related("cohort").order_by("starts_at", "cohort__number")
    return tuple(SessionInReach(cohort_label(row.cohort), row.starts_at) for row in listed)


def paused_networks() -> list[Network]:
    """Return every network that is marked as pausing."""
    return list(Network.objects.filter(state=Network.State.PAUSED))


def pausing_members(viewer: Viewer, cohort: Cohort) -> tuple[PausingMember, ...]:
    """Return the members who pause now, by name: two queries."""
    rows = Membership.objects.filter(cohort=cohort, active=True, paused_until__gte=today(viewer))
    found = list(rows.values_list("pk", "user_id", "paused_until"))
    names = viewer.host.names(user_id for _pk, user_id, _until in found)
    lines = (PausingMember(pk, names.get(user_id, "—"), until) for pk, user_id, until in found)
    return tuple(sorted(lines, key=lambda line: line.name.casefold()))
