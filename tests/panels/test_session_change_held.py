"""Saying whether a session took place, as those who guide or run the group see it."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Message
from lernet_xblock.workbench import clock
from tests.factories import NOW, SubstitutionFactory, UserFactory
from tests.runtime import get, make_block, post, words
from tests.services.planned import HOUR, answer, fresh, not_held, nth, planned_cohort, staffed

pytestmark = pytest.mark.django_db

TIME = {"date": "2027-04-06", "time": "13:30", "minutes": "180"}


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def third(at):
    UserFactory(username="admin", is_staff=True)
    cohort = planned_cohort(number=1)
    staffed(cohort)
    row = nth(cohort, 3)
    at(row.ends_at + HOUR)
    return row


def address(row, do, **params):
    return "session?" + "&".join(f"{n}={v}" for n, v in {"session": row.key, "do": do, **params}.items())


def page(row, do, who="admin", **params):
    response = get(make_block(who), address(row, do, **params))
    assert response.status_int == 200, response.text
    return response.text


def send(row, action, do, who="admin", **values):
    fields = {"about": row.key, "version": str(fresh(row).version), **values}
    return post(make_block(who), action, fields, at=address(row, do))


def test_it_was_held_is_one_press(third):
    assert "Nobody gets a message." in words(page(third, "hold"))
    response = send(third, "session.hold", "hold")
    assert response.status_int == 200
    assert "Kept: the session on Tuesday 30 March 2027 was held." in response.text
    assert fresh(third).held_at == third.ends_at + HOUR
    assert not Message.objects.exists()


def test_that_it_was_not_held_says_what_it_means_and_needs_a_reason(third):
    shown = words(page(third, "not_held"))
    for sentence in ("Nobody counts as absent.", "what people answered is never shown", "5 people, once each"):
        assert sentence in shown
    assert "48 hours" not in shown
    response = send(third, "session.not_held", "not_held", reason="")
    assert response.status_int == 422
    response = send(third, "session.not_held", "not_held", reason="Snow")
    assert response.status_int == 200
    assert "Kept: the session on Tuesday 30 March 2027 was not held." in response.text
    assert (fresh(third).state, fresh(third).reason) == ("not_held", "Snow")
    assert Message.objects.filter(kind="session_not_held").count() == 5


def test_it_is_taken_back(third):
    not_held(third, now=third.ends_at)
    assert "It was held after all" in words(page(third, "hold"))
    response = send(third, "session.take_back", "hold")
    assert response.status_int == 200
    assert fresh(third).state == "planned"


def test_another_day_is_planned_instead(third):
    not_held(third, now=third.ends_at)
    looked = post(
        make_block("admin"),
        "session.look",
        {"about": third.key, "do": "instead", **TIME},
        at=address(third, "instead"),
    )
    shown = words(looked.text)
    for sentence in (
        "Not held Tuesday 30 March 2027, 13:30–16:30 (Brussels)",
        "Instead Tuesday 6 April 2027, 13:30–16:30 (Brussels)",
        "Meet on Tuesday 6 April 2027 instead",
    ):
        assert sentence in shown
    response = post(
        make_block("admin"),
        "session.instead",
        {"about": third.key, "version": str(fresh(third).version), **TIME},
        at=address(third, "instead", **TIME),
    )
    assert response.status_int == 200, response.text
    assert "Planned: the group meets on Tuesday 6 April 2027, 13:30–16:30 (Brussels)." in response.text
    assert third.cohort.sessions.count() == 6


def test_another_day_that_is_soon_asks_for_a_tick(third):
    not_held(third, now=third.ends_at)
    chosen = {**TIME, "date": "2027-03-31"}
    assert "less than 48 hours ahead" in page(third, "instead", **chosen)
    response = send(third, "session.instead", "instead", **chosen)
    assert response.status_int == 422
    assert send(third, "session.instead", "instead", known="on", **chosen).status_int == 200


def test_who_stands_in_says_it_as_well(third):
    once = SubstitutionFactory(session=third, since=NOW).user.username
    assert send(third, "session.not_held", "not_held", once, reason="Snow").status_int == 200
    assert send(third, "session.take_back", "hold", once).status_int == 200
    assert send(third, "session.hold", "hold", once).status_int == 200
    assert fresh(third).held_at is not None


def test_who_comes_second_is_told_and_nothing_is_said_twice(third):
    version = str(third.version)
    not_held(third, now=third.ends_at, by=UserFactory(first_name="Sofie", last_name="Maes"))
    before = Message.objects.count()
    response = send(third, "session.not_held", "not_held", version=version, reason="Snow")
    assert response.status_int == 409
    assert "Sofie Maes changed this" in words(response.text)
    assert Message.objects.count() == before


def test_before_it_begins_nothing_is_said_of_it(third, at):
    at(third.starts_at - HOUR)
    for do in ("hold", "not_held"):
        assert "This cannot be done with this session now." in words(page(third, do))
    assert send(third, "session.hold", "hold").status_int == 422
    assert send(third, "session.not_held", "not_held", reason="Snow").status_int == 422


def test_answers_to_come_are_not_shown_with_it(third):
    user = third.cohort.memberships.first().user
    answer(third, user)
    assert user.get_full_name() not in page(third, "not_held")
