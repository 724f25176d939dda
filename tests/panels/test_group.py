"""The panel of the group, and accepting its charter."""

from dataclasses import replace
from datetime import date, timedelta

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
    SubstitutionFactory,
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


def test_a_pause_is_shown_to_the_group_until_its_last_day(people, ours, monkeypatch):
    user = people["member of A"]
    ours.memberships.filter(user=user).update(paused_at=NOW, paused_until=date(2026, 12, 9))
    for who in ("member of A", "facilitator of A", "admin"):
        assert "pauses until Wed 9 Dec" in show(people[who]).text
    assert "You pause until Wednesday 9 December 2026." in show(user).text
    assert "You pause" not in show(people["facilitator of A"]).text
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=9))
    assert "pauses until" not in show(user).text


def test_the_group_sees_who_stands_in(people, ours, monkeypatch):
    row = SubstitutionFactory(session=SessionFactory(cohort=ours), user=named("Stan"))
    for who in ("member of A", "facilitator of A", "admin"):
        assert "<b>Stan</b> stands in on Tuesday 2 February 2027." in " ".join(show(people[who]).text.split())
    monkeypatch.setattr(clock, "now", lambda: row.session.ends_at)
    assert "stands in" not in show(people["member of A"]).text


def test_who_stands_in_sees_the_group_but_no_learning_question_and_no_operation(people, ours, theirs):
    user = named("Stan")
    row = SubstitutionFactory(session=SessionFactory(cohort=ours), user=user)
    assert seen(user)[0] == 200
    assert "How do I start a talk" not in show(user).text
    assert "change=leave" not in show(user).text
    assert seen(user, f"group?cohort={theirs.key}") == FOREIGN
    row.ended_at = NOW
    row.save()
    assert seen(user) == FOREIGN


def test_only_who_guides_the_group_for_good_finds_its_operations(people, ours):
    for who, found in (("facilitator of A", True), ("member of A", False), ("admin", False)):
        assert (f"group?change=substitute&amp;cohort={ours.key}" in show(people[who]).text) is found


@pytest.mark.parametrize("name", ["leave", "pause", "substitute", "transfer", "history", "nonsense"])
def test_operations_of_another_group_are_not_found(people, ours, theirs, name):
    for who in ("facilitator of A", "member of A", "admin", "outsider"):
        assert show(people[who], f"group?change={name}&cohort={theirs.key}").status_int == 404
    own = show(people["facilitator of A"], f"group?change={name}&cohort={ours.key}").status_int
    assert own == (200 if name in {"leave", "pause", "substitute"} else 404)


def test_learning_questions_are_for_those_who_guide_the_group(people, monkeypatch):
    question = "How do I start a talk after a long absence?"
    assert question in show(people["facilitator of A"]).text
    for who in ("member of A", "member of B", "facilitator of B", "admin"):
        assert question not in show(people[who]).text
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    assert question not in show(people["facilitator of A"]).text
    assert "change=leave" not in show(people["member of A"]).text


@pytest.mark.parametrize("count", [3, 30])
def test_group_costs_the_same_whatever_its_size(people, ours, count, django_assert_num_queries):
    MembershipFactory.create_batch(count, cohort=ours)
    # The user, the network, the membership, the groups guided; six for the group.
    with django_assert_num_queries(9):
        show(people["member of A"])
