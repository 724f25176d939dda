import numpy as np

from lernet_xblock.rules.formation_slot_group import Group, bits_of, reachable
from lernet_xblock.rules.formation_slot_programme import runs
from tests.rules.formation_cases import mask, problem

MASKS = [mask(0), mask(0, 1), mask(1, 34), mask(0, 1)]


def test_single_people_of_equal_masks_are_counted_together() -> None:
    given = problem(4, masks=MASKS)
    crowd = Group.of(given, np.arange(4, dtype=np.int32)).crowd(runs(2, 3, 1.0))

    assert crowd.slots.tolist() == [0, 1]
    assert crowd.masks.tolist() == [1, 2, 3]
    assert crowd.counts.tolist() == [1, 1, 2]


def test_units_are_items_of_their_own() -> None:
    given = problem(4, masks=MASKS, unit=[0, 1, 2, 0])
    group = Group.of(given, np.arange(4, dtype=np.int32))
    masks, weights = group.items()
    crowd = group.crowd(runs(2, 3, 1.0))

    assert (masks.tolist(), weights.tolist()) == ([mask(0, 1), mask(1, 34), mask(0)], [1, 1, 2])
    assert group.spread(np.array([5, 6, 7], np.int32)).tolist() == [7, 5, 6, 7]
    assert crowd.unit_free.tolist() == [[2, 1]]


def test_a_unit_of_which_only_one_is_asked_about_is_a_single_person() -> None:
    given = problem(4, masks=MASKS, unit=[0, 1, 2, 0])

    assert Group.of(given, np.array([0, 1], np.int32)).units == ()


def test_who_can_be_placed_at_all() -> None:
    # The third is alone in both of their slots at three to a cohort.
    given = problem(4, masks=[mask(0), mask(0), mask(7), mask(0)])
    group = Group.of(given, np.arange(4, dtype=np.int32))

    assert [reachable(group.crowd(some), some) for some in (runs(3, 4, 1.0), runs(3, 4, 0.7), runs(5, 6, 1.0))] == [
        3,
        4,
        0,
    ]


def test_slots_as_bits() -> None:
    assert bits_of(np.array([0, 2, 34], np.int32)) == mask(0, 2, 34)
