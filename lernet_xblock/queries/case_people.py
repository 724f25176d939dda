"""The people around a case: who was in its group when, whose charter they accepted, and who guides it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, F, Q, Value

from lernet_xblock.models import Case, Charter, CharterConsent, Facilitation, Membership, Session, Substitution
from lernet_xblock.permissions import was_there
from lernet_xblock.standing import SUBSTITUTE_STAYS


@dataclass(frozen=True)
class People:
    """Everybody who was ever in one of some cohorts, the owner of the case aside.

    own: the active membership of each, by number of the person; former: those that were merged or split, of people who
    had accepted the charter of then; unlocked: who accepted the charter in force of their own cohort.
    """

    own: Mapping[int, Membership]
    former: tuple[Membership, ...]
    unlocked: frozenset[int]

    @property
    def everybody(self) -> frozenset[int]:
        """All who have a place now: who has none reads nothing."""
        return frozenset(self.own)

    def were_there(self, cohort_id: int, at: datetime) -> tuple[frozenset[int], frozenset[int]]:
        """Return who was in the cohort at this moment and may read, and who will once they accept its charter."""
        own = {user for user, row in self.own.items() if row.cohort_id == cohort_id and was_there(row, at)}
        kept = {row.user_id for row in self.former if row.cohort_id == cohort_id and was_there(row, at)}
        return self._readers(cohort_id, own, kept)

    def are_of(self, cohort_id: int, since: datetime) -> tuple[frozenset[int], frozenset[int]]:
        """Return who is in the cohort now, or was since this moment and keeps reading; and who waits, as above."""
        own = {user for user, row in self.own.items() if row.cohort_id == cohort_id}
        kept = {
            row.user_id
            for row in self.former
            if row.cohort_id == cohort_id and row.left_at is not None and row.left_at >= since
        }
        return self._readers(cohort_id, own, kept)

    def _readers(self, cohort_id: int, own: set[int], kept: set[int]) -> tuple[frozenset[int], frozenset[int]]:
        # Somebody who came back to a cohort is bound by its charter again, also for what they kept.
        here = {user for user, row in self.own.items() if row.cohort_id == cohort_id}
        found = own | (kept & set(self.own))
        locked = (found & here) - self.unlocked
        return frozenset(found - locked), frozenset(locked)


def people_near(case: Case, cohorts: Iterable[int]) -> People:
    """Return the people of these cohorts of the case's network, by row number: three queries."""
    cohorts = set(cohorts)
    near = Membership.objects.filter(cohort__in=cohorts).values("user_id")
    rows = Membership.objects.filter(Q(active=True) | Q(end__in=Membership.KEEPS_READING), user_id__in=near)
    rows = rows.filter(network=case.cohort.network_id).exclude(user_id=case.owner_id)
    places = list(rows)
    charters = list(Charter.objects.filter(cohort__in={row.cohort_id for row in places}).order_by("-version"))
    yes = set(CharterConsent.objects.filter(charter__in=charters).values_list("charter_id", "user_id"))
    own = {row.user_id: row for row in places if row.active}
    return People(
        own=own,
        former=tuple(row for row in places if not row.active and _accepted(row, charters, yes, row.left_at)),
        unlocked=frozenset(user for user, row in own.items() if _accepted(row, charters, yes, None)),
    )


def _accepted(row: Membership, charters: Iterable[Charter], yes: set[tuple[int, int]], by: datetime | None) -> bool:
    """Tell whether the person accepted the charter in force then, None for now. charters: the newest first."""
    in_force = (one for one in charters if one.cohort_id == row.cohort_id and (by is None or one.in_force_at <= by))
    newest = next(in_force, None)
    return newest is not None and (newest.pk, row.user_id) in yes


def guides_of(cohorts: Iterable[int], *, now: datetime) -> list[tuple[int, int, datetime]]:
    """Return who guides the cohorts now as (cohort, person, since), those who stand in last: one query."""
    cohorts = set(cohorts)
    lasting = Facilitation.objects.filter(cohort__in=cohorts).annotate(as_role=F("role"))
    once = Substitution.objects.filter(
        cohort__in=cohorts, since__lte=now, ended_at=None, session__ends_at__gt=now - SUBSTITUTE_STAYS
    ).exclude(session__state=Session.State.CANCELLED)
    once = once.annotate(as_role=Value("", output_field=CharField()))
    columns = ("cohort_id", "user_id", "since", "as_role")
    rows = lasting.values_list(*columns).union(once.values_list(*columns))
    return [(cohort, user, since) for cohort, user, since, role in sorted(rows, key=lambda row: row[3], reverse=True)]
