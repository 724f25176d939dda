"""When a group may put a new charter in force: two thirds support its text, and no objection is without answer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What a person said to a draft. about: the version of the text it was said to; an objection stays over versions.

    answered: somebody who guides the group answered the objection; without meaning for support.
    """

    person: int
    supports: bool
    about: int
    answered: bool = False


@dataclass(frozen=True)
class Tally:
    """What counts now. members: all who are in the group; supporting: those of them who support this very text.

    open_objections: those of members that nobody answered.
    """

    members: int
    supporting: int
    open_objections: int

    @property
    def needed(self) -> int:
        """How many have to support the text."""
        return needed(self.members)

    @property
    def enough(self) -> bool:
        """Two thirds of the members or more support the text; of nobody, nobody can."""
        return self.members > 0 and self.supporting * 3 >= self.members * 2

    @property
    def may_come_into_force(self) -> bool:
        """Rule C2."""
        return self.enough and not self.open_objections


def needed(members: int) -> int:
    """Return two thirds of the members, rounded up: 8 of 12, 9 of 13, 10 of 14 and of 15."""
    return -(-2 * members // 3)


def tally(said: Iterable[Said], *, members: Collection[int], version: int) -> Tally:
    """Return what counts for the text of this version. Only members of now count, and those who pause are members.

    Support for an older text does not count; an objection to an older one does, until it is answered or taken back.
    """
    here = [one for one in said if one.person in members]
    return Tally(
        members=len(members),
        supporting=sum(one.supports and one.about == version for one in here),
        open_objections=sum(not one.supports and not one.answered for one in here),
    )
