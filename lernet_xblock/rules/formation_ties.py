"""Who must, and who must not, be together, and what of it cannot be.

Whoever stays together forms a unit, through any chain of pairs; a pin of one is a pin of all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_problem import NOT_PLACED, SLOTS, Ints, Masks, least_free
from lernet_xblock.rules.refusals import Refused

MOST_NAMED = 10


@dataclass(frozen=True)
class Ties:
    """rows: the row of every id. apart, together: pairs of ids; pins: the cohort of an id, -1 for none."""

    ids: Sequence[str]
    rows: Mapping[str, int]
    apart: Sequence[tuple[str, str]]
    together: Sequence[tuple[str, str]]
    pins: Mapping[str, int]


def tie(
    ties: Ties, *, stratum: Ints, masks: Masks | None, maximum: int, attendance: float, cohorts: int | None
) -> tuple[Ints, NDArray[np.int32], Ints]:
    """Return unit, apart and pinned as a Problem has them, once they contradict nothing.

    Raises Refused, with people and count in values: person_unknown; apart_from_themself; together_and_apart;
    together_not_same, together_too_many, together_cannot_meet; pinned_to_two, pinned_and_apart, pinned_not_same,
    pinned_too_many, pinned_cannot_meet (cohort in values); pinned_to_too_many.
    """
    for field, mentioned in (("apart", chain(*ties.apart)), ("together", chain(*ties.together)), ("pins", ties.pins)):
        unknown = [name for name in mentioned if name not in ties.rows]
        if unknown:
            raise Refused("person_unknown", field, named(unknown))
    units = _units(ties)
    unit = _unit_numbers(len(ties.ids), units)
    apart = _apart(ties)
    _refuse_together(ties, unit, apart)
    pinned = _pinned(ties, units)
    rules = _Rules(ties.ids, stratum, masks, maximum, attendance)
    for people in units:
        rules.check(people, "together", {})
    for cohort, people in _by_cohort(pinned).items():
        rules.check(people, "pinned", {"cohort": cohort})
    _check_pins(ties, apart, pinned, cohorts)
    return unit, apart, pinned


def tied(ties: Ties) -> tuple[Ints, NDArray[np.int32], Ints]:
    """Return unit, apart and pinned as they were written down, for looking at a formation: they may contradict."""
    pinned = np.full(len(ties.ids), NOT_PLACED, np.int32)
    for name, cohort in ties.pins.items():
        pinned[ties.rows[name]] = cohort
    return _unit_numbers(len(ties.ids), _units(ties)), _apart(ties), pinned


def named(people: Iterable[str]) -> dict[str, object]:
    """Return the first ten of the people, each once, and how many they are."""
    each = list(dict.fromkeys(people))
    return {"people": each[:MOST_NAMED], "count": len(each)}


@dataclass(frozen=True)
class _Rules:
    """What everybody of one cohort must keep to."""

    ids: Sequence[str]
    stratum: Ints
    masks: Masks | None
    maximum: int
    attendance: float

    def check(self, people: Sequence[int], kind: str, more: Mapping[str, object]) -> None:
        """Refuse rows that must share a cohort and cannot, whoever else is in it."""
        for code, possible in (
            ("not_same", len(set(self.stratum[people].tolist())) == 1),
            ("too_many", len(people) <= self.maximum),
            ("cannot_meet", self._can_meet(people)),
        ):
            if not possible:
                values = {**named(self.ids[row] for row in people), "maximum": self.maximum, **more}
                raise Refused(f"{kind}_{code}", "together" if kind == "together" else "pins", values)

    def _can_meet(self, people: Sequence[int]) -> bool:
        if self.masks is None:
            return True
        free = ((self.masks[people][:, None] >> np.arange(SLOTS)) & 1).sum(axis=0)
        # All the others of a full cohort may be free, and some of these missing.
        missing = self.maximum - least_free(self.maximum, self.attendance)
        return len(people) - int(free.max()) <= missing


def _units(ties: Ties) -> list[list[int]]:
    """Return the rows of every unit of two or more, in the order of their first."""
    leader: dict[int, int] = {}

    def first(row: int) -> int:
        while (above := leader.get(row, row)) != row:
            # Halving the way up keeps long chains short.
            leader[row] = row = leader[above]
        return row

    for pair in ties.together:
        low, high = sorted(first(ties.rows[name]) for name in pair)
        leader[low], leader[high] = low, low
    members = defaultdict(list)
    for row in sorted(leader):
        members[first(row)].append(row)
    return [rows for _, rows in sorted(members.items()) if len(rows) > 1]


def _unit_numbers(people: int, units: Sequence[Sequence[int]]) -> Ints:
    leaders = np.arange(people)
    for rows in units:
        leaders[rows] = rows[0]
    numbers: Ints = np.unique(leaders, return_inverse=True)[1].reshape(-1).astype(np.int32)
    return numbers


def _apart(ties: Ties) -> NDArray[np.int32]:
    with_themself = [one for one, other in ties.apart if one == other]
    if with_themself:
        raise Refused("apart_from_themself", "apart", named(with_themself))
    pairs = list(dict.fromkeys(tuple(sorted((ties.rows[one], ties.rows[other]))) for one, other in ties.apart))
    return np.array(pairs, np.int32).reshape(-1, 2)


def _refuse_together(ties: Ties, unit: Ints, apart: NDArray[np.int32]) -> None:
    together = [row for one, other in apart.tolist() if unit[one] == unit[other] for row in (one, other)]
    if together:
        raise Refused("together_and_apart", "apart", named(ties.ids[row] for row in together))


def _pinned(ties: Ties, units: Sequence[Sequence[int]]) -> Ints:
    pinned = np.full(len(ties.ids), NOT_PLACED, np.int32)
    for name, cohort in ties.pins.items():
        pinned[ties.rows[name]] = cohort
    for rows in units:
        wanted = sorted({cohort for cohort in pinned[rows].tolist() if cohort != NOT_PLACED})
        if len(wanted) > 1:
            values = {**named(ties.ids[row] for row in rows), "cohorts": wanted}
            raise Refused("pinned_to_two", "pins", values)
        if wanted:
            pinned[rows] = wanted[0]
    return pinned


def _by_cohort(pinned: Ints) -> dict[int, list[int]]:
    cohorts = defaultdict(list)
    for row in np.nonzero(pinned != NOT_PLACED)[0].tolist():
        cohorts[int(pinned[row])].append(row)
    return dict(sorted(cohorts.items()))


def _check_pins(ties: Ties, apart: NDArray[np.int32], pinned: Ints, cohorts: int | None) -> None:
    for one, other in apart.tolist():
        if pinned[one] == pinned[other] != NOT_PLACED:
            values = {**named([ties.ids[one], ties.ids[other]]), "cohort": int(pinned[one])}
            raise Refused("pinned_and_apart", "pins", values)
    numbers = len(_by_cohort(pinned))
    if cohorts is not None and numbers > cohorts:
        raise Refused("pinned_to_too_many", "pins", {"cohorts": numbers, "highest": cohorts})
