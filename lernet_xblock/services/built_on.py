"""What was built on an operation since: while there is any of it, the operation stands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Case, Change, Cohort, Contribution, Membership, Network, Offer, Session

# What `ended` and `made` of a change speak of is memberships only in these.
MOVES = (Change.Kind.PLACE, Change.Kind.TRANSFER, Change.Kind.LEAVE, Change.Kind.MERGE, Change.Kind.SPLIT)
# Whoever was merged or split off goes on reading what was shared with them: new words there reach nobody new.
PINNED = (Change.Kind.MERGE, Change.Kind.SPLIT)


@dataclass(frozen=True)
class Moved:
    """A change with the memberships it ended and made."""

    change: Change
    ended: tuple[Membership, ...]
    made: tuple[Membership, ...]

    @property
    def people(self) -> set[int]:
        """Who was moved, by number of the person."""
        return {row.user_id for row in (*self.ended, *self.made)}

    @property
    def left(self) -> set[int]:
        """The cohorts that people left, by row number."""
        return {row.cohort_id for row in self.ended}

    @property
    def joined(self) -> set[int]:
        """The cohorts that people joined, by row number."""
        return {row.cohort_id for row in self.made}


@dataclass(frozen=True)
class Since:
    """What happened in the cohorts since the oldest of the changes: (cohort, …, moment). alive: cohorts that go on."""

    changes: Sequence[Change]
    sessions: Sequence[tuple[int, int, str, datetime]]
    cases: Sequence[tuple[int, int, datetime]]
    words: Sequence[tuple[int, int | None, datetime]]
    members: Sequence[tuple[int, datetime]]
    offers: Sequence[tuple[int, int, datetime]]
    maximum: Mapping[int, int]
    alive: AbstractSet[int]


def built_on(network: Network, changes: Sequence[Change], *, now: datetime) -> dict[int, str]:
    """Return what stands in the way of undoing each change, as a code by its row number; nothing for the others."""
    moved = _moved(changes)
    cohorts = {pk for one in moved for pk in one.left | one.joined}
    since = _since(network, cohorts, min(change.at for change in changes), now=now)
    codes = {one.change.pk: _obstacle(one, since) for one in moved}
    return {pk: code for pk, code in codes.items() if code}


def moved_rows(change: Change) -> set[int]:
    """Return the memberships that the change ended and made, by row number."""
    if change.kind not in MOVES:
        return set()
    return {*change.done.get("ended", ()), *change.done.get("made", ())}


def _moved(changes: Iterable[Change]) -> list[Moved]:
    changes = [change for change in changes if moved_rows(change)]
    rows = Membership.objects.in_bulk({pk for change in changes for pk in moved_rows(change)})
    return [
        Moved(change, *(tuple(rows[pk] for pk in change.done.get(name, ())) for name in ("ended", "made")))
        for change in changes
    ]


def _since(network: Network, cohorts: set[int], at: datetime, *, now: datetime) -> Since:
    sessions = Session.objects.filter(cohort__in=cohorts, starts_at__gt=at, starts_at__lte=now)
    cases = Case.objects.filter(cohort__in=cohorts, shared_at__gt=at)
    words = Contribution.objects.filter(case__cohort__in=cohorts, posted_at__gt=at).order_by()
    members = Membership.objects.filter(cohort__in=cohorts, active=True)
    offers = Offer.objects.filter(cohort__in=cohorts, open=True, expires_at__gt=now)
    rows = list(Cohort.objects.filter(pk__in=cohorts))
    return Since(
        changes=list(Change.objects.filter(network=network, at__gte=at, undone_at=None)),
        sessions=list(sessions.values_list("cohort_id", "pk", "state", "starts_at")),
        cases=list(cases.values_list("cohort_id", "owner_id", "shared_at")),
        words=list(words.values_list("case__cohort_id", "author_id", "posted_at")),
        members=list(members.values_list("cohort_id", "joined_at")),
        offers=list(offers.values_list("cohort_id", "pk", "made_at")),
        maximum={row.pk: row.maximum_size for row in rows},
        alive={row.pk for row in rows if row.state == Cohort.State.CONFIRMED},
    )


def _obstacle(one: Moved, since: Since) -> str:
    """Return the code of the first thing in the way, "" for none."""
    at, everywhere = one.change.at, one.left | one.joined
    later = (other for other in since.changes if (other.at, other.pk) > (at, one.change.pk))
    if any(moved_rows(one.change) & moved_rows(other) for other in later) or any(
        row.active is None for row in one.made
    ):
        return "later"
    cancelled = set(one.change.done.get("sessions", ()))
    if any(
        cohort in everywhere and moment > at and (state == Session.State.PLANNED or pk in cancelled)
        for cohort, pk, state, moment in since.sessions
    ):
        return "begun"
    if _was_told(one, since):
        return "told"
    if one.change.kind != Change.Kind.MERGE and not one.left <= since.alive:
        return "gone"
    if one.change.kind == Change.Kind.SPLIT and _others_joined(one, since):
        return "joined"
    return "taken" if _seat_is_taken(one, since) else ""


def _was_told(one: Moved, since: Since) -> bool:
    """Tell whether somebody told something for the people who were there then, and would get other readers now."""
    at, pinned = one.change.at, one.change.kind in PINNED
    cases = any(
        moment > at and (cohort in one.left or (cohort in one.joined and owner in one.people))
        for cohort, owner, moment in since.cases
    )
    return cases or any(
        moment > at and ((cohort in one.left and not pinned) or (cohort in one.joined and author in one.people))
        for cohort, author, moment in since.words
    )


def _others_joined(one: Moved, since: Since) -> bool:
    """Tell whether the new cohort of a split has other people, or offers: they would be left without one."""
    here = sum(cohort in one.joined for cohort, _ in since.members)
    return here > len(one.made) or any(cohort in one.joined for cohort, _, _ in since.offers)


def _seat_is_taken(one: Moved, since: Since) -> bool:
    """Tell whether others joined a cohort, or were offered a seat, so that not all who left it fit in again."""
    at, own = one.change.at, set(one.change.done.get("offers", ()))
    taken: Counter[int] = Counter(cohort for cohort, _ in since.members)
    arrived: dict[int, bool] = defaultdict(bool)
    for cohort, joined_at in since.members:
        arrived[cohort] |= joined_at > at
    for cohort, pk, made_at in since.offers:
        if pk not in own:
            taken[cohort] += 1
            arrived[cohort] |= made_at > at
    back = Counter(row.cohort_id for row in one.ended)
    return any(arrived[cohort] and taken[cohort] + seats > since.maximum[cohort] for cohort, seats in back.items())
