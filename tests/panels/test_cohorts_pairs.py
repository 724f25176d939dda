"""Keeping people apart or together: two names from one list, and the list of pairs."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import PairRule, Pin
from lernet_xblock.panels.cohorts_pairs import labelled
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.panels.proposing import proposed
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db
AT = "cohorts?pairs=yes"


@pytest.fixture(autouse=True)
def network():
    cache.clear()
    UserFactory(username="admin", is_staff=True)
    return NetworkFactory()


@pytest.fixture
def people(network):
    names = (("Anna", "Maes"), ("Ben", "Claes"), ("Ben", "Claes"))
    return [ApplicationFactory(network=network, user__first_name=one, user__last_name=last) for one, last in names]


def keep(first, second, kind="apart"):
    return post(make_block("admin"), "pair.keep", {"kind": kind, "first": first, "second": second}, at=AT)


def test_everybody_who_applied_can_be_chosen_by_name(people):
    html = get(make_block("admin"), AT).text
    assert '<option value="Anna Maes">' in html
    assert '<option value="Ben Claes (2)">' in html
    assert html.count('list="') == 2


@pytest.mark.parametrize(("kind", "said"), [("apart", "Kept apart"), ("together", "Kept together")])
def test_a_pair_is_kept_listed_and_removed(network, people, kind, said):
    response = keep("anna  maes", "Ben Claes (2)", kind)
    assert response.status_int == 200, response.text
    assert f"{said}: Anna Maes, Ben Claes (2)." in response.text
    rule = PairRule.objects.get()
    assert (rule.kind, rule.first, rule.second) == (kind, people[0], people[2])
    page = get(make_block("admin"), "cohorts").text if network.applications.count() > 9 else response.text
    assert "Anna Maes, Ben Claes" in words(page)
    dropped = post(make_block("admin"), "pair.drop", {"about": rule.key}, at=AT)
    assert dropped.status_int == 200
    assert not PairRule.objects.exists()
    assert post(make_block("admin"), "pair.drop", {"about": rule.key}, at=AT).status_int == 200


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("Anna Maes", "Anna Maes", "Choose two different people."),
        ("Anna Maes", "Nobody", "nobody who applied is called that"),
        ("Anna Maes", "Ben Claes", "nobody who applied is called that"),
        ("", "Ben Claes (1)", "Please fill this in."),
    ],
)
def test_what_is_no_pair_is_refused_with_the_names_as_typed(people, first, second, sentence):
    response = keep(first, second)
    assert response.status_int == 422
    assert sentence in response.text
    assert not PairRule.objects.exists()


def test_a_pair_is_kept_once(people):
    assert keep("Anna Maes", "Ben Claes (1)").status_int == 200
    response = keep("Ben Claes (1)", "Anna Maes", "together")
    assert response.status_int == 422
    assert "There is a rule for these two already." in response.text


def test_people_of_one_name_are_counted():
    assert labelled((("a", "Ben"), ("b", "Ann"), ("c", "ben"))) == {"a": "Ben (1)", "b": "Ann", "c": "ben (2)"}


def test_pairs_that_contradict_one_another_are_refused_by_name(people):
    assert keep("Anna Maes", "Ben Claes (1)", "together").status_int == 200
    assert keep("Ben Claes (1)", "Ben Claes (2)", "together").status_int == 200
    response = keep("Anna Maes", "Ben Claes (2)")
    assert response.status_int == 422
    assert "to be apart: Anna Maes and Ben Claes." in words(response.text)
    assert PairRule.objects.count() == 2


def test_a_pair_kept_after_a_proposal_counts_in_it_and_makes_older_pages_stale(network):
    rows = ApplicationFactory.create_batch(24, network=network)
    proposal = proposed(network, [rows[:12], rows[12:]])
    names = [row.user.get_full_name() for row in rows[:2]]
    assert keep(*names).status_int == 200
    proposal.refresh_from_db()
    assert (proposal.figures["violations"], proposal.version) == (1, 2)
    page = get(make_block("admin"), f"cohorts?proposal={proposal.key}").text
    assert "1 rule is broken." in page
    fields = {"about": proposal.key, "version": "2", "reason": ""}
    response = post(make_block("admin"), "proposal.confirm", fields, at=f"cohorts?proposal={proposal.key}")
    assert response.status_int == 422
    assert post(make_block("admin"), "proposal.confirm", {**fields, "version": "1"}).status_int == 409
    assert not network.cohorts.exists()


def test_rules_that_contradict_one_another_are_shown_and_break_no_page(network):
    rows = ApplicationFactory.create_batch(24, network=network)
    proposal = proposed(network, [rows[:12], rows[12:]])
    for kind, one, other in (("together", 0, 1), ("together", 1, 2), ("apart", 0, 2)):
        PairRule.objects.create(network=network, kind=kind, first=rows[one], second=rows[other], made_at=NOW)
    for number, row in ((1, rows[3]), (2, rows[4])):
        Pin.objects.create(network=network, application=row, number=number)
    PairRule.objects.create(network=network, kind="together", first=rows[3], second=rows[4], made_at=NOW)
    for address in (f"cohorts?proposal={proposal.key}", f"cohorts?proposal={proposal.key}&person={rows[0].key}"):
        assert get(make_block("admin"), address).status_int == 200
