"""Small problems of cohort formation, by hand and by hypothesis."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from lernet_xblock.rules.formation_problem import Attribute, Ints, Problem

WEIGHTS = (("function", 0.5), ("department", -0.3), ("organisation", -0.2))


def ints(*values: int) -> Ints:
    return np.array(values, np.int32)


def mask(*slots: int) -> int:
    return sum(1 << slot for slot in slots)


def problem(people: int, **given: Any) -> Problem:
    """Return a problem of so many people, alike in everything that is not given: 2 … 4 in a cohort, no slot rule."""
    codes = given.pop("codes", {})
    attributes = tuple(
        Attribute(name, weight, np.array(codes[name], np.int32)) for name, weight in WEIGHTS if name in codes
    )
    masks = given.pop("masks", None)
    values: dict[str, Any] = {
        "minimum": 2,
        "maximum": 4,
        "attendance": 1.0,
        "stratum": np.zeros(people, np.int32),
        "apart": np.zeros((0, 2), np.int32),
        "unit": np.arange(people, dtype=np.int32),
        "pinned": np.full(people, -1, np.int32),
    }
    values |= {key: np.array(value, np.int32) if isinstance(value, list) else value for key, value in given.items()}
    return Problem(attributes=attributes, masks=None if masks is None else np.array(masks, np.int64), **values)


@st.composite
def problems(draw: st.DrawFn, *, most: int = 16) -> Problem:
    """Problems with all rules at once."""
    people = draw(st.integers(2, most))

    def column(lowest: int, highest: int) -> Ints:
        return np.array(draw(st.lists(st.integers(lowest, highest), min_size=people, max_size=people)), np.int32)

    unit = np.arange(people, dtype=np.int32)
    for one in draw(st.lists(st.integers(1, people - 1), max_size=2, unique=True)):
        unit[one] = unit[one - 1]
    pairs = draw(st.lists(st.tuples(st.integers(0, people - 1), st.integers(0, people - 1)), max_size=3))
    apart = [list(pair) for pair in pairs if unit[pair[0]] != unit[pair[1]]]
    return problem(
        people,
        codes={"function": column(0, 2), "department": column(0, 3), "organisation": column(0, 1)},
        masks=draw(st.sampled_from([None, column(1, 31)])),
        attendance=draw(st.sampled_from([1.0, 0.8, 0.5])),
        stratum=column(0, 1) if draw(st.booleans()) else np.zeros(people, np.int32),
        unit=np.unique(unit, return_inverse=True)[1].astype(np.int32),
        apart=np.array(apart, np.int32).reshape(-1, 2),
        pinned=np.where(column(0, 9) == 0, column(0, 3), -1).astype(np.int32),
        minimum=draw(st.integers(2, 3)),
        maximum=draw(st.integers(3, 5)),
    )


@st.composite
def formed(draw: st.DrawFn) -> tuple[Problem, Ints]:
    """A problem and any formation of it, mostly an illegal one."""
    given = draw(problems())
    numbers = st.integers(-1, max(1, given.people // 3))
    return given, np.array(draw(st.lists(numbers, min_size=given.people, max_size=given.people)), np.int32)
