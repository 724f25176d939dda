"""Seating many people at once: the assignment of people to cohorts that seats most of them and gains most."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from lernet_xblock.rules.formation_counts import Floats, Sums, needed
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_reform_seats import Seats
from lernet_xblock.rules.formation_reform_standing import Standing, Why

# Worth more than any sum of gains: to seat somebody, and to give a cohort the people it lacks.
SEATED, FILLED = 1e4, 1e6
# The best cohorts that are weighed for each person.
MOST_CHOICES = 24
# The people who change places at once.
MOST_RESEATED = 1500
# People x cohorts weighed at once: their tables stay in the cache of the processor.
CELLS_AT_ONCE = 300_000
GAIN_DIGITS = 6
Edges = tuple[Sums, Sums, Floats]


def fill_holes(standing: Standing) -> None:
    """Give the cohorts that lack people some who have no seat, as many as can be had."""
    while True:
        holes = standing.holes()
        seated = _round(standing, standing.loose(), holes, why=("fills_cohort", None)) if len(holes) else 0
        if not seated:
            return


def seat_loose(standing: Standing) -> None:
    """Seat people without a seat where they gain most, while any cohort may take one."""
    while _round(standing, standing.loose(), np.nonzero(standing.seats.sizes > 0)[0], why=("better_fit", None)):
        pass


def reseat(standing: Standing, draws: Draws) -> float:
    """Let one person of each cohort who has moved or come anew change places, for the best; return what it gains.

    Who sits where they sat before stays there.
    """
    seats = standing.seats
    free = np.nonzero((seats.at >= 0) & ~standing.held & (seats.at != standing.home))[0]
    shuffled = free[draws.order(len(free))]
    _, first = np.unique(seats.at[shuffled], return_index=True)
    leaving = shuffled[np.sort(first)[:MOST_RESEATED]]
    before = seats.values(np.arange(len(seats.sizes))).sum()
    people = np.concatenate([leaving, standing.loose()])
    back = seats.at[people]
    seats.take(leaving)
    edges = _edges(seats, people, np.nonzero(seats.sizes > 0)[0], back=back)
    standing.shift(*_matched(edges, people), ("better_fit", None))
    return float(seats.values(np.arange(len(seats.sizes))).sum() - before)


def _round(standing: Standing, people: Sums, positions: Sums, *, why: Why) -> int:
    """Seat at most one of the people in each cohort; return how many were seated."""
    who, where = _matched(_edges(standing.seats, people, positions), people)
    standing.shift(who, where, why)
    return len(who)


def _edges(seats: Seats, people: Sums, positions: Sums, *, back: Sums | None = None) -> Edges:
    """Rows of `people`, positions and worths of the best choices of each; back: a position that each keeps open."""
    found: list[Edges] = []
    strata = seats.problem.stratum[people]
    for stratum in np.unique(strata).tolist():
        rows = np.nonzero(strata == stratum)[0]
        open_there = positions[(seats.stratum[positions] == stratum) & (seats.sizes[positions] < seats.problem.maximum)]
        at_once = 1 + CELLS_AT_ONCE // max(len(open_there), 1)
        turns = [rows[start : start + at_once] for start in range(0, len(rows), at_once)] if len(open_there) else []
        found += [_best(seats, people, turn, open_there, back) for turn in turns]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    left, right, worth = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return left, right, worth


def _best(seats: Seats, people: Sums, rows: Sums, positions: Sums, back: Sums | None) -> Edges:
    gains = np.round(seats.joining(people[rows], positions), GAIN_DIGITS)
    worth = gains + SEATED + FILLED * _lacking(seats, positions)
    worth[~seats.admits(people[rows], positions)] = -np.inf
    chosen = worth > 0
    if len(positions) > MOST_CHOICES:
        # Equals of the last one are kept as well, so that no order of sorting decides.
        chosen &= worth >= np.partition(worth, -MOST_CHOICES, axis=1)[:, [-MOST_CHOICES]]
    if back is not None:
        chosen |= positions == back[rows][:, None]
    left, right = np.nonzero(chosen)
    return rows[left], positions[right], worth[left, right]


def _lacking(seats: Seats, positions: Sums) -> Floats:
    """1 for a cohort that one more person makes whole, less when it lacks more, 0 when it lacks none."""
    sizes = seats.sizes[positions]
    below = np.maximum(seats.problem.minimum - sizes, 0)
    slotless = seats.free[positions].max(axis=1, initial=0) < needed(seats.problem, sizes)
    return np.where(below > 0, 1.0 / np.maximum(below, 1), slotless.astype(np.float64))


def _matched(edges: Edges, people: Sums) -> tuple[Sums, Sums]:
    """Return people and positions, each at most once, of the largest sum of worths."""
    left, right, worth = edges
    if not len(left):
        return left, left
    rows, columns = len(people), int(right.max()) + 1
    # Each may also stay without a seat, in a column of their own; a worth of zero would count as no edge.
    alone = np.arange(rows)
    table = csr_array(
        (
            np.concatenate([worth, np.ones(rows)]),
            (np.concatenate([left, alone]), np.concatenate([right, columns + alone])),
        ),
        shape=(rows, columns + rows),
    )
    who, where = min_weight_full_bipartite_matching(table, maximize=True)
    seated = where < columns
    return people[who[seated]], where[seated].astype(np.int64)
