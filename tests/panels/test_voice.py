"""One contribution on its own page: changed, withdrawn, and between two whether it helped."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import AuditEntry, Contribution
from tests.factories import (
    NOW,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    TurnFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

THEN = NOW + timedelta(days=4)


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel(THEN, tick=False) as clock:
        yield clock


@pytest.fixture
def case():
    shared = shared_case(FacilitationFactory().cohort)
    consent(shared.cohort, shared.owner)
    return shared


@pytest.fixture
def author(case):
    return joined(case.cohort)


@pytest.fixture
def said(case, author):
    return ContributionFactory(case=case, author=author, text="Since *when*?", posted_at=THEN - timedelta(minutes=10))


def joined(cohort):
    person = MembershipFactory(cohort=cohort).user
    consent(cohort, person)
    return person


def page(user, said):
    return get(make_block(user.username), f"cases?case={said.case.key}&voice={said.key}")


def send(user, action, said, **fields):
    at = f"cases?case={said.case.key}&voice={said.key}"
    return post(make_block(user.username), f"contribution.{action}", {"about": said.key, **fields}, at=at)


def others(case):
    """Return somebody of every kind who is neither the case giver nor the author."""
    elsewhere = FacilitationFactory(cohort__network=case.cohort.network)
    return {
        "colleague": joined(case.cohort),
        "facilitator": case.cohort.facilitations.get().user,
        "deputy": FacilitationFactory(cohort=case.cohort, role="deputy").user,
        "no consent": MembershipFactory(cohort=case.cohort).user,
        "left": MembershipFactory(cohort=case.cohort, active=None, left_at=NOW, end="left").user,
        "other cohort": joined(elsewhere.cohort),
        "other facilitator": elsewhere.user,
        "admin": UserFactory(is_staff=True),
        "stranger": UserFactory(),
    }


def test_the_author_changes_their_words_and_is_told_how_long(author, said):
    html = page(author, said).text
    assert "You can change them for 20 more minutes." in words(html)
    response = send(author, "edit", said, text="Since **when**?", version=hidden(html, "contribution.edit", "version"))
    assert response.status_int == 200
    assert f'data-address="cases?case={said.case.key}"' in response.text
    assert "<strong>when</strong>" in response.text
    assert "edited" in words(response.text)


def test_after_half_an_hour_the_words_stay_and_can_be_withdrawn(author, said, clock):
    clock.shift(timedelta(minutes=20))
    html = page(author, said).text
    assert "contribution.edit" not in html
    assert "contribution.withdraw" in html
    refused = send(author, "edit", said, text="Later", version="1")
    assert refused.status_int == 422
    said.refresh_from_db()
    assert said.text == "Since *when*?"


def test_the_last_minute_is_still_a_minute(author, said, clock):
    clock.shift(timedelta(minutes=19, seconds=30))
    assert "for 1 more minute." in words(page(author, said).text)


def test_two_windows_get_a_conflict_that_shows_both(author, said):
    assert send(author, "edit", said, text="From the phone", version="1").status_int == 200
    conflict = send(author, "edit", said, text="From the desk", version="1")
    assert conflict.status_int == 409
    assert "Stored now: From the phone" in words(conflict.text)
    assert "From the desk</textarea>" in conflict.text
    again = hidden(conflict.text, "contribution.edit", "version")
    assert send(author, "edit", said, text="From the desk", version=again).status_int == 200


def test_a_hint_also_comes_after_a_change(author, said):
    assert "sounds like" in send(author, "edit", said, text="Have you tried to ask?", version="1").text


def test_withdrawn_words_stay_their_authors_to_read(author, said, case):
    response = send(author, "withdraw", said)
    assert response.status_int == 200
    assert "Since <em>when</em>?" in response.text
    html = page(author, said).text
    assert "Withdrawn. Only you can read it." in words(html)
    assert "contribution.edit" not in html
    for reader in (case.owner, joined(case.cohort)):
        assert page(reader, said).status_int == 404
        assert "Since" not in get(make_block(reader.username), f"cases?case={case.key}").text


def test_nobody_else_changes_or_withdraws(case, author, said):
    for name, person in {"case giver": case.owner, **others(case)}.items():
        for action, fields in (("edit", {"text": "Mine", "version": "1"}), ("withdraw", {})):
            assert send(person, action, said, **fields).status_int in {403, 404}, name
            missing = {"about": "0" * 20, **fields}
            assert (
                post(make_block(person.username), f"contribution.{action}", missing).status_int
                == send(person, action, said, **fields).status_int
            ), name
    said.refresh_from_db()
    assert (said.text, said.withdrawn_at) == ("Since *when*?", None)


def test_readers_report_from_here_and_authors_do_not(case, author, said):
    link = f'data-panel="reports?case={case.key}&amp;voice={said.key}"'
    assert [link in page(person, said).text for person in (case.owner, joined(case.cohort), author)] == [
        True,
        True,
        False,
    ]


def test_words_that_are_not_there_look_like_those_that_are_not_yours(case, said):
    for person in others(case).values():
        expected = 200 if person.pk in readers(case) else 404
        assert page(person, said).status_int == expected
    for key in ("0" * 20, "", "<b>"):
        found = get(make_block(case.owner.username), f"cases?case={case.key}&voice={key}")
        assert found.status_int == (200 if not key else 404)


def readers(case):
    """Return who reads the case: members who agreed, and those who guide."""
    agreed = set(case.cohort.charters.get().consents.values_list("user_id", flat=True))
    return agreed | set(case.cohort.facilitations.values_list("user_id", flat=True))


def test_that_it_helped_is_told_to_the_author_and_to_nobody_else(case, author, said):
    addresses = ("cases", f"cases?case={case.key}", f"cases?case={case.key}&voice={said.key}", "home")
    people = others(case)

    def seen(person):
        return [masked(get(make_block(person.username), address).text) for address in addresses]

    before, logged = {name: seen(person) for name, person in people.items()}, AuditEntry.objects.count()
    assert send(case.owner, "helped", said, helped="yes").status_int == 200
    assert Contribution.objects.get(pk=said.pk).helped
    assert {name: seen(person) for name, person in people.items()} == before
    assert AuditEntry.objects.count() == logged
    assert f"This helped {case.owner.get_full_name()}" in words(page(author, said).text)
    assert "Take back" in words(get(make_block(case.owner.username), f"cases?case={case.key}").text)
    assert send(case.owner, "helped", said, helped="no").status_int == 200
    assert "This helped" not in words(page(author, said).text)


def masked(html):
    """Return the page without the keys of its forms, which are new each time."""
    return "".join(part.split('"', 1)[-1] for part in html.split('name="_key" value="'))


def test_nobody_but_the_case_giver_says_that_it_helped(case, author, said):
    for name, person in {"author": author, **others(case)}.items():
        assert send(person, "helped", said, helped="yes").status_int in {403, 404}, name
        assert "contribution.helped" not in get(make_block(person.username), f"cases?case={case.key}").text
    assert not Contribution.objects.filter(helped=True).exists()


@pytest.mark.parametrize("helped", ["", "maybe"])
def test_helped_is_yes_or_no(case, said, helped):
    assert send(case.owner, "helped", said, helped=helped).status_int == 422


def test_a_case_giver_without_a_name_stays_without_one(case, author, said):
    type(case).objects.filter(pk=case.pk).update(unnamed=True)
    Contribution.objects.filter(pk=said.pk).update(helped=True)
    html = page(author, said).text
    assert "This helped the case giver" in words(html)
    assert case.owner.get_full_name() not in html


def test_a_held_contribution_may_be_changed_by_its_author_while_somebody_looks_at_it(author, said, clock):
    Contribution.objects.filter(pk=said.pk).update(held_at=THEN)
    clock.shift(timedelta(hours=3))
    assert "While somebody looks at your words, you can change them." in words(page(author, said).text)
    assert send(author, "edit", said, text="Kinder", version="1").status_int == 200


def test_words_of_an_earlier_phase_are_still_their_authors(case, author, said):
    TurnFactory(case=case, phase="suggestions")
    assert send(author, "edit", said, text="Since which day?", version="1").status_int == 200
