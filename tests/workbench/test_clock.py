from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.workbench import clock

MOMENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+3d", timedelta(days=3)),
        ("-12h", timedelta(hours=-12)),
        ("+28d3h5m", timedelta(days=28, hours=3, minutes=5)),
        ("-1d30m", -timedelta(days=1, minutes=30)),
    ],
)
def test_a_shift_is_read(text: str, expected: timedelta) -> None:
    assert clock.read_shift(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "3d",
        "+d",
        "+1000d",
        "+3d ",
        "+3h2d",
        "+\u0661d",
        "2026-11-25T12:00",
        "+3d\n",
        "<script>",
        "+1e3d",
    ],
)
def test_a_text_that_means_nothing_shifts_nothing(text: str) -> None:
    assert clock.read_shift(text) == timedelta()


@given(st.timedeltas(min_value=-clock.LONGEST, max_value=clock.LONGEST))
def test_a_written_shift_is_read_back_to_the_minute(by: timedelta) -> None:
    back = clock.read_shift(clock.write_shift(by))

    assert abs(by) <= abs(back) < abs(by) + clock.MINUTE
    assert back == timedelta() or (back > timedelta()) == (by > timedelta())


def test_no_shift_is_written_as_nothing() -> None:
    assert clock.write_shift(timedelta()) == ""


def test_a_shift_beyond_the_longest_is_cut() -> None:
    assert clock.read_shift(clock.write_shift(timedelta(days=5000))) == clock.LONGEST


@time_machine.travel(MOMENT, tick=False)
def test_clock_and_language_hold_inside_and_end_with_the_block() -> None:
    with clock.moved(timedelta(days=2), language="nl"):
        inside = clock.now(), clock.language()

    assert inside == (MOMENT + timedelta(days=2), "nl")
    assert (clock.now(), clock.language()) == (MOMENT, None)
