"""What somebody sees who was offered a seat, and their answer."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Membership, Offer
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CharterFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    OfferFactory,
    SessionFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and set it."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def offer():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    CharterFactory(cohort=cohort, text="Rules of A")
    shared_case(cohort, title="Canary case")
    for number in (1, 2, 3):
        SessionFactory(
            cohort=cohort,
            number=number,
            starts_at=NOW + timedelta(weeks=number),
            place="Secret room",
            meeting_link="https://secret.example.org",
        )
    return OfferFactory(cohort=cohort)


def show(offer, address="home"):
    return get(make_block(offer.application.user.username), address)


def send(offer, verb, user=None, **fields):
    user = user or offer.application.user
    action = {"accept": "offer.accept", "decline": "offer.decline"}[verb]
    return post(make_block(user.username), action, {"about": offer.key, "_key": "k", **fields}, at="home")


@pytest.mark.parametrize("address", ["home", "join"])
def test_the_one_step_is_the_place_that_is_free(offer, address):
    html = " ".join(show(offer, address).text.split())
    assert "A place is free in Group A." in html
    assert "It is yours if you say so by Friday 4 December 2026, 10:00." in html
    assert "Rules of A" in html
    assert "You come to the 3 sessions that are ahead:" in html
    assert 'data-action="offer.accept"' in html
    for secret in ("Canary case", "Secret room", "secret.example.org"):
        assert secret not in html


def test_yes_makes_a_member_who_reads_the_charter_first(offer):
    response = send(offer, "accept")
    assert response.status_int == 200
    assert "Welcome. You are in Group A now." in response.text
    assert 'data-step="accept"' in response.text
    assert Membership.objects.filter(user=offer.application.user, cohort=offer.cohort, active=True).exists()
    assert send(offer, "accept").status_int == 200
    assert "Canary case" not in show(offer, "cases").text


def test_no_is_thanked_for(offer):
    response = send(offer, "decline")
    assert response.status_int == 200
    assert "The seat goes to the next person." in response.text
    assert "offer.accept" not in response.text
    assert Offer.objects.get().answer == "declined"
    assert show(offer, "join").status_int == 200


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_too_late_is_said_and_nothing_happens(offer, at, verb):
    at(offer.expires_at)
    assert 'data-step="offer_over"' in show(offer).text
    response = send(offer, verb)
    assert response.status_int == 422
    assert "This offer is over." in response.text
    assert not Membership.objects.filter(user=offer.application.user).exists()


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_nobody_answers_for_somebody_else(offer, verb):
    for user in (UserFactory(), UserFactory(is_staff=True), MembershipFactory(cohort=offer.cohort).user):
        assert send(offer, verb, user).status_int == 404
    assert send(offer, verb, UserFactory(is_active=False)).status_int == 403
    offer.refresh_from_db()
    assert offer.open


def test_an_offered_person_withdraws_and_does_not_apply_twice(offer):
    html = show(offer, "join").text
    assert "application.submit" not in html
    response = post(
        make_block(offer.application.user.username),
        "application.withdraw",
        {"about": offer.application.key},
        at="join",
    )
    assert response.status_int == 200
    offer.refresh_from_db()
    assert offer.answer == "declined"


def test_an_offer_can_be_answered_while_the_network_pauses(offer):
    offer.network.state, offer.network.paused_until = "paused", (NOW + timedelta(days=30)).date()
    offer.network.save()
    assert "A place is free in Group A." in show(offer).text
    assert send(offer, "accept").status_int == 200
