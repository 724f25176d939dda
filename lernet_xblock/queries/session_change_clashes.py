"""Where the people of a group are at the same time: in sessions of other groups, counted and never named."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Facilitation, Membership, Session


@dataclass(frozen=True)
class Clash:
    """So many people are in another session at that time. title: of its network, "" for another group of this one."""

    title: str
    people: int


def clashes(
    session: Session,
    people: Collection[int],
    *,
    starts_at: datetime,
    ends_at: datetime,
) -> tuple[Clash, ...]:
    """Return in how many sessions of other groups these people, by number, take part or guide: two queries."""
    then = {
        "user__in": people,
        "cohort__sessions__state": Session.State.PLANNED,
        "cohort__sessions__starts_at__lt": ends_at,
        "cohort__sessions__ends_at__gt": starts_at,
    }
    shown = ("cohort__network_id", "cohort__network__title", "user_id")
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for rows in (Membership.objects.filter(active=True), Facilitation.objects.all()):
        for network, title, user in rows.filter(**then).exclude(cohort=session.cohort_id).values_list(*shown):
            found[network, title].add(user)
    own = session.cohort.network_id
    counted = (Clash("" if network == own else title, len(users)) for (network, title), users in found.items())
    return tuple(sorted(counted, key=lambda clash: (clash.title != "", clash.title)))
