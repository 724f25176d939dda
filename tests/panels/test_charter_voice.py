"""What members say to a draft, and what they are answered, on the page."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import CharterVoice, Notice
from lernet_xblock.workbench import clock
from tests.factories import NOW
from tests.panels.chartered import chartered, drafted, people_of, send, show
from tests.runtime import hidden, words

pytestmark = pytest.mark.django_db

OBJECTION = "Too early for the night shift."


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def cohort():
    return chartered()


@pytest.fixture
def people(cohort):
    return people_of(cohort)


@pytest.fixture
def draft(cohort, people):
    return drafted(cohort, people["guide"])


def support(user, draft, version="1"):
    return send(user, "charter.support", draft.key, version=version)


def object_to(user, draft, version="1", objection=OBJECTION):
    return send(user, "charter.object", draft.key, version=version, objection=objection)


def answer(user, voice, version="1"):
    return send(user, "charter.answer", voice.key, version=version, answer="We try it twice.")


def test_who_will_read_a_voice_is_said_before_it_is_given(draft, people):
    told = "Your name and what you say are shown to the members of your group and to those who guide it."
    assert told in show(people["Anke"]).text
    support(people["Anke"], draft)
    assert told not in show(people["Anke"]).text


def test_a_member_supports_objects_and_takes_it_back(draft, people):
    assert "You support this text." in support(people["Anke"], draft).text
    assert "Support it Anke" in words(show(people["Bo"]).text)
    said = object_to(people["Anke"], draft)
    assert "Your objection waits for an answer" in said.text
    seen = words(show(people["Bo"]).text)
    assert f"Anke objects waits for an answer {OBJECTION}" in seen
    assert "1 objection waits for an answer." in seen
    assert send(people["Anke"], "charter.unsay", draft.key).status_int == 200
    assert OBJECTION not in show(people["Bo"]).text
    assert not CharterVoice.objects.exists()


def test_support_for_a_text_that_changed_meanwhile_is_not_kept(draft, people):
    send(people["guide"], "charter.revise", draft.key, version="1", text="Other.")
    refused = support(people["Anke"], draft)
    assert refused.status_int == 409
    assert "<ins>Other.</ins>" in refused.text
    assert not CharterVoice.objects.exists()
    assert support(people["Anke"], draft, hidden(refused.text, "charter.support", "version")).status_int == 200


def test_who_supported_an_earlier_text_is_asked_again_by_name(draft, people):
    support(people["Anke"], draft)
    send(people["guide"], "charter.revise", draft.key, version="1", text="Other.")
    assert "Please say again what you think of it as it is now." in show(people["Anke"]).text
    assert "Supported an earlier text Anke" in words(show(people["guide"]).text)
    assert "The draft of the charter" in show(people["Anke"], "home").text


def test_an_objection_typed_while_the_text_changed_is_kept_in_the_form(draft, people):
    send(people["guide"], "charter.revise", draft.key, version="1", text="Other.")
    refused = object_to(people["Anke"], draft)
    assert refused.status_int == 409
    assert f"\n{OBJECTION}</textarea>" in refused.text
    assert not CharterVoice.objects.exists()


@pytest.mark.parametrize("objection", ["", "   ", "x" * 501])
def test_an_objection_says_why_and_briefly(draft, people, objection):
    assert object_to(people["Anke"], draft, objection=objection).status_int == 422
    assert not CharterVoice.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guide", 403),
        ("stand-in", 403),
        ("member of B", 404),
        ("guide of B", 403),
        ("admin", 403),
        ("outsider", 403),
        ("unenrolled", 403),
    ],
)
@pytest.mark.parametrize("action", ["charter.support", "charter.object", "charter.unsay"])
def test_only_members_of_the_group_have_a_voice(draft, people, who, status, action):
    fields = {"charter.support": {"version": "1"}, "charter.object": {"version": "1", "objection": "No."}}
    assert send(people[who], action, draft.key, **fields.get(action, {})).status_int == status
    assert not CharterVoice.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guide", 200),
        ("deputy", 200),
        ("stand-in", 404),
        ("guide of B", 404),
        ("Anke", 403),
        ("member of B", 403),
        ("admin", 403),
        ("outsider", 403),
        ("unenrolled", 403),
    ],
)
def test_those_who_guide_for_good_answer(draft, people, who, status):
    object_to(people["Anke"], draft)
    voice = CharterVoice.objects.get()
    assert answer(people[who], voice).status_int == status
    voice.refresh_from_db()
    assert voice.answer == ("We try it twice." if status == 200 else "")


def test_an_answer_stands_below_the_objection_and_its_author_is_told(draft, people):
    object_to(people["Anke"], draft)
    assert "charter.answer" in show(people["guide"]).text
    assert "charter.answer" not in show(people["Bo"]).text
    answer(people["guide"], CharterVoice.objects.get())
    assert f"{OBJECTION} Filip answers: We try it twice." in words(show(people["Bo"]).text)
    assert "Your objection has an answer" in show(people["Anke"]).text
    assert list(Notice.objects.filter(kind="charter_answered").values_list("user_id", flat=True)) == [people["Anke"].pk]


def test_an_answer_to_words_that_changed_is_refused_and_kept(draft, people):
    object_to(people["Anke"], draft)
    voice = CharterVoice.objects.get()
    object_to(people["Anke"], draft, objection="Too late.")
    refused = answer(people["guide"], voice)
    assert refused.status_int == 409
    assert "Too late." in refused.text
    assert "\nWe try it twice.</textarea>" in refused.text
    assert answer(people["guide"], voice, "2").status_int == 200
    late = answer(people["deputy"], voice, "2")
    assert late.status_int == 409
    assert "It was not saved: We try it twice." in words(late.text)


def test_names_and_words_are_not_for_an_admin(draft, people):
    object_to(people["Anke"], draft)
    support(people["Bo"], draft)
    html = show(people["admin"]).text
    assert "1 objection waits for an answer." in html
    for word in (OBJECTION, "Anke", ">Bo<"):
        assert word not in html
