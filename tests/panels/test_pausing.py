"""A member pauses and goes on."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Change
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place():
    place = MembershipFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))
    CharterFactory(cohort=place.cohort)
    return place


def send(user, action, cohort, **fields):
    return post(make_block(user.username), action, {"about": cohort.key, **fields}, at="group?change=pause")


def test_a_member_pauses_and_goes_on(place):
    html = get(make_block(place.user.username), "group?change=pause").text
    assert 'max="2027-03-01"' in html
    response = send(place.user, "membership.pause", place.cohort, until="2027-01-31", reason="Canary")
    assert response.status_int == 200
    assert "You pause until Sunday 31 January 2027." in response.text
    assert "Canary" not in response.text
    place.refresh_from_db()
    assert place.paused_until == date(2027, 1, 31)
    response = send(place.user, "membership.resume", place.cohort)
    assert (response.status_int, "Welcome back." in response.text) == (200, True)
    place.refresh_from_db()
    assert place.paused_until is None
    assert list(Change.objects.values_list("kind", flat=True)) == ["pause", "resume"]


@pytest.mark.parametrize("until", ["", "tomorrow", "2026-12-01", "2027-03-02"])
def test_a_day_that_cannot_be_is_refused_beside_the_field(place, until):
    response = send(place.user, "membership.pause", place.cohort, until=until, reason="kept words")
    assert response.status_int == 422
    assert "kept words" in response.text
    place.refresh_from_db()
    assert place.paused_until is None


@pytest.mark.parametrize(("who", "status"), [("other", 404), ("guide", 403), ("outsider", 403)])
def test_nobody_pauses_for_somebody_else_here(place, who, status):
    people = {
        "other": MembershipFactory(cohort=CohortFactory(network=place.network, number=2)).user,
        "guide": FacilitationFactory(cohort=place.cohort).user,
        "outsider": UserFactory(),
    }
    assert send(people[who], "membership.pause", place.cohort, until="2027-01-31", reason="").status_int == status
    assert send(people[who], "membership.resume", place.cohort).status_int == status
    assert not Change.objects.exists()


def test_who_pauses_is_not_asked_to_evaluate_what_they_missed(place, monkeypatch):
    pulse = PulseFactory(session=SessionFactory(cohort=place.cohort))
    other = MembershipFactory(cohort=place.cohort).user
    send(place.user, "membership.pause", place.cohort, until="2027-02-02", reason="")
    now = pulse.opens_at + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    address = f"results?pulse={pulse.session.key}"
    assert get(make_block(other.username), address).status_int == 200
    assert "pulse.answer" in get(make_block(other.username), address).text
    assert get(make_block(place.user.username), address).status_int == 404
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    assert "pulse.answer" not in get(make_block(place.user.username), "results").text
    assert get(make_block(place.user.username), address).status_int == 404
