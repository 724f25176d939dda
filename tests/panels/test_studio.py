"""The author's editor and preview, through the block as Studio and the workbench call it."""

import re
from datetime import datetime

import pytest
from django.core.cache import cache
from lxml import etree
from xblock.fields import ScopeIds

from lernet_xblock.block import LernetXBlock
from lernet_xblock.host import Place
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Network
from lernet_xblock.panels.studio import version_of
from lernet_xblock.panels.studio_form import SettingsForm
from lernet_xblock.rules.authored import read
from lernet_xblock.workbench import clock
from tests.factories import PLAN, NetworkFactory, UserFactory
from tests.panels.test_studio_form import FIELDS, save
from tests.runtime import PlainRuntime, get, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def author():
    return UserFactory(username="author_lies")


@pytest.fixture
def at_place(monkeypatch):
    """Let the block be rendered somewhere else than in the workbench."""
    return lambda place: monkeypatch.setattr(WorkbenchHost, "place", lambda _self, _block: place)


def test_saving_keeps_every_setting(author):
    block = make_block(author.username)
    response = save(block)
    assert response.status_int == 200
    assert read(block.raw_settings()) == PLAN
    assert "17 h 30" in response.text
    assert "Tuesday 30 March 2027, 13:30–16:30 (Brussels)" in response.text


def test_editor_shows_what_is_stored_in_the_form_that_saves_it(author):
    html = make_block(author.username, **FIELDS).render("studio_view").body_html()
    assert 'data-action="studio.save"' in html
    assert 'data-studio="save"' in html
    assert 'data-studio="cancel"' in html
    assert "editor-with-buttons" in html
    for name in SettingsForm.base_fields:
        assert f'name="{name}"' in html
    assert 'value="2027-02-02"' in html
    assert 'value="13:30"' in html
    assert '<option value="Europe/Brussels">' in html


def test_unfinished_block_is_saved_and_says_what_is_still_to_do(author):
    block = make_block(author.username)
    typed = {"title": "Return to work", "goal": PLAN.goal, "version": str(version_of(read(block.raw_settings())))}
    response = post(block, "studio.save", typed, at="studio")
    assert response.status_int == 200
    assert block.goal == PLAN.goal
    assert "Still to do before applications can open" in response.text
    assert 'aria-controls="lernet-' in response.text.split("Still to do")[1]
    assert ">First session</a>" in response.text


def test_after_opening_the_author_reads_that_an_admin_takes_changes_over(author):
    block = make_block(author.username, **FIELDS)
    sentence = "reaches them once an administrator takes it over"
    assert sentence not in block.render("studio_view").body_html()
    NetworkFactory()
    assert sentence in block.render("studio_view").body_html()


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2027-01-08", ()),
        ("2027-01-09", ("The last day to apply lies in the past.",)),
        ("2027-02-03", ("The last day to apply lies in the past.", "The first session lies in the past.")),
    ],
)
def test_dates_in_the_past_are_said_until_there_are_groups(author, monkeypatch, day, told):
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    block = make_block(author.username, **FIELDS)
    html = block.render("studio_view").body_html()
    assert "A title and a goal are needed to save; everything else can wait." in html
    assert tuple(re.findall("The [a-z ]+ lies in the past[.]", html)) == told
    network = NetworkFactory()
    assert tuple(re.findall("The [a-z ]+ lies in the past[.]", block.render("studio_view").body_html())) == told
    Network.objects.filter(pk=network.pk).update(state="running")
    assert "lies in the past" not in block.render("studio_view").body_html()


def test_only_authors_save():
    block = make_block(UserFactory(is_staff=True).username, **FIELDS)
    assert save(block, title="Mine now").status_int == 403
    assert block.display_name == PLAN.title


def test_editor_shows_nothing_to_others():
    html = make_block(UserFactory().username, **FIELDS).render("studio_view").body_html()
    assert PLAN.goal not in html
    assert "shown to authors" in html


def test_course_refuses_the_author_s_action(author, at_place):
    block = make_block(author.username, **FIELDS)
    at_place(Place.LEARN)
    assert save(block, title="Mine now").status_int == 403
    assert get(block, "studio").status_int == 404
    assert get(block, "preview").status_int == 404
    at_place(Place.STUDIO)
    assert save(block, title="Mine now").status_int == 200
    assert block.display_name == "Mine now"


def test_studio_refuses_learners_actions(at_place):
    NetworkFactory()
    block = make_block(UserFactory().username, **FIELDS)
    at_place(Place.STUDIO)
    response = post(block, "application.submit", {})
    assert response.status_int == 403
    assert "settings are changed in Studio" in response.text
    at_place(Place.LEARN)
    assert post(block, "application.submit", {}).status_int == 422


def test_preview_shows_what_learners_will_read_with_marked_samples(author):
    html = make_block(author.username, **FIELDS).render("author_view").body_html()
    assert PLAN.goal in html
    assert "17 h 30" in html
    assert html.count('<span class="lnx-tag">Sample</span>') == 3


def test_preview_of_an_empty_block_says_how_to_begin(author, at_place):
    block = make_block(author.username)
    assert "not described yet" in block.render("author_view").body_html()
    assert "edit-button" not in block.render("author_view").body_html()
    at_place(Place.STUDIO)
    assert block.render("author_view").body_html().count("<button") == 1


def test_preview_can_be_read_in_another_language(author):
    html = get(make_block(author.username, **FIELDS), "preview?language=de").text
    assert '<div class="lnx-stack" lang="de">' in html
    assert "Dienstag, 30. März 2027" in html


def test_looking_at_the_preview_writes_nothing(author):
    block = make_block(author.username, **FIELDS)
    block.render("author_view")
    assert not Network.objects.exists()


def round_trip(block):
    """Return the block as another course reads it from the exported XML."""
    node = etree.Element("lernet")
    block.add_xml_to_node(node)
    text = etree.tostring(node, encoding="unicode")
    runtime = PlainRuntime({})
    return LernetXBlock.parse_xml(
        etree.fromstring(text),
        runtime,
        ScopeIds("author", "lernet", "lernet.d9", "lernet.d9.u9"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"frequency": "dates", "listed_dates": "2027-02-02\n2027-03-02\n2027-04-13", "session_count": "3"},
        {
            "charter_text": "Ce qui se dit ici reste ici.\n\n  « Et » <b>&amp;</b> \"'\t– ok 👩‍🌾",
            "place": "Gent & Liège",
        },
        {
            "target_size": "",
            "interval": "",
            "session_count": "",
            "session_time": "",
            "preparation_minutes": "0",
        },
        {
            "free_days": "2027-03-30 Day after Easter, off\n2027-05-06",
            "make_up": "",
            "reminders": ["1h", "7d"],
            "self_check_in": "on",
        },
        {"free_days": "", "make_up": "on", "reminders": [], "self_check_in": ""},
        {"tags": "null, true, 1, ]", "audience": "null", "support_contact": "12"},
    ],
)
def test_settings_survive_export_and_import(author, changes):
    block = make_block(author.username)
    assert save(block, **changes).status_int == 200
    assert read(round_trip(block).raw_settings()) == read(block.raw_settings())
    assert round_trip(block).raw_settings() == block.raw_settings()


def test_duplicated_block_has_the_settings_and_no_network(author):
    network = NetworkFactory()
    learner = UserFactory()
    original = make_block(learner.username, **FIELDS)
    copy = make_block(learner.username, usage_id="lernet.d0.copy", **FIELDS)
    assert get(original, "join").status_int == 200
    assert get(copy, "join").status_int == 404
    assert Network.objects.get() == network


def test_author_reads_when_not_everybody_can_have_a_turn_and_what_helps(author):
    html = make_block(author.username, **FIELDS | {"target_size": 14}).render("studio_view").body_html()
    assert "12 turns for 14 members: 2 short." in html
    for way_out in ("a round in groups of three", "a further session, which makes 4 more", "a shorter format"):
        assert way_out in html
    enough = make_block(author.username, **FIELDS).render("studio_view").body_html()
    assert "short. Three ways out" not in enough


def test_ten_turns_for_twelve_members_are_two_short(author):
    fields = FIELDS | {"session_count": 7, "cases_per_circle": 1}
    html = make_block(author.username, **fields).render("studio_view").body_html()
    assert "10 turns for 12 members: 2 short." in html
