"""Dates to ask about: proposed, written as lines, read again, and refused where they make no sense."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.date_proposal import (
    MOST_OPTIONS,
    PARTS,
    Proposed,
    Words,
    part_begins,
    part_of,
    propose,
    read_lines,
    read_times,
    refuse_dates,
    refuse_more_dates,
    write_lines,
)
from lernet_xblock.rules.refusals import Refused

ENGLISH = Words(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), {part: part for part in PARTS})
FRENCH = Words(
    ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    {"morning": "matin", "afternoon": "après-midi", "evening": "soir"},
)
TUESDAY = date(2027, 2, 2)
NOW = datetime.fromisoformat("2026-12-01T10:00")


def refused(work):
    """Return the code and the field of what is refused."""
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.code, caught.value.field


def option(days=0, at=time(13, 30), half=""):
    return Proposed(TUESDAY + timedelta(days), at, half)


def test_weekdays_times_and_parts_make_options_in_order():
    found = propose(
        TUESDAY,
        date(2027, 2, 10),
        weekdays={1, 2},
        times=[time(18), time(9)],
        parts=["afternoon"],
        without=[date(2027, 2, 3)],
    )
    assert [(one.day.day, one.at.hour, one.half) for one in found] == [
        (day, hour, half) for day in (2, 9, 10) for hour, half in ((9, ""), (13, "afternoon"), (18, ""))
    ]


def test_a_part_of_the_day_begins_at_the_usual_time_where_that_belongs_to_it():
    assert part_begins("afternoon", time(14, 15)) == time(14, 15)
    assert part_begins("morning", time(14, 15)) == time(9)
    assert [part_of(time(hour)) for hour in (0, 11, 12, 16, 17, 23)] == [
        "morning",
        "morning",
        "afternoon",
        "afternoon",
        "evening",
        "evening",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last": TUESDAY - timedelta(1)}, ("last_before_first", "last")),
        ({"last": TUESDAY + timedelta(366)}, ("span_too_long", "last")),
        ({"weekdays": ()}, ("no_days", "weekdays")),
        ({"times": ()}, ("no_days", "weekdays")),
        ({"last": TUESDAY + timedelta(40)}, ("too_many_options", "last")),
    ],
)
def test_choices_without_dates_or_with_too_many_are_refused(changes, expected):
    given = {"last": TUESDAY + timedelta(4), "weekdays": range(7), "times": [time(9)], **changes}
    assert len(propose(TUESDAY, TUESDAY + timedelta(4), weekdays=range(7), times=[time(9)])) == 5
    assert refused(lambda: propose(TUESDAY, given.pop("last"), **given)) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [("", ()), ("9:00, 13.30 9:00", (time(9), time(13, 30))), (" 18h15;7:05 ", (time(7, 5), time(18, 15)))],
)
def test_times_are_read_as_people_write_them(text, found):
    assert read_times(text) == found


@pytest.mark.parametrize("text", ["noon", "25:00", "9", "13:75"])
def test_what_is_no_time_is_refused(text):
    assert refused(lambda: read_times(text)) == ("times_unreadable", "times")


def test_lines_are_read_as_people_edit_them():
    text = "\n  Tue 2027-02-02 13:30\n2027-02-03, 9.00\n\ntue. 2027-2-9 evening\n2027-02-02 13:30\n"
    assert read_lines(text, ENGLISH) == (option(), option(1, time(9)), option(7, time(18, 30), "evening"))


def test_lines_of_another_language_say_its_words():
    lines = write_lines([option(), option(1, time(9), "morning")], FRENCH)
    assert lines == "mar. 2027-02-02 13:30\nmer. 2027-02-03 matin"
    assert read_lines(lines, FRENCH) == (option(), option(1, time(9), "morning"))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("next Tuesday", "line_unreadable"),
        ("2027-02-30 13:30", "line_unreadable"),
        ("2027-02-02 25:30", "line_unreadable"),
        ("2027-02-02 dawn", "line_unreadable"),
        ("2027-02-02", "line_unreadable"),
        ("Wed 2027-02-02 13:30", "weekday_differs"),
        ("Foo 2027-02-02 13:30", "weekday_differs"),
        ("", "too_few_options"),
        ("2027-02-05 13:30", "too_few_options"),
    ],
)
def test_a_line_that_says_no_date_is_refused(line, code):
    assert refused(lambda: read_lines(f"2027-02-05 13:30\n{line}", ENGLISH)) == (code, "lines")


def test_more_than_forty_lines_are_refused():
    lines = [option(day) for day in range(MOST_OPTIONS + 1)]
    assert len(read_lines(write_lines(lines[1:], ENGLISH), ENGLISH)) == MOST_OPTIONS
    assert refused(lambda: read_lines(write_lines(lines, ENGLISH), ENGLISH)) == ("too_many_lines", "lines")


OPTION = st.builds(
    Proposed,
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
PART = st.builds(
    lambda day, part: Proposed(day, part_begins(part), part),
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    st.sampled_from(PARTS),
)


@given(st.sets(OPTION | PART, min_size=2, max_size=MOST_OPTIONS), st.sampled_from([ENGLISH, FRENCH]))
def test_what_was_written_is_read_again(options, words):
    assert read_lines(write_lines(options, words), words) == tuple(sorted(options))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_at_the_field(text):
    try:
        found = read_lines(text, ENGLISH)
    except Refused as error:
        field = error.field
    else:
        field = "lines" if found else None
    assert field == "lines"


@pytest.mark.parametrize(
    ("options", "until", "expected"),
    [
        ([option()], None, ("too_few_options", "lines")),
        ([option(), option()], None, ("option_repeated", "lines")),
        ([option(), Proposed(NOW.date(), NOW.time())], None, ("option_past", "lines")),
        ([option(), option(366)], None, ("option_too_far", "lines")),
        ([option(day) for day in range(41)], None, ("too_many_lines", "lines")),
        ([option(), option(1)], date(2026, 11, 30), ("until_past", "answers_until")),
        ([option(), option(1)], date(2027, 2, 3), ("until_after_first", "answers_until")),
    ],
)
def test_dates_that_nobody_can_answer_are_refused(options, until, expected):
    refuse_dates([option(), option(1)], now=NOW, answers_until=date(2027, 2, 2))
    assert refused(lambda: refuse_dates(options, now=NOW, answers_until=until)) == expected


def test_more_dates_are_counted_and_compared_with_those_asked():
    asked = [option(day) for day in range(39)]
    refuse_more_dates([option(50)], asked, now=NOW)
    assert refused(lambda: refuse_more_dates([option(50), option(51)], asked, now=NOW)) == ("too_many_lines", "lines")
    assert refused(lambda: refuse_more_dates([option(3)], asked, now=NOW)) == ("option_repeated", "lines")
