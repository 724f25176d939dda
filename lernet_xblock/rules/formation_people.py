"""People as they are written down, made into a problem of cohort formation, or refused with the people at fault."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_availability import EVERY_SLOT, as_masks
from lernet_xblock.rules.formation_policy import Policy
from lernet_xblock.rules.formation_problem import LEAST_ATTENDANCE, NOT_PLACED, Attribute, Ints, Masks, Problem
from lernet_xblock.rules.formation_ties import Ties, named, tie, tied
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import LARGEST_BOUND, SMALLEST_BOUND

BAND, YEARS = "experience_band", "experience_years"
BAND_LIMITS = (0.2, 0.4, 0.6, 0.8)
MASKS = "availability_hex35"
# Cohorts are counted in arrays by their number.
HIGHEST_COHORT = 999_999


@dataclass(frozen=True)
class People:
    """ids: who they are. columns: by attribute the value of each; "" is a value like any other.

    masks: the free weekly slots of each, None when no common slot is asked for.
    """

    ids: Sequence[str]
    columns: Mapping[str, Sequence[str]]
    masks: Masks | Sequence[int] | None = None


def make_problem(  # noqa: PLR0913 - a problem is so many wishes, each with its name
    people: People,
    *,
    policy: Policy | None = None,
    minimum: int,
    maximum: int,
    attendance: float = 1.0,
    apart: Iterable[tuple[str, str]] = (),
    together: Iterable[tuple[str, str]] = (),
    pins: Mapping[str, int] | None = None,
    previous: Mapping[str, int] | None = None,
    cohorts: int | None = None,
    target: float | None = None,
    to_look_at: bool = False,
) -> Problem:
    """Return the problem: row i is people.ids[i].

    policy: None is the usual one, without the attributes that people have no column for; experience_band is made of
    experience_years where there is no such column. apart, together: pairs of ids. pins: the cohort somebody must be
    in, -1 for none; those who stay together with them are pinned as well. previous: the cohort they were in, -1 for
    none; people who are no longer here are ignored. to_look_at: the problem is that of a formation that stands
    already, so pairs and pins may contradict one another.

    Raises Refused, with up to ten ids and their count in values where people are at fault: bounds_invalid,
    target_outside_bounds, attendance_out_of_range, cohorts_out_of_range, people_twice, availability_invalid,
    availability_empty, attribute_unknown, column_length, years_not_a_number, cohort_invalid, and what
    formation_ties.tie raises.
    """
    _check_bounds(minimum, maximum, target)
    _check_wishes(attendance, cohorts, len(people.ids) // minimum)
    rows = _rows(people.ids)
    columns = _columns(people, policy)
    chosen = policy or Policy()
    stratum = _strata([columns[name] for name in chosen.same if name in columns], len(people.ids))
    masks = None if people.masks is None else _masks(people.ids, people.masks)
    ties = Ties(people.ids, rows, tuple(apart), tuple(together), _cohorts(pins or {}, "pins"))
    bound = (
        tied
        if to_look_at
        else partial(tie, stratum=stratum, masks=masks, maximum=maximum, attendance=attendance, cohorts=cohorts)
    )
    unit, pairs, pinned = bound(ties)
    return Problem(
        minimum=minimum,
        maximum=maximum,
        attributes=tuple(
            Attribute(name, weight, columns[name]) for name, weight in chosen.weights().items() if name in columns
        ),
        stratum=stratum,
        masks=masks,
        attendance=float(attendance),
        apart=pairs,
        unit=unit,
        pinned=pinned,
        previous=None if previous is None else _previous(people.ids, _cohorts(previous, "previous")),
        cohorts=cohorts,
        target=target,
    )


def experience_bands(years: Sequence[str]) -> NDArray[np.int64]:
    """Return 0 … 4 for each, the years cut at the quintiles of all who gave theirs, and 5 for "".

    A value at a limit belongs to the band above it. Raises ValueError for what is no number.
    """
    known = np.array([bool(text.strip()) for text in years], bool)
    numbers = np.array([float(text) for text in years if text.strip()], np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("not a number of years")
    bands = np.full(len(known), len(BAND_LIMITS) + 1)
    if len(numbers):
        bands[known] = np.digitize(numbers, np.quantile(numbers, BAND_LIMITS))
    return bands


def _check_bounds(minimum: int, maximum: int, target: float | None) -> None:
    if not SMALLEST_BOUND <= minimum <= maximum <= LARGEST_BOUND:
        field = "minimum" if not SMALLEST_BOUND <= minimum <= LARGEST_BOUND else "maximum"
        raise Refused("bounds_invalid", field, {"lowest": SMALLEST_BOUND, "highest": LARGEST_BOUND})
    if target is not None and not minimum <= target <= maximum:
        raise Refused("target_outside_bounds", "target", {"minimum": minimum, "maximum": maximum})


def _check_wishes(attendance: float, cohorts: int | None, most_cohorts: int) -> None:
    if not LEAST_ATTENDANCE <= attendance <= 1:
        raise Refused("attendance_out_of_range", "attendance", {"lowest": LEAST_ATTENDANCE, "highest": 1.0})
    if cohorts is not None and not 1 <= cohorts <= most_cohorts:
        raise Refused("cohorts_out_of_range", "cohorts", {"highest": most_cohorts})


def _rows(ids: Sequence[str]) -> dict[str, int]:
    rows = {name: row for row, name in enumerate(ids)}
    if len(rows) < len(ids):
        raise Refused("people_twice", "id", named([name for name, times in Counter(ids).items() if times > 1]))
    return rows


def _columns(people: People, policy: Policy | None) -> dict[str, Ints]:
    """Return the codes of every attribute of the policy; only the usual policy may name what is not there."""
    columns = {}
    for name in (policy or Policy()).names:
        if name in people.columns:
            columns[name] = _codes(people.columns[name])
        elif name == BAND and YEARS in people.columns:
            columns[name] = _bands(people)
    missing = [] if policy is None else [name for name in policy.names if name not in columns]
    if missing:
        raise Refused("attribute_unknown", "policy", {"names": missing})
    wrong = [name for name, codes in columns.items() if len(codes) != len(people.ids)]
    if wrong:
        raise Refused("column_length", wrong[0], {"names": wrong})
    return columns


def _codes(values: Iterable[str]) -> Ints:
    """Return a number for each value, from 0 in the order in which they first come."""
    codes: dict[str, int] = {}
    return np.fromiter((codes.setdefault(value, len(codes)) for value in values), np.int32)


def _bands(people: People) -> Ints:
    try:
        bands = experience_bands(people.columns[YEARS])
    except ValueError as error:
        wrong = [name for name, text in zip(people.ids, people.columns[YEARS], strict=True) if not _is_years(text)]
        raise Refused("years_not_a_number", YEARS, named(wrong)) from error
    return bands.astype(np.int32)


def _is_years(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text or "0")))
    except ValueError:
        return not text.strip()


def _strata(same: Sequence[Ints], people: int) -> Ints:
    """Return a number for each combination of values."""
    stratum = np.zeros(people, np.int64)
    for codes in same:
        both = stratum * (int(codes.max(initial=0)) + 1) + codes
        stratum = np.unique(both, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return stratum.astype(np.int32)


def _masks(ids: Sequence[str], given: Masks | Sequence[int]) -> Masks:
    masks = as_masks(given)
    if len(masks) != len(ids):
        raise Refused("column_length", MASKS, {"names": [MASKS]})
    for code, wrong in (
        ("availability_invalid", (masks < 0) | (masks > EVERY_SLOT)),
        ("availability_empty", masks == 0),
    ):
        if wrong.any():
            raise Refused(code, MASKS, named([ids[row] for row in np.nonzero(wrong)[0].tolist()]))
    return masks


def _cohorts(given: Mapping[str, int], field: str) -> Mapping[str, int]:
    wrong = [name for name, cohort in given.items() if not NOT_PLACED <= cohort <= HIGHEST_COHORT]
    if wrong:
        raise Refused("cohort_invalid", field, {**named(wrong), "highest": HIGHEST_COHORT})
    return given


def _previous(ids: Sequence[str], previous: Mapping[str, int]) -> Ints:
    return np.fromiter((previous.get(name, NOT_PLACED) for name in ids), np.int32, len(ids))
