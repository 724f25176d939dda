"""The board: columns of people, and what follows from who sits where."""

import numpy as np
import pytest

from lernet_xblock.rules.formation_board import board_of, whole_points
from lernet_xblock.rules.formation_problem import score
from lernet_xblock.rules.formation_start import field_of
from tests.formation.instances import generated


@pytest.mark.parametrize(
    ("weights", "points"),
    [((0.4, -0.25, -0.2, -0.15), [8, -5, -4, -3]), ((1.0,), [1]), ((0.5, -0.5), [1, -1]), ((0.0,), [0])],
)
def test_weights_become_the_smallest_whole_points(weights, points):
    found, worth = whole_points(np.array(weights))

    assert found.tolist() == points
    assert (found * worth).tolist() == pytest.approx(list(weights))


def test_what_the_rows_are_worth_is_the_score():
    problem = generated(60, 1, one_language=True)
    field, cohort = field_of(problem), np.arange(60, dtype=np.int32) % 5

    board = board_of(field, cohort, low=10, high=15, room=15)

    constant = -field.point * float(field.points[field.points < 0].sum()) * 60
    assert (board.values().sum() * field.point + constant) / 60 == pytest.approx(score(problem, cohort))
    assert board.cohort_of().tolist() == cohort.tolist()


def test_those_without_a_cohort_wait_in_rows_that_are_worth_nothing():
    problem = generated(60, 1)
    cohort = np.full(60, -1, np.int32)

    board = board_of(field_of(problem), cohort, low=10, high=15, room=15)

    assert board.waiting.all()
    assert board.values().sum() == 0
    assert int(board.sizes.sum()) == 60


def test_a_part_keeps_pairs_apart_only_within_a_stratum():
    field = field_of(generated(100, 1))
    one, other = field.apart[0].tolist()

    part = field.part(np.array([one, other, one, other]), np.array([0, 0, 1, 2]))

    assert part.apart.tolist() == [[0, 1]]
