"""Ending somebody's membership."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Change, Membership
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CaseFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1, minimum_size=2, maximum_size=3)


@pytest.fixture
def places(cohort):
    return [MembershipFactory(cohort=cohort, user__first_name=name) for name in ("Anke", "Bram")]


@pytest.fixture
def people(cohort):
    """Those who may, then those who may not."""
    return {
        "admin": UserFactory(is_staff=True),
        "facilitator": FacilitationFactory(cohort=cohort).user,
        "substitute": SubstitutionFactory(session=SessionFactory(cohort=cohort)).user,
        "facilitator of B": FacilitationFactory(cohort=CohortFactory(network=cohort.network, number=2)).user,
        "member": MembershipFactory(cohort=cohort).user,
        "outsider": UserFactory(),
    }


def address(who, cohort):
    return f"{'cohorts' if who == 'admin' else 'group'}?change=leave&cohort={cohort.key}"


def end(user, cohort, place, **fields):
    values = {"about": cohort.key, "version": "1", "member": str(place.pk), "reason": "", **fields}
    panel = "cohorts" if user.is_staff else "group"
    return post(make_block(user.username), "membership.end", values, at=f"{panel}?change=leave&cohort={cohort.key}")


@pytest.mark.parametrize("who", ["admin", "facilitator"])
def test_the_page_says_what_happens_and_does_nothing(people, places, cohort, who):
    ApplicationFactory.create_batch(2, network=cohort.network, state="waitlisted", queued_at=NOW, language="fr")
    Membership.objects.filter(user=people["member"]).update(active=None, left_at=NOW)
    said = words(get(make_block(people[who].username), address(who, cohort)).text)
    assert "Group A has 2 people now, and 1 then. That is fewer than its minimum of 2" in said
    assert "The seat is offered for 72 hours to the first of the 2 people who wait" in said
    assert "Anke" in said
    assert not Change.objects.exists()


@pytest.mark.parametrize(("who", "panel"), [("admin", "cohorts"), ("facilitator", "group")])
def test_a_membership_is_ended_with_a_reason_that_only_the_book_keeps(people, places, cohort, who, panel):
    response = end(people[who], cohort, places[0], reason="Canary reason")
    assert response.status_int == 200
    assert f'data-address="{panel}' in response.text
    assert "is no longer a member." in response.text
    assert not Membership.objects.filter(pk=places[0].pk, active=True).exists()
    assert (Change.objects.get().reason, Change.objects.get().by) == ("Canary reason", people[who])
    for reader in ("member", "facilitator", "substitute"):
        assert "Canary reason" not in get(make_block(people[reader].username), "group").text
        assert "Canary reason" not in get(make_block(people[reader].username), "home").text


def test_what_was_told_stays_and_is_theirs_to_withdraw(people, places, cohort):
    case = CaseFactory(cohort=cohort, owner=places[0].user, title="Mine")
    end(people["facilitator"], cohort, places[0])
    owner = make_block(places[0].user.username)
    assert "Mine" in get(owner, "cases").text
    assert "your own cases" in get(owner, "home").text
    assert post(owner, "case.withdraw", {"about": case.key}).status_int == 200


@pytest.mark.parametrize(
    ("who", "status"), [("substitute", 403), ("facilitator of B", 404), ("member", 403), ("outsider", 403)]
)
def test_nobody_else_ends_a_membership(people, places, cohort, who, status):
    page = get(make_block(people[who].username), address(who, cohort))
    # A member finds the page to leave oneself there.
    assert page.status_int == (200 if who == "member" else 404)
    assert "membership.end" not in page.text
    assert end(people[who], cohort, places[0]).status_int == status
    assert Membership.objects.filter(pk=places[0].pk, active=True).exists()


def test_members_of_other_groups_are_not_found(people, cohort):
    other = MembershipFactory(cohort=CohortFactory(network=cohort.network, number=3))
    assert end(people["admin"], cohort, other).status_int == 404
    assert end(people["admin"], other.cohort, other).status_int == 200


def test_an_older_page_is_refused(people, places, cohort):
    end(people["admin"], cohort, places[0])
    assert end(people["facilitator"], cohort, places[1]).status_int == 409
    assert Membership.objects.filter(pk=places[1].pk, active=True).exists()


def test_somebody_has_to_be_chosen(people, places, cohort):
    response = end(people["admin"], cohort, places[0], member="", reason="kept words")
    assert response.status_int == 422
    assert "kept words" in response.text
