"""What circles of earlier sessions say for new ones: who sat with whom, and who moderated or kept the time."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from lernet_xblock.models import Circle, CircleSeat, Membership, Session, Turn
from lernet_xblock.rules.circle_seating import Seating, Service, seat
from lernet_xblock.rules.circles import Pair, circle_sizes, even_sizes, met
from lernet_xblock.rules.presence import EXPECTED, place_at


def expected_at(session: Session) -> set[int]:
    """Return who is expected at a session, by user id; a membership that was taken back never was."""
    stays = Membership.objects.filter(cohort=session.cohort_id).exclude(end=Membership.End.UNDONE)
    return {stay.user_id for stay in stays if place_at(stay, session) == EXPECTED}


def draw_circles(session: Session, *, present: Collection[int], count: int | None) -> tuple[Seating, ...]:
    """Return the circles that these people make, nothing written: three queries. The same people make the same ones.

    count: of circles, one that rules.circles.possible_counts gives; None for as many as are usual.
    """
    sizes = even_sizes(len(present), count) if count else circle_sizes(len(present))
    givers = Turn.objects.filter(session=session, open=True, case__owner__in=present)
    return seat(
        present,
        sizes,
        earlier=earlier_meetings(session, present),
        cases=Counter(givers.values_list("case__owner_id", flat=True)),
        service=service_so_far(session, present),
        seed=int(hashlib.sha256(session.key.encode()).hexdigest()[:8], 16),
    )


def earlier_meetings(session: Session, people: Collection[int]) -> Counter[Pair]:
    """Return how often each pair of these people sat together in other sessions of the network: one query.

    In those that were held, also with a group that became part of this one.
    """
    rows = CircleSeat.objects.filter(
        user__in=people,
        session__cohort__network=session.cohort.network_id,
        session__state=Session.State.PLANNED,
    ).exclude(session=session)
    circles: dict[int, list[int]] = defaultdict(list)
    for circle, user in rows.values_list("circle_id", "user_id"):
        circles[circle].append(user)
    return met(circles.values())


def service_so_far(session: Session, people: Collection[int]) -> dict[int, Service]:
    """Return who of these people moderated and kept the time how often, in other sessions: one query."""
    led = Q(moderator__in=people) | Q(timekeeper__in=people)
    rows = Circle.objects.filter(led, cohort__network=session.cohort.network_id, session__state=Session.State.PLANNED)
    found = rows.exclude(session=session).values_list("moderator_id", "timekeeper_id", "session__starts_at")
    return _counted(found, set(people))


def _counted(rows: Iterable[tuple[int | None, int | None, datetime]], people: set[int]) -> dict[int, Service]:
    moderated: Counter[int] = Counter()
    timed: Counter[int] = Counter()
    last: dict[int, int] = {}
    for moderator, timekeeper, at in rows:
        for user, counter in ((moderator, moderated), (timekeeper, timed)):
            if user is not None and user in people:
                counter[user] += 1
                last[user] = max(last.get(user, -1), int(at.timestamp()))
    return {user: Service(moderated[user], timed[user], at) for user, at in last.items()}
