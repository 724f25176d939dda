"""Which cohorts suit somebody who joins late, the roomiest first: six queries, whatever the number of people."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from lernet_xblock.models import Application, Cohort, Facilitation, Membership, Network, Offer, PairRule, Session
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.late_joining import Room, can_take, late_joining_ends, misfits
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Fit:
    """A cohort before one late joiner. reasons: codes of rules.late_joining, () when it suits.

    possible: a seat can be given, though perhaps something advises against it.
    """

    key: str
    label: str
    room: Room
    reasons: tuple[str, ...]
    possible: bool

    @property
    def suits(self) -> bool:
        """Nothing speaks against it."""
        return not self.reasons


def fits(viewer: Viewer, network: Network, application: Application) -> tuple[Fit, ...]:
    """Return the cohorts that go on: those that suit, the roomiest first, then those that do not."""
    cohorts = list(network.cohorts.filter(state=Cohort.State.CONFIRMED))
    rooms = _rooms(viewer, network, cohorts)
    apart = _apart(application)
    guided = set(
        Facilitation.objects.filter(cohort__network=network, user_id=application.user_id).values_list(
            "cohort_id", flat=True
        )
    )
    found = []
    for cohort in cohorts:
        reasons = misfits(
            rooms[cohort.pk],
            language=application.language,
            guides=cohort.pk in guided,
            apart=cohort.pk in apart,
            now=viewer.now,
        )
        found.append(Fit(cohort.key, cohort_label(cohort), rooms[cohort.pk], reasons, can_take(reasons)))
    return tuple(sorted(found, key=lambda fit: (not fit.suits, not fit.possible, -fit.room.free)))


def joinable(viewer: Viewer, network: Network) -> bool:
    """Tell whether any cohort can take anybody now: four queries."""
    if network.state not in (Network.State.RUNNING, Network.State.PAUSED):
        return False
    cohorts = list(network.cohorts.filter(state=Cohort.State.CONFIRMED))
    rooms = _rooms(viewer, network, cohorts).values()
    return any(room.free and (room.ends_at is None or viewer.now < room.ends_at) for room in rooms)


def _rooms(viewer: Viewer, network: Network, cohorts: Sequence[Cohort]) -> dict[int, Room]:
    starts = _starts(network)
    members = Membership.objects.filter(network=network, active=True)
    people = dict(members.order_by().values_list("cohort_id").annotate(people=Count("pk")))
    offers = Counter(
        Offer.objects.filter(network=network, open=True, expires_at__gt=viewer.now).values_list("cohort_id", flat=True)
    )
    return {
        cohort.pk: Room(
            maximum=cohort.maximum_size,
            members=people.get(cohort.pk, 0),
            offered=offers[cohort.pk],
            ends_at=late_joining_ends(starts[cohort.pk]),
            language=cohort.working_language,
        )
        for cohort in cohorts
    }


def _starts(network: Network) -> dict[int, list[datetime]]:
    """Return when the sessions of each cohort begin, cancelled ones aside."""
    starts: dict[int, list[datetime]] = defaultdict(list)
    held = Session.objects.filter(cohort__network=network).exclude(state=Session.State.CANCELLED)
    for cohort_id, starts_at in held.values_list("cohort_id", "starts_at"):
        starts[cohort_id].append(starts_at)
    return starts


def _apart(application: Application) -> set[int]:
    """Return the cohorts, by row number, with a member that the applicant is to be kept apart from."""
    pairs = PairRule.objects.filter(Q(first=application) | Q(second=application), kind=PairRule.Kind.APART)
    both = {pk for pair in pairs.values_list("first__user_id", "second__user_id") for pk in pair}
    others = both - {application.user_id}
    there = Membership.objects.filter(network=application.network_id, user_id__in=others, active=True)
    return set(there.values_list("cohort_id", flat=True)) if others else set()
