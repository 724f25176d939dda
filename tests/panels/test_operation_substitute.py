"""Naming somebody for one session, and what they see."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Substitution
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and set it."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def cohort():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    CharterFactory(cohort=cohort)
    MembershipFactory(cohort=cohort, user__first_name="Anke", user__last_name="Member")
    return cohort


@pytest.fixture
def sessions(cohort):
    return [SessionFactory(cohort=cohort, number=number, starts_at=NOW + timedelta(weeks=number)) for number in (1, 2)]


@pytest.fixture
def stan():
    return UserFactory(username="stan", first_name="Stan", last_name="Standin")


def show(user, address):
    return get(make_block(user.username), address)


def name(user, meeting, person="stan", **fields):
    values = {"about": meeting.cohort.key, "version": "1", "session": meeting.key, "person": person, "reason": ""}
    address = f"{'cohorts' if user.is_staff else 'group'}?change=substitute&cohort={meeting.cohort.key}"
    return post(make_block(user.username), "session.substitute", {**values, **fields}, at=address)


@pytest.mark.parametrize(("who", "panel"), [("admin", "cohorts"), ("facilitator", "group")])
def test_somebody_is_named_and_it_is_ended(cohort, sessions, stan, who, panel):
    guide = FacilitationFactory(cohort=cohort).user
    user = UserFactory(is_staff=True) if who == "admin" else guide
    page = show(user, f"{panel}?change=substitute&cohort={cohort.key}").text
    assert f'value="{sessions[0].key}"' in page
    response = name(user, sessions[0])
    assert (response.status_int, f'data-address="{panel}' in response.text) == (200, True)
    assert "Stan Standin stands in on Tuesday 8 December 2026." in response.text
    page = show(user, f"{panel}?change=substitute&cohort={cohort.key}").text
    assert "has access until" in page
    key = hidden(page, "substitute.end", "about")
    response = post(make_block(user.username), "substitute.end", {"about": key})
    assert response.status_int == 200
    assert show(stan, "group").status_int == 404
    assert post(make_block(user.username), "substitute.end", {"about": key}).status_int == 404


def test_who_stands_in_sees_the_group_and_changes_that_session_only(cohort, sessions, stan, at):
    SubstitutionFactory(session=sessions[0], user=stan)
    other = CohortFactory(network=cohort.network, number=2)
    assert "Anke Member" in show(stan, "group").text
    assert show(stan, "plan").status_int == 200
    assert show(stan, f"sessions?cohort={other.key}").status_int == 404
    html = show(stan, "sessions").text
    assert html.count('data-action="session.edit"') == 1
    values = {"place": "Room 9", "meeting_link": "", "version": "1"}
    assert post(make_block("stan"), "session.edit", {"about": sessions[0].key, **values}).status_int == 200
    assert post(make_block("stan"), "session.edit", {"about": sessions[1].key, **values}).status_int == 404
    at(sessions[0].ends_at + timedelta(days=7))
    assert show(stan, "group").status_int == 404
    assert show(stan, "sessions").status_int == 404


def test_who_stands_in_reads_no_case_from_before(cohort, sessions, stan):
    SubstitutionFactory(session=sessions[0], user=stan, since=NOW - timedelta(hours=1))
    owner = cohort.memberships.get().user
    before = CaseFactory(cohort=cohort, owner=owner, title="Older", shared_at=NOW - timedelta(hours=2))
    after = CaseFactory(cohort=cohort, owner=owner, title="Newer", shared_at=NOW)
    board = show(stan, "cases").text
    assert ("Older" in board, "Newer" in board) == (False, True)
    assert show(stan, f"cases?case={before.key}").status_int == 404
    page = show(stan, f"cases?case={after.key}")
    assert page.status_int == 200
    values = {"about": after.key, "kind": "question", "text": "What happened first?", "_key": "k"}
    assert post(make_block("stan"), "contribution.post", values).status_int == 200


def test_the_owner_of_a_case_reads_who_stands_in(cohort, sessions, stan):
    owner = cohort.memberships.get().user
    cohort.charters.get().consents.create(user=owner, at=NOW)
    case = CaseFactory(cohort=cohort, owner=owner, shared_at=NOW)
    assert "Stan Standin" not in show(owner, f"cases?case={case.key}").text
    SubstitutionFactory(session=sessions[0], user=stan)
    assert "Stan Standin" in show(owner, f"cases?case={case.key}").text


def test_who_stands_in_reads_evaluations_from_then_on(cohort, sessions, stan, at):
    PulseFactory(session=SessionFactory(cohort=cohort, number=3, starts_at=NOW - timedelta(days=3)))
    PulseFactory(session=sessions[0])
    SubstitutionFactory(session=sessions[0], user=stan)
    at(sessions[0].ends_at + timedelta(hours=1))
    html = show(stan, "results").text
    assert ("8 December" in html, "28 November" in html) == (True, False)


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        ("nobody", "We find nobody of this course"),
        ("Anke Member", "A member of this group cannot guide it as well."),
        ("", "Please fill this in."),
    ],
)
def test_who_cannot_stand_in_is_refused_beside_the_field(cohort, sessions, person, sentence):
    ApplicationFactory(network=cohort.network, user=cohort.memberships.get().user, state="member")
    response = name(UserFactory(is_staff=True), sessions[0], person=person)
    assert response.status_int == 422
    assert sentence in response.text
    assert not Substitution.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("substitute", 403), ("member", 403), ("facilitator of B", 404)])
def test_nobody_else_names_somebody(cohort, sessions, stan, who, status):
    row = SubstitutionFactory(session=sessions[1])
    people = {
        "substitute": row.user,
        "member": cohort.memberships.get().user,
        "facilitator of B": FacilitationFactory(cohort=CohortFactory(network=cohort.network, number=2)).user,
    }
    assert name(people[who], sessions[0]).status_int == status
    assert post(make_block(people[who].username), "substitute.end", {"about": row.key}).status_int == status
    assert Substitution.objects.get().ended_at is None


def test_sessions_of_other_groups_are_not_found(cohort, sessions, stan):
    other = SessionFactory(cohort=CohortFactory(network=cohort.network, number=2))
    response = name(UserFactory(is_staff=True), sessions[0], session=other.key)
    assert response.status_int == 404
