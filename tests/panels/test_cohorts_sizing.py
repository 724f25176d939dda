"""How many groups fit, said to the admin, and the ways on where none does."""

import re

import pytest
from django.core.cache import cache

from tests.factories import (
    NOW,
    ApplicationFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import get, make_block, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_rates():
    cache.clear()


@pytest.fixture
def admin():
    return UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)


@pytest.fixture
def network(admin):
    return NetworkFactory()


def page(address="cohorts", username="admin"):
    response = get(make_block(username), address)
    assert response.status_int == 200, response.text
    return response.text


def applied(network, number, **values):
    return ApplicationFactory.create_batch(number, network=network, **values)


# What stands there ---------------------------------------------------------------------------------


def test_27_people_make_two_groups_of_14_and_13(network):
    applied(network, 27)
    text = words(page())
    assert "27 people applied. Two groups fit: 14 and 13." in text
    assert "no other number of groups fits" in text
    assert "one departure" not in text


@pytest.mark.parametrize(
    ("people", "warning"),
    [
        (20, "A group of exactly 10: one departure puts it below the minimum."),
        (30, "A group of exactly 15: no seat for late joiners."),
    ],
)
def test_what_is_tight_is_said(network, people, warning):
    applied(network, people)
    assert warning in words(page())


@pytest.mark.parametrize(("people", "more"), [(16, 4), (17, 3), (18, 2), (19, 1)])
def test_a_gap_shows_four_ways_and_chooses_none(network, people, more):
    applied(network, people)
    html = page()
    text = words(html)
    assert f"{people} people cannot be split into groups of 10–15." in text
    waiting = people - 15
    assert f"One group of 15 · {waiting} {'person' if waiting == 1 else 'people'} on the waiting list" in text
    assert f"Wait for {more} more {'person' if more == 1 else 'people'}" in text
    assert f"Two groups: {-(-people // 2)} and {people // 2}" in text
    assert f"One group of {people}" in text
    assert 'data-action="proposal.ask"' not in html
    assert "checked" not in html


def test_17_as_one_group_names_its_circles(network):
    applied(network, 17)
    assert "circles of 6, 6 and 5" in words(page())


def test_too_few_people_are_told_what_is_missing_and_four_ways(network):
    applied(network, 8)
    text = words(page())
    assert "8 people applied. That is 2 places short of 10." in text
    for way in (
        "Extend the time to apply",
        "Start small. One group of 8",
        "Join a sister network",
        "Cancel, and tell everybody",
    ):
        assert way in text


def test_more_people_than_seats_are_said(network):
    applied(network, 33)
    text = words(page())
    assert "33 people applied. That is 3 more than the 30 seats of this network." in text
    assert "Two groups: 15 and 15 · 3 people on the waiting list" in text
    assert "Two groups: 17 and 16" in text
    assert "Three groups: 11, 11 and 11" in text


def test_before_the_decision_date_waiting_is_advised(network, time_machine_now):
    applied(network, 17)
    time_machine_now(NOW)
    assert "This is what we advise before the decision date" in words(page())


@pytest.mark.parametrize(("day", "verb"), [(15, "expects"), (16, "expected")])
def test_waiting_for_more_promises_no_past_day(network, time_machine_now, day, verb):
    applied(network, 17)
    time_machine_now(NOW.replace(year=2027, month=1, day=day))
    assert f"Everybody {verb} to hear by Friday 15 January 2027." in words(page())


def test_after_the_decision_date_17_are_advised_one_larger_group(network, time_machine_now):
    applied(network, 17)
    time_machine_now(NOW.replace(year=2027, month=1, day=20))
    card = page().split("One group of 17", 1)[1].split("</li>", 1)[0]
    assert "Our advice" in words(card)


def test_many_groups_are_said_in_a_line(network):
    network.cohort_limit = 30
    network.save()
    applied(network, 300)
    html = page()
    text = words(html)
    assert "300 people applied. 25 groups fit: 12 people in each." in text
    numbers = html.split('name="choice"', 1)[1].split("</select>", 1)[0]
    assert re.findall(r'value="(\d+)"', numbers) == [str(number) for number in range(21, 29)]
    assert "24 groups of 12 or 13" in text


def test_more_people_than_seats_of_many_groups_are_said(network):
    network.cohort_limit = 9
    network.save()
    applied(network, 140)
    text = words(page())
    assert "140 people applied. That is 5 more than the 135 seats of this network." in text
    assert "9 groups of 15 · 5 people on the waiting list" in text
    assert "9 groups of 15 or 16" in text
    assert "12 groups of 11 or 12" in text


@pytest.fixture
def time_machine_now(monkeypatch):
    def move(moment):
        monkeypatch.setattr("lernet_xblock.workbench.clock.now", lambda: moment)

    return move


@pytest.mark.parametrize("limit", [1, 2, 8])
def test_every_number_of_people_gets_a_sentence(network, limit):
    network.cohort_limit = limit
    network.save()
    for people in range(61):
        text = words(page())
        sentence = text.split("People", 2)[-1] if people == 0 else text.split(f"{people} p", 1)[1]
        assert re.search(r"(fits?: |cannot be split|places? short of|more than the)", text), people
        assert sentence
        applied(network, 1)


# Who guides ----------------------------------------------------------------------------------------
