"""Synthetic courses for cohort formation, the same people for the same seed wherever they are generated.

The valid upper bounds in bounds.json hold for these people, so the order of the draws must stay as it is.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lernet_xblock.rules.formation_problem import SLOTS, Attribute, Problem

Array = NDArray[Any]

WEIGHTS = (("function", 0.40), ("department", -0.25), ("organisation", -0.20), ("experience_band", -0.15))
_FUNCTIONS, _ORGANISATIONS, _DEPARTMENTS, _ARCHETYPES = 12, 40, 25, 6


@dataclass(frozen=True)
class Bounds:
    """What no formation of the generated people of seed 1 can exceed."""

    placed: int
    worth: float


def bounds() -> dict[int, Bounds]:
    """Return the bounds by number of people, for seed 1, sizes 10 … 15 and every common slot shared by all."""
    written = json.loads(Path(__file__).with_name("bounds.json").read_text(encoding="utf-8"))
    return {row["N"]: Bounds(row["placed_upper_bound"], row["J_upper_bound"]) for row in written.values()}


def generated(
    people: int,
    seed: int,
    *,
    one_language: bool = False,
    density: float = 0.25,
    attendance: float = 1.0,
    minimum: int = 10,
    maximum: int = 15,
) -> Problem:
    """Return a course. density: the mean share of slots a person is free in, about."""
    random = np.random.Generator(np.random.PCG64(seed))
    function = random.choice(_FUNCTIONS, people, p=_falling(_FUNCTIONS, 0.8))
    organisation = random.choice(_ORGANISATIONS, people, p=_falling(_ORGANISATIONS, 0.7))
    department = _departments(random, function)
    language = np.zeros(people, int) if one_language else random.choice(4, people, p=[0.55, 0.35, 0.05, 0.05])
    years = np.clip(np.round(random.gamma(2.0, 5.0, people)), 0, 30).astype(int)
    free = _availability(random, function, density)
    masks = (free.astype(np.int64) << np.arange(SLOTS)).sum(1)
    band = np.digitize(years, np.quantile(years, [0.2, 0.4, 0.6, 0.8]))
    apart, together = _relations(random, language, masks)
    unit = np.arange(people)
    for one, other in together:
        unit[other] = unit[one]
    columns = zip(WEIGHTS, (function, department, organisation, band), strict=True)
    return Problem(
        minimum=minimum,
        maximum=maximum,
        attributes=tuple(Attribute(name, weight, codes.astype(np.int32)) for (name, weight), codes in columns),
        stratum=language.astype(np.int32),
        masks=masks,
        attendance=attendance,
        apart=np.array(apart, np.int32).reshape(-1, 2),
        unit=np.unique(unit, return_inverse=True)[1].reshape(-1).astype(np.int32),
        pinned=np.full(people, -1, np.int32),
    )


def _falling(values: int, power: float) -> Array:
    shares = 1 / np.arange(1, values + 1) ** power
    return np.asarray(shares / shares.sum())


def _departments(random: np.random.Generator, function: Array) -> Array:
    """60 % come from the four departments of their function."""
    people = len(function)
    home = (function * 2)[:, None] + np.arange(4)[None, :]
    own = random.random(people) < 0.6
    chosen = home[np.arange(people), random.integers(0, 4, people)] % _DEPARTMENTS
    return np.where(own, chosen, random.integers(0, _DEPARTMENTS, people))


def _availability(random: np.random.Generator, function: Array, density: float) -> Array:
    """Six profiles over day and block; 70 % of people follow that of their function. Nobody is never free."""
    people = len(function)
    profiles = np.empty((_ARCHETYPES, SLOTS))
    for archetype in range(_ARCHETYPES):
        profile = np.outer(random.gamma(2, 0.5, 5), random.gamma(1.2, 0.8, 7)).ravel()
        low, high = 0.0, 50.0
        for _ in range(60):
            middle = (low + high) / 2
            if np.minimum(0.9, profile * middle).mean() < density:
                low = middle
            else:
                high = middle
        profiles[archetype] = np.minimum(0.9, profile * low)
    follows = random.random(people) < 0.7
    archetypes = np.where(follows, function % _ARCHETYPES, random.integers(0, _ARCHETYPES, people))
    free = random.random((people, SLOTS)) < profiles[archetypes]
    never = ~free.any(1)
    free[never, random.integers(0, SLOTS, never.sum())] = True
    return free


def _relations(random: np.random.Generator, language: Array, masks: Array) -> tuple[Array, Array]:
    people = len(language)
    used: set[tuple[int, int]] = set()
    apart = []
    while len(apart) < max(1, people // 100):
        one, other = random.integers(0, people, 2).tolist()
        pair = (min(one, other), max(one, other))
        if one != other and pair not in used and language[one] == language[other]:
            used.add(pair)
            apart.append((one, other))
    together: list[tuple[int, int]] = []
    seen: set[int] = set()
    wanted = people // 200 if people >= 60 else 0
    for _ in range(wanted * 50):
        if len(together) >= wanted:
            break
        one, other = random.integers(0, people, 2).tolist()
        taken = (min(one, other), max(one, other)) in used or one in seen or other in seen
        if one == other or taken or language[one] != language[other] or not masks[one] & masks[other]:
            continue
        together.append((one, other))
        seen |= {one, other}
    return np.array(apart), np.array(together).reshape(-1, 2)
