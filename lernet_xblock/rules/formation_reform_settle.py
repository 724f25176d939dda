"""What remains of an earlier formation under the rules of today."""

from collections.abc import Iterator

import numpy as np

from lernet_xblock.rules.formation_counts import Counts, Sums, count, needed, slot_bits
from lernet_xblock.rules.formation_problem import NOT_PLACED, Ints, Problem
from lernet_xblock.rules.formation_violations import Violation, found_in


def settled(problem: Problem, previous: Ints) -> Ints:
    """Return the earlier cohort of everybody who may stay there, -1 for all others; cohorts may lack people.

    A cohort without a common slot is left as it is when one more person, free in the best, gives it one.

    People with a pin, and those who belong together with them, sit where it says. Of others who belong together and
    did not sit together nobody is seated. Where a rule is broken as few as possible give way, those with a pin last.
    """
    cohort = np.where(problem.pinned >= 0, problem.pinned, previous).astype(np.int32)
    for people in units(problem):
        _bring_together(problem, cohort, people)
    concerned: list[int] | None = None
    while True:
        counts = count(problem, cohort, only=concerned)
        found = [one for one in found_in(problem, cohort, counts) if not _can_be_filled(problem, counts, one)]
        if not found:
            return cohort
        for one in found:
            for person in _giving_way(problem, cohort, one):
                cohort[problem.unit == problem.unit[person]] = NOT_PLACED
        concerned = sorted({one.cohort for one in found})


def _can_be_filled(problem: Problem, counts: Counts, broken: Violation) -> bool:
    """Whether people who come may mend it; of a pin that cannot be kept nothing more is to be settled."""
    if broken.code != "no_common_slot" or counts.free is None:
        return broken.code in ("size_below", "pin_ignored")
    position = np.nonzero(counts.numbers == broken.cohort)[0]
    more = counts.sizes[position] + 1
    one_short = int(counts.free[position].max()) >= int(needed(problem, more)[0]) - 1
    return one_short and int(more[0]) <= problem.maximum


def units(problem: Problem) -> Iterator[Sums]:
    """Yield the people of each unit of more than one, by number of the unit."""
    together = np.nonzero(np.bincount(problem.unit, minlength=1)[problem.unit] > 1)[0]
    rows = together[np.argsort(problem.unit[together], kind="stable")]
    if len(rows):
        yield from np.split(rows, np.nonzero(np.diff(problem.unit[rows]))[0] + 1)


def _bring_together(problem: Problem, cohort: Ints, people: Sums) -> None:
    pins = problem.pinned[people]
    if (pins >= 0).any():
        cohort[people] = pins.max() if len({*pins[pins >= 0].tolist()}) == 1 else NOT_PLACED
    elif len({*cohort[people].tolist()}) > 1:
        cohort[people] = NOT_PLACED


def _giving_way(problem: Problem, cohort: Ints, broken: Violation) -> list[int]:
    """Who leaves so that less is broken; everybody is in a unit, which leaves whole."""
    if broken.code in ("mixed_stratum", "together_split"):
        return list(broken.people)
    people = np.nonzero(cohort == broken.cohort)[0] if broken.code != "apart" else np.array(broken.people)
    pinned = problem.pinned[people] >= 0
    alone = np.bincount(problem.unit)[problem.unit[people]] == 1
    if broken.code == "no_common_slot":
        return busy(problem, people, pinned.astype(np.int64))
    # The last of those whom nothing holds: earlier rows were there first.
    order = np.lexsort((people, alone, ~pinned))
    over = len(people) - problem.maximum if broken.code == "size_above" else 1
    return people[order[::-1][:over]].tolist() if over > 0 else []


def busy(problem: Problem, people: Sums, pinned: Sums) -> list[int]:
    """The fewest people without whom the others have a common slot, one where most of the pinned are free."""
    if problem.masks is None:
        return []
    free = slot_bits(problem.masks[people]).astype(np.int64)
    slot = np.lexsort((-free.sum(axis=0), -(free * pinned[:, None]).sum(axis=0)))[0]
    away = np.nonzero(free[:, slot] == 0)[0]
    away = away[np.argsort(pinned[away], kind="stable")]
    sizes = len(people) - np.arange(len(away) + 1)
    enough = int((len(people) - len(away) >= needed(problem, sizes)).argmax())
    found: list[int] = people[away[:enough]].tolist()
    return found
