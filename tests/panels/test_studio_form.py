"""The author's form: what is kept, and what is refused beside its field."""

import re

import pytest
from django.core.cache import cache

from lernet_xblock.panels.studio import version_of
from lernet_xblock.rules.authored import block_field, read, write
from tests.factories import PLAN, NetworkFactory, UserFactory
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db

FIELDS = {block_field(name): value for name, value in write(PLAN).items()}
# What the browser sends for the scenario's network.
TYPED = {
    **{name: "" if value is None else str(value) for name, value in write(PLAN).items()},
    "tags": "supervision, reintegration",
    "listed_dates": "",
    "free_days": "",
    "reminders": ["7d", "1d"],
}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def author():
    return UserFactory(username="author_lies")


def save(block, **changes):
    """Send the editor as it is opened now, with these changes."""
    version = str(version_of(read(block.raw_settings())))
    return post(block, "studio.save", sent({"version": version} | changes), at="studio")


def sent(changes):
    """Return the pairs that a browser sends: one for each of several choices, none for a tick that is not there."""
    typed = TYPED | {"self_check_in": ""} | changes
    pairs = [(name, one) for name, value in typed.items() for one in (value if isinstance(value, list) else [value])]
    return [pair for pair in pairs if pair[0] not in {"make_up", "self_check_in"} or pair[1]]


@pytest.mark.parametrize("name", ["title", "goal"])
def test_empty_title_or_goal_is_refused_and_everything_typed_is_kept(author, name):
    block = make_block(author.username)
    response = save(block, **{name: "", "audience": "Somebody <b>special</b>"})
    assert response.status_int == 422
    assert f'studio-save-{name}_error">Please fill this in.' in response.text
    assert "Somebody &lt;b&gt;special&lt;/b&gt;" in response.text
    assert (block.goal, block.audience) == ("", "")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"goal": "Too short"}, "goal", "at least 40 characters"),
        ({"title": "x" * 81}, "title", "at most 80 characters"),
        ({"tags": ",".join(f"topic {n}" for n in range(9))}, "tags", "at most 8"),
        ({"minimum_size": "1"}, "minimum_size", "from 2 to 30"),
        ({"maximum_size": "31"}, "maximum_size", "from 2 to 30"),
        ({"maximum_size": "9"}, "maximum_size", "cannot be smaller than the smallest one, which is 10"),
        ({"target_size": "16"}, "target_size", "from 10 to 15"),
        ({"target_size": "twelve"}, "target_size", "whole number"),
        ({"cohort_limit": "10001"}, "cohort_limit", "from 1 to 10000"),
        ({"decision_date": "2027-01-05"}, "decision_date", "not before Friday 8 January 2027"),
        ({"applications_close": "2026-11-01"}, "applications_close", "cannot close before they open"),
        ({"first_date": "2027-01-15"}, "first_date", "after Friday 15 January 2027"),
        ({"first_date": "2 February"}, "first_date", "such as 2027-02-02"),
        ({"end_date": "2027-05-24"}, "end_date", "last session, on Tuesday 25 May 2027"),
        ({"session_count": "2"}, "session_count", "from 3 to"),
        ({"session_time": "half past"}, "session_time", "such as 13:30"),
        ({"session_minutes": "30"}, "session_minutes", "from 60 to 240"),
        ({"preparation_minutes": "121"}, "preparation_minutes", "from 0 to 120"),
        ({"time_zone": "Brussels"}, "time_zone", "do not know this time zone"),
        ({"interval": "53"}, "interval", "from 1 to 52"),
        ({"frequency": "hourly"}, "frequency", "one from the list"),
        ({"working_language": "la"}, "working_language", "one from the list"),
        ({"frequency": "dates", "listed_dates": "2027-02-02\nsoon"}, "listed_dates", "“soon” is not a date"),
        ({"frequency": "dates", "listed_dates": "2027-02-02"}, "listed_dates", "1 dates for 5 sessions"),
        ({"free_days": "2027-03-29\nEaster"}, "free_days", "“Easter” is not a date"),
        ({"free_days": "2027-02-30"}, "free_days", "“2027-02-30” is not a date"),
        ({"free_days": "2027-03-29 to 2027-04-09"}, "free_days", "a line of its own"),
        ({"free_days": "2027-02-02\n2027-03-02\n2027-03-30", "make_up": ""}, "free_days", "2 sessions would be left"),
        ({"session_minutes": "500"}, "session_minutes", "from 60 to 240"),
        ({"interval": "52", "session_count": "9"}, "session_count", "more than 5 years"),
        ({"meeting_link": "javascript:alert(1)"}, "meeting_link", "begins with https://"),
        ({"meeting_link": "http://meet.example.org"}, "meeting_link", "begins with https://"),
        ({"threshold": "3"}, "threshold", "from 4 to 10"),
        ({"threshold": "11"}, "threshold", "from 4 to 10"),
    ],
)
def test_what_contradicts_itself_is_refused_beside_its_field(author, changes, field, sentence):
    block = make_block(author.username, **FIELDS)
    before = block.raw_settings()
    response = save(block, **changes)
    assert response.status_int == 422
    told = response.text.split(f'studio-save-{field}_error">', 1)[1].split("</p>", 1)[0]
    assert sentence in told
    assert block.raw_settings() == before


def test_other_sizes_are_allowed_with_a_notice(author):
    response = save(make_block(author.username), maximum_size="18")
    assert response.status_int == 200
    assert "The recommendation is groups of 10 to 15 people" in response.text
    assert "day after Easter Monday" in response.text


def test_listed_dates_set_the_first_one(author):
    block = make_block(author.username)
    dates = "2027-04-13, 2027-02-02\n2027-03-02"
    assert save(block, frequency="dates", listed_dates=dates, first_date="", session_count="3").status_int == 200
    assert block.listed_dates == ["2027-02-02", "2027-03-02", "2027-04-13"]
    assert block.first_date == "2027-02-02"


def test_threshold_cannot_fall_below_what_was_promised(author):
    NetworkFactory(threshold=6)
    block = make_block(author.username, **FIELDS)
    response = save(block, threshold="5")
    assert response.status_int == 422
    assert "shown from 6 answers on" in response.text
    assert save(block, threshold="7").status_int == 200


def test_control_characters_are_cleaned(author):
    block = make_block(author.username)
    assert save(block, audience="Shift\x00 leaders\u202e").status_int == 200
    assert block.audience == "Shift leaders"


def opened(block):
    """Return the version of an editor that is opened now."""
    return hidden(get(block, "studio").text, "studio.save", "version")


def test_the_second_of_two_tabs_overwrites_only_on_purpose(author):
    block = make_block(author.username, **FIELDS)
    version = opened(block)
    assert save(block, version=version, title="From the first tab", mode="online").status_int == 200
    response = save(block, version=version, title="From the <second> tab")
    assert response.status_int == 409
    assert "saved somewhere else after you opened them" in response.text
    assert block.display_name == "From the first tab"
    for text in ("Stored now:", "<b>From the first tab</b>", "<b>Online</b>", "From the &lt;second&gt; tab"):
        assert text in response.text
    assert response.text.count("Stored now:") == 2
    again = hidden(response.text, "studio.save", "version")
    assert save(block, version=again, title="From the <second> tab").status_int == 200
    assert block.display_name == "From the <second> tab"


def test_saving_the_same_twice_is_no_conflict(author):
    block = make_block(author.username, **FIELDS)
    version = opened(block)
    assert save(block, version=version, title="Mine now").status_int == 200
    assert save(block, version=version, title="Mine now").status_int == 200


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_an_editor_without_its_version_overwrites_nothing(author, version):
    block = make_block(author.username, **FIELDS)
    assert save(block, version=version, title="Mine now").status_int in {409, 422}
    assert block.display_name == PLAN.title


def test_days_without_session_may_carry_a_name_and_come_in_any_order(author):
    block = make_block(author.username)
    typed = "2027-05-06 Ascension, in Belgium\n\n2027-03-29, 2027-12-25 Noël\n2027-05-06"
    assert save(block, free_days=typed).status_int == 200
    assert block.free_days == ["2027-03-29", "2027-05-06", "2027-12-25"]


def test_a_session_on_a_free_day_comes_at_the_end_or_is_lost(author):
    block = make_block(author.username)
    made_up = save(block, free_days="2027-03-30")
    assert "Tuesday 22 June 2027" in made_up.text
    assert "Tuesday 30 March 2027" not in made_up.text
    lost = save(block, free_days="2027-03-30", make_up="")
    assert "Tuesday 22 June 2027" not in lost.text
    assert "lost because they fall on days without session: 1." in lost.text


def test_ticks_that_are_taken_away_are_stored(author):
    block = make_block(author.username)
    assert save(block, make_up="", reminders=[], self_check_in="on").status_int == 200
    assert (block.make_up, block.reminders, block.self_check_in) == (False, [], True)
    assert save(block, make_up="on", reminders=["1h", "1d"], self_check_in="").status_int == 200
    assert (block.make_up, block.reminders, block.self_check_in) == (True, ["1d", "1h"], False)


def test_the_editor_shows_the_ticks_as_they_are_stored(author):
    html = get(make_block(author.username, make_up=False, reminders=["1h"], self_check_in=True), "studio").text
    ticked = dict(re.findall('name="([a-z_]+)"(?: value="([^"]*)")?[^>]* checked', html))
    assert {name: ticked.get(name) for name in ("make_up", "reminders", "self_check_in")} == {
        "make_up": None,
        "reminders": "1h",
        "self_check_in": "",
    }


def test_an_unknown_reminder_is_refused(author):
    response = save(make_block(author.username, **FIELDS), reminders=["7d", "2d"])
    assert response.status_int == 422
    assert 'studio-save-reminders_error">Please choose one from the list.' in response.text
