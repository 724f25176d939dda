"""The panel of the group, and accepting its charter."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import CharterConsent
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


def named(name):
    return UserFactory(first_name=name, last_name="")


@pytest.fixture
def ours():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    CharterFactory(cohort=cohort, text="Rules of A")
    return cohort


@pytest.fixture
def theirs(ours):
    cohort = CohortFactory(network=ours.network, number=2)
    CharterFactory(cohort=cohort, text="Rules of B")
    return cohort


@pytest.fixture
def people(ours, theirs):
    """One person of every kind, by what they are."""
    anke = named("Anke")
    ApplicationFactory(network=ours.network, user=anke, state="member", function="nurse", organisation="Hospital")
    return {
        "member of A": MembershipFactory(cohort=ours, user=anke).user,
        "member of B": MembershipFactory(cohort=theirs, user=named("Bram")).user,
        "facilitator of A": FacilitationFactory(cohort=ours, user=named("Filip")).user,
        "facilitator of B": FacilitationFactory(cohort=theirs, user=named("Greta")).user,
        "admin": UserFactory(is_staff=True),
        "outsider": UserFactory(),
        "unenrolled": MembershipFactory(cohort=ours, user__is_active=False).user,
    }


def show(user, address="group"):
    return get(make_block(user.username), address)


def seen(user, address="group"):
    """Return the status, and the words that tell whose group it is."""
    response = show(user, address)
    words = ("Anke", "Filip", "Rules of A", "Bram", "Greta", "Rules of B")
    return response.status_int, [word for word in words if word in response.text]


A, B, FOREIGN = (200, ["Anke", "Filip", "Rules of A"]), (200, ["Bram", "Greta", "Rules of B"]), (404, [])


@pytest.mark.parametrize(
    ("who", "default", "address_of_a", "address_of_b"),
    [
        ("member of A", A, A, FOREIGN),
        ("member of B", B, FOREIGN, B),
        ("facilitator of A", A, A, FOREIGN),
        ("facilitator of B", B, FOREIGN, B),
        ("admin", A, A, B),
        ("outsider", FOREIGN, FOREIGN, FOREIGN),
        ("unenrolled", FOREIGN, FOREIGN, FOREIGN),
    ],
)
def test_everybody_sees_the_own_group_only(people, ours, theirs, *, who, default, address_of_a, address_of_b):
    user = people[who]
    assert seen(user) == default
    assert seen(user, f"group?cohort={ours.key}") == address_of_a
    assert seen(user, f"group?cohort={theirs.key}") == address_of_b


def test_function_and_organisation_stand_beside_the_name(people):
    assert "nurse, Hospital" in show(people["member of A"]).text


def test_group_shows_no_case(people, ours):
    shared_case(ours, title="Canary", situation="Canary")
    for who in ("member of A", "facilitator of A", "admin"):
        assert "Canary" not in show(people[who]).text


def test_member_accepts_and_is_counted(people, ours):
    MembershipFactory(cohort=ours)
    user = people["member of A"]
    html = show(user).text
    assert "0 of 3 people accepted." in html
    assert "You can read and share them once you have accepted" in html
    response = accept(user, ours)
    assert response.status_int == 200
    assert "1 of 3 people accepted." in response.text
    assert "You accepted it." in response.text
    assert "charter.accept" not in response.text
    assert CharterConsent.objects.get().user == user


def accept(user, cohort, version="1", **fields):
    values = {"about": cohort.key, "charter": version, "agreed": "on", **fields}
    return post(make_block(user.username), "charter.accept", values, at="group")


def test_second_click_changes_nothing(people, ours):
    user = people["member of A"]
    key = hidden(show(user).text, "charter.accept", "_key")
    assert [accept(user, ours, _key=key).status_int for _click in range(2)] == [200, 200]
    assert accept(user, ours).status_int == 200
    assert CharterConsent.objects.count() == 1


def test_without_the_tick_nothing_is_accepted(people, ours):
    values = {"about": ours.key, "charter": "1"}
    response = post(make_block(people["member of A"].username), "charter.accept", values, at="group")
    assert response.status_int == 422
    assert "Please tick this." in response.text
    assert not CharterConsent.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member of B", 404),
        ("facilitator of A", 403),
        ("admin", 403),
        ("outsider", 403),
        ("unenrolled", 403),
    ],
)
def test_nobody_else_accepts_for_the_group(people, ours, who, status):
    assert accept(people[who], ours).status_int == status
    assert not CharterConsent.objects.exists()


def test_version_that_is_not_there_is_not_found(people, ours):
    assert accept(people["member of A"], ours, "7").status_int == 404


def test_charter_that_changed_meanwhile_is_shown_anew_with_a_fresh_form(people, ours):
    CharterFactory(cohort=ours, version=2, text="Newer rules")
    user = people["member of A"]
    response = accept(user, ours, "1")
    assert response.status_int == 422
    assert "changed meanwhile" in response.text
    assert "Newer rules" in response.text
    assert hidden(response.text, "charter.accept", "charter") == "2"
    assert not CharterConsent.objects.exists()
    assert accept(user, ours, "2").status_int == 200


def test_who_looks_as_a_member_accepts_nothing(people, ours, monkeypatch):
    user = people["member of A"]
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    assert "charter.accept" not in show(user).text
    assert accept(user, ours).status_int == 403


def test_charter_is_shown_as_text(people, ours):
    CharterFactory(cohort=ours, version=2, text="<script>alert(1)</script>\nline two")
    html = show(people["member of A"]).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>" not in html


def leave(user, cohort):
    return post(make_block(user.username), "membership.leave", {"about": cohort.key}, at="group")


def test_member_leaves_before_the_launch_and_stands_where_those_without_a_place_do(people, ours):
    user, session = people["member of A"], SessionFactory(cohort=ours)
    assert 'data-action="membership.leave"' in show(user).text
    response = leave(user, ours)
    assert (response.status_int, "You have left the network." in response.text) == (200, True)
    assert 'data-address="home"' in response.text
    assert 'data-step="closed"' in response.text
    assert not ours.memberships.filter(user=user, active=True).exists()
    assert user.get_full_name() not in show(people["facilitator of A"]).text
    assert (show(user).status_int, session.cohort) == (404, ours)


def test_after_the_launch_a_member_is_asked_to_talk_first(people, ours, monkeypatch):
    user, session = people["member of A"], SessionFactory(cohort=ours)
    monkeypatch.setattr(clock, "now", lambda: session.starts_at - timedelta(seconds=1))
    assert "membership.leave" in show(user).text
    monkeypatch.setattr(clock, "now", lambda: session.starts_at)
    assert "membership.leave" not in show(user).text
    response = leave(user, ours)
    assert response.status_int == 422
    assert "The network has begun. Please talk to those who guide your group." in response.text
    assert ours.memberships.filter(user=user, active=True).exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("member of B", 404), ("facilitator of A", 403), ("admin", 403), ("outsider", 403), ("unenrolled", 403)],
)
def test_nobody_leaves_for_somebody_else(people, ours, who, status):
    before = set(ours.memberships.filter(active=True))
    if who != "member of B":
        assert "membership.leave" not in show(people[who]).text
    assert leave(people[who], ours).status_int == status
    assert set(ours.memberships.filter(active=True)) == before


def test_learning_questions_are_for_those_who_guide_the_group(people, monkeypatch):
    question = "How do I start a talk after a long absence?"
    assert question in show(people["facilitator of A"]).text
    for who in ("member of A", "member of B", "facilitator of B", "admin"):
        assert question not in show(people[who]).text
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    assert question not in show(people["facilitator of A"]).text
    assert "membership.leave" not in show(people["member of A"]).text


@pytest.mark.parametrize("count", [3, 30])
def test_group_costs_the_same_whatever_its_size(people, ours, count, django_assert_num_queries):
    MembershipFactory.create_batch(count, cohort=ours)
    # The user, the network, the membership, the groups guided; six for the group.
    with django_assert_num_queries(9):
        show(people["member of A"])
