"""The two halves of many pairs of rows, as tables with the pairs in the last axis, and whom their slots admit.

Whether a row stays able to meet is read from words of slots: which have more free people than needed, just as many,
or one less. So no slot is counted again for any of the exchanges weighed.
"""

from dataclasses import dataclass

import numpy as np

from lernet_xblock.rules.formation_board import Array, Board, bits_where

_ALL, _NONE = ~np.uint64(0), np.uint64(0)


@dataclass
class Side:
    """One half of the pairs. people: row numbers by (seat, pair), -1 is nobody. movable: who may change rows.

    own: shared points by member. rate: what a point counts, by pair; 0 where people wait. leaves: who may go without
    another in place.
    """

    rows: Array
    people: Array
    movable: Array
    masks: Array
    own: Array
    sizes: Array
    rate: Array
    waits: Array
    slots: "Slots"
    leaves: Array
    grows: Array

    @classmethod
    def of(cls, board: Board, rows: Array, blocked: Array) -> "Side":
        """Return these rows of the board; blocked: (rows, room) seats whose people must not change now."""
        field, sizes, waits = board.field, board.sizes[rows], board.waiting[rows]
        people = np.ascontiguousarray(board.seats[rows].T)
        movable = ~(field.fixed[people] | blocked[rows].T)
        return cls(
            rows=rows,
            people=people,
            movable=movable,
            masks=field.masks[people],
            own=board.own[rows].T.astype(np.float32),
            sizes=sizes,
            rate=np.where(waits, 0, 1 / np.maximum(sizes - 1, 1)).astype(np.float32),
            waits=waits,
            slots=Slots.of(board, rows),
            leaves=movable & (sizes > board.low[rows]),
            grows=sizes < board.high[rows],
        )


@dataclass
class Slots:
    """By row, as words of slots: sure has more free people than needed, just as many, near one less.

    strict: whether one person more needs one more to be free. eases: whether one person less needs one less.
    """

    sure: Array
    just: Array
    near: Array
    strict: Array
    eases: Array

    @classmethod
    def of(cls, board: Board, rows: Array) -> "Slots":
        """Return the words of these rows of a board on which every row can meet."""
        sizes, counts = board.sizes[rows], board.counts[rows]
        needs = board.field.need
        need = needs[sizes][:, None]
        return cls(
            sure=bits_where(counts > need) | np.where(board.waiting[rows], _ALL, _NONE),
            just=bits_where(counts == need),
            near=bits_where(counts == need - 1),
            strict=needs[sizes + 1] > needs[sizes],
            eases=needs[np.maximum(sizes - 1, 0)] < needs[sizes],
        )

    def without(self, masks: Array) -> tuple[Array, Array]:
        """Return by member two words that say who may take their place.

        The row can still meet if the first is not 0, or if the other is free in a slot of the second.
        """
        return self.sure | (self.just & ~masks), self.just | (self.near & ~masks)

    def lets_go(self, masks: Array) -> Array:
        """Tell of each member whether the row can meet without them."""
        return np.asarray(self.eases | ((self.sure | (self.just & ~masks)) != 0))

    def lets_in(self, masks: Array) -> Array:
        """Tell of each newcomer whether the row can meet with them."""
        return np.asarray(~self.strict | ((self.sure | (self.just & masks)) != 0))


@dataclass
class Levels:
    """What exchanges do to rows that need not be able to meet: each person who misses the best slot has a price.

    top: the slots with most free people, next: with one less, as words by row. up, down: what one more or one less
    free in the best slot gains, by row. Sizes may change as well: gone and joined are for one person less or more,
    each for the best slot keeping its number and for it losing or winning one.
    """

    top: Array
    next: Array
    up: Array
    down: Array
    gone: tuple[Array, Array]
    joined: tuple[Array, Array]

    @classmethod
    def of(cls, board: Board, rows: Array, price: float) -> "Levels":
        """Return the levels of these rows. price: in points for each person who is missing."""
        counts, sizes, needs = board.counts[rows], board.sizes[rows], board.field.need.astype(np.int64)
        best = counts.max(axis=1).astype(np.int64)
        priced = np.where(board.waiting[rows], 0, price).astype(np.float32)

        def missing(size: Array, free: Array) -> Array:
            return np.asarray(np.maximum(needs[np.clip(size, 0, len(needs) - 1)] - free, 0))

        now = missing(sizes, best)
        return cls(
            top=bits_where(counts == best[:, None]),
            next=bits_where(counts == best[:, None] - 1),
            up=priced * (now - missing(sizes, best + 1)),
            down=priced * (now - missing(sizes, best - 1)),
            gone=(priced * (now - missing(sizes - 1, best)), priced * (now - missing(sizes - 1, best - 1))),
            joined=(priced * (now - missing(sizes + 1, best)), priced * (now - missing(sizes + 1, best + 1))),
        )

    def swapped(self, goes: Array, comes: Array) -> Array:
        """Return what an exchange gains here. goes, comes: masks that broadcast to (…, pair)."""
        rid = self.top & ~goes
        rises = (rid & comes) != 0
        keeps = (rid != 0) | (((self.top | (self.next & ~goes)) & comes) != 0)
        return np.where(keeps, np.where(rises, self.up, np.float32(0)), self.down)

    def left(self, goes: Array) -> Array:
        """Return what one person less gains here."""
        return np.where((self.top & ~goes) != 0, self.gone[0], self.gone[1])

    def joined_by(self, comes: Array) -> Array:
        """Return what one person more gains here."""
        return np.where((self.top & comes) != 0, self.joined[1], self.joined[0])
