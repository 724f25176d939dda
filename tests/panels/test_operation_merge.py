"""Merging two groups, as the admin sees it."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Application, Change, PairRule
from lernet_xblock.workbench import clock
from tests.factories import NOW, CaseFactory, FacilitationFactory, UserFactory
from tests.runtime import get, make_block, post, words
from tests.services.regroup import LATER, fresh, group, people, running_network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [LATER]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def network():
    UserFactory(username="admin", is_staff=True)
    return running_network()


@pytest.fixture
def new(network):
    return group(network, 1, 8)


@pytest.fixture
def old(network):
    return group(network, 2, 7)


def page(old, **values):
    query = "".join(f"&{name}={value}" for name, value in values.items())
    response = get(make_block("admin"), f"cohorts?change=merge&cohort={old.key}{query}")
    assert response.status_int == 200, response.text
    return response.text


def send(old, new, **values):
    fields = {"about": old.key, "to": new.key, "version": str(fresh(old).version)}
    fields |= {"both_agreed": "on", "reason": "Seven are left", **values}
    where = f"cohorts?change=merge&cohort={old.key}&to={new.key}"
    return post(make_block("admin"), "merge.confirm", {name: one for name, one in fields.items() if one}, at=where)


def test_groups_with_room_for_everybody_are_offered(network, old, new):
    crowded = group(network, 3, 9)
    shown = page(old)
    assert f'value="{new.key}"' in shown
    assert f'value="{crowded.key}"' not in shown


def test_without_room_for_everybody_there_is_nothing_to_choose(network, old):
    group(network, 3, 9)
    assert "No other group of this network has room for 7 more people." in words(page(old))


def test_choosing_leads_to_the_preview_and_saves_nothing(old, new):
    response = post(make_block("admin"), "merge.look", {"about": old.key, "to": new.key})
    assert response.status_int == 200
    assert "What happens" in response.text
    assert not Change.objects.exists()


def test_the_preview_says_what_it_means(old, new):
    CaseFactory(cohort=old, owner=old.memberships.first().user)
    guide = FacilitationFactory(cohort=old, user__first_name="Karim", user__last_name="Aziz")
    shown = words(page(old, to=new.key))
    for sentence in (
        "Group B: 7 now, then 0 people.",
        "Group A: 8 now, then 15 people.",
        "The 1 case of Group B keeps its readers: its original members, and nobody of Group A.",
        "Whoever comes from Group B does not read what Group A has shared so far.",
        "4 sessions of Group B that are still ahead are cancelled.",
        "Whoever comes from Group B accepts the charter of Group A first.",
        "Karim Aziz keeps the cases of Group B; name them for Group A if you want.",
        "I asked, and both groups agreed.",
        "Merge the two groups",
    ):
        assert sentence in shown
    assert guide.user.first_name == "Karim"


def test_the_groups_are_merged_and_the_first_is_listed_as_gone(old, new):
    response = send(old, new)
    assert response.status_int == 200, response.text
    shown = words(response.text)
    assert "Group B goes on as part of Group A." in response.text
    assert "Group B went into Group A." in shown
    assert len(people(new)) == 15
    assert f"change=transfer&amp;cohort={old.key}" not in response.text
    assert f"change=history&amp;cohort={old.key}" in response.text


def test_other_panels_open_with_a_group_that_goes_on(old, new):
    assert send(new, old).status_int == 200
    for name in ("group", "sessions"):
        current = get(make_block("admin"), name).text.split('aria-current="true">')[1]
        assert current.startswith("Group B")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"both_agreed": ""}, "Please tick this."), ({"reason": ""}, "Please fill this in.")],
)
def test_consent_of_both_and_a_reason_are_needed(old, new, values, sentence):
    response = send(old, new, **values)
    assert response.status_int == 422
    assert sentence in response.text
    assert people(old)


def test_too_many_together_are_refused_with_the_number(network, old):
    crowded = group(network, 3, 9)
    assert "There is not enough room in this group" in page(old, to=crowded.key)
    response = send(old, crowded)
    assert response.status_int == 422
    assert people(old)


def test_pairs_are_named_and_need_a_tick(network, old, new):
    users = [old.memberships.first().user_id, new.memberships.first().user_id]
    first, second = Application.objects.filter(user__in=users).order_by("pk")
    PairRule.objects.create(network=network, kind="apart", first=first, second=second, made_at=NOW)
    assert "are to be kept apart, and would be in one group." in words(page(old, to=new.key))
    assert send(old, new).status_int == 422
    assert send(old, new, known="on").status_int == 200


def test_a_second_admin_is_told(old, new):
    assert send(old, new, version="7").status_int == 409
    assert people(old)


def test_learners_merge_nothing(old, new):
    learner = old.memberships.last().user.username
    fields = {"about": old.key, "to": new.key}
    assert post(make_block(learner), "merge.look", fields).status_int == 403
    sent = {**fields, "version": "1", "both_agreed": "on", "reason": "x"}
    assert post(make_block(learner), "merge.confirm", sent).status_int == 403
