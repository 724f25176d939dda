"""Previews of what moving people would do."""

import pytest

from lernet_xblock.models import PairRule
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import change as previews
from lernet_xblock.workbench import clock
from tests.factories import NOW, ApplicationFactory, FacilitationFactory, UserFactory
from tests.runtime import make_block
from tests.services.regroup import DAY, LATER, group, member, running_network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    moments = [LATER]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def network():
    UserFactory(username="admin", is_staff=True)
    return running_network(cohort_limit=3)


@pytest.fixture
def old(network):
    return group(network, 1, 7)


@pytest.fixture
def new(network):
    return group(network, 2, 8)


def viewer():
    return viewer_of(make_block("admin"), None)


def offer(network, cohort, days=1):
    application = ApplicationFactory(network=network, state="offered")
    cohort.offers.create(network=network, application=application, made_at=NOW, expires_at=LATER + days * DAY)


def test_groups_with_room_come_the_roomiest_first(network, old, new):
    group(network, 3, 15)
    group(network, 4, 3, state="closed")
    roomy = group(network, 5, 3)
    offer(network, new)
    assert [(one.key, one.people, one.free) for one in previews.destinations(viewer(), old, seats=1)] == [
        (roomy.key, 3, 12),
        (new.key, 8, 6),
    ]
    assert [one.key for one in previews.destinations(viewer(), old, seats=7)] == [roomy.key]


def test_a_transfer_names_sizes_and_what_stands_in_the_way(network, old, new):
    number = old.memberships.first().pk
    found = previews.transfer_preview(viewer(), old, to=new, number=number)
    assert (found.old.before, found.old.after, found.new.before, found.new.after) == (7, 6, 8, 9)
    assert (found.old.below, found.obstacle, found.late, found.language) == (True, "", False, "")
    assert previews.transfer_preview(viewer(), old, to=new, number=new.memberships.first().pk) is None
    for _seat in range(7):
        offer(network, new)
    assert previews.transfer_preview(viewer(), old, to=new, number=number).obstacle == previews.NO_ROOM


@pytest.mark.parametrize(
    ("people", "offers", "obstacle"), [(8, 0, ""), (7, 1, ""), (8, 1, "no_room"), (9, 0, "no_room")]
)
def test_seven_and_eight_fit_offers_included(network, old, people, offers, obstacle):
    new = group(network, 2, people)
    for nth in range(offers):
        offer(network, (old, new)[nth % 2])
    assert previews.merge_preview(viewer(), old, to=new).obstacle == obstacle


def test_a_merger_counts_what_is_ahead_and_names_who_guides(old, new):
    FacilitationFactory(cohort=old, user__first_name="Karim", user__last_name="")
    found = previews.merge_preview(viewer(), old, to=new)
    assert (found.ahead, found.guides, len(found.moving), found.staying) == (4, ("Karim",), 7, ())


def test_who_guides_the_other_group_stands_in_the_way(old, new):
    row = old.memberships.first()
    FacilitationFactory(cohort=new, user=row.user)
    assert previews.merge_preview(viewer(), old, to=new).obstacle == previews.GUIDES
    assert previews.transfer_preview(viewer(), old, to=new, number=row.pk).obstacle == previews.GUIDES


def test_a_session_or_the_closing_stands_in_the_way(old, new, at):
    second, closing = new.sessions.get(number=2), new.sessions.get(number=5)
    at(second.starts_at)
    assert previews.merge_preview(viewer(), old, to=new).obstacle == previews.MEETING
    at(closing.starts_at)
    assert previews.merge_preview(viewer(), old, to=new).obstacle == previews.CLOSING
    at(new.sessions.get(number=3).starts_at)
    assert previews.transfer_preview(viewer(), old, to=new, number=old.memberships.first().pk).late


def test_a_split_names_both_halves(network, old, new):
    chosen = frozenset(old.memberships.order_by("pk").values_list("pk", flat=True)[:3])
    found = previews.split_preview(viewer(), old, numbers=chosen)
    assert (len(found.moving), len(found.staying), found.new.label, found.obstacle) == (3, 4, "Group C", "")
    assert previews.split_preview(viewer(), old, numbers=()).obstacle == previews.SMALL
    group(network, 3, 0)
    assert previews.split_preview(viewer(), old, numbers=chosen).obstacle == previews.LIMIT


def test_pairs_that_break_are_named(network, old, new):
    mover, stays = old.memberships.all()[:2]
    numbers = dict(network.applications.values_list("user_id", "pk"))
    first, second = sorted(numbers[row.user_id] for row in (mover, stays))
    PairRule.objects.create(network=network, kind="together", first_id=first, second_id=second, made_at=NOW)
    found = previews.transfer_preview(viewer(), old, to=new, number=mover.pk)
    assert [(pair.kind, pair.first, pair.second) for pair in found.pairs] == [
        ("together", mover.user.get_full_name(), stays.user.get_full_name())
    ]
    assert previews.merge_preview(viewer(), old, to=new).pairs == ()


def test_the_suggestion_spreads_departments(network):
    cohort = group(network, 1, 0)
    for nth in range(8):
        member(cohort, department="night" if nth % 2 else "packing")
    half = previews.suggested_half(cohort)
    chosen = cohort.memberships.filter(pk__in=half).values_list("user_id", flat=True)
    departments = list(network.applications.filter(user__in=chosen).values_list("department", flat=True))
    assert sorted(departments) == ["night", "night", "packing", "packing"]
    assert previews.suggested_half(group(network, 2, 3)) == frozenset()


@pytest.mark.parametrize("people", [2, 7])
def test_previews_cost_the_same_for_few_and_many(network, people, django_assert_num_queries):
    old, new = group(network, 1, people), group(network, 2, people)
    seen, number = viewer(), old.memberships.first().pk
    with django_assert_num_queries(7):
        previews.transfer_preview(seen, old, to=new, number=number)
    with django_assert_num_queries(7):
        previews.merge_preview(seen, old, to=new)
    old.network = network
    with django_assert_num_queries(8):
        previews.split_preview(seen, old, numbers={number})
    with django_assert_num_queries(1):
        previews.destinations(seen, old, seats=1)
