import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.circles import Room, circle_sizes, even_sizes, for_late, met, possible_counts, repeats


@pytest.mark.parametrize(
    ("present", "circles"),
    [
        (0, ()),
        (1, (1,)),
        (4, (4,)),
        (7, (7,)),
        (8, (8,)),
        (9, (5, 4)),
        (10, (5, 5)),
        (11, (6, 5)),
        (12, (6, 6)),
        (13, (7, 6)),
        (14, (7, 7)),
        (15, (5, 5, 5)),
        (16, (6, 5, 5)),
        (17, (6, 6, 5)),
        (18, (6, 6, 6)),
        (19, (7, 6, 6)),
        (20, (7, 7, 6)),
        (21, (6, 5, 5, 5)),
        (30, (6, 6, 6, 6, 6)),
    ],
)
def test_circles_for_the_people_present(present: int, circles: tuple[int, ...]) -> None:
    assert circle_sizes(present) == circles


@given(st.integers(4, 500))
def test_every_circle_has_four_to_eight_people_and_everyone_has_one(present: int) -> None:
    circles = circle_sizes(present)

    assert sum(circles) == present
    assert 4 <= min(circles) <= max(circles) <= 8


@given(people=st.integers(0, 1000), groups=st.integers(1, 100))
def test_even_sizes_add_up_larger_first_at_most_one_apart(people: int, groups: int) -> None:
    sizes = even_sizes(people, groups)

    assert (len(sizes), sum(sizes)) == (groups, people)
    assert list(sizes) == sorted(sizes, reverse=True)
    assert sizes[0] - sizes[-1] <= 1


@pytest.mark.parametrize(
    ("people", "counts"),
    [(0, ()), (1, (1,)), (3, (1,)), (7, (1,)), (8, (1, 2)), (9, (1, 2)), (10, (2,)), (13, (2, 3)), (16, (2, 3, 4))],
)
def test_circles_can_be_as_many_as_leave_four_to_nine_in_each(people: int, counts: tuple[int, ...]) -> None:
    assert possible_counts(people) == counts


@given(st.integers(4, 200))
def test_every_possible_count_keeps_four_to_nine(people: int) -> None:
    counts = possible_counts(people)

    assert len(circle_sizes(people)) in counts
    for count in range(1, people + 1):
        sizes = even_sizes(people, count)
        assert (count in counts) == (min(sizes) >= 4 and max(sizes) <= 9)


def test_who_comes_late_joins_the_smallest_circle_and_not_one_that_works_on_a_case() -> None:
    assert for_late([Room(1, 7, busy=False), Room(2, 6, busy=True)]) == 2
    assert for_late([Room(1, 6, busy=True), Room(2, 6, busy=False)]) == 2
    assert for_late([Room(1, 6, busy=False), Room(2, 6, busy=False)]) == 1


def test_meetings_are_counted_by_pair_and_repeats_once_each() -> None:
    earlier = met([(1, 2, 3), (3, 2), ()])

    assert earlier == {(1, 2): 1, (1, 3): 1, (2, 3): 2}
    assert repeats((3, 2, 4), earlier) == 1
    assert repeats((1, 2, 3), earlier) == 3
    assert repeats((4, 5), earlier) == 0
