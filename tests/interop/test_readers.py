"""Every reader reads the same of every feed: instants, uids, sequences, states and texts."""

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lernet_xblock.exports.calendar import calendar_file
from tests.interop.corpus import EVENING, FEEDS, entry, expected, feed
from tests.interop.readers import READERS, Missing

ODD = st.text(st.characters(codec=None, categories=None), max_size=120)


def read(reader, file, folder):
    try:
        return READERS[reader](file, folder)
    except Missing as missing:
        pytest.skip(f"{reader} is not installed: {missing}")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", FEEDS)
def test_every_reader_reads_the_same(reader, name, tmp_path):
    assert read(reader, feed(name), tmp_path) == expected(FEEDS[name])


@pytest.mark.parametrize("reader", READERS)
def test_alarms_are_in_nobodys_way(reader, tmp_path):
    assert read(reader, feed("called off", alarm_minutes=15), tmp_path) == expected(FEEDS["called off"])


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_would_tell_a_difference(reader, tmp_path):
    file = feed("one")
    for before, after in ((b"T123000Z", b"T113000Z"), (b"SEQUENCE:1", b"SEQUENCE:2"), (b"CONFIRMED", b"CANCELLED")):
        assert file.count(before)
        assert read(reader, file.replace(before, after), tmp_path) != expected(FEEDS["one"])


def test_a_text_that_nobody_made_plain_is_read_in_several_ways(tmp_path):
    event = icalendar.Event()
    for name, value in (("uid", "1"), ("summary", r"C:\new"), ("sequence", 0), ("dtstamp", EVENING)):
        event.add(name, value)
    event.add("dtstart", EVENING)
    event.add("dtend", EVENING)
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//x//y//EN")
    calendar.add_component(event)
    file = calendar.to_ical()
    assert len({read(reader, file, tmp_path)["1"]["summary"] for reader in READERS}) > 1


@pytest.mark.parametrize("reader", ["recurring-ical-events", "vobject"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ODD, min_size=3, max_size=3))
def test_whatever_is_typed_is_read_alike(reader, texts, tmp_path):
    summary, description, location = texts
    entries = [entry(1, summary=summary, description=description, location=location), entry(2)]
    assert read(reader, calendar_file("x", entries), tmp_path) == expected(entries)


@pytest.mark.parametrize("reader", ["ical.js", "node-ical", "libical"])
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ODD, min_size=150, max_size=150))
def test_whatever_is_typed_is_read_alike_elsewhere(reader, texts, tmp_path):
    # Each file costs a process: few of them, with many entries.
    rows = zip(texts[::3], texts[1::3], texts[2::3], strict=True)
    entries = [entry(n, summary=a, description=b, location=c) for n, (a, b, c) in enumerate(rows)]
    assert read(reader, calendar_file("x", entries), tmp_path) == expected(entries)
