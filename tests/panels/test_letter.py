"""The words of a mail: in whose zone, for which part, and on one line where mails need it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lernet_xblock.host import Reader
from lernet_xblock.panels.letter import LONGEST_SUBJECT, letter, one_line, said, zone_of
from lernet_xblock.queries.message import Meeting, Note
from lernet_xblock.rules.zones import zone
from tests.factories import PLAN

START = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
BRUSSELS = zone("Europe/Brussels")
MEETING = Meeting("k", START, START + timedelta(hours=3), "Europe/Brussels", "planned", "Gembloux", online=True)
NOTE = Note(
    pk=1,
    key="abc",
    kind="session_moved",
    urgent=True,
    user_id=7,
    facts={},
    at=START,
    course_id="c",
    usage_id="u",
    title="Return to work",
    plan=PLAN,
    cohort="k",
    group="",
    number=2,
    meeting=MEETING,
    part="member",
    answer="",
    ahead=(),
    polled=False,
)
READER = Reader(7, "en", None, active=True)


def text(**changes):
    return letter(replace(NOTE, **changes), READER, name="Mila", url="https://lms.example.org/x").text


@pytest.mark.parametrize(
    ("chosen", "plan", "used"),
    [
        ("Asia/Tokyo", "Europe/Paris", "Asia/Tokyo"),
        (None, "Europe/Paris", "Europe/Paris"),
        ("Mars/Base", "Europe/Paris", "Europe/Paris"),
        (None, None, "Europe/Brussels"),
    ],
)
def test_the_zone_is_the_persons_then_the_networks(chosen, plan, used):
    note = replace(NOTE, plan=replace(PLAN, time_zone=plan))
    assert str(zone_of(replace(READER, time_zone=chosen), note)) == used


def test_a_letter_carries_the_key_of_its_message_and_the_name_of_the_network():
    made = letter(NOTE, READER, name="Mila\r\nBcc: x", url="https://lms.example.org/x")
    assert (made.user_id, made.key) == (7, "abc")
    assert made.subject == "The session is on Tuesday 2 February 2027 at 13:30 now – Return to work"
    assert made.text.startswith("Hello Mila Bcc: x,\n\nThe session of Group B was moved.")
    assert made.text.endswith(
        "You get this message because you are a member of Group B in the learning network “Return to work”.\n"
    )


def test_what_is_not_known_is_left_out():
    bare = text(
        plan=replace(PLAN, preparation_minutes=0, support_contact=""), meeting=replace(MEETING, place="", online=False)
    )
    assert "prepare" not in bare
    assert "Questions" not in bare
    assert "Place" not in bare
    assert "online" not in bare
    full = text()
    assert all(word in full for word in ("prepare", "Questions", "Place", "online"))


def test_who_answered_is_not_asked_again():
    assert "anew whether you are coming" in text()
    assert "anew whether you are coming" not in text(answer="coming")
    reminder = {"kind": "reminder_1d"}
    assert "have not said yet" in text(**reminder)
    assert "have not said yet" not in text(**reminder, answer="coming")
    assert "have not said yet" not in text(**reminder, part="guide")


@pytest.mark.parametrize("kind", ["session_moved", "plan_made", "reminder_1h", "poll_asked", "unheard_of"])
def test_a_message_whose_session_is_gone_still_has_words(kind):
    told = said(replace(NOTE, kind=kind, meeting=None), BRUSSELS)
    assert told.subject
    assert told.lines[0]


@pytest.mark.parametrize(
    ("kind", "subject", "first"),
    [
        ("charter_drafted", "A new text for the charter of your group", "looks at a new text for its charter."),
        ("charter_in_force", "Your group has a new charter", "agreed on a new charter."),
    ],
)
def test_a_charter_is_told_of_and_not_quoted(kind, subject, first):
    told = said(replace(NOTE, kind=kind, meeting=None, facts={"text": "Canary"}), BRUSSELS)
    assert told.subject.startswith(subject)
    assert first in told.lines[0]
    assert "Canary" not in str(told)


def test_a_subject_is_one_short_line():
    told = said(replace(NOTE, title="x\n" * 500), BRUSSELS)
    assert len(told.subject) == LONGEST_SUBJECT
    assert "\n" not in told.subject


def test_one_line_keeps_words_and_nothing_that_breaks_a_mail():
    assert one_line(" a\r\nb\x00\tc\ud800 ") == "a b c\ufffd"
