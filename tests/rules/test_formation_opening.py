"""Cohorts opened for those whom no cohort can take."""

import numpy as np

from lernet_xblock.rules.formation_opening import opened
from lernet_xblock.rules.formation_seating import seat
from lernet_xblock.rules.formation_start import field_of
from tests.rules.test_formation import problem_of

EARLY, LATE, BOTH = 1, 2, 3


def test_a_cohort_is_opened_with_people_who_can_be_spared():
    # Two cohorts of 15, each with five who are free late as well; the last person is free late only.
    masks = np.array([BOTH if person % 15 < 5 else EARLY for person in range(30)] + [LATE], np.int64)
    field = field_of(problem_of(31, minimum=3, masks=masks))
    cohort = np.append(np.repeat([0, 1], 15), -1)

    formed = opened(field, cohort, [np.array([30])], minimum=3)

    assert np.bincount(formed).tolist() == [14, 14, 3]
    assert np.bitwise_and.reduce(masks[formed == 2]) == LATE


def test_nobody_leaves_a_cohort_at_the_minimum():
    masks = np.append(np.full(6, BOTH), LATE).astype(np.int64)
    field = field_of(problem_of(7, minimum=3, maximum=3, masks=masks))
    cohort = np.array([0, 0, 0, 1, 1, 1, -1])

    assert opened(field, cohort, [np.array([6])], minimum=3).tolist() == cohort.tolist()


def test_somebody_moves_on_to_make_room():
    # The full first cohort alone meets late; one of its people can join the second.
    masks = np.array([LATE, LATE, BOTH, EARLY, EARLY, LATE], np.int64)
    field = field_of(problem_of(6, minimum=2, maximum=3, masks=masks))

    seated = seat(field, np.array([0, 0, 0, 1, 1, -1]), [np.array([5])], maximum=3)

    assert seated.tolist() == [0, 0, 1, 1, 1, 0]
