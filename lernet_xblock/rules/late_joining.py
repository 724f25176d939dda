"""Until when people may still join a cohort that runs, and whether a cohort suits somebody who comes late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

FULL, HELD, LATE, GUIDES, APART, LANGUAGE = "full", "held", "late", "guides", "apart", "language"
# A person can speak more languages than the one they gave: an admin may decide otherwise.
ADVICE_ONLY = frozenset({LANGUAGE})


@dataclass(frozen=True)
class Room:
    """A cohort as a late joiner meets it. members, offered: people, and seats held by open offers of others.

    ends_at: when late joining ends, None for never.
    """

    maximum: int
    members: int
    offered: int
    ends_at: datetime | None
    language: str

    @property
    def free(self) -> int:
        """Seats that nobody has and nobody was offered."""
        return max(0, self.maximum - self.members - self.offered)


def late_joining_ends(starts: Sequence[datetime]) -> datetime | None:
    """Return when the session begins until which people may still join (rule M3); None without sessions.

    starts: the beginnings of the sessions of a cohort, in any order.
    """
    return sorted(starts)[(len(starts) + 1) // 2 - 1] if starts else None


def misfits(room: Room, *, language: str, guides: bool, apart: bool, now: datetime) -> tuple[str, ...]:
    """Return every reason why the cohort does not suit the person, () when it does.

    language: what the person speaks best, "" when nobody asked; guides: the person guides it; apart: somebody in it is
    to be kept apart from the person.
    """
    found = {
        LATE: room.ends_at is not None and now >= room.ends_at,
        FULL: room.members >= room.maximum,
        HELD: room.members < room.maximum and not room.free,
        GUIDES: guides,
        APART: apart,
        LANGUAGE: bool(language) and language != room.language,
    }
    return tuple(code for code, so in found.items() if so)


def can_take(reasons: Collection[str]) -> bool:
    """Tell whether a seat can be given all the same: nothing but advice speaks against it."""
    return set(reasons) <= ADVICE_ONLY
