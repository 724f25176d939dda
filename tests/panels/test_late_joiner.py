"""Somebody joins late: the groups that fit, a seat offered or given, and what is over by the clock."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Application, Membership, Offer, PairRule
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    OfferFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and set it."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture(autouse=True)
def admin():
    return UserFactory(username="admin", is_staff=True)


@pytest.fixture
def network():
    return NetworkFactory(state="running", cohort_limit=8)


@pytest.fixture
def cohort(network):
    return CohortFactory(network=network, number=1, working_language="nl")


@pytest.fixture
def late(network):
    return ApplicationFactory(
        network=network,
        state="waitlisted",
        queued_at=NOW,
        language="nl",
        user=UserFactory(first_name="Lina", last_name="Late"),
    )


def page(application, username="admin"):
    return get(make_block(username), f"cohorts?late={application.key}")


def place(application, group, way="offer", username="admin", **fields):
    values = {"about": application.key, "cohort": group.key, "way": way, "reason": "", "_key": "a", **fields}
    return post(make_block(username), "cohorts.place", values, at=f"cohorts?late={application.key}")


def state(application):
    application.refresh_from_db()
    return application.state


def test_who_is_in_no_group_leads_to_the_groups_with_room(cohort, late):
    html = get(make_block("admin"), "cohorts").text
    assert f'data-panel="cohorts?late={late.key}"' in html
    assert "Lina Late" in html


def test_the_roomiest_group_that_fits_comes_first_and_is_chosen(cohort, late, network):
    MembershipFactory.create_batch(12, cohort=cohort)
    roomier = CohortFactory(network=network, number=2, working_language="nl")
    MembershipFactory.create_batch(9, cohort=roomier)
    OfferFactory(cohort=roomier)
    html = page(late).text
    assert "Group B fits and has most room: 9 people, 5 seats free." in words(html)
    chosen = re.findall(r'<input[^>]*value="([0-9a-f]{20})"[^>]*checked', html)
    assert chosen == [roomier.key]
    assert 'value="offer"' in html.split("checked", 2)[1].rsplit("<input", 1)[1]


def test_why_other_groups_do_not_fit_is_said(cohort, late, network, at):
    full, held, over, guided, apart, french = (
        CohortFactory(network=network, number=number, working_language="nl", maximum_size=2, minimum_size=1)
        for number in range(2, 8)
    )
    MembershipFactory.create_batch(2, cohort=full)
    MembershipFactory(cohort=held), OfferFactory(cohort=held)
    SessionFactory(cohort=over, starts_at=NOW - timedelta(days=1))
    FacilitationFactory(cohort=guided, user=late.user)
    member = ApplicationFactory(network=network, user=MembershipFactory(cohort=apart).user, state="member")
    PairRule.objects.create(network=network, kind="apart", first=late, second=member, made_at=NOW)
    french.working_language = "fr"
    french.save()
    said = words(page(late).text)
    for sentence in (
        "Group A fits and has most room",
        "Group B : All of its 2 seats are taken.",
        "Group C : Its free seats were offered to others",
        "Group D : Half of its sessions have begun",
        "Group E : This person guides it.",
        "Group F : This person is to be kept apart from one of its members.",
        "Group G : It works in Français; this person speaks Nederlands best.",
    ):
        assert sentence in said
    # Another language is advice, everything else is not to be chosen.
    assert {one.key for one in (cohort, french)} == set(
        re.findall(r'name="cohort" value="([0-9a-f]+)"', page(late).text)
    )


def test_an_offer_is_the_default_and_holds_the_seat(cohort, late):
    response = place(late, cohort)
    assert response.status_int == 200
    assert "The seat in Group A is held for Lina Late until Friday 4 December 2026, 10:00." in response.text
    assert "Can answer until Friday 4 December 2026, 10:00." in words(response.text)
    assert (state(late), Membership.objects.count()) == ("offered", 0)
    assert "has an offer" in get(make_block("admin"), "people").text
    assert "1 person was offered a seat and has not answered." in get(make_block("admin"), "people").text


def test_who_agreed_already_is_placed_at_once(cohort, late):
    response = place(late, cohort, "at_once")
    assert response.status_int == 200
    assert "Lina Late is in Group A now." in response.text
    assert (state(late), late.queued_at) == ("member", None)
    assert Membership.objects.get().cohort == cohort


def test_a_full_group_takes_nobody(cohort, late):
    MembershipFactory.create_batch(15, cohort=cohort)
    assert "No group can take anybody now" in get(make_block("admin"), "cohorts").text
    assert "No group can take this person now." in page(late).text
    for way in ("offer", "at_once"):
        assert place(late, cohort, way, _key=way).status_int == 422
    assert state(late) == "waitlisted"


@pytest.mark.parametrize("changes", [{"way": "by_force"}, {"cohort": ""}])
def test_what_is_no_choice_is_refused(cohort, late, changes):
    assert place(late, cohort, **changes).status_int == 422
    assert state(late) == "waitlisted"


def test_invited_people_are_not_placed_before_they_said_yes(cohort, network):
    invited = ApplicationFactory(network=network, state="invited", source="import")
    assert page(invited).status_int == 404
    post_status = place(invited, cohort, "at_once").status_int
    assert post_status in {404, 422}
    assert not Membership.objects.exists()


def test_people_and_groups_of_another_network_are_not_found(cohort, late):
    foreign = ApplicationFactory(network=NetworkFactory(usage_id="lernet.d9.u9"))
    strange = CohortFactory(network=foreign.network)
    assert page(foreign).status_int == 404
    for person, group in ((foreign, cohort), (late, strange)):
        assert place(person, group).status_int == 404
    assert not Offer.objects.exists()


def test_learners_place_nobody(cohort, late):
    assert place(late, cohort, username=late.user.username).status_int == 403
    assert Application.objects.get().state == "waitlisted"


def test_the_same_form_twice_makes_one_offer(cohort, late):
    assert [place(late, cohort).status_int for _click in range(2)] == [200, 404]
    assert Offer.objects.count() == 1


def test_an_admin_takes_an_offer_back(cohort, late):
    place(late, cohort)
    offer = Offer.objects.get()
    values = {"about": offer.key}
    assert post(make_block(late.user.username), "offer.take_back", values).status_int == 403
    response = post(make_block("admin"), "offer.take_back", values)
    assert (response.status_int, state(late)) == (200, "waitlisted")
    assert post(make_block("admin"), "offer.take_back", values).status_int == 404
    foreign = OfferFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9")))
    assert post(make_block("admin"), "offer.take_back", {"about": foreign.key}).status_int == 404


def test_the_panel_asks_by_itself_for_what_is_over(cohort, late, network, at):
    place(late, cohort)
    second = ApplicationFactory(network=network, state="waitlisted", queued_at=NOW, language="nl")
    assert "cohorts.sweep" not in get(make_block("admin"), "cohorts").text
    at(NOW + timedelta(hours=72))
    html = get(make_block("admin"), "cohorts").text
    assert re.search(r'data-action="cohorts.sweep"\s+data-auto', html)
    assert state(late) == "offered"
    assert post(make_block(late.user.username), "cohorts.sweep", {}).status_int == 403
    response = post(make_block("admin"), "cohorts.sweep", {})
    assert (response.status_int, state(late), state(second)) == (200, "waitlisted", "offered")
    assert "cohorts.sweep" not in response.text


@pytest.mark.parametrize("groups", [2, 20])
def test_the_page_costs_the_same_for_few_and_many(network, late, groups):
    for number in range(1, groups + 1):
        cohort = CohortFactory(network=network, number=number)
        MembershipFactory.create_batch(2, cohort=cohort)
        OfferFactory(cohort=cohort)
    with CaptureQueriesContext(connection) as seen:
        assert page(late).status_int == 200
    assert len(seen.captured_queries) <= 13
