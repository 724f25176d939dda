"""The turn budget: whether everybody in a group can have a turn with a case of their own (rule N6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from lernet_xblock.rules.circles import circle_sizes

# Minutes of a full turn, and of the shorter formats that make room for more.
FULL_TURN = 60
SHORTER_FORMATS = {"respectful_gossip": 45, "questions_only": 42}


@dataclass(frozen=True)
class Budget:
    """turns: those there is room for; members: those who are to have one."""

    turns: int
    members: int

    @property
    def short(self) -> int:
        """How many members would go without; 0 where there is room for all."""
        return max(0, self.members - self.turns)


def turns_in(people: int, cases_per_circle: int) -> int:
    """Return how many full turns a session has room for. people: expected to come."""
    return len(circle_sizes(people)) * cases_per_circle


def budget(members: int, cases: Iterable[int]) -> Budget:
    """Return the budget of a group as it is planned. cases: for each circle, in each session but launch and closing."""
    return Budget(sum(turns_in(members, one) for one in cases), members)


@dataclass(frozen=True)
class Slots:
    """A session ahead. room: turns there is room for; taken: those that are planned, or begun."""

    room: int
    taken: int

    @property
    def free(self) -> int:
        """Turns that can still be planned."""
        return max(0, self.room - self.taken)


def rest_budget(waiting: int, ahead: Iterable[Slots]) -> Budget:
    """Return the budget of a group that runs. waiting: members who neither had a turn nor have one planned."""
    return Budget(sum(slots.free for slots in ahead), waiting)


def usual_attendance(members: int, counts: Iterable[int]) -> int:
    """Return how many are expected: the mean of those who came so far, rounded half up; all where nobody counted."""
    listed = list(counts)
    return min(members, (2 * sum(listed) + len(listed)) // (2 * len(listed))) if listed else members
