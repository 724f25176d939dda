"""An independent look at a formation: plain Python, nothing of the engine. Counts what is violated, derives J anew."""

from collections import Counter
from itertools import combinations, pairwise

from lernet_xblock.rules.formation_problem import SLOTS, Formation, Problem

REASONS = {
    "stratum_too_small",
    "no_common_slot",
    "unit_cannot_meet",
    "sizes_leave_over",
    "no_room",
    "not_with_these_pins",
}


def cohorts_of(formation: Formation) -> dict[int, list[int]]:
    """Return the row numbers of the people of each cohort."""
    cohorts: dict[int, list[int]] = {}
    for person, number in enumerate(formation.cohort.tolist()):
        if number >= 0:
            cohorts.setdefault(number, []).append(person)
    return cohorts


def violations(problem: Problem, formation: Formation) -> dict[str, int]:
    """Return how often each rule is broken, only what is; {} for a legal formation."""
    cohorts = cohorts_of(formation)
    broken = Counter[str]()
    for members in cohorts.values():
        size = len(members)
        broken["size"] += not problem.minimum <= size <= problem.maximum
        broken["stratum"] += len({int(problem.stratum[person]) for person in members}) > 1
        if problem.masks is not None:
            masks = [int(problem.masks[person]) for person in members]
            best = max(sum(mask >> slot & 1 for mask in masks) for slot in range(SLOTS))
            broken["slot"] += best < problem.attendance * size - 1e-9
    cohort = formation.cohort.tolist()
    for one, other in problem.apart.tolist():
        broken["apart"] += cohort[one] >= 0 and cohort[one] == cohort[other]
    by_unit = sorted(range(problem.people), key=lambda person: int(problem.unit[person]))
    for one, other in pairwise(by_unit):
        broken["together"] += problem.unit[one] == problem.unit[other] and cohort[one] != cohort[other]
    for person, pin in enumerate(problem.pinned.tolist()):
        broken["pin"] += pin >= 0 and cohort[person] not in (-1, pin)
    left = {person for person, number in enumerate(cohort) if number < 0}
    broken["reason"] += left != set(formation.reasons) or not set(formation.reasons.values()) <= REASONS
    return {rule: int(count) for rule, count in broken.items() if count}


def worth(problem: Problem, formation: Formation) -> float:
    """Return J by its definition, pair by pair."""
    total = 0.0
    for members in cohorts_of(formation).values():
        for one, other in combinations(members, 2):
            for attribute in problem.attributes:
                same = attribute.codes[one] == attribute.codes[other]
                if same == (attribute.weight > 0):
                    total += 2 * abs(attribute.weight) / (len(members) - 1)
    return total / problem.people if problem.people else 0.0
