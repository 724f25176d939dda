"""A feed in words: what a session is called, and what its entry says in whose language and zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import icalendar
import pytest

from lernet_xblock.exports.feed import alarm_of, etag_of, feed_file
from lernet_xblock.models import Cohort, Network
from lernet_xblock.queries.feed import Feed, FeedHead, FeedSession

SITE = "https://learn.example.org"
HOST = SimpleNamespace(site_url=lambda: SITE, page_url=lambda course, usage, user: f"{SITE}/{course}/{usage}")
START = datetime(2027, 3, 30, 16, 30, tzinfo=UTC)
NETWORK = Network(pk=1, title="Return to work", course_id="course", usage_id="usage")
COHORT = Cohort(pk=1, number=1, network=NETWORK)
ROW = FeedSession(
    pk=1,
    uid=UUID("5a1f7c52-8f6e-4c55-a9d6-0d3d3f0f4b11"),
    sequence=3,
    changed_at=START - timedelta(days=90),
    kind="launch",
    state="planned",
    title="",
    notes="",
    place="Rue du Moulin 4",
    online=True,
    starts_at=START,
    ends_at=START + timedelta(hours=3),
    time_zone="Europe/Brussels",
    cohort=COHORT,
)


def entries(*rows, language="en", **options):
    file = feed_file(Feed(7, language, (), rows), HOST, **options)
    return icalendar.Calendar.from_ical(file).walk("VEVENT")


def entry(**changes):
    return entries(replace(ROW, **changes))[0]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "Return to work: Launch"),
        ({"kind": "regular"}, "Return to work: Session"),
        ({"kind": "closing"}, "Return to work: Closing"),
        ({"kind": "regular", "title": "With an expert"}, "Return to work: With an expert"),
        ({"state": "cancelled"}, "Cancelled: Return to work: Launch"),
        ({"state": "not_held"}, "Cancelled: Return to work: Launch"),
    ],
)
def test_a_session_is_called_after_its_network_and_what_it_is(changes, name):
    assert str(entry(**changes)["summary"]) == name


def test_the_entry_says_the_hours_of_the_place_the_group_the_notes_and_where_to_read_more():
    found = entry(notes="Bring a case.\nCoffee from 18:00.")
    assert str(found["description"]).split("\n") == [
        "18:30–21:30 (Brussels)",
        "Group A",
        "Bring a case.",
        "Coffee from 18:00.",
        "Calendars may take up to a day to show a change.",
        f"Agenda, answer and online meeting: {SITE}/course/usage",
    ]
    assert str(found["url"]) == f"{SITE}/course/usage"


@pytest.mark.parametrize(
    ("state", "line", "status"),
    [
        ("cancelled", "This session is cancelled.", "CANCELLED"),
        ("not_held", "This session was not held.", "CANCELLED"),
        ("planned", "Calendars may take up to a day to show a change.", "CONFIRMED"),
    ],
)
def test_the_entry_says_what_was_called_off(state, line, status):
    found = entry(state=state)
    assert str(found["description"]).split("\n")[2] == line
    assert found["status"] == status


def test_a_place_goes_before_the_word_online_and_nothing_before_nothing():
    assert str(entry()["location"]) == "Rue du Moulin 4"
    assert str(entry(place="")["location"]) == "Online"
    assert "location" not in entry(place="", online=False)


def test_the_page_stands_below_notes_of_any_length():
    found = str(entry(notes="n" * 10_000)["description"])
    assert len(found) == 2000
    assert found.endswith(
        f"…\nCalendars may take up to a day to show a change.\nAgenda, answer and online meeting: {SITE}/course/usage"
    )


def test_no_address_of_anybody_leads_out_of_a_feed():
    network = Network(pk=1, title="See www.example.org", course_id="course", usage_id="usage")
    cohort = Cohort(pk=1, number=1, name="javascript:alert(1)", network=network)
    typed = "go to https://meet.example.org/canary now"
    file = feed_file(Feed(7, "en", (), (replace(ROW, title=typed, place=typed, notes=typed, cohort=cohort),)), HOST)
    plain = file.replace(b"\r\n ", b"")
    assert (b"canary" in plain, b"javascript" in plain, b"www." in plain) == (False, False, False)
    assert plain.count(b"go to (link on the page) now") == 3


def test_a_host_without_a_proper_address_costs_the_address_only():
    host = SimpleNamespace(site_url=lambda: SITE, page_url=lambda course, usage, user: "javascript:alert(1)")
    found = icalendar.Calendar.from_ical(feed_file(Feed(7, "en", (), (ROW,)), host)).walk("VEVENT")[0]
    assert "url" not in found
    assert "javascript" not in str(found["description"])


def test_the_words_are_in_the_language_of_the_person():
    names = {language: str(entries(ROW, language=language)[0]["description"]) for language in ("en", "xx")}
    assert names["en"] == names["xx"]
    assert "Gruppe A" in str(entries(ROW, language="de")[0]["description"])


@pytest.mark.parametrize(("titles", "name"), [(["One"], "One"), (["One", "Two"], "Learning networks"), ([], None)])
def test_the_calendar_is_called_after_its_only_network(titles, name):
    rows = []
    for number, title in enumerate(titles, 1):
        cohort = Cohort(pk=number, number=1, network=Network(pk=number, title=title, course_id="c", usage_id="u"))
        rows.append(replace(ROW, uid=UUID(int=number), cohort=cohort))
    found = icalendar.Calendar.from_ical(feed_file(Feed(7, "en", (), tuple(rows)), HOST))
    assert str(found["x-wr-calname"]) == str(found["name"]) == (name or "Learning networks")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("15", 15),
        ("5", 5),
        ("1440", 1440),
        ("4", None),
        ("1441", None),
        ("", None),
        ("-5", None),
        ("\u0665", None),
        ("15.0", None),
        ("9" * 5000, None),
        ("0015", 15),
        ("00015", None),
    ],
)
def test_an_alarm_is_asked_for_in_whole_minutes(text, minutes):
    assert alarm_of(text) == minutes


def test_the_tag_depends_on_what_the_tables_count_language_alarm_and_site_and_on_nothing_else():
    elsewhere = SimpleNamespace(site_url=lambda: "https://other.example.org")
    head = FeedHead(7, "en", (("1", "", "Return to work", "4"),))
    tags = [
        etag_of(head, HOST, alarm_minutes=None),
        etag_of(replace(head, language="nl"), HOST, alarm_minutes=None),
        etag_of(head, HOST, alarm_minutes=15),
        etag_of(head, elsewhere, alarm_minutes=None),
        etag_of(replace(head, mark=(("1", "", "Return to work", "5"),)), HOST, alarm_minutes=None),
        etag_of(replace(head, mark=()), HOST, alarm_minutes=None),
    ]
    assert len(set(tags)) == len(tags)
    assert etag_of(replace(head), HOST, alarm_minutes=None) == tags[0]
