"""Slots filled by popularity: no programme, for when everybody fits easily or there are too many people for one.

The slot with most people free takes them all, then the next among the others, and so on. A slot whose people make
no cohorts gives some up; people whom no slot took open one of theirs with people borrowed from fuller slots.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_problem import NOT_PLACED, SLOTS, Ints, Masks

Free = NDArray[np.bool_]


def fill_slots(masks: Masks, weights: Ints, *, minimum: int, maximum: int) -> Ints:
    """Return the slot of each item, -1 where none was found: everybody is free in theirs, sizes can be met.

    masks: the free slots of each item. weights: its people; items of several are never moved once they sit.
    """
    free = ((masks[:, None] >> np.arange(SLOTS)) & 1).astype(bool)
    slot = _most_popular_first(free, weights, minimum)
    filling = _Filling(free, weights, slot, minimum, maximum)
    for place in range(SLOTS):
        filling.trim(place)
    filling.open_more()
    return filling.slot


def fits(people: int, minimum: int, maximum: int) -> bool:
    """Tell whether so many people make cohorts of minimum … maximum; nobody makes none."""
    return -(-people // maximum) <= people // minimum


def cohorts_by_slot(
    people: Sequence[int], cohorts: int | None, *, minimum: int, maximum: int, wished: float
) -> dict[int, int] | None:
    """Return how many cohorts every slot with people has, sizes near the wished one; None when none fit.

    cohorts: how many in all; None is as many as the wished size makes.
    """
    least = {slot: -(-count // maximum) for slot, count in enumerate(people) if count}
    most = {slot: people[slot] // minimum for slot in least}
    if cohorts is None:
        return {slot: min(max(round(people[slot] / wished), least[slot]), most[slot]) for slot in least}
    if not sum(least.values()) <= cohorts <= sum(most.values()):
        return None
    numbers = dict(least)
    for _ in range(cohorts - sum(least.values())):
        roomy = [slot for slot in numbers if numbers[slot] < most[slot]]
        numbers[max(roomy, key=lambda slot: people[slot] / numbers[slot])] += 1
    return numbers


def _most_popular_first(free: Free, weights: Ints, minimum: int) -> Ints:
    slot = np.full(len(free), NOT_PLACED, np.int32)
    left = np.arange(len(free))
    while len(left):
        counts = weights[left] @ free[left].astype(np.int32)
        best = int(counts.argmax())
        if counts[best] < minimum:
            break
        slot[left[free[left, best]]] = best
        left = left[~free[left, best]]
    return slot


class _Filling:
    """Items in slots. count: the people in each slot; `slot` and it change together."""

    def __init__(self, free: Free, weights: Ints, slot: Ints, minimum: int, maximum: int) -> None:
        self.free, self.weights, self.slot = free, weights, slot
        self.minimum, self.maximum = minimum, maximum
        placed = slot >= 0
        self.count = np.bincount(slot[placed], weights[placed], SLOTS).astype(np.int64)

    def trim(self, place: int) -> None:
        """Move out of the slot whoever is one too many, to another slot that takes them or to none."""
        here = np.nonzero(self.slot == place)[0]
        choices = self.free[here][:, self.count >= self.minimum].sum(axis=1)
        # Single people before units, and of them those who can go elsewhere.
        for item in here[np.lexsort((-choices, self.weights[here]))].tolist():
            if self._fits(int(self.count[place])):
                return
            self._move(item, self._other(item, place))

    def _other(self, item: int, place: int) -> int:
        """Return the fullest slot that can take the item too, -1 for none."""
        open_to = [
            slot
            for slot in np.nonzero(self.free[item])[0].tolist()
            if slot != place and self.count[slot] and self._fits(int(self.count[slot] + self.weights[item]))
        ]
        return max(open_to, key=lambda slot: int(self.count[slot]), default=NOT_PLACED)

    def open_more(self) -> None:
        """Open slots for those whom none took, with people borrowed where they can be spared."""
        while True:
            left = self.slot == NOT_PLACED
            counts = self.weights[left] @ self.free[left].astype(np.int32) if left.any() else np.zeros(SLOTS, np.int32)
            order = np.argsort(-counts, kind="stable")
            if not any(self._open(int(place), int(counts[place])) for place in order if counts[place]):
                return

    def _open(self, place: int, waiting: int) -> bool:
        """Seat those who wait for the slot, and borrow as many as it is short of; tell whether it was possible."""
        short = max(0, self.minimum - waiting - int(self.count[place]))
        while short <= self.maximum and not self._fits(int(self.count[place]) + waiting + short):
            short += 1
        spared = self._spared(place, short)
        if len(spared) < short:
            return False
        for item in [*np.nonzero((self.slot == NOT_PLACED) & self.free[:, place])[0].tolist(), *spared]:
            self._move(item, place)
        return True

    def _spared(self, place: int, wanted: int) -> list[int]:
        """Return people from other slots free in this one whose slots can spare them, from the fullest first."""
        spared: list[int] = []
        for slot in np.argsort(-self.count, kind="stable").tolist():
            people = np.nonzero((self.slot == slot) & (self.weights == 1) & self.free[:, place])[0]
            most = min(wanted - len(spared), len(people)) if slot != place else 0
            can = [some for some in range(most, 0, -1) if self._fits(int(self.count[slot]) - some)]
            spared += people[: can[0]].tolist() if can else []
        return spared

    def _fits(self, people: int) -> bool:
        return fits(people, self.minimum, self.maximum)

    def _move(self, item: int, place: int) -> None:
        if self.slot[item] >= 0:
            self.count[self.slot[item]] -= self.weights[item]
        self.slot[item] = place
        if place >= 0:
            self.count[place] += self.weights[item]
