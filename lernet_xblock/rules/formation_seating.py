"""Seats for those who have none: a unit at a time joins the cohort that it fits best."""

import numpy as np

from lernet_xblock.rules.formation_board import Array, Field, seats_of, slot_bits
from lernet_xblock.rules.formation_problem import NOT_PLACED

# Of the cohorts that a unit may join, so many are weighed exactly: those led by a value of its own first.
_WEIGHED = 256
# Cohorts asked whether one of theirs could go elsewhere for somebody without a seat.
_ASKED = 30


def units_in(unit: Array, people: Array) -> list[Array]:
    """Return the units of people (row numbers of unit) as arrays of row numbers."""
    if not len(people):
        return []
    order = np.argsort(unit[people], kind="stable")
    cuts = np.nonzero(np.diff(unit[people][order]))[0] + 1
    return [people[part] for part in np.split(order, cuts)]


def seat(field: Field, cohort: Array, units: list[Array], *, maximum: int) -> Array:
    """Return the formation with as many of units joined as there is room for, the least flexible first.

    cohort: by person, from 0, -1 for none; is left as it is. Each unit takes the cohort that gains most.
    """
    if not units:
        return cohort
    tables = Tables(field, cohort.copy(), maximum=maximum)
    choices = [len(tables.open_to(unit)) for unit in units]
    for index in sorted(range(len(units)), key=lambda at: (choices[at], at)):
        rows = tables.open_to(units[index])
        if len(rows):
            tables.join(units[index], tables.best(units[index], rows))
        elif len(units[index]) == 1:
            _make_room(tables, units[index])
    return tables.cohort


def _make_room(tables: "Tables", unit: Array) -> None:
    """Seat one person in the place of another who can join another cohort, if there is such a one."""
    for row in tables.replaceable(unit)[:_ASKED].tolist():
        for person in tables.seats[row, : tables.sizes[row]].tolist():
            other = np.array([person])
            if tables.field.fixed[person] or not tables.may_replace(row, other, unit):
                continue
            rows = tables.open_to(other)
            rows = rows[rows != row]
            if len(rows):
                tables.leave(other, row)
                tables.join(unit, row)
                tables.join(other, tables.best(other, rows))
                return


class Tables:
    """Cohorts as people join one by one: who, how many, free people by slot, shared points."""

    def __init__(self, field: Field, cohort: Array, *, maximum: int) -> None:
        self.field, self.cohort, self.maximum = field, cohort, maximum
        rows = np.arange(int(cohort.max(initial=-1)) + 1)
        self.seats = seats_of(cohort, len(rows), room=maximum)
        self.sizes = (self.seats >= 0).sum(axis=1)
        self.stratum = field.stratum[self.seats[:, 0]]
        self.free = np.zeros((len(rows), 64), np.int8)
        self.total = np.zeros(len(rows))
        for some in np.array_split(rows, len(rows) // 512 + 1):
            self._refresh(some)

    def _refresh(self, rows: Array) -> None:
        members = self.seats[rows].T
        self.free[rows] = slot_bits(self.field.masks[members].reshape(-1)).reshape(*members.shape, 64).sum(axis=0)
        shared = self.field.likeness(members[:, None, :], members[None, :, :]) * (members >= 0)
        # Everybody is alike to themselves.
        alike = int(self.field.points.sum(dtype=np.int64))
        self.total[rows] = shared.sum(axis=(0, 1), dtype=np.int64) - self.sizes[rows] * alike

    def open_to(self, unit: Array) -> Array:
        """Return the cohorts that the unit can join as a whole."""
        grown = self.sizes + len(unit)
        rows = np.nonzero((self.stratum == self.field.stratum[unit[0]]) & (grown <= self.maximum))[0]
        free = self.free[rows] + slot_bits(self.field.masks[unit]).sum(axis=0, dtype=np.int8)
        rows = rows[free.max(axis=1, initial=0) >= self.field.need[grown[rows]]]
        held = self.cohort[self._beside(unit)]
        return np.asarray(rows[~np.isin(rows, held)] if len(held) else rows)

    def replaceable(self, unit: Array) -> Array:
        """Return the cohorts of the stratum that could meet with the unit in place of as many others."""
        rows = np.nonzero(self.stratum == self.field.stratum[unit[0]])[0]
        if not len(rows):
            return rows
        lacks = self.field.need[self.sizes[rows]][:, None] - self.free[rows]
        free = slot_bits(self.field.masks[unit]).sum(axis=0) == len(unit)
        return np.asarray(rows[(lacks[:, free] <= len(unit)).any(axis=1)])

    def may_replace(self, row: int, goes: Array, comes: Array) -> bool:
        """Tell whether the cohort can meet and nobody is beside whom they are kept apart from after an exchange."""
        free = self.free[row] - slot_bits(self.field.masks[goes]).sum(axis=0)
        free = free + slot_bits(self.field.masks[comes]).sum(axis=0)
        if int(free.max()) < int(self.field.need[self.sizes[row] - len(goes) + len(comes)]):
            return False
        beside = self._beside(comes)
        return not bool(((self.cohort[beside] == row) & ~np.isin(beside, goes)).any())

    def takes_but_for_room(self, unit: Array) -> bool:
        """Tell whether the unit shares a slot with a cohort of its stratum, full or not."""
        rows = np.nonzero(self.stratum == self.field.stratum[unit[0]])[0]
        grown = np.minimum(self.sizes[rows] + len(unit), len(self.field.need) - 1)
        free = self.free[rows] + slot_bits(self.field.masks[unit]).sum(axis=0, dtype=np.int8)
        return bool((free.max(axis=1, initial=0) >= self.field.need[grown]).any())

    def _beside(self, unit: Array) -> Array:
        """Return the people whom somebody of the unit is kept apart from."""
        if not len(self.field.apart):
            return unit[:0]
        one, other = self.field.apart.T
        return np.concatenate([other[np.isin(one, unit)], one[np.isin(other, unit)]])

    def best(self, unit: Array, rows: Array) -> int:
        """Return which of rows the unit gains most in."""
        if not len(self.field.points):
            return int(rows[self.sizes[rows].argmin()])
        codes = self.field.codes[int(self.field.points.argmax())]
        led = np.isin(codes[self.seats[rows, 0]], codes[unit])
        rows = rows[np.argsort(~led, kind="stable")[:_WEIGHED]]
        shared = 2 * self.field.likeness(unit[:, None, None], self.seats[rows][None]).sum(axis=(0, 2), dtype=np.int64)
        inside = self.field.likeness(unit[:, None], unit[None, :]).sum(dtype=np.int64)
        sizes = self.sizes[rows]
        gained = (self.total[rows] + shared + inside) / (sizes + len(unit) - 1) - self.total[rows] / (sizes - 1)
        return int(rows[gained.argmax()])

    def join(self, unit: Array, row: int) -> None:
        """Put the unit into the cohort."""
        self.seats[row, self.sizes[row] : self.sizes[row] + len(unit)] = unit
        self.cohort[unit] = row
        self.sizes[row] += len(unit)
        self._refresh(np.array([row]))

    def leave(self, unit: Array, row: int) -> None:
        """Take the unit out of the cohort."""
        stays = self.seats[row][(self.seats[row] >= 0) & ~np.isin(self.seats[row], unit)]
        self.seats[row] = -1
        self.seats[row, : len(stays)] = stays
        self.cohort[unit] = NOT_PLACED
        self.sizes[row] -= len(unit)
        self._refresh(np.array([row]))
