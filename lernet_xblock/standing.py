"""What the tables say of a person at a place: the network, their membership, and whom they guide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value

from lernet_xblock.host import Scope
from lernet_xblock.models import Cohort, Facilitation, Membership, Network, Session, Substitution
from lernet_xblock.models.network import scope_digest

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
    placed = _placed().filter(user_id=user_id, network__scope=place)
    membership = next(iter(placed), None)
    if membership is not None:
        return _stands(membership.network, membership, user_id, _guides_of_member(membership, now))
    # In one statement: groups may be formed between two, and nobody is to see them formed and stand outside.
    seated = Exists(Membership.objects.filter(user_id=user_id, active=True, network=OuterRef("pk")))
    stands_in = Exists(Substitution.objects.filter(user_id=user_id, ended_at=None))
    network = next(iter(Network.objects.filter(scope=place).annotate(seated=seated, stands_in=stands_in)), None)
    if network is None:
        return Standing(None)
    membership = next(iter(placed.all()), None) if network.seated else None
    own_cohort = membership.cohort_id if membership else 0
    return _stands(
        network, membership, user_id, _guides(network, user_id, own_cohort, now if network.stands_in else None)
    )


@cache
def _placed() -> QuerySet:
    """Return all active memberships, still to be asked for; made once, as every page asks for one.

    Few members guide a group or stand in for anybody: the others are spared the dearer queries for it.
    """
    led = Facilitation.objects.filter(user_id=OuterRef("user_id"), cohort__network_id=OuterRef("network_id"))
    stands_in = Exists(Substitution.objects.filter(user_id=OuterRef("user_id"), ended_at=None))
    rows = Membership.objects.filter(active=True).select_related("cohort", "network")
    return rows.annotate(leads=Exists(led), stands_in=stands_in)


def _guides_of_member(membership: Membership, now: datetime) -> list[Guide]:
    """Return what _guides does, of a row of _placed: one query."""
    if membership.leads or membership.stands_in:
        standing_in = now if membership.stands_in else None
        return _guides(membership.network, membership.user_id, membership.cohort_id, standing_in)
    own = Facilitation.objects.filter(cohort_id=membership.cohort_id)
    return [Guide(membership.cohort, row.user_id, row.role, row.since) for row in own]


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
