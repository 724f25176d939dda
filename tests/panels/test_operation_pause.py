"""Letting somebody else pause."""

from datetime import date

import pytest
from django.core.cache import cache

from lernet_xblock.models import Change
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
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
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    return MembershipFactory(cohort=cohort, user__first_name="Anke", user__last_name="Member")


def send(user, action, place, **fields):
    values = {"about": place.cohort.key, "member": str(place.pk), **fields}
    return post(make_block(user.username), action, values, at="home")


PAUSE = {"version": "1", "until": "2027-01-31", "reason": "Canary"}


@pytest.mark.parametrize(("who", "panel"), [("admin", "cohorts"), ("facilitator", "group")])
def test_a_member_is_let_pause_and_go_on(place, who, panel):
    guide = FacilitationFactory(cohort=place.cohort).user
    user = UserFactory(is_staff=True) if who == "admin" else guide
    address = f"{panel}?change=pause&cohort={place.cohort.key}"
    assert "Anke Member" in get(make_block(user.username), address).text
    response = send(user, "membership.pause_for", place, **PAUSE)
    assert (response.status_int, f'data-address="{panel}' in response.text) == (200, True)
    assert "Anke Member pauses until Sunday 31 January 2027." in response.text
    place.refresh_from_db()
    assert place.paused_until == date(2027, 1, 31)
    assert "membership.resume_for" in get(make_block(user.username), address).text
    response = send(user, "membership.resume_for", place)
    assert (response.status_int, "Anke Member goes on." in response.text) == (200, True)
    place.refresh_from_db()
    assert place.paused_until is None


def test_a_day_too_far_and_an_older_page_are_refused(place):
    admin = UserFactory(is_staff=True)
    assert send(admin, "membership.pause_for", place, **{**PAUSE, "until": "2028-01-01"}).status_int == 422
    assert send(admin, "membership.pause_for", place, **{**PAUSE, "version": "9"}).status_int == 409
    assert send(admin, "membership.resume_for", place).status_int == 404
    assert not Change.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("facilitator of B", 404), ("outsider", 403)])
def test_nobody_else_lets_somebody_pause(place, who, status):
    people = {
        "member": place.user,
        "facilitator of B": FacilitationFactory(cohort=CohortFactory(network=place.network, number=2)).user,
        "outsider": UserFactory(),
    }
    assert send(people[who], "membership.pause_for", place, **PAUSE).status_int == status
    assert send(people[who], "membership.resume_for", place).status_int == status
    assert not Change.objects.exists()
