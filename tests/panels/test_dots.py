"""Pictures of released figures."""

import pytest

from lernet_xblock.panels.dots import Picture, draw


def drawn(item):
    """Draw an item that has a picture."""
    picture = draw(item, SCALE)
    assert picture is not None
    return picture


SCALE = ("1", "2", "3", "4", "5")


def test_nothing_shown_is_no_picture():
    assert draw({"shown": "nothing"}, SCALE) is None


def test_one_dot_for_each_answer_above_its_value():
    picture = drawn({"shown": "dots", "dots": [1, 0, 2, 0, 0], "median": 3.0})
    assert picture == Picture(
        width=330,
        height=64,
        axis=40,
        marker=165,
        labels=((33, "1"), (99, "2"), (165, "3"), (231, "4"), (297, "5")),
        dots=((33, 33), (165, 33), (165, 19)),
    )


@pytest.mark.parametrize(("mean", "across"), [(1.0, 33), (2.5, 132), (5.0, 297)])
def test_a_rough_mean_is_a_line_and_no_dots(mean, across):
    picture = drawn({"shown": "coarse", "mean": mean})
    assert (picture.marker, picture.dots, picture.bar) == (across, (), None)


def test_a_band_is_a_bar_and_no_line():
    picture = drawn({"shown": "band", "band": [2, 4]})
    assert (picture.bar, picture.marker, picture.dots) == ((99, 231), None, ())


@pytest.mark.parametrize("people", [8, 15, 30])
def test_dots_stay_inside_the_drawing_and_apart(people):
    picture = drawn({"shown": "dots", "dots": [0, 0, people, 0, 0], "median": 3.0})
    heights = [down for _across, down in picture.dots]
    assert len(set(heights)) == people
    assert min(heights) > 0
    assert max(heights) < picture.axis
