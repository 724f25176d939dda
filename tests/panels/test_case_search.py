"""Searching through the door: what is typed stands in no address and no log."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import AuditEntry, SentForm
from tests.factories import (
    NOW,
    CharterFactory,
    FacilitationFactory,
    MembershipFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


@pytest.fixture
def reader(cohort):
    person = MembershipFactory(cohort=cohort).user
    consent(cohort, person)
    return person


def look(user, typed):
    return post(make_block(user.username), "case.search", {"words": typed}, at="cases")


def test_what_was_found_is_marked_and_escaped(cohort, reader):
    shared_case(cohort, title="Relève & <b>Équipe</b>", situation="<script>equipe</script>")
    reply = look(reader, "équipe")
    assert reply.status_int == 200
    assert "Relève &amp; &lt;b&gt;<mark>Équipe</mark>&lt;/b&gt;" in reply.text
    assert "&lt;script&gt;<mark>equipe</mark>&lt;/script&gt;" in reply.text
    assert "1 case found." in words(reply.text)


def test_the_address_stays_that_of_the_board(cohort, reader, caplog):
    shared_case(cohort, title="Canary4711")
    reply = look(reader, "canary4711")
    assert 'data-address="cases"' in reply.text
    assert 'value="canary4711"' in reply.text
    assert "canary4711" not in caplog.text.lower()
    assert (AuditEntry.objects.count(), SentForm.objects.count()) == (0, 0)
    assert "<mark>" not in get(make_block(reader.username), "cases").text


def test_nothing_found_says_how_to_look(cohort, reader):
    shared_case(cohort)
    shown = words(look(reader, "nowhere").text)
    assert "No case found." in shown
    assert "All the words have to occur in one case." in shown


@pytest.mark.parametrize("typed", ["", "  ", "?!", "x" * 101])
def test_what_is_no_word_is_refused(cohort, reader, typed):
    shared_case(cohort)
    assert look(reader, typed).status_int == 422


@pytest.mark.parametrize("kind", ["late joiner", "late guide", "admin", "stranger", "not accepted"])
def test_others_find_nothing(cohort, kind):
    shared_case(cohort, title="Canary4711")
    late = NOW + timedelta(days=5)
    people = {
        "late joiner": lambda: MembershipFactory(cohort=cohort, joined_at=late).user,
        "late guide": lambda: FacilitationFactory(cohort=cohort, since=late).user,
        "admin": lambda: UserFactory(is_staff=True),
        "stranger": UserFactory,
        "not accepted": lambda: MembershipFactory(cohort=cohort).user,
    }
    person = people[kind]()
    if kind == "late joiner":
        consent(cohort, person)
    reply = look(person, "canary4711")
    assert reply.status_int in (200, 403, 404)
    assert "Canary4711" not in reply.text
