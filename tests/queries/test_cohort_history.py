"""The history of a group."""

from datetime import timedelta

import pytest

from lernet_xblock.models import Change, Membership
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.cohort_history import MOST_EVENTS, gone_groups, history
from lernet_xblock.services.transfer import transfer
from tests.factories import NetworkFactory, UserFactory
from tests.runtime import committed, make_block
from tests.services.regroup import DAY, LATER, fresh, group, running_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    UserFactory(username="admin", first_name="Nadia", last_name="", is_staff=True)
    return running_network()


@pytest.fixture
def first(network):
    return group(network, 1, 3)


@pytest.fixture
def second(network):
    return group(network, 2, 3)


def viewer():
    return viewer_of(make_block("admin"), None)


def move(frm, to, now=LATER):
    row = frm.memberships.filter(active=True).first()
    values = {"known": False, "reason": "Works nights", "opened_version": fresh(frm).version}
    by = viewer().user_id
    return committed(lambda: transfer(frm, to=to, user_id=row.user_id, by=by, now=now, **values))


def test_stays_are_in_the_order_of_joining_with_their_end(first, second):
    change = move(second, first)
    found = history(viewer(), first)
    assert [stay.since for stay in found.stays] == sorted(stay.since for stay in found.stays)
    assert [(stay.until, stay.end) for stay in found.stays] == [(None, "")] * 4
    left = [stay for stay in history(viewer(), second).stays if stay.until]
    assert [(stay.until, stay.end) for stay in left] == [(LATER, "transferred")]
    name = Membership.objects.get(pk=change.done["made"][0]).user.get_full_name()
    assert found.stays[-1].name == left[0].name == name
    assert [stay.name for stay in found.stays[:3]] == sorted(stay.name for stay in found.stays[:3])


def test_both_groups_know_of_a_transfer_and_a_third_does_not(network, first, second):
    change, third = move(second, first), group(network, 3, 2)
    for cohort in (first, second):
        (event,) = history(viewer(), cohort).events
        assert (event.change, event.frm, event.to, event.by) == (change, "Group B", "Group A", "Nadia")
    assert history(viewer(), third).events == ()


def test_two_changes_of_one_moment_are_told_apart(network, first, second):
    third, fourth = group(network, 3, 2), group(network, 4, 2)
    here, elsewhere = move(second, first), move(third, fourth)
    assert [event.change for event in history(viewer(), first).events] == [here]
    assert [event.change for event in history(viewer(), fourth).events] == [elsewhere]


def test_the_newest_come_first_and_no_more_than_a_hundred(first):
    for day in range(MOST_EVENTS + 1):
        Change.objects.create(network=first.network, cohort=first, kind="pause", at=LATER + day * DAY)
    found = [event.change.at for event in history(viewer(), first).events]
    assert found == [LATER + timedelta(days=day) for day in range(MOST_EVENTS, 0, -1)]


def test_groups_that_went_into_others_are_listed(first, second):
    type(second).objects.filter(pk=second.pk).update(state="merged", merged_into=first)
    foreign = group(NetworkFactory(usage_id="lernet.d9.u9"), 1, 0)
    type(foreign).objects.filter(pk=foreign.pk).update(state="merged", merged_into=foreign)
    assert [(one.key, one.label, one.into) for one in gone_groups(first.network)] == [
        (second.key, "Group B", "Group A")
    ]
    assert history(viewer(), fresh(second)).into == "Group A"


@pytest.mark.parametrize("people", [2, 6])
def test_history_costs_the_same_for_few_and_many(network, people, django_assert_num_queries):
    cohort, other = group(network, 1, people + 1), group(network, 2, 1)
    for _nth in range(people):
        move(cohort, other)
    seen = viewer()
    with django_assert_num_queries(5):
        assert len(history(seen, cohort).events) == people
