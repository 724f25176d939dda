"""The panel of sessions, and saying where one is held."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.panels.sessions import choices
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.org/lead"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def ours():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    return SessionFactory(cohort=cohort, place="Room of A", meeting_link=LINK)


@pytest.fixture
def theirs(ours):
    cohort = CohortFactory(network=ours.cohort.network, number=2)
    return SessionFactory(cohort=cohort, place="Room of B", meeting_link="https://meet.example.org/other")


@pytest.fixture
def people(ours, theirs):
    """One person of every kind, by what they are."""
    former = MembershipFactory(cohort=ours.cohort, active=None, left_at=NOW).user
    unenrolled = MembershipFactory(cohort=ours.cohort, user__is_active=False).user
    return {
        "member of A": MembershipFactory(cohort=ours.cohort).user,
        "member of B": MembershipFactory(cohort=theirs.cohort).user,
        "facilitator of A": FacilitationFactory(cohort=ours.cohort).user,
        "deputy of B": FacilitationFactory(cohort=theirs.cohort, role="deputy").user,
        "admin": UserFactory(is_staff=True),
        "outsider": UserFactory(),
        "former member": former,
        "unenrolled": unenrolled,
    }


def show(user, address="sessions"):
    return get(make_block(user.username), address)


def seen(user, address):
    """Return what somebody gets of an address: the status, and whose rooms are in it."""
    response = show(user, address)
    return response.status_int, [room for room in ("A", "B") if f"Room of {room}" in response.text]


FOREIGN = (404, [])


@pytest.mark.parametrize(
    ("who", "default", "address_of_a", "address_of_b"),
    [
        ("member of A", (200, ["A"]), (200, ["A"]), FOREIGN),
        ("member of B", (200, ["B"]), FOREIGN, (200, ["B"])),
        ("facilitator of A", (200, ["A"]), (200, ["A"]), FOREIGN),
        ("deputy of B", (200, ["B"]), FOREIGN, (200, ["B"])),
        ("admin", (200, ["A"]), (200, ["A"]), (200, ["B"])),
        ("outsider", FOREIGN, FOREIGN, FOREIGN),
        ("former member", FOREIGN, FOREIGN, FOREIGN),
        ("unenrolled", FOREIGN, FOREIGN, FOREIGN),
    ],
)
def test_everybody_sees_the_sessions_of_the_own_group_only(
    people,
    ours,
    theirs,
    *,
    who,
    default,
    address_of_a,
    address_of_b,
):
    user = people[who]
    assert seen(user, "sessions") == default
    assert seen(user, f"sessions?cohort={ours.cohort.key}") == address_of_a
    assert seen(user, f"sessions?cohort={theirs.cohort.key}") == address_of_b
    assert seen(user, "sessions?cohort=0123456789abcdef0123") == FOREIGN


def test_foreign_and_missing_groups_are_told_apart_by_nothing(people, theirs):
    user = people["member of A"]
    foreign = show(user, f"sessions?cohort={theirs.cohort.key}")
    missing = show(user, "sessions?cohort=0123456789abcdef0123")
    assert (foreign.status_int, foreign.text) == (missing.status_int, missing.text)


def test_who_looks_as_a_member_sees_no_link(people, ours, at, monkeypatch):
    at(ours.starts_at)
    user = people["member of A"]
    assert LINK in show(user).text
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    response = show(user)
    assert ("Room of A" in response.text, LINK in response.text) == (True, False)


def test_who_looks_as_a_facilitator_gets_no_form(people, monkeypatch):
    user = people["facilitator of A"]
    assert LINK in show(user).text
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    response = show(user)
    assert ("session.edit" in response.text, LINK in response.text) == (False, False)


@pytest.mark.parametrize(("hours", "shown"), [(25, False), (24, True)])
def test_member_gets_the_link_from_24_hours_before(people, ours, at, hours, shown):
    at(ours.starts_at - timedelta(hours=hours))
    html = show(people["member of A"]).text
    assert (LINK in html, "24 hours before the start" in html) == (shown, not shown)
    assert "session.edit" not in html
    if shown:
        link = html.split(f'href="{LINK}"')[1].split("</a>")[0]
        assert 'rel="noopener noreferrer nofollow"' in link
        assert 'target="_blank"' in link
        assert "Join at meet.example.org" in link


def test_states_are_said_in_words(people, ours, at):
    SessionFactory(cohort=ours.cohort, kind="regular", state="cancelled", starts_at=ours.starts_at + timedelta(days=1))
    SessionFactory(cohort=ours.cohort, number=3, kind="closing", starts_at=ours.starts_at + timedelta(days=28))
    at(ours.ends_at)
    rows = show(people["member of A"]).text.split('<li class="lnx-card"')[1:]
    assert [word in row for row, word in zip(rows, ("over", "cancelled", "next"), strict=True)] == [True] * 3
    assert ("What the group said" in rows[0], "What the group said" in rows[2]) == (True, False)


def test_facilitator_of_two_groups_chooses(people, ours, theirs):
    user = people["facilitator of A"]
    assert "Group B" not in show(user).text
    theirs.cohort.facilitations.create(user=user, role="facilitator", since=NOW)
    html = show(user, f"sessions?cohort={theirs.cohort.key}").text
    assert f'data-panel="sessions?cohort={ours.cohort.key}"' in html
    assert "Room of B" in html


def edit(user, session, version="1", **fields):
    values = {"about": session.key, "version": version, "place": "Zaal 3", "meeting_link": LINK, **fields}
    return post(
        make_block(user.username),
        "session.edit",
        values,
        at=f"sessions?cohort={session.cohort.key}",
    )


@pytest.mark.parametrize("who", ["facilitator of A", "admin"])
def test_place_is_saved_by_those_who_guide_or_run(people, ours, who):
    html = show(people[who], f"sessions?cohort={ours.cohort.key}").text
    version = hidden(html, "session.edit", "version")
    response = edit(people[who], ours, version)
    assert response.status_int == 200
    assert "Saved: where the group meets on Tuesday 2 February 2027." in response.text
    ours.refresh_from_db()
    assert (ours.place, ours.version, ours.sequence, ours.changed_by) == ("Zaal 3", 2, 1, people[who])


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member of A", 403),
        ("member of B", 403),
        ("outsider", 403),
        ("unenrolled", 403),
        ("former member", 403),
        ("deputy of B", 404),
    ],
)
def test_nobody_else_says_where_the_group_meets(people, ours, who, status):
    assert edit(people[who], ours).status_int == status
    ours.refresh_from_db()
    assert (ours.place, ours.version) == ("Room of A", 1)


def test_session_of_another_network_is_not_found(people):
    foreign = SessionFactory(cohort__network=NetworkFactory(usage_id="lernet.d0.u1"))
    assert edit(people["admin"], foreign).status_int == 404


def test_bad_link_is_refused_at_its_field_and_kept(people, ours):
    response = edit(people["facilitator of A"], ours, meeting_link="http://meet.example.org")
    assert response.status_int == 422
    assert "Please give a full address that begins with https://." in response.text
    assert 'value="http://meet.example.org"' in response.text


def test_too_long_place_is_refused(people, ours):
    response = edit(people["facilitator of A"], ours, place="x" * 201)
    assert response.status_int == 422
    assert "Please write at most 200 characters." in response.text


def test_second_editor_sees_both_versions_and_can_insist(people, ours):
    edit(people["admin"], ours, place="Zaal 1")
    response = edit(people["facilitator of A"], ours, place="Zaal 2")
    assert response.status_int == 409
    assert 'value="Zaal 2"' in response.text
    assert "Stored now: <b>Zaal 1</b>" in response.text
    version = hidden(response.text, "session.edit", "version")
    assert edit(people["facilitator of A"], ours, version, place="Zaal 2").status_int == 200
    ours.refresh_from_db()
    assert (ours.place, ours.version) == ("Zaal 2", 3)


def test_before_groups_are_formed_an_admin_has_no_such_entry():
    NetworkFactory()
    html = show(UserFactory(is_staff=True), "home").text
    assert 'data-panel="people"' in html
    for name in ("sessions", "group", "plan"):
        assert f'data-panel="{name}"' not in html


@pytest.mark.parametrize("count", [3, 40])
def test_sessions_cost_the_same_whatever_their_number(people, ours, count, django_assert_num_queries):
    for number in range(2, count + 1):
        SessionFactory(cohort=ours.cohort, number=number, starts_at=ours.starts_at + timedelta(days=number))
    # The user, the membership with its network, who guides; the sessions; who comes, who was there; a date poll.
    with django_assert_num_queries(7):
        show(people["member of A"])


@pytest.mark.parametrize(("chosen", "first", "last"), [(1, 1, 24), (30, 18, 41), (60, 37, 60)])
def test_of_many_groups_those_around_the_chosen_one_are_offered(chosen, first, last):
    cohorts = [CohortFactory.build(number=number) for number in range(1, 61)]
    for cohort in cohorts:
        cohort.pk = cohort.number
    offered = choices(cohorts, cohorts[chosen - 1])
    assert [one["key"] for one in offered] == [cohort.key for cohort in cohorts[first - 1 : last]]
    assert [one["key"] for one in offered if one["current"]] == [cohorts[chosen - 1].key]
