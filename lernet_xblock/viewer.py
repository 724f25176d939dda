"""Who looks at which network, when and in which language; passed to everything that reads or decides."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from lernet_xblock.host import Actor, Host, Place, Scope
from lernet_xblock.i18n import supported
from lernet_xblock.models import Cohort, Facilitation, Membership, Network
from lernet_xblock.models.network import scope_digest
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.zones import zone

FALLBACK_ZONE = "Europe/Brussels"


@dataclass(frozen=True)
class Viewer:
    """One person before one block.

    `membership` is the person's active one, with its cohort; `guides` are the guiding roles of everybody in this
    network; `authored` reads the block's fields, which costs a query each in some hosts, so it is called only when
    needed; `keep` writes them, in Studio.
    """

    host: Host
    actor: Actor
    scope: Scope
    place: Place
    now: datetime
    network: Network | None
    membership: Membership | None
    guides: tuple[Facilitation, ...]
    authored: Callable[[], Settings]
    keep: Callable[[Settings], None]

    @property
    def user_id(self) -> int:
        """The number of the person; 0 for nobody, which no row has."""
        return self.actor.user_id or 0

    @cached_property
    def html_id(self) -> str:
        """A prefix for ids in the page, since a page can hold several blocks."""
        return "lernet-" + hashlib.sha256(self.scope.usage_id.encode()).hexdigest()[:8]

    @property
    def language(self) -> str:
        """The code of the catalogue this person reads."""
        return supported(self.actor.language)

    @cached_property
    def plan(self) -> Settings:
        """The settings in force: those of the open network, else what the author has so far."""
        return read(self.network.authored) if self.network else self.authored()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The person's time zone, else the network's."""
        for name in (self.actor.time_zone, self.plan.time_zone, FALLBACK_ZONE):
            try:
                return zone(name or "")
            except Refused:
                continue
        raise AssertionError(FALLBACK_ZONE)

    @property
    def may_write(self) -> bool:
        """Whether the request may change anything: masquerading staff look, and write nothing."""
        return not self.actor.masquerading

    def again(self) -> "Viewer":
        """Return the same person with network, membership and roles as they are now, after a write."""
        found = standing(self.scope, self.actor.user_id)
        return replace(self, network=found.network, membership=found.membership, guides=found.guides)

    @property
    def cohort(self) -> Cohort | None:
        """The person's own cohort as a member."""
        return self.membership.cohort if self.membership else None

    @property
    def facilitations(self) -> tuple[Facilitation, ...]:
        """The person's own guiding roles in this network."""
        return tuple(row for row in self.guides if row.user_id == self.actor.user_id)

    @property
    def guided_ids(self) -> frozenset[int]:
        """Cohorts the person facilitates, by row number."""
        return frozenset(facilitation.cohort_id for facilitation in self.facilitations)


@dataclass(frozen=True)
class Standing:
    """The network of a place, the person's active membership in it, and who guides its cohorts (at most 16 rows)."""

    network: Network | None
    membership: Membership | None
    guides: tuple[Facilitation, ...]


def standing(scope: Scope, user_id: int | None) -> Standing:
    """Return what the tables say of a person at a place: two queries for a member, at most three for others."""
    place = scope_digest(scope.course_id, scope.usage_id)
    membership = None
    if user_id is not None:
        mine = Membership.objects.filter(network__scope=place, user_id=user_id, active=True)
        membership = next(iter(mine.select_related("cohort", "network")), None)
    network = membership.network if membership else next(iter(Network.objects.filter(scope=place)), None)
    if network is None or user_id is None:
        return Standing(network, None, ())
    guides = Facilitation.objects.filter(cohort__network=network).select_related("cohort")
    return Standing(network, membership, tuple(guides))


def load_viewer(
    host: Host,
    block: Any,
    request: Any | None,
    *,
    authored: Callable[[], Settings],
    keep: Callable[[Settings], None],
) -> Viewer:
    """Return who looks at the block. Two or three queries of ours, whatever the number of people."""
    actor, scope = host.actor(block, request), host.scope(block)
    found = standing(scope, actor.user_id)
    return Viewer(
        host=host,
        actor=actor,
        scope=scope,
        place=host.place(block),
        now=host.now(),
        network=found.network,
        membership=found.membership,
        guides=found.guides,
        authored=authored,
        keep=keep,
    )
