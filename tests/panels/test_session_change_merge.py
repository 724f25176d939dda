"""Making a session part of another one, as those who guide or run the group see it."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Message, Session
from lernet_xblock.workbench import clock
from tests.factories import UserFactory
from tests.runtime import get, hidden, make_block, post, words
from tests.services.planned import HOUR, MARCH_18, fresh, move, nth, planned_cohort, staffed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [MARCH_18]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def cohort():
    UserFactory(username="admin", is_staff=True)
    cohort = planned_cohort(number=1)
    staffed(cohort)
    return cohort


@pytest.fixture
def third(cohort):
    Session.objects.filter(cohort=cohort, number=3).update(title="Coming back", notes="Bring the plan")
    return nth(cohort, 3)


@pytest.fixture
def fourth(cohort):
    return nth(cohort, 4)


def address(row, **params):
    chosen = {"session": row.key, "do": "cancel", "way": "merge", **params}
    return "session?" + "&".join(f"{name}={value}" for name, value in chosen.items())


def page(row, **params):
    response = get(make_block("admin"), address(row, **params))
    assert response.status_int == 200, response.text
    return response.text


def send(row, into, **values):
    given = {"into_version": str(fresh(into).version), "version": str(fresh(row).version), "reason": "Few", **values}
    fields = {"about": row.key, "into": into.key, "minutes": "240", **given}
    return post(make_block("admin"), "session.merge", fields, at=address(row, into=into.key, minutes=fields["minutes"]))


def test_sessions_that_are_ahead_are_offered(cohort, third, fourth):
    shown = page(third)
    assert "Session 4. Tuesday 27 April 2027, 13:30, 180 minutes" in words(shown)
    assert "Session 5. Tuesday 25 May 2027" in words(shown)
    assert nth(cohort, 2).key not in shown
    assert "What happens" not in shown


def test_looking_leads_to_the_preview(third, fourth):
    fields = {"about": third.key, "into": fourth.key, "minutes": "240"}
    response = post(make_block("admin"), "session.merge_look", fields, at=address(third))
    assert response.status_int == 200
    shown = words(response.text)
    for sentence in (
        "Cancelled Tuesday 30 March 2027, 13:30–16:30 (Brussels)",
        "Tuesday 27 April 2027, 13:30–17:30 (Brussels)",
        "“Coming back” goes along.",
        "So do the notes on what to prepare or bring along.",
        "It opens when the session ends, on Tuesday 27 April 2027 at 17:30.",
    ):
        assert sentence in shown
    assert fresh(third).state == "planned"


def test_left_empty_the_other_stays_as_long_as_it_is(third, fourth):
    assert hidden(page(third, into=fourth.key), "session.merge", "minutes") == "180"


def test_it_becomes_part_of_the_other(cohort, third, fourth):
    response = send(third, fourth)
    assert response.status_int == 200, response.text
    said = "The session on Tuesday 30 March 2027 is cancelled and is part of the one on Tuesday 27 April 2027 now."
    assert said in response.text
    assert fresh(third).merged_into == fourth
    assert (fresh(fourth).title, fresh(fourth).duration_minutes) == ("Coming back", 240)
    assert Message.objects.filter(kind="session_merged").count() == 5


def not_so(third, fourth, minutes, sentence):
    shown = page(third, into=fourth.key, minutes=minutes)
    assert sentence in words(shown)
    assert 'data-action="session.merge"' not in shown
    assert send(third, fourth, minutes=minutes).status_int == 422
    assert fresh(third).state == "planned"


def test_what_does_not_fit_is_said_instead_of_a_button(cohort, third, fourth):
    not_so(third, fourth, "179", "cannot be shorter than its 180 minutes")
    move(nth(cohort, 5), MARCH_18.replace(tzinfo=None, month=4, day=27, hour=17, minute=0))
    not_so(third, fourth, "240", "It would overlap")


@pytest.mark.parametrize("minutes", ["500", "0", "x"])
def test_eight_hours_are_the_most(third, fourth, minutes):
    fields = {"about": third.key, "into": fourth.key, "minutes": minutes}
    assert post(make_block("admin"), "session.merge_look", fields, at=address(third)).status_int == 422
    assert fresh(third).state == "planned"


def test_who_comes_second_looks_again_and_can_insist(third, fourth):
    shown = page(third, into=fourth.key)
    version = hidden(shown, "session.merge", "into_version")
    move(fourth, MARCH_18.replace(tzinfo=None, month=4, day=29), by=UserFactory(first_name="Sofie", last_name="Maes"))
    response = send(third, fourth, into_version=version)
    assert response.status_int == 409
    assert "Sofie Maes changed this" in words(response.text)
    assert "Thursday 29 April 2027, 09:00–13:00 (Brussels)" in words(response.text)
    again = {name: hidden(response.text, "session.merge", name) for name in ("version", "into_version")}
    assert send(third, fourth, **again).status_int == 200


def test_what_is_soon_asks_for_a_tick(third, fourth, at):
    at(third.starts_at - 47 * HOUR)
    assert send(third, fourth).status_int == 422
    assert send(third, fourth, known="on").status_int == 200


def test_a_session_of_another_group_is_not_found(cohort, third):
    other = planned_cohort(network=cohort.network, number=2)
    assert send(third, nth(other, 4)).status_int == 404
    assert "What happens" not in page(third, into=nth(other, 4).key)


def test_the_closing_with_nothing_ahead_but_itself_goes_nowhere(cohort, at):
    closing = nth(cohort, 5)
    at(closing.starts_at - 60 * HOUR)
    shown = page(closing)
    assert "Not possible: no session is ahead that it could become part of." in words(shown)
    assert "session.merge" not in shown
