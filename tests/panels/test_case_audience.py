"""The owner chooses who reads a case, and is told in words who that is."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import Case
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CircleFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TurnFactory,
    UserFactory,
    consent,
    seat,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        yield


@pytest.fixture
def case():
    cohort = CharterFactory(cohort__network=NetworkFactory(state="running"), cohort__number=1).cohort
    owner = MembershipFactory(cohort=cohort).user
    consent(cohort, owner)
    return CaseFactory(cohort=cohort, owner=owner, title="Handover")


@pytest.fixture
def member(case):
    person = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, person)
    return person


@pytest.fixture
def guide(case):
    return FacilitationFactory(cohort=case.cohort).user


@pytest.fixture
def late(case):
    person = MembershipFactory(cohort=case.cohort, joined_at=NOW + timedelta(days=2)).user
    consent(case.cohort, person)
    return person


def choose(user, case, **fields):
    stored = Case.objects.get(pk=case.pk)
    values = {"about": case.key, "version": stored.version, "audience": stored.audience, "open_to": "", **fields}
    pairs = {name: str(value) for name, value in values.items()}
    return post(make_block(user.username), "case.audience", pairs, at=f"cases?case={case.key}")


def page(user, case):
    return get(make_block(user.username), f"cases?case={case.key}")


def reads(user, case):
    return page(user, case).status_int == 200


def test_a_draft_says_for_each_audience_who_would_read_it(case, member, guide):
    draft = CaseFactory(cohort=case.cohort, owner=case.owner, state="draft", shared_at=None)
    text = words(page(case.owner, draft).text)
    name = guide.get_full_name()
    assert f"My group The 1 other member of your group will read this. So will those who guide it: {name}." in text
    assert (
        "My circle The people of your circle will read this, once a circle takes your case; until then no other member."
        f" So will those who guide your group: {name}."
    ) in text
    assert f"Nobody but those who guide your group will read this: {name}." in text


def test_a_draft_of_a_group_without_guides_and_colleagues_says_so(case):
    draft = CaseFactory(cohort=case.cohort, owner=case.owner, state="draft", shared_at=None)
    text = words(page(case.owner, draft).text)
    assert "No other member of your group can read it at this moment." in text
    assert "Nobody guides your group who could read this, so it stays with you." in text


def test_narrowing_takes_effect_at_once_and_widening_again_as_well(case, member, guide):
    circle = CircleFactory(session=SessionFactory(cohort=case.cohort))
    TurnFactory(case=case, session=circle.session, circle=circle, phase="questions")
    sits = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, sits)
    seat(circle, sits)
    seen = []
    for audience in ("cohort", "circle", "facilitator", "cohort"):
        response = choose(case.owner, case, audience=audience)
        assert response.status_int == 200
        seen.append([reads(user, case) for user in (member, sits, guide)])
    assert seen == [[True, True, True], [False, True, True], [False, False, True], [True, True, True]]


def test_the_reply_and_the_page_say_who_reads_it_now(case, member, guide):
    response = choose(case.owner, case, audience="facilitator")
    said = f"Nobody but those who guide your group will read this: {guide.get_full_name()}."
    assert f'data-say="{said}"' in response.text
    assert said in words(page(case.owner, case).text)
    assert "For those who guide the group, and nobody else." in words(page(guide, case).text)


def test_changing_the_audience_is_no_change_of_the_text(case, member):
    case.contributions.create(author=member, kind="question", text="Why?", posted_at=NOW)
    choose(case.owner, case, audience="circle")
    choose(case.owner, case, audience="cohort")
    assert "changed on" not in page(member, case).text


def test_late_joiners_read_an_older_case_once_its_owner_agrees_and_as_long_as_they_do(case, member, late):
    case.contributions.create(author=member, kind="question", text="Canary words", posted_at=NOW)
    asked = words(page(case.owner, case).text)
    assert "People who join Group A later may read it too" in asked
    assert f"From now on these people could read it as well: {late.get_full_name()}." in asked
    assert not reads(late, case)
    opened = choose(case.owner, case, open_to=case.cohort.key)
    assert "You opened it to Group A: to 1 more person now, and to whoever joins later." in words(opened.text)
    text = page(late, case).text
    assert ("The night shift" in text, "Canary words" in text) == (True, False)
    assert "It is open to people who join later." in text
    case.contributions.create(author=member, kind="question", text="New words", posted_at=NOW + timedelta(days=4))
    assert "New words" in page(late, case).text
    choose(case.owner, case, open_to="")
    assert not reads(late, case)
    assert reads(member, case)


def moved(case):
    other = CharterFactory(cohort__network=case.cohort.network, cohort__number=2).cohort
    case.cohort.memberships.filter(user=case.owner).update(active=None, left_at=NOW + timedelta(days=2), end="merged")
    MembershipFactory(cohort=other, user=case.owner, joined_at=NOW + timedelta(days=2))
    consent(other, case.owner)
    there = MembershipFactory(cohort=other).user
    consent(other, there)
    return other, there


def test_after_a_merger_the_owner_opens_the_old_case_to_the_new_group(case, member):
    other, there = moved(case)
    asked = words(page(case.owner, case).text)
    assert "The 1 other person of Group A with whom you shared it can read it." in asked
    assert "Group B, where I am now, may read it too, also who joins later" in asked
    assert not reads(there, case)
    assert choose(case.owner, case, open_to=other.key).status_int == 200
    assert reads(there, case)
    assert reads(member, case)


@pytest.mark.parametrize("to", ["another group", "another network", "nothing"])
def test_it_is_opened_to_the_own_group_and_no_other(case, to):
    key = {
        "another group": lambda: CohortFactory(network=case.cohort.network, number=2).key,
        "another network": lambda: CohortFactory(network__usage_id="other.u1").key,
        "nothing": lambda: "0" * 20,
    }[to]()
    assert choose(case.owner, case, open_to=key).status_int == 404
    assert Case.objects.get().open_to is None


@pytest.mark.parametrize("who", ["member", "guide", "admin", "stranger"])
def test_nobody_else_changes_the_audience(case, member, guide, who):
    person = {"member": member, "guide": guide, "admin": UserFactory(is_staff=True), "stranger": UserFactory()}[who]
    foreign = choose(person, case, audience="facilitator")
    missing = post(
        make_block(person.username),
        "case.audience",
        {"about": "0" * 20, "version": "1", "audience": "facilitator", "open_to": ""},
    )
    assert foreign.status_int in {403, 404}
    assert (foreign.status_int, foreign.text) == (missing.status_int, missing.text)
    assert Case.objects.get().audience == "cohort"


def test_two_windows_get_both_versions_to_see(case):
    choose(case.owner, case, audience="facilitator", open_to=case.cohort.key)
    response = choose(case.owner, case, audience="circle", version=case.version)
    assert response.status_int == 409
    assert "Stored now: <b>Those who guide the group, only</b>" in response.text
    assert "Stored now: <b>Group A</b>" in response.text
    assert Case.objects.get().audience == "facilitator"


def test_who_left_can_narrow_and_is_not_offered_to_widen(case, member):
    choose(case.owner, case, audience="circle")
    case.cohort.memberships.filter(user=case.owner).update(active=None, left_at=NOW, end="left")
    html = page(case.owner, case).text
    assert [f'name="audience" value="{name}"' in html for name in ("cohort", "circle", "facilitator")] == [
        False,
        True,
        True,
    ]
    assert "may read it too" not in html
    assert choose(case.owner, case, audience="facilitator").status_int == 200
    assert choose(case.owner, case, audience="cohort").status_int == 404


def test_while_it_is_held_the_page_says_that_nobody_reads_it(case, member):
    Case.objects.update(held_at=NOW)
    assert "Somebody reported it." in words(page(case.owner, case).text)
    assert not reads(member, case)


def test_an_unknown_audience_is_refused(case):
    assert choose(case.owner, case, audience="everybody").status_int == 422
