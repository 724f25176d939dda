"""One member of each of many rows gets up, and all are seated anew in the best way at once.

No row loses or wins seats, and everybody may sit down where they sat: a round never makes the formation worse.
Source: linear assignment (Jonker-Volgenant) over one released member for each cohort.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from lernet_xblock.rules.formation_board import Array, Board
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_sides import Slots

# What no sum of points comes near, so that an assignment avoids it; whole, so that sums are exact.
_FORBIDDEN = -1e9
# Rows that are seated at once; the work grows with the square, and more.
_AT_ONCE = 160
# How freely members are released at first, in J of one person.
_DOUBT = 0.04


def reseated(board: Board, rounds: int, *, draws: Draws, control: Control) -> None:
    """Let so many rounds pass on a board on which every row can meet, in place; ever less is left to chance."""
    for number in range(rounds):
        if not control.goes_on(1.0):
            return
        doubt = _DOUBT * max(0.0, 1 - 1.25 * number / rounds)
        reseat(board, blocks_of(board, size=_AT_ONCE, draws=draws), doubt=doubt, draws=draws)


def reseat(board: Board, blocks: list[Array], *, doubt: float, draws: Draws) -> int:
    """Release and seat anew one member of each row of a block, block by block; returns how many changed rows.

    blocks: rows of one stratum, no row twice. doubt: how freely somebody other than the worst fitting member is
    released, in J of one person; 0 releases the worst fitting.
    """
    changed = 0
    for rows in blocks:
        seats = _released(board, rows, doubt / board.field.point, draws)
        able = seats >= 0
        changed += _assign(board, rows[able], seats[able])
    return changed


def blocks_of(board: Board, *, size: int, draws: Draws) -> list[Array]:
    """Return the rows in blocks of at most size rows of the same stratum, drawn anew in each call."""
    order = draws.order(board.cohorts)
    order = order[np.argsort(board.stratum[order], kind="stable")]
    blocks = []
    for stratum in np.unique(board.stratum).tolist():
        rows = order[board.stratum[order] == stratum]
        blocks += [part for part in np.array_split(rows, -(-len(rows) // size)) if len(part) > 1]
    return blocks


def _released(board: Board, rows: Array, doubt: float, draws: Draws) -> Array:
    """Return by row the seat to be released, -1 where nobody may move."""
    seats = board.seats[rows]
    fit = board.own[rows].astype(np.float32)
    if doubt > 0:
        fit -= np.float32(doubt) * board.sizes[rows, None] * draws.noise(fit.size).reshape(fit.shape)
    fit[board.field.fixed[seats]] = np.inf
    chosen = fit.argmin(axis=1)
    return np.where(np.isfinite(fit[np.arange(len(rows)), chosen]), chosen, -1)


def _assign(board: Board, rows: Array, seats: Array) -> int:
    if len(rows) <= 1:
        return 0
    field = board.field
    people = board.seats[rows, seats]
    others = board.seats[rows].copy()
    others[np.arange(len(rows)), seats] = -1
    rate = np.where(board.waiting[rows], 0, 1 / np.maximum(board.sizes[rows] - 1, 1))
    gains = field.likeness(people[:, None, None], others[None]).sum(axis=2, dtype=np.int64) * rate
    surely, perhaps = Slots.of(board, rows).without(field.masks[people])
    gains[((perhaps & field.masks[people][:, None]) | surely) == 0] = _FORBIDDEN
    for one, other in field.apart.tolist():
        for person, beside in ((one, other), (other, one)):
            held = (others == beside).any(axis=1) & ~board.waiting[rows]
            gains[np.ix_(people == person, held)] = _FORBIDDEN
    _, target = linear_sum_assignment(gains, maximize=True)
    moved = np.nonzero(target != np.arange(len(rows)))[0]
    board.seats[rows[target[moved]], seats[target[moved]]] = people[moved]
    board.refresh(rows)
    return len(moved)
