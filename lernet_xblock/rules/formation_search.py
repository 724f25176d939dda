"""Annealing: rounds of exchanges from a temperature down to none."""

from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_board import Array, Board
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_swaps import exchange, random_pairs

# The last share of the rounds takes only gains.
_COLD_SHARE = 0.12


@dataclass(frozen=True)
class Schedule:
    """How long and how warm. rounds: each pairs every row once. heat: at the start, in J of one person.

    price: of each person who misses the slot of their cohort, at the start and at the end; None makes it law.
    reseats: rounds in which members get up and are seated anew, afterwards.
    """

    rounds: int
    heat: float
    price: tuple[float, float] | None = None
    reseats: int = 0


def anneal(board: Board, schedule: Schedule, *, draws: Draws, control: Control) -> None:
    """Let the board cool down in place; stops early where nothing changes any more or the control says so."""
    warm = int(schedule.rounds * (1 - _COLD_SHARE))
    still = 0
    for number in range(schedule.rounds):
        if not control.goes_on(number / schedule.rounds):
            return
        heat = schedule.heat * (1 - number / warm) if number < warm else 0.0
        price = _price(schedule, number / warm)
        changed = exchange(board, random_pairs(_group(board, number), draws), heat=heat, draws=draws, price=price)
        still = 0 if changed or heat > 0 else still + 1
        if still >= 2 * int(np.bincount(board.stratum).max(initial=0)) + 8:
            return


def _price(schedule: Schedule, share: float) -> float | None:
    if schedule.price is None:
        return None
    start, end = schedule.price
    return start + share * (end - start) if share < 1 else 4 * end


def _group(board: Board, number: int) -> Array:
    """Return by row whom it may be paired with: its stratum, every other round those who are alike as well."""
    field = board.field
    if number % 2 == 0 or not len(field.points):
        return board.stratum
    leading = field.codes[int(field.points.argmax())][board.seats[:, 0]].astype(np.int64)
    return np.asarray(board.stratum * (int(leading.max(initial=0)) + 2) + leading + 1)
