"""Moving a member to another group, as the admin sees it."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Application, Change, Membership, PairRule
from lernet_xblock.workbench import clock
from tests.factories import NOW, CaseFactory, NetworkFactory, UserFactory
from tests.runtime import get, hidden, make_block, post, words
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
def old(network):
    return group(network, 1, 10)


@pytest.fixture
def new(network):
    return group(network, 2, 12)


@pytest.fixture
def mover(old):
    row = old.memberships.first()
    type(row.user).objects.filter(pk=row.user_id).update(first_name="Noor", last_name="Aziz")
    return row


def address(old, **values):
    query = "&".join(f"{name}={value}" for name, value in values.items())
    return f"cohorts?change=transfer&cohort={old.key}&{query}"


def page(*args, username="admin", **values):
    response = get(make_block(username), address(*args, **values))
    assert response.status_int == 200, response.text
    return response.text


def send(old, new, mover, **values):
    fields = {"about": old.key, "person": str(mover.pk), "to": new.key, "version": str(fresh(old).version)}
    where = address(old, person=mover.pk, to=new.key)
    return post(make_block("admin"), "transfer.confirm", {**fields, "reason": "", **values}, at=where)


def test_people_and_groups_with_room_are_offered(network, old, new, mover):
    full = group(network, 3, 15)
    shown = page(old)
    assert ">Noor Aziz</option>" in shown
    assert f'value="{new.key}"' in shown
    assert "Group B: 12 people, 3 seats free" in shown
    assert f'value="{full.key}"' not in shown
    assert "What happens" not in shown


def test_choosing_leads_to_the_preview_and_saves_nothing(old, new, mover):
    fields = {"about": old.key, "person": str(mover.pk), "to": new.key}
    response = post(make_block("admin"), "transfer.look", fields, at=address(old))
    assert response.status_int == 200
    assert f"person={mover.pk}&amp;to={new.key}" in response.text
    assert "What happens" in response.text
    assert not Change.objects.exists()


def test_the_preview_says_what_it_means(old, new, mover):
    CaseFactory.create_batch(2, cohort=old, owner=mover.user)
    shown = words(page(old, person=mover.pk, to=new.key))
    for sentence in (
        "Group A: 10 now, then 9 people.",
        "Group B: 12 now, then 13 people.",
        (
            "Noor Aziz no longer reads the cases of Group A."
            " The 2 cases that Noor Aziz shared stay with Group A, and Noor Aziz keeps reading them."
        ),
        "Noor Aziz is expected in the sessions of Group B, the next time on Wednesday 30 December 2026.",
        "Noor Aziz accepts the charter of Group B before reading any case there.",
        "Group A then has fewer people than its minimum of 10; it goes on.",
        "Move Noor Aziz to Group B",
    ):
        assert sentence in shown
    assert "I know about this pair" not in shown


def test_another_language_is_said(network, old, mover):
    dutch = group(network, 2, 5, working_language="nl")
    assert "Group B works in another language: Nederlands." in words(page(old, person=mover.pk, to=dutch.key))


def test_the_member_is_moved(old, new, mover):
    response = send(old, new, mover, reason="Works nights")
    assert response.status_int == 200, response.text
    assert "Noor Aziz is in Group B now." in response.text
    assert mover.user_id in people(new)
    assert Change.objects.get().reason == "Works nights"


def test_pairs_are_named_and_need_a_tick(network, old, new, mover):
    other = new.memberships.first()
    first, second = Application.objects.filter(user__in=[mover.user_id, other.user_id]).order_by("pk")
    PairRule.objects.create(network=network, kind="apart", first=first, second=second, made_at=NOW)
    name = other.user.get_full_name()
    shown = words(page(old, person=mover.pk, to=new.key))
    assert f"Noor Aziz and {name} are to be kept apart, and would be in one group." in shown
    response = send(old, new, mover)
    assert response.status_int == 422
    assert "Tick that you know" in response.text
    assert send(old, new, mover, known="on").status_int == 200


def test_late_in_the_network_a_reason_is_required(old, new, mover, at):
    at(new.sessions.get(number=3).ends_at)
    assert "so a reason is needed" in page(old, person=mover.pk, to=new.key)
    response = send(old, new, mover)
    assert response.status_int == 422
    assert mover.user_id in people(old)


def test_what_cannot_be_done_is_said_instead_of_a_button(network, old, mover):
    full = group(network, 3, 15)
    shown = page(old, person=mover.pk, to=full.key)
    assert "There is not enough room in this group" in shown
    assert 'data-action="transfer.confirm"' not in shown
    assert send(old, full, mover).status_int == 422


def test_without_room_anywhere_there_is_nothing_to_choose(old):
    assert "No other group of this network has a free seat." in page(old)


def test_a_second_admin_sees_what_changed(old, new, mover):
    version = hidden(page(old, person=mover.pk, to=new.key), "transfer.confirm", "version")
    other = old.memberships.last()
    assert send(old, new, other).status_int == 200
    response = send(old, new, mover, version=version)
    assert response.status_int == 409
    assert "Group A: 9 now, then 8 people." in words(response.text)
    assert mover.user_id in people(old)


def test_somebody_who_is_not_there_any_more_cannot_be_moved_and_the_admin_reads_why(old, new, mover):
    version = fresh(old).version
    assert send(old, new, mover).status_int == 200
    response = send(old, new, mover, version=str(version))
    assert response.status_int == 409
    assert "Somebody else changed this" in response.text
    assert "What happens" not in response.text


def test_learners_and_admins_of_nothing_are_refused(old, new, mover):
    learner = old.memberships.last().user.username
    fields = {"about": old.key, "person": str(mover.pk), "to": new.key, "version": "1", "reason": ""}
    for action in ("transfer.confirm", "transfer.look"):
        sent = {name: fields[name] for name in ("about", "person", "to")} if action.endswith("look") else fields
        assert post(make_block(learner), action, sent).status_int == 403
    assert get(make_block(learner), address(old)).status_int == 404


def test_foreign_groups_and_people_are_not_found(old, new, mover):
    foreign = group(NetworkFactory(usage_id="lernet.d9.u9", state="running"), 1, 2)
    stranger = foreign.memberships.first()
    assert get(make_block("admin"), address(foreign)).status_int == 404
    assert get(make_block("admin"), address(old, person=mover.pk, to=foreign.key)).status_int == 404
    assert "What happens" not in page(old, person=stranger.pk, to=new.key)
    for to, who in ((foreign, mover), (new, stranger)):
        assert send(old, to, who).status_int == 404
    assert not Membership.objects.filter(end="transferred").exists()


@pytest.mark.parametrize("person", ["0", "x", "9" * 30, "%00"])
def test_odd_addresses_find_nobody(old, new, person):
    assert "What happens" not in page(old, person=person, to=new.key)


def test_the_page_costs_the_same_for_few_and_many(network, old, new, mover):
    costs = []
    for number in (3, 4):
        group(network, number, 5)
        with CaptureQueriesContext(connection) as seen:
            page(old, person=mover.pk, to=new.key)
        costs.append(len(seen))
    assert costs[0] == costs[1]
