import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.circles import circle_sizes, even_sizes


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
