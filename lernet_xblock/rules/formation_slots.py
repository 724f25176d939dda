"""Which weekly slots to form cohorts in, so that as many people as possible are placed.

An integer programme says how many cohorts of which sizes every slot holds (formation_slot_programme), a flow who
takes which slot (formation_slot_seats). Where filling the most popular slots places everybody who can be placed at
all, no programme is solved; above MOST_PROGRAMMED people of one stratum none is, and the answer may be unproved.

The same people get the same plan from the same scipy; another release of it may name another plan of as many people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lernet_xblock.rules.circles import even_sizes
from lernet_xblock.rules.formation_problem import NOT_PLACED, SLOTS, Ints, Problem
from lernet_xblock.rules.formation_slot_filling import cohorts_by_slot, fill_slots
from lernet_xblock.rules.formation_slot_group import Group, bits_of, reachable
from lernet_xblock.rules.formation_slot_programme import Answer, Crowd, Run, most_placed, runs
from lernet_xblock.rules.formation_slot_seats import seat

SHARES = (1.0, 0.9, 0.8, 0.7, 0.6)
MOST_PROGRAMMED = 5000
# Beyond so many flows a programme of few slots is tried first, and the tight form costs more than it saves.
MOST_FLOWS_AT_ONCE = 6000


@dataclass(frozen=True)
class SlotPlan:
    """A slot for each person. slot: for each of the people asked about 0 … 34, -1 when not placed.

    cohorts: the sizes of the cohorts of every slot that has some, larger first; they hold exactly its people, and
    the slot has ceil(q n) people free for each cohort of n. Without masks everybody is in slot 0. proved: whether
    no plan places more people.
    """

    slot: Ints
    cohorts: Mapping[int, tuple[int, ...]]
    proved: bool

    @property
    def placed(self) -> int:
        """How many people have a slot."""
        return int((self.slot >= 0).sum())


def slot_plan(
    problem: Problem, people: Ints, *, cohorts: int | None = None, attendance: float | None = None
) -> SlotPlan | None:
    """Return the plan that places most of the people; None when there is none with so many cohorts.

    people: row numbers of one stratum. cohorts: their exact number, None leaves it free. attendance: the share that
    must be free, None is the problem's. Keeps units in one slot; leaves aside who is kept apart, pins, whether
    units can be dealt over the cohorts of a slot, and the number of cohorts that the problem asks for.
    """
    share = problem.attendance if attendance is None else attendance
    return _plan(Group.of(problem, people), runs(problem.minimum, problem.maximum, share), cohorts)


def placeable(problem: Problem, *, attendance: float) -> int:
    """Return how many people sizes, strata and slots leave placeable at this share; see placed_by_attendance."""
    return placed_by_attendance(problem, (attendance,))[0][1]


def placed_by_attendance(problem: Problem, shares: Sequence[float] = SHARES) -> tuple[tuple[float, int, bool], ...]:
    """Return (share, people placed at most, proved) for each share of a cohort that must be free in its slot.

    Leaves aside who is kept apart or together, pins and a wished number of cohorts: an upper bound where proved.
    Unproved is a number of people that can be placed, and perhaps not the largest.
    """
    alone = replace(problem, unit=np.arange(problem.people, dtype=np.int32))
    table = dict.fromkeys(shares, (0, True))
    for rows in _strata(problem):
        group, best, proved = Group.of(alone, rows), 0, True
        for share in sorted(table, reverse=True):
            # Whoever is placed at a higher share is at a lower one.
            if best < len(rows):
                plan = _plan(group, runs(problem.minimum, problem.maximum, share), None)
                best, proved = (max(best, plan.placed), plan.proved) if plan else (best, False)
            table[share] = table[share][0] + best, table[share][1] and proved
    return tuple((share, *table[share]) for share in shares)


def _strata(problem: Problem) -> list[Ints]:
    order = np.argsort(problem.stratum, kind="stable").astype(np.int32)
    return np.split(order, np.nonzero(np.diff(problem.stratum[order]))[0] + 1) if len(order) else []


def _plan(group: Group, over: tuple[Run, ...], cohorts: int | None) -> SlotPlan | None:
    crowd = group.crowd(over)
    most, best = reachable(crowd, over), None
    for plan in _plans(group, crowd, over, cohorts):
        if plan is not None and (best is None or plan.placed >= best.placed):
            best = plan
        if best is not None and best.placed == most:
            return replace(best, proved=True)
    return best


def _plans(group: Group, crowd: Crowd, over: tuple[Run, ...], cohorts: int | None) -> Iterator[SlotPlan | None]:
    """Yield plans, each harder to find than the one before; only the last may be proved."""
    masks, weights = group.items()
    minimum, maximum = over[0].smallest, over[-1].largest
    slot = group.spread(fill_slots(masks & bits_of(crowd.slots), weights, minimum=minimum, maximum=maximum))
    yield _filled(slot, group.wished, cohorts, minimum=minimum, maximum=maximum)
    if len(group.masks) > MOST_PROGRAMMED:
        return
    many = crowd.flows > MOST_FLOWS_AT_ONCE
    if many:
        # Many people fit into few slots, and these are a far smaller programme.
        few = group.crowd(over, within=np.unique(slot[slot >= 0]))
        plan = _planned(group, few, over, most_placed(few, over, cohorts=cohorts, tight=False))
        yield plan and replace(plan, proved=False)
    yield _planned(group, crowd, over, most_placed(crowd, over, cohorts=cohorts, tight=not many))


def _filled(slot: Ints, wished: float, cohorts: int | None, *, minimum: int, maximum: int) -> SlotPlan | None:
    """Return the plan that popular slots make; None when its people make no such number of cohorts."""
    counts = np.bincount(slot[slot >= 0], minlength=SLOTS).tolist()
    numbers = cohorts_by_slot(counts, cohorts, minimum=minimum, maximum=maximum, wished=wished)
    if numbers is None:
        return None
    return SlotPlan(slot, {at: even_sizes(counts[at], number) for at, number in numbers.items()}, proved=False)


def _planned(group: Group, crowd: Crowd, over: tuple[Run, ...], answer: Answer | None) -> SlotPlan | None:
    """Return the plan with the programme's numbers, its people seated; None without an answer."""
    if answer is None:
        return None
    seats = answer.people.sum(axis=1).astype(np.int64)
    need = seats - answer.cohorts @ np.array([run.missing for run in over])
    for unit, at in enumerate(answer.unit_slots.tolist()):
        if at >= 0:
            seats[at] -= crowd.unit_sizes[unit]
            need[at] -= crowd.unit_free[unit, at]
    singles = seat(group.masks[group.single], need=np.maximum(need, 0), seats=seats, slots=crowd.slots)
    taken = np.append(singles, answer.unit_slots)
    # The last is what -1 finds.
    named = np.append(crowd.slots, np.int32(NOT_PLACED))
    sizes = {
        int(slot): _sizes(answer.people[at].tolist(), answer.cohorts[at].tolist())
        for at, slot in enumerate(crowd.slots)
        if answer.cohorts[at].any()
    }
    return SlotPlan(group.spread(named[taken]), sizes, answer.proved)


def _sizes(people: Sequence[int], cohorts: Sequence[int]) -> tuple[int, ...]:
    parts = (even_sizes(some, number) for some, number in zip(people, cohorts, strict=True) if number)
    return tuple(sorted((size for part in parts for size in part), reverse=True))
