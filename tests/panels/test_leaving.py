"""Leaving a group oneself."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Change, Contribution
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
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place():
    place = MembershipFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))
    ApplicationFactory(network=place.network, user=place.user, state="member")
    CharterFactory(cohort=place.cohort)
    return place


def show(user, address="group?change=leave"):
    return get(make_block(user.username), address)


def leave(user, cohort, **fields):
    values = {"about": cohort.key, "reason": "", **fields}
    return post(make_block(user.username), "membership.leave", values, at="group?change=leave")


@pytest.mark.parametrize("begun", [False, True])
def test_a_member_leaves_at_any_time(place, begun, monkeypatch):
    session = SessionFactory(cohort=place.cohort)
    if begun:
        monkeypatch.setattr(clock, "now", lambda: session.ends_at)
    assert "group?change=leave" in show(place.user, "group").text
    assert 'data-action="membership.leave"' in show(place.user).text
    response = leave(place.user, place.cohort, reason="Canary reason")
    assert (response.status_int, "You have left the network." in response.text) == (200, True)
    assert 'data-address="home"' in response.text
    assert not place.cohort.memberships.filter(active=True).exists()
    assert show(place.user, "group").status_int == 404
    assert Change.objects.get().reason == "Canary reason"


@pytest.mark.parametrize("who", ["colleague", "facilitator", "admin"])
def test_the_group_reads_neither_the_reason_nor_the_name(place, who):
    readers = {
        "colleague": MembershipFactory(cohort=place.cohort).user,
        "facilitator": FacilitationFactory(cohort=place.cohort).user,
        "admin": UserFactory(is_staff=True),
    }
    leave(place.user, place.cohort, reason="Canary reason")
    for address in ("home", "group", "cases", "sessions"):
        text = show(readers[who], address).text
        assert "Canary reason" not in text
        assert place.user.get_full_name() not in text


def test_every_shared_case_and_the_contributions_are_asked_about(place):
    one, two = (CaseFactory(cohort=place.cohort, owner=place.user, title=title) for title in ("Rota", "Noise"))
    CaseFactory(cohort=place.cohort, owner=place.user, state="draft", shared_at=None, title="Draft title")
    theirs = CaseFactory(cohort=place.cohort, owner=MembershipFactory(cohort=place.cohort).user, title="Not mine")
    Contribution.objects.create(case=theirs, author=place.user, kind="question", text="Why?", posted_at=NOW)
    html = show(place.user).text
    assert [title in html for title in ("Rota", "Noise", "Draft title", "Not mine")] == [True, True, False, False]
    response = leave(place.user, place.cohort)
    assert response.status_int == 422
    assert "Please fill this in." in response.text
    response = leave(
        place.user,
        place.cohort,
        **{f"case-{one.key}": "unnamed", f"case-{two.key}": "removed", "contributions": "unnamed"},
    )
    assert response.status_int == 200
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.state, one.unnamed, two.state) == ("shared", True, "withdrawn")
    assert theirs.contributions.get().author is None


def test_a_case_that_was_withdrawn_meanwhile_stops_nobody(place):
    case = CaseFactory(cohort=place.cohort, owner=place.user, state="withdrawn")
    assert leave(place.user, place.cohort, **{f"case-{case.key}": "named"}).status_int == 200


def test_the_group_reads_a_former_member(place):
    guide = FacilitationFactory(cohort=place.cohort).user
    case = CaseFactory(cohort=place.cohort, owner=place.user)
    assert place.user.get_full_name() in show(guide, "cases").text
    leave(place.user, place.cohort, **{f"case-{case.key}": "unnamed"})
    for address in ("cases", f"cases?case={case.key}"):
        text = show(guide, address).text
        assert "A former member" in text
        assert place.user.get_full_name() not in text


def test_who_left_reads_and_withdraws_own_cases_and_nothing_else(place):
    colleague = MembershipFactory(cohort=place.cohort).user
    own = CaseFactory(cohort=place.cohort, owner=place.user, title="Mine")
    other = CaseFactory(cohort=place.cohort, owner=colleague, title="Theirs")
    Contribution.objects.create(case=own, author=colleague, kind="question", text="Canary words", posted_at=NOW)
    leave(place.user, place.cohort, **{f"case-{own.key}": "named"})
    home = show(place.user, "home").text
    assert 'data-step="left"' in home
    assert 'data-panel="cases"' in home
    space = show(place.user, "cases").text
    assert ("Mine" in space, "Theirs" in space) == (True, False)
    page = show(place.user, f"cases?case={own.key}")
    assert ("The night shift" in page.text, "Canary words" in page.text) == (True, False)
    assert show(place.user, f"cases?case={other.key}").status_int == 404
    response = post(make_block(place.user.username), "case.withdraw", {"about": own.key}, at=f"cases?case={own.key}")
    assert response.status_int == 200
    own.refresh_from_db()
    assert own.state == "withdrawn"
    response = post(make_block(place.user.username), "case.withdraw", {"about": other.key})
    assert response.status_int == 404


def test_who_left_starts_and_shares_nothing(place):
    draft = CaseFactory(cohort=place.cohort, owner=place.user, state="draft", shared_at=None)
    leave(place.user, place.cohort)
    block = make_block(place.user.username)
    assert "Share with my group" not in show(place.user, f"cases?case={draft.key}").text
    assert post(block, "case.start", {"_key": "k"}).status_int == 403
    words = {"title": "T", "situation": "S", "question": "Q?", "tried": "", "horizon": "urgent", "kind": "problem"}
    values = {"about": draft.key, "version": "1", "third_parties": "on", **words}
    assert post(block, "case.share", values).status_int == 403


def test_who_has_no_cases_finds_no_cases(place):
    leave(place.user, place.cohort)
    assert show(place.user, "cases").status_int == 404
    assert show(UserFactory(), "cases").status_int == 404
    assert 'data-panel="cases"' not in show(place.user, "home").text


@pytest.mark.parametrize(
    ("who", "status"),
    [("member of B", 404), ("facilitator", 403), ("admin", 403), ("outsider", 403), ("unenrolled", 403)],
)
def test_nobody_leaves_for_somebody_else(place, who, status):
    people = {
        "member of B": MembershipFactory(cohort=CohortFactory(network=place.network, number=2)).user,
        "facilitator": FacilitationFactory(cohort=place.cohort).user,
        "admin": UserFactory(is_staff=True),
        "outsider": UserFactory(),
        "unenrolled": MembershipFactory(cohort=place.cohort, user__is_active=False).user,
    }
    before = set(place.cohort.memberships.filter(active=True))
    assert leave(people[who], place.cohort).status_int == status
    assert set(place.cohort.memberships.filter(active=True)) == before


def test_what_was_taken_home_and_shown_is_asked_about_and_can_go(place):
    CaseFactory(cohort=place.cohort, owner=MembershipFactory(cohort=place.cohort).user)
    TakeawayFactory(cohort=place.cohort, user=place.user)
    assert 'name="takeaways"' not in show(place.user).text
    shown = TakeawayFactory(cohort=place.cohort, user=place.user, visibility="cohort")
    assert "What you took home and let others read" in show(place.user).text
    assert leave(place.user, place.cohort).status_int == 422
    assert leave(place.user, place.cohort, takeaways="unnamed").status_int == 422
    assert leave(place.user, place.cohort, takeaways="removed").status_int == 200
    shown.refresh_from_db()
    assert shown.visibility == "me"


def test_an_answer_to_a_question_that_is_gone_meanwhile_stops_nobody(place):
    assert leave(place.user, place.cohort, takeaways="removed", contributions="nonsense").status_int == 200
