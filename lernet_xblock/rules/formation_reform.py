"""Forming a course anew after some left and some came: as few as possible of those who stay are moved.

In this order: no rule is broken, everybody is placed who can be, at most one in 200 of those who stay is moved, and
people fit as well as they may.
"""

from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_problem import NOT_PLACED, Cancel, Formation, Ints, Problem, Progress
from lernet_xblock.rules.formation_reform_better import spend
from lernet_xblock.rules.formation_reform_chains import DEEPEST, make_room
from lernet_xblock.rules.formation_reform_cohorts import complete_cohorts, open_cohorts
from lernet_xblock.rules.formation_reform_fill import reseat, seat_loose
from lernet_xblock.rules.formation_reform_reasons import reasons
from lernet_xblock.rules.formation_reform_standing import Standing, standing
from lernet_xblock.rules.formation_reform_units import seat_unit, unseated_units
from lernet_xblock.rules.refusals import Refused

# Of those who stay, so many in a thousand may be moved only to fit better.
MOVED_IN_A_THOUSAND = 5
RESEATINGS = 2


@dataclass(frozen=True)
class Move:
    """Somebody who had a place and gets another one, or none. person: row; before, after: cohort numbers.

    reason: makes_room_for (person `whom`, who could not be placed otherwise), fills_cohort (one that had too few
    people), better_fit, dissolved (the earlier cohort could not be kept), rule_broken (it no longer suits).
    """

    person: int
    before: int
    after: int
    reason: str
    whom: int | None = None


@dataclass(frozen=True)
class Reformation:
    """The new formation, in the earlier numbers; new cohorts have higher ones.

    moves: by person; nobody who had a place before and is not named here has another one.
    """

    formation: Formation
    moves: tuple[Move, ...]


def reform(
    problem: Problem, *, seed: int, cancel: Cancel | None = None, progress: Progress | None = None
) -> Reformation:
    """Place those who came and keep the others where they were (problem.previous), as far as the rules allow.

    Cancelling leaves out what is not needed to keep the rules. Raises Refused previous_missing.
    """
    if problem.previous is None:
        raise Refused("previous_missing", "previous")
    control = Control(cancel, progress)
    stands = standing(problem, problem.previous)
    _place(stands, control)
    control.goes_on(0.6)
    _improve(stands, Draws(seed), control)
    control.finish()
    cohort = stands.cohort()
    formation = Formation(cohort, reasons(stands), control.stopped)
    return Reformation(formation, _moves(problem.previous, cohort, stands))


def _place(stands: Standing, control: Control) -> None:
    _seat_units(stands)
    control.goes_on(0.1)
    complete_cohorts(stands)
    control.goes_on(0.3)
    _seat_units(stands)
    seat_loose(stands)
    complete_cohorts(stands)
    open_cohorts(stands, moves_a_place=0)
    control.goes_on(0.4)
    _seat_units(stands)
    for person in stands.loose().tolist():
        make_room(stands, person)
    if open_cohorts(stands, moves_a_place=DEEPEST):
        seat_loose(stands)
    _give_up(stands)


def _seat_units(stands: Standing) -> None:
    for people in unseated_units(stands):
        seat_unit(stands, people)


def _give_up(stands: Standing) -> None:
    """Leave without a seat whoever is still in a cohort that is too small, when nothing helped."""
    for hole in stands.holes().tolist():
        stands.release(stands.seats.members(hole), ("dissolved", None))


def _improve(stands: Standing, draws: Draws, control: Control) -> None:
    budget = MOVED_IN_A_THOUSAND * int((stands.home >= 0).sum()) // 1000
    for share in range(RESEATINGS):
        if not control.goes_on(0.6 + 0.2 * share / RESEATINGS):
            return
        reseat(stands, draws)
    spend(stands, budget, draws)
    for share in range(RESEATINGS):
        if not control.goes_on(0.8 + 0.2 * share / RESEATINGS):
            return
        reseat(stands, draws)


def _moves(previous: Ints, cohort: Ints, stands: Standing) -> tuple[Move, ...]:
    return tuple(
        Move(person, int(previous[person]), int(cohort[person]), *stands.why.get(person, ("rule_broken", None)))
        for person in np.nonzero((previous != NOT_PLACED) & (previous != cohort))[0].tolist()
    )
