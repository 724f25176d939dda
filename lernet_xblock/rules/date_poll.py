"""Which of the dates asked about suit a group best."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

YES, IF_NEED_BE, NO = "yes", "if_need_be", "no"
ANSWERS = (YES, IF_NEED_BE, NO)

_WHOLE_PERCENT = 100


@dataclass(frozen=True)
class Tally:
    """What the members say to one option: counts of people, who together are all members.

    fits: enough of them can come, if need be. away: those who guide the group and cannot come.
    """

    option: str
    yes: int
    if_need_be: int
    no: int
    silent: int
    fits: bool
    away: tuple[int, ...] = ()

    @property
    def can_come(self) -> int:
        """People who can come, gladly or if need be."""
        return self.yes + self.if_need_be


def people_needed(members: int, share_percent: int) -> int:
    """Return how many of the members make the share (1 to 100 per cent), rounded up; never nobody."""
    return max(1, -(-members * share_percent // _WHOLE_PERCENT))


def best(
    options: Mapping[str, datetime],
    answers: Iterable[tuple[str, int, str]],
    members: Collection[int],
    *,
    share_percent: int,
    guides: Collection[int] = (),
) -> tuple[Tally, ...]:
    """Return the options from best to worst: those that fit first, then more yes, fewer no, earlier.

    options: when each begins, by key; answers: option, person and one of ANSWERS, at most one for a person and option.
    Answers of anybody else count for nothing; those who guide are no members, and are only told apart as `away`.
    """
    given: dict[str, dict[int, str]] = {key: {} for key in options}
    for option, person, answer in answers:
        if option in given:
            given[option][person] = answer
    needed = people_needed(len(set(members)), share_percent)
    tallies = (_tally(key, given[key], set(members), needed, guides) for key in options)
    return tuple(sorted(tallies, key=lambda one: (not one.fits, -one.yes, one.no, options[one.option], one.option)))


def _tally(
    option: str, given: Mapping[int, str], members: Collection[int], needed: int, guides: Collection[int]
) -> Tally:
    counts = Counter(answer for person, answer in given.items() if person in members)
    return Tally(
        option,
        yes=counts[YES],
        if_need_be=counts[IF_NEED_BE],
        no=counts[NO],
        silent=len(members) - counts.total(),
        fits=counts[YES] + counts[IF_NEED_BE] >= needed,
        away=tuple(sorted(person for person in set(guides) if given.get(person) == NO)),
    )
