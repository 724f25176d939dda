"""Groups that people are in already, as a way to begin: who would be where, and what does not fit the bounds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

FITS, TOO_SMALL, TOO_LARGE = "", "too_small", "too_large"


@dataclass(frozen=True)
class SuggestedGroup:
    """An existing group and those of its people who are ready. fits: "", too_small or too_large for the bounds."""

    name: str
    people: tuple[int, ...]
    fits: str


@dataclass(frozen=True)
class Suggestion:
    """Groups in the order given, those without anybody who is ready left out.

    numbers: the group of each person, from 1; without: people who are ready and in no group. Both in the order of
    the people.
    """

    groups: tuple[SuggestedGroup, ...]
    numbers: Mapping[int, int]
    without: tuple[int, ...]

    @property
    def fits(self) -> bool:
        """Everybody has a group, and every group a size within the bounds."""
        return not self.without and all(group.fits == FITS for group in self.groups)


def suggested_formation(
    people: Sequence[int],
    groups: Sequence[tuple[str, Collection[int]]],
    *,
    minimum: int,
    maximum: int,
) -> Suggestion:
    """Return what the existing groups, (name, people) each, make of the people who are ready.

    Who is in two of them counts in the first. Nobody is moved to make a size fit: that is for the proposal.
    """
    first: dict[int, int] = {}
    for place, (_name, members) in enumerate(groups):
        for person in members:
            first.setdefault(person, place)
    here: dict[int, list[int]] = {}
    for person in people:
        if person in first:
            here.setdefault(first[person], []).append(person)
    numbered = {place: number for number, place in enumerate(sorted(here), start=1)}
    return Suggestion(
        groups=tuple(
            SuggestedGroup(groups[place][0], tuple(here[place]), _fits(len(here[place]), minimum, maximum))
            for place in numbered
        ),
        numbers={person: numbered[first[person]] for person in people if person in first},
        without=tuple(person for person in people if person not in first),
    )


def _fits(size: int, minimum: int, maximum: int) -> str:
    if size < minimum:
        return TOO_SMALL
    return TOO_LARGE if size > maximum else FITS
