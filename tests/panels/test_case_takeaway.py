"""Taking something home from a case, on its page."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import Takeaway
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    TakeawayFactory,
    UserFactory,
    consent,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db

CANARY = "canary4711"


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


def member(cohort, **given):
    person = MembershipFactory(cohort=cohort, **given).user
    consent(cohort, person)
    return person


@pytest.fixture
def case(cohort):
    return CaseFactory(cohort=cohort, owner=member(cohort))


def page(user, case):
    return get(make_block(user.username), f"cases?case={case.key}").text


def take(user, case, **fields):
    pairs = {"about": case.key, "text": CANARY, "visibility": "me", **fields}
    return post(make_block(user.username), "takeaway.take", pairs, at=f"cases?case={case.key}")


def test_it_is_kept_in_the_journal_for_its_owner_alone(cohort, case):
    person, colleague = member(cohort), member(cohort)
    assert "Only you can read it, unless you choose otherwise here." in page(person, case)
    assert take(person, case).status_int == 200
    row = Takeaway.objects.get()
    assert (row.case, row.user, row.visibility) == (case, person, "me")
    assert CANARY in page(person, case)
    assert CANARY in get(make_block(person.username), "journal").text
    for other in (case.owner, colleague, FacilitationFactory(cohort=cohort).user):
        assert CANARY not in page(other, case)


@pytest.mark.parametrize(("visibility", "giver", "colleague"), [("case_giver", 1, 0), ("cohort", 1, 1), ("me", 0, 0)])
def test_others_read_it_as_far_as_it_was_chosen(cohort, case, visibility, giver, colleague):
    assert take(member(cohort), case, visibility=visibility).status_int == 200
    assert page(case.owner, case).count(CANARY) == giver
    assert page(member(cohort), case).count(CANARY) == colleague


def test_the_case_giver_is_not_offered_to_share_it_with_the_case_giver(cohort, case):
    offered = page(case.owner, case).split('data-action="takeaway.take"')[1].split("</form>")[0]
    assert ('value="me"' in offered, 'value="case_giver"' in offered, 'value="cohort"' in offered) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize("kind", ["other cohort", "late joiner", "guide", "admin", "stranger"])
def test_who_may_not_read_the_case_or_is_no_member_takes_nothing(kind, cohort, case):
    people = {
        "other cohort": lambda: member(CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort),
        "late joiner": lambda: member(cohort, joined_at=NOW + timedelta(days=5)),
        "guide": lambda: FacilitationFactory(cohort=cohort).user,
        "admin": lambda: UserFactory(is_staff=True),
        "stranger": UserFactory,
    }
    assert take(people[kind](), case).status_int in (403, 404)
    assert Takeaway.objects.count() == 0


def test_from_a_withdrawn_case_nothing_new_is_taken_and_the_old_stays(cohort, case):
    person = member(cohort)
    take(person, case, visibility="cohort")
    case.state = "withdrawn"
    case.save()
    assert take(person, case).status_int == 404
    assert take(case.owner, case).status_int == 404
    journal = get(make_block(person.username), "journal").text
    assert CANARY in journal
    assert case.title not in journal
    assert "A case that you can no longer read" in journal


def test_markup_is_shown_as_text(cohort, case):
    TakeawayFactory(cohort=cohort, user=member(cohort), case=case, visibility="cohort", text="<script>x</script>")
    shown = page(case.owner, case)
    assert "<script>x" not in shown
    assert "&lt;script&gt;x" in shown
