"""Fair turns: everybody has one before anybody has a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Balance:
    """The turns of one member as case giver. had: begun or done; planned: still ahead."""

    had: int = 0
    planned: int = 0

    @property
    def none(self) -> bool:
        """Neither had nor planned."""
        return not (self.had or self.planned)


def needs_reason(user_id: int, balances: Mapping[int, Balance]) -> bool:
    """Tell whether one more turn for this person would be a second one while another member has none, nor one planned.

    balances: of all members of the group, by user id; somebody who is not among them has had none.
    """
    own = balances.get(user_id, Balance())
    return not own.none and any(other.none for user, other in balances.items() if user != user_id)


def next_in_line(balances: Mapping[int, Balance], ready: Mapping[int, datetime]) -> tuple[int, ...]:
    """Return the members who have a case that is ready to be scheduled, those to suggest first in front.

    ready: since when the oldest such case of a member was shared, by user id. Those with the fewest turns come first,
    planned ones included, and of these who waits longest.
    """

    def place(user_id: int) -> tuple[int, datetime, int]:
        own = balances[user_id]
        return own.had + own.planned, ready[user_id], user_id

    return tuple(sorted((user for user in ready if user in balances), key=place))


def suggested(balances: Mapping[int, Balance], ready: Mapping[int, datetime]) -> int | None:
    """Return the member without a turn whose case comes next; None where nobody without a turn has one ready."""
    first = next(iter(next_in_line(balances, ready)), None)
    return first if first is not None and balances[first].none else None
