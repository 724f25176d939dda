from lernet_xblock.rules.formation_reform_chains import lend, make_room, seat
from tests.rules.formation_cases import mask, problem
from tests.rules.formation_standings import stands

# Three full cohorts in slots 0, 1 and 2, a fourth with room; one of each cohort may also meet in the next slot.
ROW = [
    *[mask(0)] * 3, mask(0, 1), *[mask(1)] * 3, mask(1, 2), *[mask(2)] * 3, mask(2, 3), *[mask(3)] * 2, mask(0),
]  # fmt: skip
SEATED = [*[0] * 4, *[1] * 4, *[2] * 4, *[3] * 2, -1]


def test_three_move_for_one_at_most() -> None:
    course = stands(problem(15, masks=ROW), *SEATED)

    assert make_room(course, 14)
    assert course.cohort().tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 0]
    assert {course.why[person] for person in (3, 7, 11)} == {("makes_room_for", 14)}


def test_four_do_not_move_for_one() -> None:
    masks = [*ROW[:12], *[mask(3)] * 3, mask(3, 4), *[mask(4)] * 2, mask(0)]
    course = stands(problem(19, masks=masks), *SEATED[:12], *[3] * 4, *[4] * 2, -1)

    assert not make_room(course, 18)
    assert course.moves() == 0


def test_nobody_with_a_pin_makes_room() -> None:
    pinned = [-1] * 15
    pinned[7] = 1
    course = stands(problem(15, masks=ROW, pinned=pinned), *SEATED)

    assert not make_room(course, 14)


def test_a_free_seat_comes_first() -> None:
    course = stands(problem(7), 0, 0, 0, 0, 1, 1, -1)

    assert seat(course, 6)
    assert course.cohort().tolist() == [0, 0, 0, 0, 1, 1, 1]


def test_a_cohort_that_cannot_spare_anybody_passes_somebody_on() -> None:
    masks = [mask(0), mask(0), mask(0, 1), mask(1), mask(1), *[mask(1)] * 4]
    course = stands(problem(9, minimum=3, masks=masks), 0, 0, 1, 1, 1, 2, 2, 2, 2)

    assert lend(course, 0)
    cohort = course.cohort().tolist()
    assert cohort[2] == 0
    assert sorted(cohort.count(number) for number in range(3)) == [3, 3, 3]
