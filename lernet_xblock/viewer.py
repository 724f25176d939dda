"""Who looks at which network, when and in which language; passed to everything that reads or decides."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value

from lernet_xblock.host import Actor, Host, Place, Scope
from lernet_xblock.i18n import supported
from lernet_xblock.models import (
    Charter,
    CharterConsent,
    Cohort,
    Facilitation,
    Membership,
    Network,
    Session,
    Substitution,
)
from lernet_xblock.models.network import scope_digest
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.zones import zone

FALLBACK_ZONE = "Europe/Brussels"
SUBSTITUTE = "substitute"
# Somebody who stands in for one session keeps access to the group until so long after it.
SUBSTITUTE_STAYS = timedelta(days=7)
COHORT_COLUMNS = tuple(column.attname for column in Cohort._meta.concrete_fields)  # noqa: SLF001 - Django's own name


@dataclass(frozen=True)
class Guide:
    """A person's guiding role in a cohort: what was told before `since` is not theirs.

    role: of a Facilitation, or SUBSTITUTE; session_id: the one session a substitute stands in for, else None.
    """

    cohort: Cohort
    user_id: int
    role: str
    since: datetime
    session_id: int | None = None

    @property
    def cohort_id(self) -> int:
        """The cohort, by row number."""
        return self.cohort.pk


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


@dataclass(frozen=True)
class Standing:
    """The network of a place, the person's active membership and guiding roles in it, and who guides the own cohort."""

    network: Network | None
    membership: Membership | None = None
    facilitations: tuple[Guide, ...] = ()
    own_guides: tuple[Guide, ...] = ()


def standing(scope: Scope, user_id: int | None, *, now: datetime) -> Standing:
    """Return what the tables say of a person at a place: two queries for a member, at most three for others."""
    place = scope_digest(scope.course_id, scope.usage_id)
    if user_id is None:
        return Standing(next(iter(Network.objects.filter(scope=place)), None))
    mine = Membership.objects.filter(user_id=user_id, active=True)
    # Few ever stand in for anybody: whoever never does is spared the dearer query for it.
    stands_in = Exists(Substitution.objects.filter(user_id=user_id, ended_at=None))
    placed = mine.filter(network__scope=place).select_related("cohort", "network").annotate(stands_in=stands_in)
    membership = next(iter(placed), None)
    if membership is not None:
        guides = _guides(membership.network, user_id, membership.cohort_id, now if membership.stands_in else None)
        return _stands(membership.network, membership, user_id, guides)
    # In one statement: groups may be formed between two, and nobody is to see them formed and stand outside.
    seated = Exists(mine.filter(network=OuterRef("pk")))
    network = next(iter(Network.objects.filter(scope=place).annotate(seated=seated, stands_in=stands_in)), None)
    if network is None:
        return Standing(None)
    membership = next(iter(placed.all()), None) if network.seated else None
    own_cohort = membership.cohort_id if membership else 0
    return _stands(
        network, membership, user_id, _guides(network, user_id, own_cohort, now if network.stands_in else None)
    )


def _stands(network: Network, membership: Membership | None, user_id: int, guides: list[Guide]) -> Standing:
    own_cohort = membership.cohort_id if membership else 0
    lasting = (row for row in guides if row.cohort_id == own_cohort and row.session_id is None)
    return Standing(
        network,
        membership,
        tuple(row for row in guides if row.user_id == user_id),
        tuple(sorted(lasting, key=lambda row: row.role, reverse=True)),
    )


def _guides(network: Network, user_id: int, own_cohort: int, standing_in: datetime | None) -> list[Guide]:
    """Return the person's guiding roles, those of the own cohort, and the person's substitutions: one query.

    standing_in: the present moment where the person stands in for somebody, or did; else None.
    """
    near = Facilitation.objects.filter(Q(user_id=user_id) | Q(cohort_id=own_cohort), cohort__network=network)
    if standing_in is None:
        return [Guide(row.cohort, row.user_id, row.role, row.since, None) for row in near.select_related("cohort")]
    return _with_substitutions(network, user_id, near, standing_in)


def _with_substitutions(network: Network, user_id: int, near: QuerySet, now: datetime) -> list[Guide]:
    # Both halves have columns first and then annotations of the same names: older Django pairs them in that order.
    columns = ("user_id", "since", *(f"cohort__{name}" for name in COHORT_COLUMNS), "as_role", "for_session")
    lasting = near.annotate(
        as_role=F("role"),
        for_session=Value(None, output_field=IntegerField()),
    )
    once = Substitution.objects.filter(
        cohort__network=network,
        user_id=user_id,
        since__lte=now,
        ended_at=None,
        session__ends_at__gt=now - SUBSTITUTE_STAYS,
    ).exclude(session__state=Session.State.CANCELLED)
    once = once.annotate(as_role=Value(SUBSTITUTE, output_field=CharField()), for_session=F("session_id"))
    rows = lasting.values_list(*columns).union(once.values_list(*columns), all=True)
    # A union returns no models; Django makes its own from columns in the same way.
    made = partial(Cohort.from_db, network._state.db, COHORT_COLUMNS)  # noqa: SLF001 - Django's public name
    return [Guide(made(cohort), user, role, since, session) for user, since, *cohort, role, session in rows]


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
