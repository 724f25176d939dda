"""Where a session can stand among the others of its group."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.session_fit import Misfit, Span, is_sudden, is_too_far, misfit

NOON = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(hours, *, kind="regular", minutes=60):
    starts_at = NOON + hours * HOUR
    return Span(kind, starts_at.date(), starts_at, starts_at + timedelta(minutes=minutes))


def code(one, *others):
    found = misfit(one, others)
    return found.code if found else ""


@pytest.mark.parametrize(
    ("hours", "minutes", "expected"),
    [(-1, 60, ""), (-1, 61, "overlap"), (0, 1, "overlap"), (1, 60, ""), (0.99, 60, "overlap"), (-2, 480, "overlap")],
)
def test_sessions_that_touch_do_not_overlap(hours, minutes, expected):
    assert code(span(hours, minutes=minutes), span(0)) == expected


@pytest.mark.parametrize(
    ("kind", "hours", "other", "expected"),
    [
        ("launch", 2, "regular", "launch_first"),
        ("launch", -2, "regular", ""),
        ("closing", -2, "regular", "closing_last"),
        ("closing", 2, "regular", ""),
        ("regular", -2, "launch", "before_launch"),
        ("regular", 2, "launch", ""),
        ("regular", 2, "closing", "after_closing"),
        ("regular", -2, "closing", ""),
        ("regular", 2, "regular", ""),
        ("launch", 2, "closing", "launch_first"),
    ],
)
def test_launch_is_first_and_closing_last(kind, hours, other, expected):
    assert code(span(hours, kind=kind), span(0, kind=other)) == expected


def test_the_earliest_one_in_the_way_is_named():
    others = [span(4), span(2), span(0)]
    assert misfit(span(6, kind="launch"), others) == Misfit("launch_first", others[2])


def test_alone_everything_fits():
    assert misfit(span(0, kind="closing"), []) is None


@given(st.lists(st.integers(0, 200), min_size=2, max_size=8, unique=True))
def test_sessions_in_their_order_without_overlap_fit_each_among_the_others(hours):
    kinds = ["launch", *["regular"] * (len(hours) - 2), "closing"]
    spans = [span(hour, kind=kind) for hour, kind in zip(sorted(hours), kinds, strict=True)]
    for one in spans:
        assert misfit(one, [other for other in spans if other is not one]) is None


@pytest.mark.parametrize(("hours", "expected"), [(48, False), (47.99, True), (-1, True)])
def test_less_than_48_hours_is_sudden_before_or_after(hours, expected):
    assert is_sudden(NOON + hours * HOUR, NOON + 100 * HOUR, now=NOON) is expected
    assert is_sudden(NOON + 100 * HOUR, NOON + hours * HOUR, now=NOON) is expected


def test_five_years_are_far_enough():
    assert not is_too_far(NOON.date() + timedelta(days=5 * 365), now=NOON)
    assert is_too_far(NOON.date() + timedelta(days=6 * 366), now=NOON)
