"""The panel of a person's own calendar: the address is shown once, and never again."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from lernet_xblock.host import Place
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.panels.calendar import event_url
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db

SINCE = "You have a calendar link since Tuesday 1 December 2026."


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def ours():
    return SessionFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))


@pytest.fixture
def block(ours):
    return make_block(MembershipFactory(cohort=ours.cohort).user.username)


def path(html):
    """Return the path of the feed whose address stands in a page."""
    return re.findall(r"http://127\.0\.0\.1:8042(/lernet/ics/[\w-]{43}\.ics)", html)[0]


def test_the_address_is_shown_once_and_works(block):
    before = words(get(block, "calendar").text)
    assert ("Make my calendar link" in before, SINCE in before) == (True, False)
    made = post(block, "calendar.make")
    assert made.status_code == 200
    assert f'href="webcal://127.0.0.1:8042{path(made.text)}"' in made.text
    assert f'value="http://127.0.0.1:8042{path(made.text)}?alarm=15"' in made.text
    assert Client().get(path(made.text)).status_code == 200
    after = get(block, "calendar").text
    assert "/lernet/ics/" not in after
    assert SINCE in words(after)


def test_a_new_address_replaces_the_old_one(block):
    first, second = (path(post(block, "calendar.make").text) for _press in range(2))
    assert [Client().get(one).status_code for one in (first, second)] == [404, 200]


def test_switching_off_ends_it_at_once(block):
    made = path(post(block, "calendar.make").text)
    ended = post(block, "calendar.end")
    assert (ended.status_code, Client().get(made).status_code) == (200, 404)
    assert SINCE not in words(get(block, "calendar").text)


def test_a_link_that_died_with_the_old_password_says_so(ours):
    user = MembershipFactory(cohort=ours.cohort).user
    block = make_block(user.username)
    post(block, "calendar.make")
    user.set_password("a better one")
    user.save()
    said = words(get(block, "calendar").text)
    assert "Your calendar link stopped working when your password changed." in said
    assert SINCE not in said


def test_it_is_for_members_and_guides_and_stands_in_no_menu(ours):
    member, guide = MembershipFactory(cohort=ours.cohort).user, FacilitationFactory(cohort=ours.cohort).user
    former = MembershipFactory(cohort=ours.cohort, active=None, left_at=NOW).user
    people = [member, guide, former, UserFactory(is_staff=True), UserFactory()]
    assert [get(make_block(one.username), "calendar").status_code for one in people] == [200, 200, 404, 404, 404]
    assert [post(make_block(one.username), "calendar.make").status_code for one in people] == [200, 200, 403, 403, 403]
    assert 'data-panel="calendar"' not in get(make_block(member.username), "home").text.split("</nav>")[0]


def seen_by(user, **changes):
    """Return the viewer, with other attributes of the actor or in another place."""
    viewer = viewer_of(make_block(user.username), None)
    for name, value in changes.items():
        owner = viewer if name == "place" else viewer.actor
        object.__setattr__(owner, name, value)
    return viewer


def test_a_link_to_one_session_opens_it(ours, block):
    viewer = viewer_of(block, None)
    url = event_url(viewer, ours.key)
    response = Client().get(url.removeprefix(WorkbenchHost().site_url()))
    assert (response.status_code, str(ours.uid) in response.content.decode()) == (200, True)


def test_who_only_looks_gets_no_link_in_the_persons_name(ours):
    member = MembershipFactory(cohort=ours.cohort).user
    assert event_url(seen_by(member), ours.key)
    assert event_url(seen_by(member, masquerading=True), ours.key) == ""
    assert event_url(seen_by(member, place=Place.STUDIO), ours.key) == ""
    assert event_url(seen_by(UserFactory(is_staff=True)), ours.key) == ""


def test_the_panel_costs_one_query_of_its_own(block, django_assert_num_queries):
    post(block, "calendar.make")
    with django_assert_num_queries(4):
        get(block, "calendar")
