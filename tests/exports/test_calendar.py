"""The iCalendar file: what stands in it, in which form, and what no text of anybody can do to it."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.exports import calendar
from lernet_xblock.exports.calendar import (
    DESCRIPTION_LENGTH,
    LOCATION_LENGTH,
    SUMMARY_LENGTH,
    Entry,
    calendar_file,
    is_page,
    lines,
    one_line,
    without_addresses,
)

START = datetime(2027, 3, 30, 11, 30, tzinfo=UTC)
END = START + timedelta(hours=3)
ENTRY = Entry(
    uid="5a1f7c52-8f6e-4c55-a9d6-0d3d3f0f4b11",
    sequence=3,
    changed_at=datetime(2026, 12, 1, 9, 0, 7, 123456, tzinfo=UTC),
    starts=START,
    ends=END,
    summary="Return to work: Launch",
    description="13:30–16:30 (Brussels)\nGroup A",
    location="Rue du Moulin 4, Gembloux",
    url="https://learn.example.org/courses/course-v1:a+b+c/jump_to/block-v1:a+b+c+type@lernet+block@1",
)
# Everything that people can type and programs can send, half a character included.
ODD = st.text(st.characters(codec=None, categories=None), max_size=300)


def unfolded(file):
    return file.decode().replace("\r\n ", "").split("\r\n")


def event(file):
    return icalendar.Calendar.from_ical(file).walk("VEVENT")[0]


def test_an_entry_is_written_in_utc_with_all_that_programs_need():
    assert sorted(unfolded(calendar_file("Return to work", [ENTRY]))) == sorted(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//lernet-xblock//Learning networks//EN",
            "CALSCALE:GREGORIAN",
            "NAME:Return to work",
            "X-WR-CALNAME:Return to work",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
            "BEGIN:VEVENT",
            "UID:5a1f7c52-8f6e-4c55-a9d6-0d3d3f0f4b11",
            "DTSTAMP:20261201T090007Z",
            "LAST-MODIFIED:20261201T090007Z",
            "SEQUENCE:3",
            "DTSTART:20270330T113000Z",
            "DTEND:20270330T143000Z",
            "STATUS:CONFIRMED",
            "TRANSP:OPAQUE",
            "CLASS:PRIVATE",
            "SUMMARY:Return to work: Launch",
            r"DESCRIPTION:13:30–16:30 (Brussels)\nGroup A",
            r"LOCATION:Rue du Moulin 4\, Gembloux",
            f"URL:{ENTRY.url}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def test_nothing_stands_in_it_that_programs_read_differently_or_that_names_people():
    file = calendar_file("Return to work", [ENTRY, replace(ENTRY, uid="2", cancelled=True)], alarm_minutes=15)
    names = {line.split(":")[0].split(";")[0] for line in unfolded(file)}
    assert names & {"RRULE", "RDATE", "EXDATE", "DURATION", "METHOD", "ATTENDEE", "ORGANIZER", "RECURRENCE-ID"} == set()
    assert b"VTIMEZONE" not in file
    assert b"TZID" not in file


def test_any_aware_moment_is_written_as_the_same_instant_in_utc():
    there = timezone(timedelta(hours=5, minutes=30))
    entry = replace(ENTRY, starts=START.astimezone(there), ends=END.astimezone(there))
    assert calendar_file("x", [entry]) == calendar_file("x", [ENTRY])


def test_a_whole_day_is_a_date():
    found = unfolded(calendar_file("x", [replace(ENTRY, starts=date(2027, 5, 1), ends=date(2027, 5, 2))]))
    assert [line for line in found if line.startswith(("DTSTART", "DTEND"))] == [
        "DTSTART;VALUE=DATE:20270501",
        "DTEND;VALUE=DATE:20270502",
    ]


def test_a_cancelled_entry_stays_free_and_rings_no_alarm():
    file = calendar_file("x", [replace(ENTRY, cancelled=True), replace(ENTRY, uid="2")], alarm_minutes=15)
    gone, held = icalendar.Calendar.from_ical(file).walk("VEVENT")
    assert (gone["status"], gone["transp"], len(gone.subcomponents)) == ("CANCELLED", "TRANSPARENT", 0)
    assert (held["status"], held["transp"], len(held.subcomponents)) == ("CONFIRMED", "OPAQUE", 1)


def test_an_alarm_rings_so_many_minutes_before():
    alarm = event(calendar_file("x", [ENTRY], alarm_minutes=90)).subcomponents[0]
    assert (alarm["action"], alarm["trigger"].dt, str(alarm["description"])) == (
        "DISPLAY",
        timedelta(minutes=-90),
        ENTRY.summary,
    )
    assert event(calendar_file("x", [ENTRY])).subcomponents == []


def test_the_same_entries_give_the_same_bytes():
    entries = [ENTRY, replace(ENTRY, uid="2")]
    first = calendar_file("x", entries)
    calendar._event.cache_clear()
    assert calendar_file("x", entries) == first != calendar_file("x", [ENTRY, replace(ENTRY, sequence=4)])


def test_no_entries_make_a_calendar_all_the_same():
    assert icalendar.Calendar.from_ical(calendar_file("", [])).walk("VEVENT") == []


def test_lines_are_folded_at_75_octets_between_characters():
    entry = replace(ENTRY, summary="é🧑‍🏭" * 60, description="日本" * 900)
    file = calendar_file("x", [entry])
    assert max(len(line) for line in file.split(b"\r\n")) <= 75
    for line in file.split(b"\r\n"):
        line.decode()
    assert str(event(file)["description"]) == entry.description


def test_long_texts_are_cut_and_say_so():
    found = event(calendar_file("x", [replace(ENTRY, summary="a" * 201, location="b" * 201, description="c" * 10_000)]))
    lengths = [len(found[name]) for name in ("summary", "location", "description")]
    assert lengths == [SUMMARY_LENGTH, LOCATION_LENGTH, DESCRIPTION_LENGTH]
    assert {str(found[name])[-1] for name in ("summary", "location", "description")} == {"…"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a\r\nATTENDEE:mailto:x@example.org", "a ATTENDEE:mailto:x@example.org"),
        ("a\rb\nc\u2028d\u2029e\x0bf\x85g", "a b c d efg"),
        ("nul\x00 bell\x07 half\ud83d", "nul bell half\ufffd"),
        (r"comma, semicolon; backslash\ colon: quote\"", r"comma, semicolon; backslash\ colon: quote\""),
        (r"C:\new\Notes \, \; \\ \x", "C:\uff3cnew\uff3cNotes \uff3c, \uff3c; \uff3c\\ \\x"),
        ("  مرحبا 🧑‍🏭  ", "مرحبا 🧑‍🏭"),
        ("\u202eevil\u202c", "evil"),
        ("\ufeffmark", "mark"),
    ],
)
def test_what_people_type_stays_on_its_line(typed, read):
    file = calendar_file("x", [replace(ENTRY, summary=typed, location=typed)])
    found = event(file)
    assert (str(found["summary"]), str(found["location"])) == (read, read)
    assert "ATTENDEE" not in found
    assert file.replace(b"\r\n", b"").find(b"\r") == file.replace(b"\r\n", b"").find(b"\n") == -1


@pytest.mark.parametrize(
    "text",
    [
        "https://meet.example.org/j/123?pwd=x",
        "HTTP://meet.example.org",
        "zoom.us/j/123",
        "www.example.org",
        "javascript:alert(1)",
        "jAvA\x00sCript:",
        "data:text/html,x",
        "tel:+32499",
        "zoommtg://join",
    ],
)
def test_addresses_in_texts_are_left_out(text):
    assert without_addresses(f"before {text} after", "(link)") == "before (link) after"


@pytest.mark.parametrize("text", ["13:30–16:30", "and/or", "2.5/3.5", "Note: bring a case.", "Rue 4/2", "e.g. tea"])
def test_other_texts_stay_as_they_are(text):
    assert without_addresses(text, "(link)") == text


def test_a_text_made_to_be_slow_is_read_at_once():
    texts = ("a." * 4000, "a+" * 4000, "x-" * 4000, "www" * 3000, "a:" * 4000)
    began = time.process_time()
    read = [without_addresses(text, "(link)") for text in texts]
    # Whoever steps back from each letter to the last takes minutes.
    assert time.process_time() - began < 5
    assert len(read) == len(texts)


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://learn.example.org/courses/x", True),
        ("http://127.0.0.1:8042/demo/running/learner/?student=mila", True),
        ("javascript:alert(1)", False),
        ("https://learn.example.org/\r\nATTENDEE:x", False),
        ("https://learn.example.org/a b", False),
        ("https://learn.example.org/é", False),
        ("https://somebody@learn.example.org/", False),
        ("https://[", False),
        ("https://" + "a" * 1000, False),
        ("/relative", False),
        ("", False),
    ],
)
def test_only_the_address_of_a_page_becomes_one(url, fine):
    assert is_page(url) is fine
    assert ("url" in event(calendar_file("x", [replace(ENTRY, url=url)]))) is fine


@given(ODD, ODD, ODD, ODD, ODD)
def test_whatever_is_typed_comes_back_as_it_was_meant(name, summary, description, location, url):
    entry = replace(ENTRY, summary=summary, description=description, location=location, url=url)
    file = calendar_file(name, [entry, ENTRY], alarm_minutes=5)
    odd, other = icalendar.Calendar.from_ical(file).walk("VEVENT")
    assert str(odd.get("summary", "")) == one_line(summary, SUMMARY_LENGTH)
    assert str(odd.get("description", "")) == lines(description, DESCRIPTION_LENGTH)
    assert str(odd.get("location", "")) == one_line(location, LOCATION_LENGTH)
    assert (str(other["summary"]), other["dtstart"].dt) == (ENTRY.summary, START)
    assert max(len(line) for line in file.split(b"\r\n")) <= 75


@given(ODD)
def test_cleaning_twice_changes_nothing_more(text):
    assert one_line(one_line(text, SUMMARY_LENGTH), SUMMARY_LENGTH) == one_line(text, SUMMARY_LENGTH)
    assert lines(lines(text, DESCRIPTION_LENGTH), DESCRIPTION_LENGTH) == lines(text, DESCRIPTION_LENGTH)
