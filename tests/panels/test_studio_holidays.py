"""Public holidays in the author's form: copied into it, never saved by themselves."""

import sys
from html import unescape

import pytest
from django.core.cache import cache

from lernet_xblock.host import Place
from lernet_xblock.host.workbench import WorkbenchHost
from tests.factories import UserFactory
from tests.panels.test_studio_form import FIELDS, save, sent
from tests.runtime import hidden, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def author():
    return UserFactory(username="author_lies")


def add(block, **changes):
    return post(block, "studio.holidays", sent({"version": "7", "country": "BE"} | changes), at="studio")


def typed_into(html, name):
    return unescape(html.split(f'<textarea name="{name}"', 1)[1].split(">", 1)[1].split("</textarea>", 1)[0]).strip()


def test_holidays_are_copied_into_the_form_and_nothing_is_saved(author):
    block = make_block(author.username, **FIELDS)
    response = add(block, free_days="2027-04-05 Bridge", title="Not <saved>", goal="too short", reminders=["1h"])
    assert response.status_int == 200
    assert typed_into(response.text, "free_days").splitlines() == [
        "2027-03-28 Easter Sunday",
        "2027-03-29 Easter Monday",
        "2027-04-05 Bridge",
        "2027-05-01 Labour Day",
        "2027-05-06 Ascension Day",
        "2027-05-16 Whit Sunday",
        "2027-05-17 Whit Monday",
    ]
    assert (block.free_days, block.display_name) == ([], FIELDS["display_name"])
    assert 'data-say="6 public holidays were added. You can change them; nothing is saved yet."' in response.text


def test_everything_else_stays_as_it_was_typed(author):
    html = add(
        make_block(author.username, **FIELDS),
        title="Not <saved>",
        goal="too short",
        session_count="many",
        reminders=["1h"],
        make_up="",
    ).text
    assert 'value="Not &lt;saved&gt;"' in html
    assert typed_into(html, "goal") == "too short"
    assert 'value="many"' in html
    assert hidden(html, "studio.save", "version") == "7"
    assert html.count(" checked") == 2  # one reminder, and the way of meeting
    assert 'data-action="studio.save"' in html
    assert "lnx-error" not in html


def test_what_was_filled_in_can_be_saved_as_it_is(author):
    block = make_block(author.username, **FIELDS)
    lines = typed_into(add(block).text, "free_days")
    assert save(block, free_days=lines).status_int == 200
    assert block.free_days[:2] == ["2027-03-28", "2027-03-29"]


def test_the_second_time_there_is_nothing_more_to_add(author):
    block = make_block(author.username, **FIELDS)
    lines = typed_into(add(block).text, "free_days")
    again = add(block, free_days=lines)
    assert typed_into(again.text, "free_days") == lines
    assert "no more public holidays" in again.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"first_date": ""}, "first_date", "fill in the first session"),
        ({"first_date": "soon"}, "first_date", "such as 2027-02-02"),
        ({"country": "Belgium"}, "country", "“Belgium”"),
        ({"country": "ZZ"}, "country", "“ZZ”"),
        ({"free_days": "Easter"}, "free_days", "is not a date"),
    ],
)
def test_what_holidays_depend_on_is_refused_beside_its_field_and_everything_is_kept(author, changes, field, sentence):
    pytest.importorskip("holidays", reason="optional extra")
    response = add(make_block(author.username, **FIELDS), title="Not saved", **changes)
    assert response.status_int == 422
    assert sentence in response.text.split(f'studio-save-{field}_error">', 1)[1].split("</p>", 1)[0]
    assert 'value="Not saved"' in response.text
    assert 'data-action="studio.save"' in response.text


def test_without_the_library_it_is_said_plainly_that_only_belgium_is_known(author, monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    response = add(make_block(author.username, **FIELDS), country="FR")
    assert response.status_int == 422
    assert "Only the holidays of Belgium are known on this site." in response.text
    assert add(make_block(author.username, **FIELDS)).status_int == 200


def test_names_are_in_the_author_s_language(author, monkeypatch):
    monkeypatch.setattr(
        "lernet_xblock.host.workbench.WorkbenchHost.actor",
        lambda self, block, request, actor=WorkbenchHost.actor: _speaks(actor(self, block, request), "nl"),
    )
    pytest.importorskip("holidays", reason="optional extra")
    html = add(make_block(author.username, **FIELDS), country="NL").text
    assert "2027-04-27 Koningsdag" in typed_into(html, "free_days")


def _speaks(actor, language):
    from dataclasses import replace

    return replace(actor, language=language)


def test_only_authors_and_only_in_studio(author, monkeypatch):
    assert add(make_block(UserFactory(is_staff=True).username, **FIELDS)).status_int == 403
    monkeypatch.setattr(WorkbenchHost, "place", lambda _self, _block: Place.LEARN)
    assert add(make_block(author.username, **FIELDS)).status_int == 403
