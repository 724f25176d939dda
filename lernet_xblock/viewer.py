"""Who looks at which network, when and in which language; passed to everything that reads or decides."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Subquery

from lernet_xblock.host import Actor, Host, Place, Scope
from lernet_xblock.i18n import supported
from lernet_xblock.models import Charter, CharterConsent, CircleSeat, Cohort, Membership, Network, Report, ReportVoice
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.zones import zone
from lernet_xblock.standing import Guide, standing

FALLBACK_ZONE = "Europe/Brussels"


@dataclass(frozen=True)
class Viewer:
    """One person before one block.

    `membership` is the person's active one, with its cohort; `facilitations` are the person's own guiding roles in this
    network, also for one session only; `own_guides` are those of everybody who guides the person's own cohort for good,
    facilitator first; `authored` reads the block's fields, which costs a query each in some hosts, so it is called only
    when needed; `keep` writes them, in Studio.
    """

    host: Host
    actor: Actor
    scope: Scope
    place: Place
    now: datetime
    network: Network | None
    membership: Membership | None
    facilitations: tuple[Guide, ...]
    own_guides: tuple[Guide, ...]
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
        found = standing(self.scope, self.actor.user_id, now=self.now)
        return replace(
            self,
            network=found.network,
            membership=found.membership,
            facilitations=found.facilitations,
            own_guides=found.own_guides,
        )

    @cached_property
    def former(self) -> tuple[Membership, ...]:
        """The person's places in groups that were merged or split, where they keep reading what was shared till then.

        Only those whose charter they had accepted (rule C1), and none for somebody who has no place any more. One
        query, made by who asks.
        """
        if self.membership is None:
            return ()
        kept = Membership.objects.filter(
            network=self.membership.network_id, user_id=self.user_id, end__in=Membership.KEEPS_READING
        )
        in_force = Charter.objects.filter(cohort=OuterRef("cohort"), in_force_at__lte=OuterRef("left_at"))
        yes = CharterConsent.objects.filter(charter=OuterRef("agreement"), user_id=self.user_id)
        rows = kept.annotate(agreement=Subquery(in_force.order_by("-version").values("pk")[:1])).filter(Exists(yes))
        return tuple(rows.select_related("cohort").order_by("cohort__number", "pk"))

    @cached_property
    def circle_ids(self) -> frozenset[int]:
        """The circles that the person sits or sat in, by row number, of any network. One query, made by who asks."""
        if not self.user_id:
            return frozenset()
        return frozenset(CircleSeat.objects.filter(user_id=self.user_id).values_list("circle_id", flat=True).order_by())

    @cached_property
    def held_keys(self) -> frozenset[str]:
        """What is held and the person reported or handles, by key of case or contribution. One query, as above."""
        if self.network is None or not self.user_id:
            return frozenset()
        reported = ReportVoice.objects.filter(report=OuterRef("pk"), reporter_id=self.user_id)
        open_ones = Report.objects.filter(network=self.network, open=True)
        return frozenset(
            open_ones.filter(Q(handler_id=self.user_id) | Exists(reported)).values_list("target", flat=True)
        )

    @cached_property
    def handles(self) -> bool:
        """Whether an open report waits for the person, who guides its group. One query; none for who guides nobody."""
        if not self.led_ids or not self.may_write:
            return False
        waiting = Report.objects.filter(network=self.network, open=True, handler_id=self.user_id)
        return bool(waiting.filter(cohort__in=self.led_ids).exists())

    @property
    def cohort(self) -> Cohort | None:
        """The person's own cohort as a member."""
        return self.membership.cohort if self.membership else None

    @property
    def guided_ids(self) -> frozenset[int]:
        """Cohorts the person facilitates, by row number."""
        return frozenset(facilitation.cohort_id for facilitation in self.facilitations)

    @property
    def led_ids(self) -> frozenset[int]:
        """Cohorts the person facilitates for good, not only in one session, by row number."""
        return frozenset(row.cohort_id for row in self.facilitations if row.session_id is None)


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
    now = host.now()
    found = standing(scope, actor.user_id, now=now)
    return Viewer(
        host=host,
        actor=actor,
        scope=scope,
        place=host.place(block),
        now=now,
        network=found.network,
        membership=found.membership,
        facilitations=found.facilitations,
        own_guides=found.own_guides,
        authored=authored,
        keep=keep,
    )


def viewer_without_block(host: Host, network: Network, user_id: int) -> Viewer:
    """Return somebody who is logged in, in person, before a network whose block is not at hand.

    They look as learners do, never as the course team. Two or three queries of ours, and one about their enrolment.
    """
    scope, now = Scope(network.course_id, network.usage_id, is_course=True), host.now()
    enrolled = network.course_id in host.enrolled(user_id, [network.course_id])
    found = standing(scope, user_id, now=now)
    return Viewer(
        host=host,
        actor=Actor(user_id, "", "", "en", None, enrolled=enrolled, is_admin=False, is_author=False),
        scope=scope,
        place=Place.LEARN,
        now=now,
        network=found.network,
        membership=found.membership,
        facilitations=found.facilitations,
        own_guides=found.own_guides,
        authored=lambda: read(network.authored),
        keep=_keeps_nothing,
    )


def _keeps_nothing(settings: Settings) -> None:
    """Refuse: settings are written from a block."""
    raise NotImplementedError(settings)
