"""Groups without people who are kept apart."""

import numpy as np

from lernet_xblock.rules.formation_separation import at_odds, separated
from lernet_xblock.rules.formation_start import field_of
from tests.rules.test_formation import problem_of


def test_one_of_two_kept_apart_changes_places_with_somebody_of_another_group():
    field = field_of(problem_of(20, apart=np.array([[0, 1]], np.int32)))

    groups = separated(field, [np.arange(10), np.arange(10, 20)], minimum=10)

    assert [len(group) for group in groups] == [10, 10]
    assert not any(len(at_odds(field, group)) for group in groups)
    assert sorted(np.concatenate(groups).tolist()) == list(range(20))


def test_where_there_is_no_other_group_one_of_them_goes():
    field = field_of(problem_of(12, apart=np.array([[0, 1]], np.int32)))

    groups = separated(field, [np.arange(12)], minimum=10)

    assert [len(group) for group in groups] == [11]
