"""The panel of people: counts, pages, sizing in words for everybody, guides and late places."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

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


def page(address="people", username="admin"):
    response = get(make_block(username), address)
    assert response.status_int == 200, response.text
    return response.text


def applied(network, number, **values):
    return ApplicationFactory.create_batch(number, network=network, **values)


# What stands there ---------------------------------------------------------------------------------


def test_learners_find_no_panel_of_people(network):
    applied(network, 1, user=UserFactory(username="learner", first_name="Lien"))
    assert "Lien" in page()
    assert get(make_block("learner"), "people").status_int == 404
    assert 'data-panel="people"' not in page("home", "learner")


def test_a_facilitator_finds_no_panel_of_people(network):
    guide = FacilitationFactory(cohort=CohortFactory(network=network))
    assert get(make_block(guide.user.username), "people").status_int == 404


def test_without_a_network_there_is_no_panel(admin):
    assert get(make_block("admin"), "people").status_int == 404


def test_people_of_another_network_are_not_listed(network):
    other = NetworkFactory(usage_id="lernet.d9.u9")
    applied(other, 1, user=UserFactory(first_name="Stranger"))
    applied(network, 1, user=UserFactory(first_name="Ours"))
    assert "Ours" in page()
    assert "Stranger" not in page()


def test_counts_are_sentences(network):
    applied(network, 3)
    applied(network, 1, state="waitlisted", queued_at=NOW)
    applied(network, 2, state="invited", source="import", committed_at=None)
    applied(network, 1, state="withdrawn")
    text = words(page())
    assert (
        "3 people applied. 1 person is on the waiting list. 2 people are invited and have not answered."
        " 1 person withdrew or declined." in text
    )


def test_what_people_typed_is_text(network):
    applied(network, 1, function="<b>boss</b>", organisation="<script>alert(1)</script>")
    html = page("people?groups=1")
    assert "<script>" not in html
    assert "&lt;b&gt;boss" in html


def test_the_learning_question_stays_with_the_person(network):
    applied(network, 1, learning_question="Am I any good at this?")
    assert "Am I any good" not in page()


def test_the_waiting_list_stands_in_order(network):
    for minutes, name in ((3, "Third"), (1, "First"), (2, "Second")):
        queued = NOW.replace(minute=minutes)
        applied(network, 1, state="waitlisted", queued_at=queued, user=UserFactory(first_name=name))
    text = words(page())
    assert text.index("First") < text.index("Second") < text.index("Third")


def test_people_come_in_pages_of_a_hundred(network):
    applied(network, 205)
    assert page().count('<th scope="row" ') == 100
    assert page("people?page=3").count('<th scope="row" ') == 5
    assert "Page 3 of 3" in words(page("people?page=999999"))
    for odd in ("-1", "0", "x", "99999999999", "1e3"):
        assert "Page 1 of 3" in words(page(f"people?page={odd}"))


@pytest.mark.parametrize("address", ["people", "people?page=1"])
def test_queries_do_not_grow_with_people(network, address):
    network.minimum_size, network.maximum_size = 2, 20
    network.target_size = 12
    network.save()

    def queries():
        with CaptureQueriesContext(connection) as caught:
            page(address)
        return len(caught)

    applied(network, 4)
    applied(network, 3, state="waitlisted", queued_at=NOW)
    few = queries()
    applied(network, 26)
    applied(network, 27, state="waitlisted", queued_at=NOW)
    assert queries() == few


def test_queries_do_not_grow_with_members(network, admin):
    network.state = "running"
    network.save()
    cohorts = [CohortFactory(network=network, number=number) for number in (1, 2)]

    def queries():
        with CaptureQueriesContext(connection) as caught:
            page()
        return len(caught)

    for cohort in cohorts:
        FacilitationFactory(cohort=cohort)
        SessionFactory(cohort=cohort)
        MembershipFactory(cohort=cohort)
    applied(network, 1)
    few = queries()
    for cohort in cohorts:
        MembershipFactory.create_batch(14, cohort=cohort)
    applied(network, 29)
    assert queries() == few


# Sizing in words -----------------------------------------------------------------------------------
