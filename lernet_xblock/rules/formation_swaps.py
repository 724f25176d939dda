"""Rounds of exchanges: rows of the board are paired, and each pair takes one step of a heat bath.

A pair weighs every exchange of two members and every move of one, all pairs at once. With a temperature the step is
drawn by the heat bath, without one the best is taken. Every step keeps the rules, so the board is always legal.
Source: heat-bath (Gibbs) dynamics for maximally diverse grouping; drawn by the Gumbel maximum.
"""

import numpy as np

from lernet_xblock.rules.formation_board import Array, Board, bits_where
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_sides import Levels, Side

# Values that no sum of points comes near: never, and rather than anything else.
NEVER = np.float32(-1e7)
SEATED = np.float32(1e5)
# Less than this many points is no gain but a rounding of float32.
GAIN = np.float32(1e-2)
# Pairs handled at once: their tables stay in the cache of the processor.
_PAIRS_AT_ONCE = 768


def random_pairs(group: Array, draws: Draws) -> tuple[Array, Array]:
    """Pair rows of the same group at random; one of an odd number stays out. Returns left and right rows."""
    if len(group) <= 1:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = draws.order(len(group))
    order = order[np.argsort(group[order], kind="stable")]
    ordered = group[order]
    starts = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    index = np.arange(len(order))
    place = index - np.maximum.accumulate(np.where(starts, index, 0))
    firsts = index[:-1][(place[:-1] % 2 == 0) & ~starts[1:]]
    return order[firsts], order[firsts + 1]


def exchange(board: Board, pairs: tuple[Array, Array], *, heat: float, draws: Draws, price: float | None = None) -> int:
    """Let each pair of rows take one step, and return how many changed; no row is in two pairs.

    heat: temperature in J of one person, 0 takes only gains. price: in J of one person, for each who misses the best
    slot of their cohort; None where every row can meet and has to stay so.
    """
    left, right = pairs
    if not len(left):
        return 0
    blocked = apart_seats(board, left, right)
    level = _common(board, left) & _common(board, right)
    order = np.argsort(level == 0, kind="stable")
    changed = 0
    for start in range(0, len(order), _PAIRS_AT_ONCE):
        chunk = order[start : start + _PAIRS_AT_ONCE]
        changed += _step(
            board,
            Side.of(board, left[chunk], blocked),
            Side.of(board, right[chunk], blocked),
            free=bool((level[chunk] != 0).all()),
            heat=heat / board.field.point,
            draws=draws,
            price=None if price is None else price / board.field.point,
        )
    return changed


def _common(board: Board, rows: Array) -> Array:
    everybody = board.counts[rows] == board.sizes[rows, None]
    return np.where(board.waiting[rows], np.uint64(0), bits_where(everybody))


def apart_seats(board: Board, left: Array, right: Array) -> Array:
    """Return (rows, room): True for seats whose people must not change to the row paired with theirs."""
    blocked = np.zeros(board.seats.shape, bool)
    if not len(board.field.apart):
        return blocked
    rows, columns = np.nonzero(board.seats >= 0)
    people = board.seats[rows, columns]
    row_of = np.full(board.field.people, -1)
    column_of = np.zeros(board.field.people, np.int64)
    row_of[people], column_of[people] = rows, columns
    partner = np.full(board.cohorts, -2)
    partner[left], partner[right] = right, left
    one, other = board.field.apart.T
    met = (row_of[one] >= 0) & (partner[row_of[one]] == row_of[other])
    for person in (one[met], other[met]):
        blocked[row_of[person], column_of[person]] = True
    return blocked


def _step(board: Board, left: Side, right: Side, *, free: bool, heat: float, draws: Draws, price: float | None) -> int:
    cross = board.field.likeness(left.people[:, None, :], right.people[None, :, :])
    to_right = np.asarray(cross.sum(axis=1, dtype=np.int16).astype(np.float32))
    to_left = np.asarray(cross.sum(axis=0, dtype=np.int16).astype(np.float32))
    swaps = _swap_gains(cross, left, right, to_right, to_left)
    leaves, joins = _move_gains(left, right, to_right), _move_gains(right, left, to_left)
    if price is None:
        if not free:
            swaps[~_swaps_allowed(left, right)] = NEVER
        leaves[~_move_allowed(left, right)] = NEVER
        joins[~_move_allowed(right, left)] = NEVER
    else:
        _add_prices(swaps, leaves, joins, (left, right), board=board, price=price)
    room = len(left.people)
    options = np.concatenate([swaps.reshape(room * room, -1), leaves, joins])
    if heat > 0:
        options += np.float32(heat) * draws.noise(options.size).reshape(options.shape)
    chosen, found = _largest(options)
    stay = np.float32(heat) * draws.noise(options.shape[1]) if heat > 0 else GAIN
    moved = np.nonzero(found > stay)[0]
    _apply(board, left.rows[moved], right.rows[moved], chosen[moved])
    return len(moved)


def _add_prices(
    swaps: Array, leaves: Array, joins: Array, sides: tuple[Side, Side], *, board: Board, price: float
) -> None:
    """Add to the gains what they change in the price of people who miss the slot of their cohort."""
    left, right = sides
    levels = Levels.of(board, left.rows, price), Levels.of(board, right.rows, price)
    swaps += levels[0].swapped(left.masks[:, None, :], right.masks[None, :, :])
    swaps += levels[1].swapped(right.masks[None, :, :], left.masks[:, None, :])
    leaves += levels[0].left(left.masks) + levels[1].joined_by(left.masks)
    joins += levels[1].left(right.masks) + levels[0].joined_by(right.masks)
    # Only who can meet is given a seat.
    leaves[:, left.waits] = NEVER
    joins[:, right.waits] = NEVER


def _swap_gains(cross: Array, left: Side, right: Side, to_right: Array, to_left: Array) -> Array:
    """Return what each exchange gains in points, (left member, right member, pair)."""
    goes = np.asarray(2 * (right.rate * to_right - left.rate * left.own))
    comes = np.asarray(2 * (left.rate * to_left - right.rate * right.own))
    goes[~left.movable] = NEVER
    comes[~right.movable] = NEVER
    gains = cross.astype(np.float32)
    gains *= -2 * (left.rate + right.rate)
    gains += goes[:, None, :]
    gains += comes[None, :, :]
    return gains


def _swaps_allowed(left: Side, right: Side) -> Array:
    surely, perhaps = left.slots.without(left.masks)
    allowed = ((perhaps[:, None, :] & right.masks[None, :, :]) | surely[:, None, :]) != 0
    surely, perhaps = right.slots.without(right.masks)
    allowed &= ((perhaps[None, :, :] & left.masks[:, None, :]) | surely[None, :, :]) != 0
    return np.asarray(allowed)


def _move_allowed(source: Side, target: Side) -> Array:
    lets_go = source.slots.lets_go(source.masks) | source.waits
    return np.asarray(lets_go & target.slots.lets_in(source.masks))


def _move_gains(source: Side, target: Side, to_target: Array) -> Array:
    """Return what moving each member of source to target gains, (member, pair); a seat for who waits is worth most."""
    total, received = source.own.sum(axis=0), target.own.sum(axis=0)
    left_over = (total - 2 * source.own) / np.maximum(source.sizes - 2, 1) - total * source.rate
    gains = np.where(source.waits, SEATED, left_over)
    gains += (received + 2 * to_target) / np.maximum(target.sizes, 1) - received * target.rate
    return np.where(target.grows & source.leaves, gains, NEVER).astype(np.float32)


def _largest(options: Array) -> tuple[Array, Array]:
    """Return by column the row of the largest value, the first of equals, and that value."""
    found = options.max(axis=0)
    chosen = np.zeros(options.shape[1], np.int64)
    # In blocks, because a search along the first axis walks through memory in leaps.
    width = 16
    starts = np.arange(0, len(options), width)
    tops = np.maximum.reduceat(options, starts, axis=0)
    block = (tops == found).argmax(axis=0)
    rows = np.minimum(starts[block][:, None] + np.arange(width), len(options) - 1)
    values = options[rows, np.arange(options.shape[1])[:, None]]
    chosen = rows[np.arange(len(rows)), (values == found[:, None]).argmax(axis=1)]
    return chosen, found


def _apply(board: Board, left: Array, right: Array, chosen: Array) -> None:
    room = board.seats.shape[1]
    swaps = chosen < room * room
    one, other = chosen[swaps] // room, chosen[swaps] % room
    first, second = left[swaps], right[swaps]
    board.seats[first, one], board.seats[second, other] = board.seats[second, other], board.seats[first, one]
    moves = chosen - room * room
    outward = (moves >= 0) & (moves < room)
    _move(board, left[outward], right[outward], moves[outward])
    inward = moves >= room
    _move(board, right[inward], left[inward], moves[inward] - room)
    board.refresh(np.concatenate([left, right]))


def _move(board: Board, source: Array, target: Array, seat: Array) -> None:
    person = board.seats[source, seat]
    last = board.sizes[source] - 1
    board.seats[source, seat] = board.seats[source, last]
    board.seats[source, last] = -1
    board.seats[target, board.sizes[target]] = person
    board.sizes[source] -= 1
    board.sizes[target] += 1
