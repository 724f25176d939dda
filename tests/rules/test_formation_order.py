"""The order of the search follows from who people are, not from the list."""

from dataclasses import replace

import numpy as np

from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_order import in_order
from tests.formation.instances import generated


def test_a_reversed_list_comes_out_in_the_same_order():
    problem = generated(200, 1)
    back = np.arange(200)[::-1]
    reversed_problem = replace(
        problem,
        attributes=tuple(replace(attribute, codes=attribute.codes[back]) for attribute in problem.attributes),
        stratum=problem.stratum[back],
        masks=np.asarray(problem.masks)[back],
        apart=(199 - problem.apart).astype(np.int32),
        unit=problem.unit[back],
        pinned=problem.pinned[back],
    )

    one, order = in_order(problem, Draws(1))
    other, other_order = in_order(reversed_problem, Draws(1))

    assert np.asarray(one.masks).tolist() == np.asarray(other.masks).tolist()
    assert one.apart.tolist() == other.apart.tolist()
    assert one.unit.tolist() == other.unit.tolist()
    assert order.tolist() == (199 - other_order).tolist()


def test_the_row_numbers_lead_back():
    problem = generated(50, 2)

    ordered, order = in_order(problem, Draws(7))

    assert ordered.stratum.tolist() == problem.stratum[order].tolist()
