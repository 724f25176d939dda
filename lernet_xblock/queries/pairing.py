"""What is fixed before groups are formed, by name: pairs, pins, and who can be chosen for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from lernet_xblock.models import Application, Network, PairRule, Pin
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class PairLine:
    """Two people who are kept apart or together."""

    key: str
    kind: str
    first: str
    second: str


@dataclass(frozen=True)
class PinLine:
    """A person who is to be in a group whatever is proposed. key: of the application."""

    key: str
    name: str
    number: int
    label: str


def pair_lines(viewer: Viewer, network: Network) -> tuple[PairLine, ...]:
    """Return the pairs by kind and name: two queries."""
    rows = list(PairRule.objects.filter(network=network).select_related("first", "second"))
    names = viewer.host.names({one.user_id for row in rows for one in (row.first, row.second)})
    lines = [
        PairLine(row.key, row.kind, *(names.get(one.user_id, "—") for one in (row.first, row.second))) for row in rows
    ]
    return tuple(sorted(lines, key=lambda line: (line.kind, line.first.casefold(), line.second.casefold())))


def pin_lines(viewer: Viewer, network: Network) -> tuple[PinLine, ...]:
    """Return the pinned people by group and name: two queries."""
    rows = list(Pin.objects.filter(network=network).select_related("application"))
    names = viewer.host.names({row.application.user_id for row in rows})
    lines = [
        PinLine(row.application.key, names.get(row.application.user_id, "—"), row.number, group_label(row.number))
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda line: (line.number, line.name.casefold())))


def people_choices(viewer: Viewer, network: Network) -> tuple[tuple[str, str], ...]:
    """Return key and name of everybody who is ready, by name: two queries."""
    ready = network.applications.filter(state=Application.State.SUBMITTED).values_list("key", "user_id")
    rows = list(ready)
    names = viewer.host.names({user_id for _key, user_id in rows})
    return tuple(sorted(((key, names.get(user, "—")) for key, user in rows), key=lambda one: one[1].casefold()))


def users_of(applications: Iterable[str]) -> dict[str, int]:
    """Return the user of each application named by its row number, in the order given."""
    wanted = list(applications)
    found = {str(pk): user for pk, user in Application.objects.filter(pk__in=wanted).values_list("pk", "user_id")}
    return {one: found[one] for one in wanted if one in found}
