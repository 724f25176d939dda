"""The whole network pauses and goes on."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Change
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
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
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture(autouse=True)
def admin():
    return UserFactory(username="admin", is_staff=True)


def send(action, username="admin", **fields):
    return post(make_block(username), action, fields, at="cohorts?pause=network")


PAUSE = {"version": "1", "until": "2027-01-31", "reason": "A strike"}


def test_the_page_lists_the_sessions_that_fall_into_it(cohort):
    SessionFactory(cohort=cohort, starts_at=NOW + timedelta(days=20), local_date=date(2026, 12, 21))
    SessionFactory(cohort=cohort, number=2, starts_at=NOW + timedelta(days=99), local_date=date(2027, 3, 10))
    assert "cohorts?pause=network" in get(make_block("admin"), "cohorts").text
    html = get(make_block("admin"), "cohorts?pause=network").text
    assert "Group A, Monday 21 December 2026" in html
    assert "10 March" not in html
    assert not Change.objects.exists()


def test_the_network_pauses_and_everybody_reads_until_when(cohort):
    people = [
        MembershipFactory(cohort=cohort).user,
        FacilitationFactory(cohort=cohort).user,
        ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW).user,
        UserFactory(is_staff=True),
    ]
    response = send("network.pause", **PAUSE)
    assert response.status_int == 200
    assert "The network pauses until Sunday 31 January 2027." in response.text
    assert "network.resume" in response.text
    for user in people:
        html = get(make_block(user.username), "home").text
        assert "This learning network pauses until Sunday 31 January 2027." in html
        assert "A strike" not in html


def test_without_a_reason_or_with_an_older_page_nothing_pauses(cohort):
    assert send("network.pause", **{**PAUSE, "reason": ""}).status_int == 422
    assert send("network.pause", **{**PAUSE, "until": "2027-03-02"}).status_int == 422
    assert send("network.pause", **{**PAUSE, "version": "4"}).status_int == 409
    cohort.network.refresh_from_db()
    assert cohort.network.state == "running"


def test_it_goes_on_when_the_admin_says_so(cohort):
    send("network.pause", **PAUSE)
    response = send("network.resume", _key="k")
    assert (response.status_int, "The network goes on." in response.text) == (200, True)
    cohort.network.refresh_from_db()
    assert (cohort.network.state, cohort.network.paused_until) == ("running", None)


def test_after_the_last_day_home_goes_on_before_anybody_noticed(cohort, at):
    member = MembershipFactory(cohort=cohort).user
    send("network.pause", **PAUSE)
    at(NOW + timedelta(days=62))
    assert "pauses" not in re.sub(r"<[^>]+>", " ", get(make_block(member.username), "sessions").text)
    assert 'data-step="paused"' not in get(make_block(member.username), "home").text
    assert "cohorts.sweep" in get(make_block("admin"), "cohorts").text
    response = post(make_block("admin"), "cohorts.sweep", {})
    assert "cohorts.sweep" not in response.text
    cohort.network.refresh_from_db()
    assert cohort.network.state == "running"


@pytest.mark.parametrize("action", ["network.pause", "network.resume"])
def test_only_admins_pause_the_network(cohort, action):
    guide = FacilitationFactory(cohort=cohort).user
    fields = PAUSE if action == "network.pause" else {}
    assert send(action, guide.username, **fields).status_int == 403
    assert not Change.objects.exists()
