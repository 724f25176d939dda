"""What each cohort of a formation holds: its people, pairs of mates of one value, people free in each slot."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_problem import SLOTS, Ints, Masks, Problem, least_free

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Sums = NDArray[np.int64]

# Above so many cells (cohorts x values) a table of them costs more than sorting.
DENSE_CELLS = 4_000_000
PIECE_BITS = 12
PIECE = (1 << PIECE_BITS) - 1
SLOT_BITS = np.left_shift(np.int64(1), np.arange(SLOTS, dtype=np.int64))


@dataclass(frozen=True)
class Counts:
    """The cohorts that hold somebody, G of them, by rising number.

    numbers: G cohort numbers. at: where each person's cohort stands in `numbers`, -1 for none. rows: the people
    counted, cohort by cohort, rising within each; starts: where each cohort begins in `rows`, and its length at the
    end. sizes: people. same: attributes x G, ordered pairs of mates who share a value. free: G x SLOTS, people free;
    None without a slot rule.
    """

    numbers: Ints
    at: Sums
    rows: Sums
    starts: Sums
    sizes: Sums
    same: Sums
    free: Sums | None

    def people(self, position: int) -> tuple[int, ...]:
        """The rows of the people in the cohort at that position, rising."""
        return tuple(self.rows[self.starts[position] : self.starts[position + 1]].tolist())


def count(problem: Problem, cohort: Ints, *, only: Collection[int] | None = None) -> Counts:
    """Count what the cohorts hold; only: cohort numbers to look at, None for all. cohort: as in Formation."""
    held = np.nonzero(cohort >= 0 if only is None else _among(cohort, only))[0]
    rows = held[_by_number(cohort[held])]
    ordered = cohort[rows]
    first = np.nonzero(np.diff(ordered, prepend=-1))[0]
    starts = np.append(first, len(rows)).astype(np.int64)
    sizes = np.diff(starts)
    position = np.repeat(np.arange(len(first)), sizes)
    at = np.full(problem.people, -1, np.int64)
    at[rows] = position
    same = [_same_pairs(position, attribute.codes[rows], len(first)) for attribute in problem.attributes]
    return Counts(
        numbers=ordered[first],
        at=at,
        rows=rows,
        starts=starts,
        sizes=sizes,
        same=np.array(same, np.int64).reshape(len(same), len(first)),
        free=None if problem.masks is None else _free(problem.masks[rows], first),
    )


def needed(problem: Problem, sizes: Sums) -> Sums:
    """How many of so many people must be free in a common slot: ceil(attendance x size)."""
    every, at = np.unique(sizes, return_inverse=True)
    least = np.array([least_free(size, problem.attendance) for size in every.tolist()], np.int64)
    by_size: Sums = least[at.reshape(np.shape(sizes))]
    return by_size


def slot_masks(free: Sums, least: Sums) -> Masks:
    """Return for each cohort the mask of slots where at least so many are free. free: G x SLOTS; least: G."""
    masks: Masks = ((free >= least[:, None]) * SLOT_BITS).sum(axis=1)
    return masks


def slot_bits(masks: Masks) -> NDArray[np.uint8]:
    """Return masks as rows of SLOTS zeros and ones."""
    as_bytes = np.ascontiguousarray(masks, dtype="<i8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(as_bytes, axis=1, bitorder="little")[:, :SLOTS]


def slots_of(mask: int) -> tuple[int, ...]:
    """Return the slots of a mask, rising."""
    return _piece(mask & PIECE, 0) + _piece(mask >> PIECE_BITS & PIECE, 1) + _piece(mask >> 2 * PIECE_BITS, 2)


def fits(problem: Problem, sizes: Sums, same: Sums) -> Floats:
    """Return the part of N x J of each cohort: the sum over its people of how well their mates fit, 0 when alone.

    sizes: G; same: attributes x G, as in Counts.
    """
    mates = np.maximum(sizes - 1, 1)
    total = np.zeros(len(sizes))
    for attribute, pairs in zip(problem.attributes, same, strict=True):
        counted = pairs if attribute.weight > 0 else sizes * (sizes - 1) - pairs
        total += abs(attribute.weight) * counted / mates
    return total


def _by_number(cohort: Ints) -> Sums:
    # numpy sorts sixteen bits by radix, ten times as fast.
    small = len(cohort) and int(cohort.max()) < np.iinfo(np.int16).max
    return np.argsort(cohort.astype(np.int16) if small else cohort, kind="stable")


def _among(cohort: Ints, only: Collection[int]) -> Flags:
    wanted = np.array(sorted(only), np.int64)
    return np.isin(cohort, wanted[wanted >= 0])


def _same_pairs(position: Sums, codes: Ints, cohorts: int) -> Sums:
    """Ordered pairs of mates of one value, for each cohort. position, codes: of the people, by cohort."""
    if not len(codes):
        return np.zeros(cohorts, np.int64)
    values = int(codes.max()) + 1
    cells = position * values + codes
    if cohorts * values <= DENSE_CELLS:
        table = np.bincount(cells, minlength=cohorts * values).reshape(cohorts, values)
        return np.asarray((table * (table - 1)).sum(axis=1), np.int64)
    kept, times = np.unique(cells, return_counts=True)
    pairs = np.zeros(cohorts, np.int64)
    np.add.at(pairs, kept // values, times * (times - 1))
    return pairs


def _free(masks: Masks, first: Sums) -> Sums:
    if not len(first):
        return np.zeros((0, SLOTS), np.int64)
    return np.add.reduceat(slot_bits(masks), first, axis=0, dtype=np.int32).astype(np.int64)


@cache
def _piece(bits: int, place: int) -> tuple[int, ...]:
    return tuple(bit + place * PIECE_BITS for bit in range(PIECE_BITS) if bits >> bit & 1)
