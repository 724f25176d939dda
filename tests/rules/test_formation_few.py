"""The slot plan of few people places as many as the integer programme does."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_few import few_cohorts
from lernet_xblock.rules.formation_slots import slot_plan
from lernet_xblock.rules.formation_start import field_of
from tests.formation.instances import generated


@settings(max_examples=15, deadline=None, derandomize=True)
@given(people=st.integers(3, 30), seed=st.integers(0, 500), density=st.sampled_from([0.2, 0.4]))
def test_as_many_are_placed_as_by_the_programme(people, seed, density):
    problem = generated(people, seed, one_language=True, density=density, minimum=8, maximum=10)
    everybody = np.arange(people)

    cohorts = few_cohorts(field_of(problem), everybody, minimum=8, maximum=10)

    planned = slot_plan(problem, everybody.astype(np.int32))
    assert sum(len(members) for members, _ in cohorts) == int((planned.slot >= 0).sum())
    assert all(8 * number <= len(members) <= 10 * number for members, number in cohorts)
    assert all(np.bitwise_and.reduce(np.asarray(problem.masks)[members]) for members, _ in cohorts)
