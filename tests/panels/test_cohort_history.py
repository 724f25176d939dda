"""The history of a group, and the button that takes something back."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Change, Membership
from lernet_xblock.panels.cohort_history import WHAT
from lernet_xblock.services.merge import merge
from lernet_xblock.services.transfer import transfer
from lernet_xblock.workbench import clock
from tests.factories import NetworkFactory, UserFactory
from tests.runtime import committed, get, make_block, post, words
from tests.services.regroup import LATER, fresh, group, people, running_network

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [LATER + HOUR]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def admin():
    return UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)


@pytest.fixture
def network(admin):
    return running_network()


@pytest.fixture
def first(network):
    return group(network, 1, 4)


@pytest.fixture
def second(network):
    return group(network, 2, 4)


@pytest.fixture
def noor(first):
    row = first.memberships.first()
    type(row.user).objects.filter(pk=row.user_id).update(first_name="Noor", last_name="Aziz")
    return row


@pytest.fixture
def moved(first, second, noor, admin):
    return move(first, second, noor.user_id, admin)


def move(frm, to, user_id, admin, now=LATER):
    return committed(
        lambda: transfer(
            frm,
            to=to,
            user_id=user_id,
            known=False,
            reason="Works nights",
            opened_version=fresh(frm).version,
            by=admin.pk,
            now=now,
        )
    )


def page(cohort):
    response = get(make_block("admin"), f"cohorts?change=history&cohort={cohort.key}")
    assert response.status_int == 200, response.text
    return response.text


def take_back(change, cohort, username="admin"):
    where = f"cohorts?change=history&cohort={cohort.key}"
    return post(make_block(username), "change.undo", {"about": change.key}, at=where)


def test_a_group_without_a_past_says_so(first):
    shown = words(page(first))
    assert "Nothing was changed since the group was formed." in shown
    assert "History of Group A" in shown


def test_both_groups_tell_of_a_transfer_with_reason_and_by_whom(first, second, moved):
    for cohort in (first, second):
        shown = words(page(cohort))
        assert "Noor Aziz moved from Group A to Group B." in shown
        assert "Why: Works nights" in shown
        assert "Friday 11 December 2026, 10:00 · Nadia Claes" in shown
        assert "Possible until Saturday 12 December 2026, 10:00." in shown


def test_who_was_a_member_when_stands_in_the_table(first, second, moved):
    old, new = words(page(first)), words(page(second))
    assert "Noor Aziz Tue 1 Dec Fri 11 Dec moved to another group" in old
    assert "Noor Aziz Fri 11 Dec today goes on" in new


def test_undoing_brings_everything_back_and_says_so(first, second, noor, moved):
    response = take_back(moved, first)
    assert response.status_int == 200, response.text
    shown = words(response.text)
    assert "Noor Aziz Tue 1 Dec today goes on" in shown
    assert "Taken back: Friday 11 December 2026, 11:00 · Nadia Claes" in shown
    assert 'data-action="change.undo"' not in response.text
    assert noor.user_id in people(first)
    assert "Noor Aziz Fri 11 Dec Fri 11 Dec taken back" in words(page(second))


def test_a_day_later_there_is_no_button(first, moved, at):
    assert 'data-action="change.undo"' in page(first)
    at(LATER + 25 * HOUR)
    assert 'data-action="change.undo"' not in page(first)
    response = take_back(moved, first)
    assert response.status_int == 422
    assert "a day has passed" in response.text


def test_why_something_cannot_be_undone_is_said_in_place_of_the_button(first, second, noor, moved):
    third = group(first.network, 3, 2)
    move(second, third, noor.user_id, moved.by, now=LATER + HOUR / 2)
    shown = page(first)
    assert "the same people were moved again since" in shown
    assert 'data-action="change.undo"' not in shown
    assert take_back(moved, first).status_int == 422


def test_a_merger_stands_in_both_histories(first, second, admin):
    change = committed(
        lambda: merge(
            second,
            to=first,
            both_agreed=True,
            known=False,
            reason="Four are left",
            opened_version=1,
            by=admin.pk,
            now=LATER,
        )
    )
    gone = words(page(second))
    assert "This group went into Group A." in gone
    assert "the group went into another" in gone
    assert "Group B went into Group A:" in words(page(first))
    assert take_back(change, second).status_int == 200
    assert len(people(second)) == 4


def test_every_kind_has_its_sentence():
    assert set(WHAT) == set(Change.Kind)


def test_learners_and_other_networks_find_nothing(first, second, moved):
    learner = second.memberships.last().user.username
    assert get(make_block(learner), f"cohorts?change=history&cohort={first.key}").status_int == 404
    assert take_back(moved, first, learner).status_int == 403
    foreign = group(NetworkFactory(usage_id="lernet.d9.u9", state="running"), 1, 2)
    assert get(make_block("admin"), f"cohorts?change=history&cohort={foreign.key}").status_int == 404
    Change.objects.filter(pk=moved.pk).update(network=foreign.network)
    assert take_back(moved, first).status_int == 404


def test_the_history_costs_the_same_for_few_and_many(network, first, second, admin):
    costs = []
    for number in (3, 4, 5):
        to = group(network, number, 2)
        move(first, to, Membership.objects.filter(cohort=first, active=True).first().user_id, admin)
        with CaptureQueriesContext(connection) as seen:
            page(first)
        costs.append(len(seen))
    assert len(set(costs)) == 1
