"""Who has had a turn: for those who plan them by name, for a member in numbers."""

from collections import Counter
from collections.abc import Mapping

from lernet_xblock.models import Membership, Turn
from lernet_xblock.rules.fair_turns import Balance


def balances(cohort_id: int) -> dict[int, Balance]:
    """Return the turns of every member of now as case giver, by user id: two queries.

    A turn that somebody had in a group that became part of this one, or that this one was split from, counts as well.
    """
    members = Membership.objects.filter(cohort=cohort_id, active=True).order_by("pk")
    users = list(members.values_list("user_id", flat=True))
    rows = Turn.objects.filter(cohort__network__cohorts=cohort_id, case__owner__in=users)
    begun: Counter[tuple[int, bool]] = Counter(
        (owner, phase != Turn.Phase.PLANNED) for owner, phase in rows.values_list("case__owner", "phase")
    )
    return {user: Balance(begun[user, True], begun[user, False]) for user in users}


def had_turns(cohort_id: int) -> dict[int, int]:
    """Return how many turns every member of now has had as case giver, begun or done, by user id: two queries."""
    return {user: own.had for user, own in balances(cohort_id).items()}


def counted(found: Mapping[int, Balance]) -> tuple[int, int]:
    """Return how many of the members have had no turn yet, and how many members there are."""
    return sum(not own.had for own in found.values()), len(found)
