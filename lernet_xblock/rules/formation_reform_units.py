"""Seating people who belong together and do not sit together yet: in one cohort, or nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_counts import Sums, needed
from lernet_xblock.rules.formation_reform_chains import DIGITS, MOVE, seat
from lernet_xblock.rules.formation_reform_standing import Standing

# So many people may give way to a unit, and so many cohorts are tried.
MOST_GIVING_WAY, MOST_TRIED = 3, 40


@dataclass(frozen=True)
class _Way:
    """Into which cohort, how many have to leave it, and the slot for which they do."""

    position: int
    leave: int
    slot: int


def unseated_units(standing: Standing) -> list[Sums]:
    """Return the units of several people without a seat or a pin, those first of whom somebody had a place."""
    seats, pinned = standing.seats, standing.problem.pinned
    waiting = [people for people in standing.units if seats.at[people[0]] < 0 and (pinned[people] < 0).all()]
    return sorted(waiting, key=lambda people: (-int((standing.home[people] >= 0).sum()), int(people[0])))


def seat_unit(standing: Standing, people: Sums) -> bool:
    """Seat them where fewest people have to move for it, then where they gain most; return whether it could be done."""
    new = people[standing.home[people] < 0]
    reason = ("makes_room_for", int(new[0] if len(new) else people[0]))
    mark = standing.mark()
    for way in _ways(standing, people):
        leave = _giving_way(standing, people, way)
        if len(leave) == way.leave:
            standing.release(leave, reason)
            if _legal(standing, people, way.position):
                standing.shift(people, np.full(len(people), way.position), reason)
                if all(seat(standing, person) for person in leave.tolist()):
                    return True
            standing.back(mark)
    return False


def _ways(standing: Standing, people: Sums) -> Iterator[_Way]:
    """The best way into each cohort, by falling worth."""
    seats, problem = standing.seats, standing.problem
    strata = np.unique(problem.stratum[people])
    positions = standing.used(int(strata[0]))
    if len(strata) > 1 or not len(positions):
        return
    sizes = seats.sizes[positions] + len(people)
    free = seats.free[positions] + seats.bits[people].sum(axis=0, dtype=np.int64)
    leave = np.full(free.shape, MOST_GIVING_WAY + 1, np.int64)
    for fewer in range(MOST_GIVING_WAY, -1, -1):
        leave[free >= needed(problem, sizes - fewer)[:, None]] = fewer
    leave = np.maximum(leave, np.maximum(sizes - problem.maximum, 0)[:, None])
    slots = np.lexsort((-free, leave), axis=1)[:, 0]
    fewest = leave[np.arange(len(positions)), slots]
    moved = (standing.home[people] >= 0)[:, None] & (standing.home[people][:, None] != positions)
    cost = MOVE * (fewest + moved.sum(axis=0)) - seats.joining(people, positions).sum(axis=0)
    order = np.lexsort((positions, np.round(cost, DIGITS)))
    for row in order[fewest[order] <= MOST_GIVING_WAY][:MOST_TRIED].tolist():
        yield _Way(int(positions[row]), int(fewest[row]), int(slots[row]))


def _giving_way(standing: Standing, people: Sums, way: _Way) -> Sums:
    """Those who leave: who is kept apart from the unit, who is not free in the slot, then who fits least."""
    seats = standing.seats
    members = seats.members(way.position)
    members = members[~standing.held[members]]
    against = {mate for person in people.tolist() for mate in seats.apart.get(person, ())}
    kept_out = ~np.isin(members, sorted(against))
    in_slot = seats.bits[members, way.slot] > 0
    keys = (-np.round(seats.leaving(members), DIGITS), standing.staying(members), in_slot, kept_out)
    return np.asarray(members[np.lexsort(keys)[: way.leave]])


def _legal(standing: Standing, people: Sums, position: int) -> bool:
    """Whether the unit may now join the cohort."""
    seats, problem = standing.seats, standing.problem
    size = int(seats.sizes[position]) + len(people)
    free = seats.free[position] + seats.bits[people].sum(axis=0, dtype=np.int64)
    against = [mate for person in people.tolist() for mate in seats.apart.get(person, ())]
    in_slot = int(free.max()) >= int(needed(problem, np.array([size]))[0])
    emptied = seats.sizes[position] == 0
    return not emptied and size <= problem.maximum and in_slot and not (seats.at[against] == position).any()
