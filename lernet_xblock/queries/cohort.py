"""Cohorts as people see them: how they are called, and which ones so many people make."""

from dataclasses import dataclass

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Cohort, Network
from lernet_xblock.rules.circles import circle_sizes, even_sizes
from lernet_xblock.rules.sizing import LARGEST_BOUND, MOST_PEOPLE, Option, Sizing, Split, sizes
from lernet_xblock.rules.trajectory_checks import MOST_COHORTS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPLIT = "split"
# The most that a network can have.
MOST_GROUPS = MOST_COHORTS
# Of hundreds of numbers of groups that fit, so many are offered, around the recommended one.
MOST_CHOICES = 8
# What a proposal can be made of; the other ways are decisions outside of it.
FORMED_HERE = (SPLIT, "waiting_list", "smaller_groups", "larger_group", "start_small")


@dataclass(frozen=True)
class Way:
    """One way to go on. kind: "split" where the sizes fit, a kind of rules.sizing.Option, or more_groups.

    possible: a proposal can be made of it now; outside: a size lies outside the bounds, so it needs a reason.
    """

    kind: str
    sizes: tuple[int, ...] = ()
    waiting: int = 0
    missing: int = 0
    circles: tuple[int, ...] = ()
    possible: bool = False
    outside: bool = False


@dataclass(frozen=True)
class NetworkSizing:
    """What so many people can make in a network.

    fitting: the recommended way and up to seven others with nearly as many groups, within all bounds, fewest groups
    first. reason: that of the rule, or within_limit when the rule would take more groups than the network has, or
    beyond_seats when there are more people than seats. warnings: those of the recommended way.
    """

    people: int
    seats: int
    fitting: tuple[Way, ...]
    recommended: Way | None
    reason: str
    warnings: tuple[str, ...]
    others: tuple[Way, ...]
    rule: Sizing

    @property
    def short(self) -> int:
        """People who are missing for the smallest group."""
        return max(0, self.rule.minimum - self.people)

    @property
    def over(self) -> int:
        """People beyond the seats."""
        return max(0, self.people - self.seats)


def group_label(number: int) -> str:
    """Return what the group with this number (from 1) is called where nobody named it: "Group A"."""
    letter = LETTERS[number - 1] if number <= len(LETTERS) else str(number)
    return _("Group %(letter)s") % {"letter": letter}


def cohort_label(cohort: Cohort) -> str:
    """Return what people call the cohort: its name, else its letter in the reader's language."""
    return cohort.name or group_label(cohort.number)


def network_sizing(network: Network, people: int) -> NetworkSizing:
    """Return every way on for so many people, within the network's bounds, number of groups and seats."""
    rule = sizes(
        min(people, MOST_PEOPLE),
        minimum=network.minimum_size,
        maximum=network.maximum_size,
        target=network.target_size,
    )
    within = [split for split in rule.feasible if split.cohorts <= network.cohort_limit]
    if not within:
        reason, others = _nothing_fits(network, people, rule)
        return NetworkSizing(people, network.seats, (), None, reason, (), others, rule)
    best, reason = _best(rule, within)
    return NetworkSizing(
        people,
        network.seats,
        tuple(_fit(split) for split in _around(within, best)),
        _fit(best),
        reason,
        best.warnings(network.minimum_size, network.maximum_size),
        (),
        rule,
    )


def _best(rule: Sizing, within: list[Split]) -> tuple[Split, str]:
    if rule.recommended in within:
        return rule.recommended, rule.reason
    # The rule would take more groups than there are: the most that the network has come nearest to it.
    return within[-1], "within_limit"


def _around(within: list[Split], best: Split) -> list[Split]:
    """Return the choices nearest to the best one, as many fewer as more where there are."""
    start = min(within.index(best) - MOST_CHOICES // 2, len(within) - MOST_CHOICES)
    return within[max(start, 0) :][:MOST_CHOICES]


def _fit(split: Split) -> Way:
    return Way(SPLIT, split.sizes, possible=True)


def _nothing_fits(network: Network, people: int, rule: Sizing) -> tuple[str, tuple[Way, ...]]:
    """Return why, and the ways on: the rule's own, or what is left when there are more people than seats."""
    in_reach = people // network.maximum_size <= network.cohort_limit
    if rule.options and in_reach:
        return rule.reason, tuple(_way(network, option) for option in rule.options)
    full = (network.maximum_size,) * network.cohort_limit
    ways = [Way("waiting_list", full, waiting=people - network.seats, possible=True)]
    larger = even_sizes(people, network.cohort_limit)
    if larger[0] <= LARGEST_BOUND:
        circles = tuple(size for group in larger for size in circle_sizes(group))
        ways.append(Way("larger_group", larger, circles=circles, possible=True, outside=True))
    if rule.recommended and rule.recommended.cohorts <= MOST_GROUPS:
        ways.append(Way("more_groups", rule.recommended.sizes))
    return "beyond_seats", tuple(ways)


def _way(network: Network, option: Option) -> Way:
    groups = option.sizes or ()
    outside = any(not network.minimum_size <= size <= network.maximum_size for size in groups)
    return Way(
        option.kind,
        groups,
        waiting=option.waiting or 0,
        missing=option.missing or 0,
        circles=option.circles or (),
        possible=option.kind in FORMED_HERE and len(groups) <= network.cohort_limit,
        outside=outside,
    )
