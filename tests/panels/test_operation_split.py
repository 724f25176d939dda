"""Splitting a group, as the admin sees it."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Application, Change, Cohort, PairRule
from lernet_xblock.panels.operation_split import packed, unpacked
from lernet_xblock.workbench import clock
from tests.factories import NOW, UserFactory
from tests.runtime import get, hidden, make_block, post, words
from tests.services.regroup import LATER, fresh, group, people, running_network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(monkeypatch):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def network():
    UserFactory(username="admin", is_staff=True)
    return running_network(cohort_limit=3)


@pytest.fixture
def cohort(network):
    return group(network, 1, 17, maximum_size=17)


def page(cohort, who=""):
    response = get(make_block("admin"), f"cohorts?change=split&cohort={cohort.key}" + (f"&who={who}" if who else ""))
    assert response.status_int == 200, response.text
    return response.text


def send(cohort, numbers, **values):
    fields = {"about": cohort.key, "people": " ".join(map(str, numbers)), "version": str(fresh(cohort).version)}
    where = f"cohorts?change=split&cohort={cohort.key}"
    return post(make_block("admin"), "split.confirm", {**fields, "reason": "Too many to talk", **values}, at=where)


def numbers_of(cohort):
    return sorted(cohort.memberships.filter(active=True).values_list("pk", flat=True))


@pytest.mark.parametrize("chosen", [(), (3,), (3, 5, 8), (8,)])
def test_a_choice_goes_through_an_address(chosen):
    assert unpacked((3, 5, 8), packed((3, 5, 8), chosen)) == frozenset(chosen)


@pytest.mark.parametrize("text", ["zz", "-1", "%00", "f" * 200])
def test_odd_addresses_choose_nobody_strange(text):
    assert unpacked((3, 5), text) <= {3, 5}


def test_two_halves_are_suggested_at_first_with_their_preview(cohort):
    shown = page(cohort)
    assert len(hidden(shown, "split.confirm", "people").split()) == 8
    assert shown.count(" checked") == 8
    text = words(shown)
    for sentence in (
        "This is a suggestion: two halves",
        "Group A: 17 now, then 9 people.",
        "Group B: 0 now, then 8 people.",
        "Group B gets the 4 sessions that Group A has ahead, at the same times and places.",
        "Group B then has fewer people than its minimum of 10; it goes on.",
        "Say afterwards who guides Group B.",
    ):
        assert sentence in text


def test_choosing_differently_shows_what_it_means(cohort):
    chosen = numbers_of(cohort)[:5]
    pairs = [("about", cohort.key), *(("people", str(one)) for one in chosen)]
    response = post(make_block("admin"), "split.look", pairs)
    assert response.status_int == 200
    assert "Group B: 0 now, then 5 people." in words(response.text)
    assert hidden(response.text, "split.confirm", "people") == " ".join(map(str, chosen))
    assert not Change.objects.exists()


def test_nobody_and_everybody_are_no_choice(cohort):
    for chosen in ((), numbers_of(cohort)):
        pairs = [("about", cohort.key), *(("people", str(one)) for one in chosen)]
        response = post(make_block("admin"), "split.look", pairs)
        assert "Each of the two groups needs at least two people." in response.text
        assert 'data-action="split.confirm"' not in response.text


def test_the_group_is_split(cohort):
    chosen = numbers_of(cohort)[:8]
    response = send(cohort, chosen)
    assert response.status_int == 200, response.text
    assert "Group B was made out of Group A." in response.text
    new = Cohort.objects.get(number=2)
    assert (len(people(cohort)), len(people(new))) == (9, 8)


def test_a_reason_is_needed(cohort):
    assert send(cohort, numbers_of(cohort)[:8], reason="").status_int == 422
    assert not Change.objects.exists()


def test_pairs_are_named_and_need_a_tick(network, cohort):
    rows = list(cohort.memberships.order_by("pk"))
    first, second = Application.objects.filter(user__in=[rows[0].user_id, rows[-1].user_id]).order_by("pk")
    PairRule.objects.create(network=network, kind="together", first=first, second=second, made_at=NOW)
    chosen = [row.pk for row in rows[:8]]
    shown = words(page(cohort, packed(numbers_of(cohort), chosen)))
    assert "are to be together, and would be in different groups." in shown
    assert send(cohort, chosen).status_int == 422
    assert send(cohort, chosen, known="on").status_int == 200


def test_the_network_that_has_all_its_groups_gets_no_more(network, cohort):
    for number in (2, 3):
        group(network, number, 0)
    assert "This network cannot have more groups" in page(cohort)
    assert send(cohort, numbers_of(cohort)[:8]).status_int == 422


def test_three_people_cannot_be_split(network):
    assert "This group is too small to be split" in page(group(network, 1, 3))


def test_people_of_other_groups_are_refused(network, cohort):
    other = group(network, 2, 3)
    response = send(cohort, [*numbers_of(cohort)[:3], numbers_of(other)[0]])
    assert response.status_int == 422
    assert "The people of this group changed meanwhile" in response.text
    pairs = [("about", cohort.key), ("people", str(numbers_of(other)[0]))]
    assert post(make_block("admin"), "split.look", pairs).status_int == 422


def test_a_second_admin_is_told_and_confirms_nothing_but_what_is_seen_then(network, cohort):
    chosen = numbers_of(cohort)[:4]
    response = send(cohort, chosen, version="7")
    assert response.status_int == 409
    assert "Somebody else changed this" in response.text
    seen = hidden(response.text, "split.confirm", "people")
    assert len(seen.split()) == 8
    assert "Too many to talk" in response.text
    assert send(cohort, seen.split(), version=hidden(response.text, "split.confirm", "version")).status_int == 200


def test_learners_split_nothing(cohort):
    learner = cohort.memberships.last().user.username
    assert post(make_block(learner), "split.look", {"about": cohort.key}).status_int == 403
    fields = {"about": cohort.key, "people": "1 2", "version": "1", "reason": "x"}
    assert post(make_block(learner), "split.confirm", fields).status_int == 403
