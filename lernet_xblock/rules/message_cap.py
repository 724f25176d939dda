"""At most four messages for a person in a cycle of sessions, over all networks; what is urgent does not count.

A cycle goes from the end of the person's last session to the end of the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

MOST_IN_A_CYCLE = 4

# Dropped in this order, the oldest of a kind first: a reminder of a date that also stands in the calendar, then being
# asked again; what opens something (a poll, the first dates) stays longest.
REMINDERS = ("reminder_7d", "reminder_1d", "reminder_1h")
AGAIN = ("please_answer",)
ASKING = ("poll_asked",)


@dataclass(frozen=True)
class Waiting:
    """A message that was not sent yet. key: any name of it, different from the others'."""

    key: int | str
    kind: str
    send_at: datetime
    urgent: bool = False


def dropped(waiting: Iterable[Waiting], *, sent: int) -> tuple[Waiting, ...]:
    """Return those that are not sent, in the order in which they drop. sent: those of the cycle that were not urgent.

    The order of `waiting` does not matter. What is urgent is never dropped.
    """
    line = sorted((one for one in waiting if not one.urgent), key=_precedence)
    over = max(0, sent + len(line) - MOST_IN_A_CYCLE)
    return tuple(line[:over])


def _precedence(one: Waiting) -> tuple[int, datetime, str]:
    classes = (REMINDERS, AGAIN, ASKING)
    rank = next((place for place, kinds in enumerate(classes) if one.kind in kinds), len(classes))
    return rank, one.send_at, str(one.key)


def cycle_began(ends: Iterable[datetime], *, now: datetime, joined: datetime | None) -> datetime | None:
    """Return when the cycle of this moment began: the last end of a session, else when the person joined.

    ends: of all the person's sessions that take place; None for somebody who never joined anything.
    """
    past = [end for end in ends if end <= now]
    return max(past, default=joined)
