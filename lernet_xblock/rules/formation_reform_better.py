"""Spending the moves that are left on those who gain most by them."""

from typing import NamedTuple

import numpy as np

from lernet_xblock.rules.formation_counts import Floats, Sums
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_reform_chains import DIGITS, MOVE, free_seats, taking_seats
from lernet_xblock.rules.formation_reform_fill import reseat
from lernet_xblock.rules.formation_reform_standing import Standing

# Nobody is asked to move for less, in N x J; a person who fits perfectly adds 1 when the weights sum up to 1.
LEAST_GAIN = 0.05
# The people who fit worst, and those who came anew, who are weighed at once in a stratum.
MOST_WEIGHED = 400
PAIRS_AT_ONCE = 500_000
# A large course has so many people to choose from that taking many at once costs little.
WEIGHED_IN_ALL, FEWEST_ROUNDS, MOST_ROUNDS = 40_000, 2, 12


class _Change(NamedTuple):
    """Steps, and what they gain for each move of somebody who sits where they sat before."""

    gain: float
    steps: tuple[tuple[int, int], ...]


def spend(standing: Standing, budget: int, draws: Draws) -> None:
    """Move people, alone or in exchange, while it gains enough and no more than so many have moved in all."""
    people = standing.problem.people
    rounds = min(max(WEIGHED_IN_ALL // max(people, 1), FEWEST_ROUNDS), MOST_ROUNDS)
    for turn in range(rounds):
        left = budget - standing.moves()
        if left <= 0:
            return
        _take(standing, _changes(standing, MOST_WEIGHED), max(1, left // (rounds - turn)))
        reseat(standing, draws)


def _take(standing: Standing, changes: list[_Change], left: int) -> int:
    """Make the best of these changes that touch no cohort twice; return how many were made."""
    touched: set[int] = set()
    made = 0
    for change in sorted(changes, key=lambda one: (-one.gain, one.steps)):
        people = [person for person, _ in change.steps]
        cohorts = {*(position for _, position in change.steps), *standing.seats.at[people].tolist()}
        moves = int(standing.staying(np.array(people)).sum())
        if moves <= left and not cohorts & touched:
            movers, positions = np.array(change.steps, np.int64).T
            standing.shift(movers, positions, ("better_fit", None))
            touched |= cohorts
            left -= moves
            made += 1
    return made


def _changes(standing: Standing, weighed: int) -> list[_Change]:
    found: list[_Change] = []
    for stratum in np.unique(standing.problem.stratum).tolist():
        movable = standing.movable(stratum)
        at_home = standing.staying(movable) > 0
        stayers = movable[at_home]
        worst = _worst(standing, stayers)[:weighed]
        new = _worst(standing, movable[~at_home])[:weighed]
        used = standing.used(stratum)
        found += _leaps(standing, worst, used)
        found += _exchanges(standing, worst, worst)
        found += _exchanges(standing, new[: 1 + PAIRS_AT_ONCE // max(len(stayers), 1)], stayers)
        found += _exchanges(standing, worst, new)
        found += _pushes(standing, new, worst, used)
    return found


def _worst(standing: Standing, people: Sums) -> Sums:
    """Return the people by how well their mates fit, the worst first."""
    mates = np.maximum(standing.seats.sizes[standing.seats.at[people]] - 1, 1)
    fit = np.round(standing.seats.likeness_own(people) / mates, DIGITS)
    return people[np.argsort(fit, kind="stable")]


def _pushes(standing: Standing, people: Sums, others: Sums, positions: Sums) -> list[_Change]:
    """Moves of one person to the seat of another, who goes to a free one."""
    seats = standing.seats
    people = people[seats.may_leave(people)]
    ways = taking_seats(standing, people, free_seats(standing, others, positions).cheapest(len(others)))
    ways = ways.cheapest(len(people))
    moves = np.maximum(np.round(ways.cost / MOVE), 1)
    gain = np.round((MOVE * np.round(ways.cost / MOVE) - ways.cost + seats.leaving(ways.people)) / moves, DIGITS)
    changes = []
    for row in np.nonzero(gain >= LEAST_GAIN)[0].tolist():
        steps = tuple(ways.steps(standing, row))
        passed = {int(seats.at[ways.people[row]]), *(position for _, position in steps)}
        if len(passed) == len(steps) + 1:
            changes.append(_Change(float(gain[row]), steps))
    return changes


def _leaps(standing: Standing, people: Sums, positions: Sums) -> list[_Change]:
    """Moves of one person to a free seat."""
    seats = standing.seats
    people = people[seats.may_leave(people)]
    gain = seats.joining(people, positions) + seats.leaving(people)[:, None]
    gain[~seats.admits(people, positions) | (seats.at[people][:, None] == positions)] = -np.inf
    best = _good(gain)
    return [_Change(worth, ((int(people[row]), int(positions[column])),)) for worth, row, column in best]


def _exchanges(standing: Standing, people: Sums, others: Sums) -> list[_Change]:
    """Exchanges of two people."""
    seats = standing.seats
    gain = seats.replacing(people, others) + seats.replacing(others, people).T
    gain[~(seats.may_replace(people, others) & seats.may_replace(others, people).T)] = -np.inf
    gain /= np.maximum(1, standing.staying(people)[:, None] + standing.staying(others))
    changes = []
    for worth, row, column in _good(gain):
        one, other = int(people[row]), int(others[column])
        changes.append(_Change(worth, ((one, int(seats.at[other])), (other, int(seats.at[one])))))
    return changes


def _good(gain: Floats) -> list[tuple[float, int, int]]:
    """The best choice of each row, where it gains enough."""
    if not gain.size:
        return []
    rounded = np.round(gain, DIGITS)
    column = rounded.argmax(axis=1)
    worth = rounded[np.arange(len(gain)), column]
    rows = np.nonzero(worth >= LEAST_GAIN)[0]
    return [*zip(worth[rows].tolist(), rows.tolist(), column[rows].tolist(), strict=True)]
