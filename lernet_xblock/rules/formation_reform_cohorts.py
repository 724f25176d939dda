"""Opening cohorts for people who find no seat, and giving up those that cannot be kept."""

from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_counts import Sums
from lernet_xblock.rules.formation_problem import SLOTS
from lernet_xblock.rules.formation_reform_chains import DIGITS, lend
from lernet_xblock.rules.formation_reform_fill import fill_holes
from lernet_xblock.rules.formation_reform_settle import busy
from lernet_xblock.rules.formation_reform_standing import Standing
from lernet_xblock.rules.formation_reform_units import unseated_units


@dataclass(frozen=True)
class _Plan:
    """A cohort that could be opened in a slot: who waits for it, who could be borrowed, how many would move."""

    waiting: Sums
    lent: Sums
    moves: int


def complete_cohorts(standing: Standing) -> None:
    """Bring every cohort to the minimum, or give it up, those that lack least first.

    People without a seat fill them first, then others are borrowed.
    """
    fill_holes(standing)
    holes = standing.holes()
    order = np.lexsort((holes, -standing.seats.sizes[holes]))
    for hole in holes[order].tolist():
        mark = standing.mark()
        while hole in standing.holes():
            if not lend(standing, hole) and not _send_away(standing, hole):
                standing.back(mark)
                standing.release(standing.seats.members(hole), ("dissolved", None))


def _send_away(standing: Standing, position: int) -> bool:
    """Take the seats of those who stand against a common slot; return whether there were any who may go."""
    people = standing.seats.members(position)
    away = np.array(busy(standing.problem, people, standing.held[people].astype(np.int64)), np.int64)
    if not len(away) or standing.held[away].any():
        return False
    standing.release(away, ("rule_broken", None))
    return True


def open_cohorts(standing: Standing, *, moves_a_place: int) -> int:
    """Open cohorts for people without a seat while there are enough of them; return how many were opened.

    Where they are too few, people are borrowed from cohorts that can spare them: who has moved or come anew, and for
    each one who is placed so many of those who sit where they sat before.
    """
    opened = 0
    for stratum in np.unique(standing.problem.stratum).tolist():
        while _open_one(standing, stratum, moves_a_place):
            opened += 1
    return opened


def _open_one(standing: Standing, stratum: int, moves_a_place: int) -> bool:
    whole = [people for people in unseated_units(standing) if (standing.problem.stratum[people] == stratum).all()]
    loose = standing.loose()
    loose = loose[standing.problem.stratum[loose] == stratum]
    plans = [_plan(standing, whole, loose, slot) for slot in range(SLOTS if len(whole) + len(loose) else 0)]
    found = [plan for plan in plans if plan is not None and plan.moves <= moves_a_place * len(plan.waiting)]
    found.sort(key=lambda plan: (-min(len(plan.waiting), standing.problem.maximum), plan.moves))
    for plan in found:
        mark = standing.mark()
        position = standing.open()
        if position is None:
            return False
        if _gather(standing, plan, position):
            return True
        standing.back(mark)
    return False


def _plan(standing: Standing, units: list[Sums], loose: Sums, slot: int) -> _Plan | None:
    """Who could meet in the slot; None when they are too few."""
    problem, seats = standing.problem, standing.seats
    free = seats.bits[:, slot] > 0
    whole = [people for people in units if free[people].all()]
    waiting = np.concatenate([*whole, loose[free[loose]]]).astype(np.int64)
    lack = problem.minimum - len(waiting)
    if not len(waiting):
        return None
    movable = standing.movable(int(problem.stratum[waiting[0]])) if lack > 0 else waiting[:0]
    lent = _spare(standing, movable[free[movable]])
    moves = int(standing.staying(lent[: max(lack, 0)]).sum())
    return None if len(lent) < lack else _Plan(waiting, lent, moves)


def _spare(standing: Standing, people: Sums) -> Sums:
    """Those of the people whom their cohorts can spare, the cheapest first; of each cohort as many as it can."""
    seats = standing.seats
    people = people[seats.may_leave(people)]
    at, loss = seats.at[people], -np.round(seats.leaving(people), DIGITS)
    order = np.lexsort((people, loss, standing.staying(people), at))
    first = np.nonzero(np.diff(at[order], prepend=-1))[0]
    place = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    order = order[place < seats.sizes[at[order]] - standing.problem.minimum]
    cheapest = np.lexsort((people[order], loss[order], standing.staying(people[order])))
    return np.asarray(people[order[cheapest]])


def _gather(standing: Standing, plan: _Plan, position: int) -> bool:
    """Seat those who wait, then borrow up to the minimum; return whether there were enough."""
    seats, problem = standing.seats, standing.problem
    mates: set[int] = set()
    for person in [*plan.waiting.tolist(), *plan.lent.tolist()]:
        if len(mates) == problem.maximum:
            break
        unit = np.nonzero(problem.unit == problem.unit[person])[0].tolist()
        lent = seats.at[person] >= 0
        if lent and (len(mates) >= problem.minimum or not seats.may_leave(np.array([person]))[0]):
            continue
        against = {mate for one in unit for mate in seats.apart.get(one, ())}
        if person in mates or against & mates or len(mates) + len(unit) > problem.maximum:
            continue
        standing.shift(np.array(unit), np.full(len(unit), position), ("fills_cohort", None))
        mates.update(unit)
    return len(mates) >= problem.minimum
