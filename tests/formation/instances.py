"""Made-up people for cohort formation: deterministic in numpy's PCG64(seed), the same wherever they are generated.

The valid upper bounds in bounds.json hold for the people of seed 1, so the order of the draws must stay as it is.

Functions, departments that go with them, organisations, four languages, years of experience and 35 weekly slots:
six patterns of a week, of which 70 % of a function follow one.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_problem import SLOTS, Attribute, Problem

Numbers = NDArray[Any]

WEIGHTS = {"function": 0.40, "department": -0.25, "organisation": -0.20, "experience_band": -0.15}


@dataclass(frozen=True)
class Bounds:
    """What no formation of the generated people of seed 1 can exceed."""

    placed: int
    worth: float


def bounds() -> dict[int, Bounds]:
    """Return the bounds by number of people, for seed 1, sizes 10 … 15 and every common slot shared by all."""
    written = json.loads(Path(__file__).with_name("bounds.json").read_text(encoding="utf-8"))
    return {row["N"]: Bounds(row["placed_upper_bound"], row["J_upper_bound"]) for row in written.values()}


@dataclass(frozen=True)
class Instance:
    """People as columns of numbers; apart and together: pairs of rows."""

    function: Numbers
    department: Numbers
    organisation: Numbers
    language: Numbers
    experience_years: Numbers
    experience_band: Numbers
    mask: Numbers
    apart: Numbers
    together: Numbers

    @property
    def people(self) -> int:
        return len(self.function)

    def columns(self) -> dict[str, list[str]]:
        names = ("function", "department", "organisation", "language", "experience_years", "experience_band")
        return {name: [str(int(value)) for value in getattr(self, name)] for name in names}


def make_instance(people: int, seed: int, *, one_language: bool = False, density: float = 0.25) -> Instance:
    """Return so many people; density: the mean share of slots in which they are free."""
    draws = np.random.Generator(np.random.PCG64(seed))
    function = draws.choice(12, people, p=_falling(12, 0.8))
    organisation = draws.choice(40, people, p=_falling(40, 0.7))
    home = (function * 2)[:, None] + np.arange(4)[None, :]
    at_home = draws.random(people) < 0.6
    near = home[np.arange(people), draws.integers(0, 4, people)] % 25
    department = np.where(at_home, near, draws.integers(0, 25, people))
    language = np.zeros(people, int) if one_language else draws.choice(4, people, p=[0.55, 0.35, 0.05, 0.05])
    years = np.clip(np.round(draws.gamma(2.0, 5.0, people)), 0, 30).astype(int)
    mask = _masks(draws, function, density)
    apart, together = _pairs(draws, language, mask)
    return Instance(
        function=function,
        department=department,
        organisation=organisation,
        language=language,
        experience_years=years,
        experience_band=np.digitize(years, np.quantile(years, [0.2, 0.4, 0.6, 0.8])),
        mask=mask,
        apart=apart,
        together=together,
    )


def as_problem(made: Instance, **changes: Any) -> Problem:
    """Return the instance as a problem of cohorts of 10 to 15 with the usual weights."""
    unit = np.arange(made.people, dtype=np.int32)
    for one, other in made.together:
        unit[other] = unit[one]
    unit = np.unique(unit, return_inverse=True)[1].reshape(-1).astype(np.int32)
    given: dict[str, Any] = {
        "minimum": 10,
        "maximum": 15,
        "attributes": tuple(
            Attribute(name, weight, getattr(made, name).astype(np.int32)) for name, weight in WEIGHTS.items()
        ),
        "stratum": made.language.astype(np.int32),
        "masks": made.mask,
        "attendance": 1.0,
        "apart": made.apart.astype(np.int32),
        "unit": unit,
        "pinned": np.full(made.people, -1, np.int32),
    }
    return Problem(**(given | changes))


def generated(people: int, seed: int, *, one_language: bool = False, density: float = 0.25, **changes: Any) -> Problem:
    """Return a course as a problem; density: the mean share of slots a person is free in, about."""
    return as_problem(make_instance(people, seed, one_language=one_language, density=density), **changes)


def _falling(kinds: int, power: float) -> Numbers:
    shares = 1 / np.arange(1, kinds + 1) ** power
    return shares / shares.sum()


def _masks(draws: np.random.Generator, function: Numbers, density: float) -> Numbers:
    people = len(function)
    weeks = np.empty((6, SLOTS))
    for week in weeks:
        wish = np.outer(draws.gamma(2, 0.5, 5), draws.gamma(1.2, 0.8, 7)).ravel()
        low, high = 0.0, 50.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if np.minimum(0.9, wish * middle).mean() < density else (low, middle)
        week[:] = np.minimum(0.9, wish * low)
    follows = np.where(draws.random(people) < 0.7, function % 6, draws.integers(0, 6, people))
    free = draws.random((people, SLOTS)) < weeks[follows]
    never = ~free.any(1)
    free[never, draws.integers(0, SLOTS, never.sum())] = True
    return (free.astype(np.int64) << np.arange(SLOTS)).sum(1)


def _pairs(draws: np.random.Generator, language: Numbers, mask: Numbers) -> tuple[Numbers, Numbers]:
    people = len(language)
    used: set[tuple[int, int]] = set()
    apart: list[tuple[int, int]] = []
    while len(apart) < max(1, people // 100):
        one, other = (int(row) for row in draws.integers(0, people, 2))
        pair = (min(one, other), max(one, other))
        if one != other and pair not in used and language[one] == language[other]:
            used.add(pair)
            apart.append((one, other))
    return np.array(apart, int).reshape(-1, 2), _together(draws, language, mask, used)


def _together(draws: np.random.Generator, language: Numbers, mask: Numbers, used: set[tuple[int, int]]) -> Numbers:
    people = len(language)
    wanted = people // 200 if people >= 60 else 0
    pairs: list[tuple[int, int]] = []
    seen: set[int] = set()
    for _ in range(wanted * 50):
        if len(pairs) >= wanted:
            break
        one, other = (int(row) for row in draws.integers(0, people, 2))
        fresh = one != other and (min(one, other), max(one, other)) not in used and not {one, other} & seen
        if fresh and language[one] == language[other] and mask[one] & mask[other]:
            pairs.append((one, other))
            seen |= {one, other}
    return np.array(pairs, int).reshape(-1, 2)
