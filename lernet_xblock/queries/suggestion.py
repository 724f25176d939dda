"""The course's own groups as a way to begin a proposal. They are read and never changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lernet_xblock.host import Host
from lernet_xblock.models import Application, Network
from lernet_xblock.rules.suggestion import suggested_formation


@dataclass(frozen=True)
class GroupHere:
    """A group of the course, how many of its people are ready here, and whether that fits: "", too_small, too_large."""

    name: str
    people: int
    fits: str


@dataclass(frozen=True)
class SuggestedSet:
    """The groups of one set: the cohorts of the course, or the teams of one team set.

    key: names the set in an address and a form; kind: "cohort" or "team"; numbers: the group of each application, by
    row number, from 1 in the order of `groups`; without: how many are ready and in none of them.
    """

    key: str
    kind: str
    set_name: str
    groups: tuple[GroupHere, ...]
    numbers: Mapping[int, int]
    without: int

    @property
    def fits(self) -> bool:
        """The groups could be formed as they are."""
        return not self.without and all(not group.fits for group in self.groups)


def suggestions(host: Host, network: Network, ready: Sequence[Application]) -> tuple[SuggestedSet, ...]:
    """Return the sets that somebody who is ready is in: two queries of the host, whatever the number of people."""
    applications = {row.user_id: row.pk for row in ready}
    found = []
    existing = host.existing_groups(network.course_id) if ready else ()
    for (kind, set_name), groups in groupby(existing, key=lambda one: (one.kind, one.set_name)):
        suggestion = suggested_formation(
            tuple(applications),
            [(group.name, group.user_ids) for group in groups],
            minimum=network.minimum_size,
            maximum=network.maximum_size,
        )
        if suggestion.groups:
            told = SuggestedSet(
                key=_key(kind, set_name),
                kind=kind,
                set_name=set_name,
                groups=tuple(GroupHere(one.name, len(one.people), one.fits) for one in suggestion.groups),
                numbers={applications[user]: number for user, number in suggestion.numbers.items()},
                without=len(suggestion.without),
            )
            found.append(told)
    return tuple(found)


def _key(kind: str, set_name: str) -> str:
    return f"{kind}-{hashlib.sha256(set_name.encode()).hexdigest()[:8]}" if set_name else kind
