"""Opening applications and taking over the author's changes, as an admin does it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Network
from lernet_xblock.panels.opening import digest
from lernet_xblock.rules.authored import block_field, read, write
from lernet_xblock.workbench import clock
from tests.factories import NOW, PLAN, CohortFactory, NetworkFactory, UserFactory
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def admin():
    return UserFactory(is_staff=True, first_name="Noor")


def block_of(user, **changes):
    """Return the block before this person, with the scenario's settings, changed."""
    authored = {block_field(name): value for name, value in write(replace(PLAN, **changes)).items()}
    return make_block(user.username, **authored)


def agreed(block, action):
    """Return what the button of the page sends."""
    html = get(block, "opening").text
    names = ("seen", "version") if action == "network.take_over" else ("seen",)
    return {name: hidden(html, action, name) for name in names}


def press(block, action):
    return post(block, action, agreed(block, action), at="opening")


def test_complete_settings_can_be_opened(admin):
    block = block_of(admin)
    assert "Everything is filled in." in get(block, "opening").text
    response = press(block, "network.open")
    assert response.status_int == 200
    assert "Applications were opened on Tuesday 1 December 2026, 10:00" in response.text
    network = Network.objects.get()
    assert (read(network.authored), network.opened_at, network.changed_by) == (PLAN, NOW, admin)


def test_who_opens_reads_that_a_date_is_over(admin, monkeypatch):
    block = block_of(admin)
    sentence = "The last day to apply lies in the past."
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 1, 8, 12, tzinfo=UTC))
    assert sentence not in get(block, "opening").text
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 1, 9, 12, tzinfo=UTC))
    assert sentence in get(block, "opening").text


def test_unfinished_settings_say_what_is_missing(admin):
    html = get(block_of(admin, goal="", first_date=None), "opening").text
    assert "The author is not done yet." in html
    assert "<li>Goal</li>" in html
    assert "<li>First session</li>" in html
    assert 'data-action="network.open"' not in html


def test_unfinished_settings_are_not_opened_by_hand(admin):
    seen = agreed(block_of(admin), "network.open")
    response = post(block_of(admin, goal=""), "network.open", seen, at="opening")
    assert response.status_int == 409
    assert not Network.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"end_date": date(2027, 5, 1)},
            "The network ends on: The network cannot end before its last session",
        ),
        ({"applications_open": date(2020, 1, 1), "applications_close": date(2020, 2, 1)}, "already over"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(admin, changes, sentence):
    block = block_of(admin, **changes)
    response = post(block, "network.open", {"seen": digest(replace(PLAN, **changes))}, at="opening")
    assert response.status_int == 422
    assert sentence in response.text


def test_two_admins_open_one_network_and_the_second_reads_it(admin):
    second = UserFactory(is_staff=True)
    first_sends, second_sends = (agreed(block_of(user), "network.open") for user in (admin, second))
    assert post(block_of(admin), "network.open", first_sends, at="opening").status_int == 200
    response = post(block_of(second), "network.open", second_sends, at="opening")
    assert response.status_int == 409
    assert "another admin was first" in response.text
    assert "Noor Peeters opened them." in response.text
    assert Network.objects.get().changed_by == admin


def test_settings_that_changed_under_the_page_are_not_opened_unseen(admin):
    seen = agreed(block_of(admin), "network.open")
    later = block_of(admin, threshold=6)
    response = post(later, "network.open", seen, at="opening")
    assert response.status_int == 409
    assert "changed the settings after you opened this page" in response.text
    assert post(later, "network.open", {"seen": hidden(response.text, "network.open", "seen")}).status_int == 200


@pytest.mark.parametrize("action", ["network.open", "network.take_over"])
def test_only_admins_open_and_take_over(action):
    author, learner = UserFactory(username="author_lies"), UserFactory()
    for user in (author, learner):
        assert get(block_of(user), "opening").status_int == 404
        assert post(block_of(user), action, {"seen": "x", "version": "1"}).status_int == 403


def test_taking_over_nothing_that_is_open_is_not_found(admin):
    assert post(block_of(admin), "network.take_over", {"seen": "x", "version": "1"}).status_int == 404


def test_button_without_what_was_seen_is_refused(admin):
    assert post(block_of(admin), "network.open", {}, at="opening").status_int == 422
    NetworkFactory()
    assert post(block_of(admin), "network.take_over", {"seen": "x"}, at="opening").status_int == 422


def test_learners_see_the_settings_of_the_opening_until_an_admin_takes_over(admin):
    NetworkFactory()
    learner, goal = (
        UserFactory(),
        "Shift leaders can plan a lighter shift together with the prevention adviser.",
    )
    block = block_of(admin, goal=goal, session_minutes=120)
    assert goal not in get(block_of(learner, goal=goal), "join").text
    html = get(block, "opening").text
    assert "The author changed this since" in html
    changed = html.split("<b>Length of a session, in minutes</b>", 1)[1].split("</dl>", 1)[0]
    assert re.findall(r"lnx-prose\">([^<]*)<", changed) == ["180", "120"]
    assert press(block, "network.take_over").status_int == 200
    assert goal in get(block_of(learner, goal=goal), "join").text
    assert "has changed nothing since" in get(block, "opening").text


def test_two_admins_take_over_and_the_second_reads_who_was_first(admin):
    NetworkFactory()
    second = block_of(UserFactory(is_staff=True), place="Elsewhere")
    sends = agreed(second, "network.take_over")
    press(block_of(admin, place="Elsewhere"), "network.take_over")
    response = post(second, "network.take_over", sends, at="opening")
    assert response.status_int == 409
    assert "Noor Peeters changed this on Tuesday 1 December 2026 at 10:00" in response.text
    assert Network.objects.get().version == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"threshold": 4}, "raise that number, not lower it"),
        ({"cohort_limit": 1}, "There are 2 groups already."),
        ({"interval": 2}, "The sessions of the groups are planned already"),
    ],
)
def test_what_must_not_change_any_more_is_refused_with_its_sentence(admin, changes, sentence):
    CohortFactory.create_batch(2, network=NetworkFactory())
    response = press(block_of(admin, **changes), "network.take_over")
    assert response.status_int == 422
    assert sentence in response.text
    assert Network.objects.get().version == 1


def test_unfinished_changes_cannot_be_taken_over(admin):
    NetworkFactory()
    html = get(block_of(admin, goal=""), "opening").text
    assert "Before this can be taken over" in html
    assert 'data-action="network.take_over"' not in html


def test_block_in_a_library_cannot_open(admin, monkeypatch):
    scope = WorkbenchHost.scope
    monkeypatch.setattr(WorkbenchHost, "scope", lambda self, block: replace(scope(self, block), is_course=False))
    block = block_of(admin)
    assert "stands in a library" in get(block, "opening").text
    assert post(block, "network.open", {"seen": digest(PLAN)}, at="opening").status_int == 422
    assert not Network.objects.exists()
