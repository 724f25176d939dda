"""The page for a team meeting holds what was ticked, and is not kept."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import AuditEntry, SentForm, Takeaway
from tests.factories import NOW, CaseFactory, CharterFactory, MembershipFactory, TakeawayFactory, consent
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db

WORDS = {"text": "IDEA-1", "happened": "STORY-2", "with_whom": "PERSON-3", "by_date": "2027"}


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def row():
    cohort = CharterFactory(cohort__network__state="running").cohort
    person = MembershipFactory(cohort=cohort).user
    consent(cohort, person)
    case = CaseFactory(cohort=cohort, title="TITLE-4", owner__first_name="GIVER-5")
    stored = {"text": "IDEA-1", "happened": "STORY-2", "with_whom": "PERSON-3", "by_date": date(2027, 3, 9)}
    return TakeawayFactory(cohort=cohort, user=person, case=case, state="tried", **stored)


def brief(row, ticked, own_line=""):
    pairs = [("about", row.key), *(("fields_in", name) for name in ticked), ("own_line", own_line)]
    return post(make_block(row.user.username), "takeaway.brief", pairs, at=f"journal?line={row.key}")


@pytest.mark.parametrize(
    "ticked", [["text"], ["happened"], ["text", "happened"], ["with_whom", "by_date"], list(WORDS)]
)
def test_it_holds_what_was_ticked_and_nothing_else(row, ticked):
    reply = brief(row, ticked)
    assert reply.status_int == 200
    page = reply.text.split('data-fragment="panel"')[1]
    assert {name for name, word in WORDS.items() if word in page} == set(ticked)
    assert [word for word in ("TITLE-4", "GIVER-5", row.case.key) if word in page] == []


def test_a_sentence_of_ones_own_is_enough(row):
    page = brief(row, [], own_line="Come and ask me.").text
    assert page.count("Come and ask me.") == 2
    assert "IDEA-1" not in page.split('data-fragment="panel"')[1]


def test_nothing_ticked_is_refused(row):
    assert brief(row, []).status_int == 422
    Takeaway.objects.update(happened="")
    assert brief(row, ["happened"]).status_int == 422


def test_it_is_not_kept(row):
    before = Takeaway.objects.values().get()
    brief(row, ["text"], own_line="Come and ask me.")
    assert Takeaway.objects.values().get() == before
    assert (SentForm.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert "Come and ask me." not in get(make_block(row.user.username), f"journal?line={row.key}").text


def test_only_what_there_is_is_offered(row):
    Takeaway.objects.update(with_whom="", happened="")
    page = get(make_block(row.user.username), f"journal?line={row.key}").text
    offered = page.split('data-action="takeaway.brief"')[1].split("</form>")[0]
    assert [name for name in WORDS if f'value="{name}"' in offered] == ["text", "by_date"]
