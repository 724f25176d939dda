"""Staying beside the charter, on the pages of the group, of the cases and at home."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import CharterConsent, CharterRefusal
from lernet_xblock.workbench import clock
from tests.factories import NOW, CharterFactory, SessionFactory, shared_case
from tests.panels.chartered import chartered, people_of, send, show
from tests.runtime import hidden, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def cohort():
    return chartered()


@pytest.fixture
def people(cohort):
    return people_of(cohort)


def refuse(user, cohort, version="1"):
    values = {"about": cohort.key, "charter": version}
    return post(make_block(user.username), "charter.refuse", values, at="group")


def accept(user, cohort, version="1"):
    values = {"about": cohort.key, "charter": version, "agreed": "on"}
    return post(make_block(user.username), "charter.accept", values, at="group")


def test_who_refuses_is_told_before_who_will_know(cohort, people):
    html = show(people["Anke"], "group").text
    assert "Those who guide your group read your name" in html
    response = refuse(people["Anke"], cohort)
    assert response.status_int == 200
    assert "You take part in the sessions without cases: you do not read" in response.text
    assert "charter.refuse" not in response.text
    assert "charter.accept" in response.text


def test_those_who_guide_the_group_read_the_names_and_nobody_else(cohort, people):
    for name in ("Anke", "Bo"):
        refuse(people[name], cohort)
    told = "Anke and Bo do not accept the charter, and take part in the sessions without cases."
    for who in ("guide", "deputy", "stand-in"):
        assert told in words(show(people[who], "group").text)
    for who in ("Cleo", "Anke", "admin"):
        assert "not accept the charter, and take" not in words(show(people[who], "group").text)
    assert "does not accept the charter, and takes part" in show(people["guide"], "home").text
    cohort.memberships.filter(user=people["Bo"]).update(active=None, left_at=NOW)
    assert "Anke does not accept the charter" in words(show(people["guide"], "group").text)


def test_cases_say_what_it_means_and_how_to_come_back(cohort, people):
    case = shared_case(cohort, title="Canary")
    assert "Accept the charter of your group first" in show(people["Anke"], "cases").text
    refuse(people["Anke"], cohort)
    html = show(people["Anke"], "cases").text
    assert "You take part in the sessions without cases" in html
    assert "You can change your mind at any time" in html
    assert "Canary" not in html
    assert show(people["Anke"], f"cases?case={case.key}").status_int == 404
    assert post(make_block(people["Anke"].username), "case.start", {}, at="cases").status_int == 422
    accept(people["Anke"], cohort)
    assert "Canary" in show(people["Anke"], "cases").text
    assert not CharterRefusal.objects.exists()


def test_home_stops_asking_until_there_is_a_new_version(cohort, people):
    SessionFactory(cohort=cohort, number=2, starts_at=NOW.replace(year=2027))
    ask = 'data-step="accept"'
    assert ask in show(people["Anke"], "home").text
    refuse(people["Anke"], cohort)
    html = show(people["Anke"], "home").text
    assert ask not in html
    assert 'data-step="case"' not in html
    assert "Read what your colleagues shared" not in html
    CharterFactory(cohort=cohort, version=2)
    assert ask in show(people["Anke"], "home").text


def test_home_costs_as_much_for_who_refused(cohort, people, django_assert_num_queries):
    with CaptureQueriesContext(connection) as before:
        show(people["Anke"], "home")
    refuse(people["Anke"], cohort)
    with django_assert_num_queries(len(before)):
        show(people["Anke"], "home")


def test_a_yes_can_be_taken_back(cohort, people):
    accept(people["Anke"], cohort)
    assert "Take your yes back" in show(people["Anke"], "group").text
    refuse(people["Anke"], cohort)
    assert not CharterConsent.objects.exists()
    assert "0 of 4 people accepted." in show(people["Anke"], "group").text


def test_a_no_to_an_older_charter_is_refused_and_the_new_one_shown(cohort, people):
    CharterFactory(cohort=cohort, version=2, text="Newer rules")
    response = refuse(people["Anke"], cohort)
    assert response.status_int == 422
    assert "Newer rules" in response.text
    assert hidden(response.text, "charter.refuse", "charter") == "2"
    assert refuse(people["Anke"], cohort, "2").status_int == 200
    assert refuse(people["Anke"], cohort, "7").status_int == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("member of B", 404), ("guide", 403), ("stand-in", 403), ("admin", 403), ("outsider", 403), ("unenrolled", 403)],
)
def test_nobody_else_refuses_for_the_group(cohort, people, who, status):
    assert refuse(people[who], cohort).status_int == status
    assert send(people[who], "charter.refuse", cohort.key, charter="1").status_int == status
    assert not CharterRefusal.objects.exists()
