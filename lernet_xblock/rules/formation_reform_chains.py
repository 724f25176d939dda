"""Chains of moves: one takes the seat of another, who takes the seat of a third, until somebody finds a free one.

Source: ejection chains for assignment. A chain never passes a cohort twice, so that each of its steps is judged by
what the cohorts hold now. The chain that moves fewest people who sit where they sat before is taken, of those the
one that gains most.
"""

from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_counts import Floats, Sums
from lernet_xblock.rules.formation_reform_standing import Standing, Why

# People weighed at once in the middle of a chain.
FEW, MANY = 200, 2000
# Moving somebody from where they sat before outweighs any gain.
MOVE = 1e3
DIGITS = 6
# So many people at most move for one who has no seat.
DEEPEST = 3


@dataclass(frozen=True)
class Ways:
    """For some people the cheapest way to give each a seat. cost: inf where there is none.

    choice: the position where it ends at once, or the row in `then` of the person whose seat they take.
    """

    people: Sums
    cost: Floats
    choice: Sums
    then: "Ways | None" = None

    def best(self) -> list[int]:
        """Rows of the people who have a way, the cheapest first."""
        order = np.argsort(self.cost, kind="stable")
        rows: list[int] = order[np.isfinite(self.cost[order])].tolist()
        return rows

    def only(self, rows: Sums) -> "Ways":
        """Return the ways of the people in these rows."""
        return Ways(self.people[rows], self.cost[rows], self.choice[rows], self.then)

    def cheapest(self, most: int) -> "Ways":
        """Return the ways of those who have one, of so many at most."""
        return self.only(np.array(self.best()[:most], np.int64))

    def steps(self, standing: Standing, row: int) -> list[tuple[int, int]]:
        """Return person and position of each step of the way of that row."""
        person, choice = int(self.people[row]), int(self.choice[row])
        if self.then is None:
            return [(person, choice)]
        return [(person, int(standing.seats.at[self.then.people[choice]])), *self.then.steps(standing, choice)]


def make_room(standing: Standing, person: int) -> bool:
    """Seat somebody who has no seat by moving up to three others; return whether it could be done."""
    stratum = int(standing.problem.stratum[person])
    rooms = standing.used(stratum)
    rooms = rooms[standing.seats.sizes[rooms] < standing.problem.maximum]
    alone, others = np.array([person]), standing.movable(stratum)
    first = others[standing.seats.may_replace(alone, others)[0]]
    some = others[:: 1 + len(others) // MANY]
    for depth in range(1, DEEPEST + 1):
        between = first if depth == 1 else some
        ways = free_seats(standing, between, rooms)
        if depth == DEEPEST:
            ways = taking_seats(standing, some, ways.cheapest(MANY))
        if depth > 1:
            ways = taking_seats(standing, first[: FEW * 5], ways.cheapest(MANY))
        if take_first(standing, taking_seats(standing, alone, ways), why=("makes_room_for", person)):
            return True
    return False


def seat(standing: Standing, person: int) -> bool:
    """Seat somebody who has no seat, in a free one or by moving others; return whether it could be done."""
    rooms = standing.used(int(standing.problem.stratum[person]))
    there = free_seats(standing, np.array([person]), rooms)
    return take_first(standing, there, why=("better_fit", None)) or make_room(standing, person)


def lend(standing: Standing, hole: int) -> bool:
    """Give a cohort one of the people it lacks from where they can be spared, or by a chain; return whether it could.

    People without a seat and those who came anew are asked first.
    """
    seats, stratum = standing.seats, int(standing.seats.stratum[hole])
    movable = standing.movable(stratum)
    loose = standing.loose()
    loose = loose[standing.problem.stratum[loose] == stratum]
    spare = movable[seats.may_leave(movable)]
    sources = np.concatenate([loose, spare])
    there = np.array([hole])
    direct = free_seats(standing, sources, there)
    if take_first(standing, _spared(standing, direct, most=0), why=("fills_cohort", None)):
        return True
    between = free_seats(standing, movable, there).cheapest(MANY)
    fewer = np.concatenate([loose, spare[np.argsort(standing.staying(spare), kind="stable")][:MANY]])
    through = taking_seats(standing, fewer, between)
    options = [_spared(standing, direct), _spared(standing, through)]
    options.sort(key=lambda ways: ways.cost.min(initial=np.inf))
    if any(take_first(standing, ways, why=("fills_cohort", None)) for ways in options):
        return True
    middle = taking_seats(standing, movable[:: 1 + len(movable) // MANY], between).cheapest(MANY)
    return take_first(standing, _spared(standing, taking_seats(standing, fewer, middle)), why=("fills_cohort", None))


def _spared(standing: Standing, ways: Ways, *, most: int | None = None) -> Ways:
    """Add what it costs that the first of each way leaves; most: leave out ways that move more people than that."""
    seated = standing.seats.at[ways.people] >= 0
    cost = ways.cost.copy()
    people = ways.people[seated]
    cost[seated] += MOVE * standing.staying(people) - standing.seats.leaving(people)
    if most is not None:
        cost[cost > MOVE * (most + 0.5)] = np.inf
    return Ways(ways.people, cost, ways.choice, ways.then)


def free_seats(standing: Standing, people: Sums, positions: Sums) -> Ways:
    """Weigh the free seats of these cohorts for these people."""
    if not len(positions) or not len(people):
        return Ways(people, np.full(len(people), np.inf), np.zeros(len(people), np.int64))
    cost = -standing.seats.joining(people, positions)
    cost[~standing.seats.admits(people, positions)] = np.inf
    cost[standing.seats.at[people][:, None] == positions] = np.inf
    choice = np.round(cost, DIGITS).argmin(axis=1)
    return Ways(people, cost[np.arange(len(people)), choice], positions[choice])


def taking_seats(standing: Standing, people: Sums, then: Ways) -> Ways:
    """Weigh for these people the seats of those others, who then go their own way."""
    if not len(then.people) or not len(people):
        return Ways(people, np.full(len(people), np.inf), np.zeros(len(people), np.int64), then)
    seats = standing.seats
    cost = MOVE * standing.staying(then.people) + then.cost - seats.replacing(people, then.people)
    cost[~seats.may_replace(people, then.people)] = np.inf
    choice = np.round(cost, DIGITS).argmin(axis=1)
    return Ways(people, cost[np.arange(len(people)), choice], choice, then)


def take_first(standing: Standing, ways: Ways, *, why: Why) -> bool:
    """Take the cheapest way that passes no cohort twice; return whether there was one."""
    for row in ways.best()[:FEW]:
        steps = ways.steps(standing, row)
        passed = [position for _, position in steps]
        left = int(standing.seats.at[steps[0][0]])
        if len({*passed, left}) == len(passed) + 1:
            people, positions = np.array(steps, np.int64).T
            standing.shift(people, positions, why)
            return True
    return False
