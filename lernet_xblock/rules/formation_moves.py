"""Where else somebody could sit: what each other cohort would gain or lose, and which rules stand against it."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from lernet_xblock.rules.formation_counts import (
    Counts,
    Floats,
    Sums,
    count,
    fits,
    needed,
    slot_bits,
    slot_masks,
    slots_of,
)
from lernet_xblock.rules.formation_problem import NOT_PLACED, Ints, Problem
from lernet_xblock.rules.formation_violations import Violation, stratum_bounds


class Alternative(NamedTuple):
    """One other place for a person. cohort: its number, NOT_PLACED for none.

    gain: by how much N x J changes when this person alone moves there. breaks: the rules broken there after the
    move, then those behind that were not broken before; people is the person, with the others of a pair or unit.
    That a cohort still lacks people is not held against joining it. free_slots_after: the common slots there with
    this person; None without a slot rule, () for NOT_PLACED.
    """

    cohort: int
    gain: float
    breaks: tuple[Violation, ...]
    free_slots_after: tuple[int, ...] | None


def alternatives(
    problem: Problem, cohort: Ints, person: int, *, most: int | None = None, counts: Counts | None = None
) -> tuple[Alternative, ...]:
    """Return every other place for the person: with the fewest broken rules first, then by falling gain and number.

    Not being placed comes last, and only for somebody who is placed. most: so many at most, None for all. counts: of
    all cohorts, when they are known.
    """
    known = counts or count(problem, cohort)
    loss = _leaving(problem, known, person)
    gains = _joining(problem, known, person) + loss
    slots = _slots_after(problem, known, person)
    behind = _broken_behind(problem, known, person)
    there = _broken_there(problem, cohort, known, person, slots)
    places = []
    for position in _ranked(known, person, gains, there)[:most].tolist():
        number = int(known.numbers[position])
        after = None if slots is None else slots_of(slots[position])
        places.append(Alternative(number, float(gains[position]), (*there.get(number, ()), *behind), after))
    if known.at[person] >= 0:
        breaks = (*there.get(NOT_PLACED, ()), *behind)
        places.append(Alternative(NOT_PLACED, loss, breaks, None if slots is None else ()))
    return tuple(places[:most])


def _ranked(known: Counts, person: int, gains: Floats, there: dict[int, list[Violation]]) -> Sums:
    """Positions of the other cohorts, best first."""
    faults = np.array([len(there.get(number, ())) for number in known.numbers.tolist()], np.int64)
    # Gains that differ by the last bit alone are equal.
    order = np.lexsort((known.numbers, -np.round(gains, 9), faults))
    return np.asarray(order[order != known.at[person]])


def best_alternative(
    problem: Problem, cohort: Ints, person: int, *, counts: Counts | None = None
) -> Alternative | None:
    """Return the best other cohort that breaks no rule, or else the one that breaks fewest; None without another."""
    found = alternatives(problem, cohort, person, most=1, counts=counts)
    return found[0] if found and found[0].cohort != NOT_PLACED else None


def shares_there(problem: Problem, cohort: Ints, person: int, number: int) -> dict[str, float]:
    """Return by attribute the share (0 … 1) of the cohort's other people who fit the person; {} for an empty one.

    As CohortFacts.shares: who has the same value where it is matched, another one where it is mixed.
    """
    mates = cohort == number
    mates[person] = False
    if not mates.any():
        return {}
    same = {one.name: float((one.codes[mates] == one.codes[person]).mean()) for one in problem.attributes}
    return {one.name: same[one.name] if one.weight > 0 else 1.0 - same[one.name] for one in problem.attributes}


def _alike(problem: Problem, known: Counts, person: int) -> Sums:
    """By attribute and cohort, how many have the person's value, without the person."""
    rows = []
    for attribute in problem.attributes:
        alike = (attribute.codes == attribute.codes[person]) & (known.at >= 0)
        alike[person] = False
        rows.append(np.bincount(known.at[alike], minlength=len(known.sizes)))
    return np.array(rows, np.int64).reshape(len(rows), len(known.sizes))


def _joining(problem: Problem, known: Counts, person: int) -> Floats:
    """By how much each cohort's part of N x J changes when the person joins it."""
    joined = fits(problem, known.sizes + 1, known.same + 2 * _alike(problem, known, person))
    return joined - fits(problem, known.sizes, known.same)


def _leaving(problem: Problem, known: Counts, person: int) -> float:
    """By how much the own cohort's part of N x J changes when the person leaves it; 0 for who has none."""
    own = int(known.at[person])
    if own < 0:
        return 0.0
    sizes, same = known.sizes[[own]], known.same[:, [own]]
    left = fits(problem, sizes - 1, same - 2 * _alike(problem, known, person)[:, [own]])
    return float((left - fits(problem, sizes, same))[0])


def _slots_after(problem: Problem, known: Counts, person: int) -> list[int] | None:
    """The masks of the common slots of each cohort when the person joins it; None without a slot rule."""
    if problem.masks is None or known.free is None:
        return None
    free = known.free + slot_bits(problem.masks[[person]])
    masks: list[int] = slot_masks(free, needed(problem, known.sizes + 1)).tolist()
    return masks


def _broken_there(
    problem: Problem, cohort: Ints, known: Counts, person: int, slots: list[int] | None
) -> dict[int, list[Violation]]:
    """By cohort number what is broken there with the person; under NOT_PLACED what not being placed breaks."""
    lowest, highest = stratum_bounds(problem, known)
    own = problem.stratum[person]
    checks = {
        "size_above": known.sizes >= problem.maximum,
        "mixed_stratum": (lowest != own) | (highest != own),
        "no_common_slot": np.zeros(len(known.sizes), np.bool_) if slots is None else np.array(slots, np.int64) == 0,
    }
    found: dict[int, list[Violation]] = defaultdict(list)
    for code, broken in checks.items():
        for number in known.numbers[broken].tolist():
            found[number].append(Violation(code, number, (person,)))
    for mate in _kept_apart(problem, person):
        number = int(cohort[mate])
        found[number].append(Violation("apart", number, (min(person, mate), max(person, mate))))
    # Two who are kept apart may well both be without a place.
    found[NOT_PLACED] = []
    _add_held(found, problem, cohort, person, [*known.numbers.tolist(), NOT_PLACED])
    return found


def _kept_apart(problem: Problem, person: int) -> list[int]:
    pairs = problem.apart.reshape(-1, 2)
    return sorted({*pairs[pairs[:, 0] == person, 1].tolist(), *pairs[pairs[:, 1] == person, 0].tolist()})


def _add_held(
    found: dict[int, list[Violation]], problem: Problem, cohort: Ints, person: int, numbers: list[int]
) -> None:
    """Add, for each of these numbers, the unit that a move there leaves split and the pin that it ignores."""
    unit = np.nonzero(problem.unit == problem.unit[person])[0].tolist()
    mates = {int(cohort[mate]) for mate in unit if mate != person}
    pin = int(problem.pinned[person])
    for number in numbers if mates or pin >= 0 else []:
        if mates - {number}:
            lowest = min(held for held in mates | {number} if held >= 0)
            found[number].append(Violation("together_split", lowest, tuple(unit)))
        if pin not in (NOT_PLACED, number):
            found[number].append(Violation("pin_ignored", pin, (person,)))


def _broken_behind(problem: Problem, known: Counts, person: int) -> tuple[Violation, ...]:
    """What is broken in the own cohort without the person and was not before."""
    own = int(known.at[person])
    if own < 0:
        return ()
    number, size = int(known.numbers[own]), int(known.sizes[own])
    found = [Violation("size_below", number, (person,))] if 1 < size == problem.minimum else []
    if problem.masks is not None and known.free is not None and size > 1:
        free = known.free[[own]]
        left = free - slot_bits(problem.masks[[person]])
        sizes = np.array([size, size - 1])
        before, after = needed(problem, sizes).tolist()
        if free.max() >= before and left.max() < after:
            found.append(Violation("no_common_slot", number, (person,)))
    return tuple(found)
