"""One or two groups as they are, before people are moved: what every preview is made from, in five queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from lernet_xblock.models import Cohort, Facilitation, Membership, Offer, PairRule, Session
from lernet_xblock.rules.late_joining import late_joining_ends
from lernet_xblock.rules.regrouping import Pair, broken_pairs
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Side:
    """A group before and after. offered: seats held afterwards by offers that can still be answered."""

    label: str
    before: int
    after: int
    offered: int
    minimum: int
    maximum: int

    @property
    def below(self) -> bool:
        """Fewer people than its minimum afterwards."""
        return self.after < self.minimum

    @property
    def above(self) -> bool:
        """More people than its maximum afterwards, seats that were offered included."""
        return self.after + self.offered > self.maximum


@dataclass(frozen=True)
class Scene:
    """The rows of two groups, the new one None where it does not exist yet. sessions: those that are held, in order."""

    viewer: Viewer
    old: Cohort
    new: Cohort | None
    members: Mapping[int, Sequence[Membership]]
    offered: Mapping[int, int]
    sessions: Sequence[Session]
    pairs: Sequence[Pair]
    guides: Mapping[int, list[int]]

    @property
    def in_old(self) -> Sequence[Membership]:
        """The members of the old group."""
        return self.members[self.old.pk]

    @property
    def there(self) -> set[int]:
        """The members of the new group, by number of the person."""
        return {row.user_id for row in self.members[self.new.pk]} if self.new else set()

    def ahead(self, cohort: Cohort | None) -> list[datetime]:
        """Return when the group's sessions begin that have not begun."""
        begin = (row.starts_at for row in self.sessions if cohort is not None and row.cohort_id == cohort.pk)
        return [at for at in begin if at > self.viewer.now]

    def leads(self, cohort: Cohort) -> list[int]:
        """Return who guides the group for good."""
        return self.guides[cohort.pk]

    @property
    def meets(self) -> bool:
        """Whether one of the groups is in a session now."""
        return any(row.starts_at <= self.viewer.now < row.ends_at for row in self.sessions)

    @property
    def closing(self) -> bool:
        """Whether the closing session has begun of the group that people would join or divide."""
        target = self.new or self.old
        return any(
            row.cohort_id == target.pk and row.kind == Session.Kind.CLOSING and row.starts_at <= self.viewer.now
            for row in self.sessions
        )

    @property
    def late(self) -> bool:
        """Whether half of the sessions of the new group have begun."""
        target = self.new.pk if self.new else 0
        last = late_joining_ends([row.starts_at for row in self.sessions if row.cohort_id == target])
        return last is not None and self.viewer.now >= last

    def broken(self, movers: Collection[int]) -> tuple[Pair, ...]:
        """Return the pairs that would not hold. movers: by number of the person."""
        behind = {row.user_id for row in self.in_old} - set(movers)
        return broken_pairs(self.pairs, moving=movers, there=self.there, behind=behind)


def scene(viewer: Viewer, old: Cohort, new: Cohort | None = None) -> Scene:
    """Return the groups as they are: five queries."""
    cohorts = [old, new] if new else [old]
    members: dict[int, list[Membership]] = {cohort.pk: [] for cohort in cohorts}
    for row in Membership.objects.filter(cohort__in=cohorts, active=True).order_by("pk"):
        members[row.cohort_id].append(row)
    guides: dict[int, list[int]] = {cohort.pk: [] for cohort in cohorts}
    for cohort_id, user_id in Facilitation.objects.filter(cohort__in=cohorts).values_list("cohort_id", "user_id"):
        guides[cohort_id].append(user_id)
    offers = Offer.objects.filter(cohort__in=cohorts, open=True, expires_at__gt=viewer.now).order_by()
    held = Session.objects.filter(cohort__in=cohorts, state=Session.State.PLANNED).order_by("starts_at", "number")
    return Scene(
        viewer=viewer,
        old=old,
        new=new,
        members=members,
        offered=dict(offers.values_list("cohort_id").annotate(seats=Count("pk"))),
        sessions=list(held),
        pairs=pairs_of(old),
        guides=guides,
    )


def pairs_of(cohort: Cohort) -> tuple[Pair, ...]:
    """Return what admins wrote down about two people of the network, by number of the person: one query."""
    rows = PairRule.objects.filter(network=cohort.network_id)
    return tuple(Pair(*row) for row in rows.values_list("kind", "first__user_id", "second__user_id"))
