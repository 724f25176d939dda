"""Cancelling a session in one of three ways, as those who guide or run the group see it."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Message, Session
from lernet_xblock.workbench import clock
from tests.factories import NOW, MembershipFactory, UserFactory
from tests.runtime import get, hidden, make_block, post, words
from tests.services.planned import HOUR, MARCH_18, answer, drop, fresh, move, nth, planned_cohort, staffed

pytestmark = pytest.mark.django_db

TIME = {"date": "2027-04-06", "time": "13:30", "minutes": "180"}


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [MARCH_18]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def cohort():
    UserFactory(username="admin", is_staff=True)
    return planned_cohort(number=1)


@pytest.fixture
def people(cohort):
    return staffed(cohort)


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


def address(row, **params):
    chosen = {"session": row.key, "do": "cancel", **params}
    return "session?" + "&".join(f"{name}={value}" for name, value in chosen.items())


def page(row, **params):
    response = get(make_block("admin"), address(row, **params))
    assert response.status_int == 200, response.text
    return response.text


def send(row, action, *, way, **values):
    fields = {"about": row.key, "version": str(fresh(row).version), "reason": "Flood", **values}
    chosen = {name: values[name] for name in TIME if name in values}
    return post(make_block("admin"), action, fields, at=address(row, way=way, **chosen))


def test_three_ways_are_offered_each_with_what_it_means(third):
    shown = page(third)
    for sentence in (
        "This date is cancelled, and another session is planned in its place, with the same subject.",
        "Another session takes over what it was about, and may become longer.",
        "Nothing is held in its place. The sessions after it are counted anew.",
        "Then move it: in calendars it stays one entry.",
    ):
        assert sentence in words(shown)
    for way in ("replace", "merge", "drop"):
        assert f"do=cancel&amp;way={way}" in shown
    assert "Not possible" not in shown


@pytest.mark.parametrize("number", [1, 5])
def test_launch_and_closing_are_not_left_out_and_the_page_says_why(cohort, number, at):
    at(NOW)
    row = nth(cohort, number)
    shown = page(row)
    assert "Not possible: the launch and the closing are always held. Hold it on another day instead." in words(shown)
    assert "way=drop" not in shown
    assert "Not possible: the launch" in words(page(row, way="drop"))
    response = send(row, "session.drop", way="drop")
    assert response.status_int == 422
    assert "The launch and the closing are always held." in words(response.text)


def test_the_only_regular_session_can_only_be_replaced(cohort, at):
    at(NOW)
    for _time in "12":
        drop(nth(cohort, 2), now=NOW)
    row = nth(cohort, 2)
    shown = page(row)
    reason = "Not possible: it would leave no session between the launch and the closing."
    assert words(shown).count(reason) == 2
    assert "way=replace" in shown
    assert reason in words(page(row, way="merge"))
    response = send(row, "session.drop", way="drop")
    assert response.status_int == 422
    assert "Hold it on another day instead." in words(response.text)


def test_leaving_it_out_says_what_it_means_and_is_done(cohort, third, people):
    answer(third, people[0][0])
    shown = words(page(third, way="drop"))
    for sentence in (
        "Cancelled Tuesday 30 March 2027, 13:30–16:30 (Brussels)",
        f"Coming: {people[0][0].get_full_name()}.",
        "There is none for this session.",
        "The entry is shown as cancelled.",
        "5 people, once each",
    ):
        assert sentence in shown
    assert "asked again" not in shown
    response = send(third, "session.drop", way="drop")
    assert response.status_int == 200
    assert "The session on Tuesday 30 March 2027 is cancelled." in response.text
    assert f'data-address="sessions?cohort={cohort.key}"' in response.text
    assert (fresh(third).state, fresh(third).reason) == ("cancelled", "Flood")
    assert Message.objects.filter(kind="session_cancelled").count() == 5


def test_a_reason_is_asked_for(third):
    assert "(optional)" not in words(page(third, way="drop"))
    response = send(third, "session.drop", way="drop", reason="")
    assert response.status_int == 422
    assert "Please say why: the group reads it." in response.text


def test_another_day_instead_is_looked_at_and_done(cohort, third, people):
    looking = {"about": third.key, "do": "replace", **TIME}
    looked = post(make_block("admin"), "session.look", looking, at=address(third, way="replace"))
    assert looked.status_int == 200
    shown = words(looked.text)
    for sentence in (
        "Cancelled Tuesday 30 March 2027, 13:30–16:30 (Brussels)",
        "Instead Tuesday 6 April 2027, 13:30–16:30 (Brussels)",
        "The old entry is shown as cancelled, and a new one appears.",
        "Cancel it, and meet on Tuesday 6 April 2027 instead",
    ):
        assert sentence in shown
    response = send(third, "session.replace", way="replace", **TIME)
    assert response.status_int == 200, response.text
    assert "is cancelled; the group meets on Tuesday 6 April 2027" in response.text
    assert (fresh(third).state, nth(cohort, 3).starts_at.day) == ("cancelled", 6)
    assert Message.objects.filter(kind="session_replaced").count() == 5


def test_another_day_that_does_not_fit_is_refused(third):
    shown = page(third, way="replace", **{**TIME, "date": "2027-04-27"})
    assert "It would overlap with the session on Tuesday 27 April 2027." in words(shown)
    assert 'data-action="session.replace"' not in shown
    response = send(third, "session.replace", way="replace", **{**TIME, "date": "2027-04-27"})
    assert response.status_int == 422
    assert "It would overlap" in response.text
    # Its own old time is free for the one instead.
    assert 'data-action="session.replace"' in page(third, way="replace", **{**TIME, "date": "2027-03-30"})


@pytest.mark.parametrize(
    ("action", "way", "more"), [("session.drop", "drop", {}), ("session.replace", "replace", TIME)]
)
def test_less_than_48_hours_ahead_asks_for_a_tick(third, at, action, way, more):
    at(third.starts_at - 47 * HOUR)
    assert "I know that this is less than 48 hours ahead" in page(third, way=way, **more)
    response = send(third, action, way=way, **more)
    assert response.status_int == 422
    assert "Tick that you know" in response.text
    assert send(third, action, way=way, known="on", **more).status_int == 200


def test_who_comes_second_reads_who_was_first_and_how_it_is_now(third):
    version = hidden(page(third, way="drop"), "session.drop", "version")
    first = UserFactory(first_name="Sofie", last_name="Peeters", is_staff=True)
    move(third, by=first)
    response = send(third, "session.drop", way="drop", version=version)
    assert response.status_int == 409
    shown = words(response.text)
    assert "Sofie Peeters changed this on Thursday 18 March 2027 at 10:00" in shown
    assert "Cancelled Tuesday 6 April 2027" in shown
    again = hidden(response.text, "session.drop", "version")
    assert send(third, "session.drop", way="drop", version=again).status_int == 200


def test_an_unknown_way_shows_the_three(third):
    assert "There are three ways." in page(third, way="odd")


def test_the_pages_cost_the_same_for_few_and_many(cohort, third):
    costs = []
    for _more in "12":
        MembershipFactory.create_batch(5, cohort=cohort)
        with CaptureQueriesContext(connection) as seen:
            for way in ("", "drop", "replace"):
                page(third, way=way, **TIME)
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert Session.objects.filter(state="cancelled").count() == 0
