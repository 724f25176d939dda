"""Several admins change groups at the same moment."""

import time
from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from lernet_xblock.models import Change, Cohort, Membership, Network
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.membership import join_cohort, lock_with_network
from lernet_xblock.services.merge import merge
from lernet_xblock.services.split import split
from lernet_xblock.services.transfer import transfer
from lernet_xblock.services.undo import undo
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import ApplicationFactory, CharterFactory, CohortFactory, MembershipFactory, UserFactory
from tests.services.regroup import LATER, running_network

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

SEATS = 15


@pytest.fixture
def network():
    return running_network(cohort_limit=PROCESSES + 4)


def group(network, number, people, **values):
    cohort = CohortFactory(network=network, number=number, **values)
    CharterFactory(cohort=cohort)
    for row in MembershipFactory.create_batch(people, cohort=cohort):
        ApplicationFactory(network=network, user=row.user, state="member")
    return cohort


def active(cohort_id):
    return Membership.objects.filter(cohort=cohort_id, active=True).count()


def move(order):
    frm, to, user_id, admin = order
    attempt(
        lambda: transfer(
            Cohort.objects.get(pk=frm),
            to=Cohort.objects.get(pk=to),
            user_id=user_id,
            known=False,
            reason="",
            opened_version=1,
            by=admin,
            now=LATER,
        )
    )
    return "moved"


@pytest.fixture
def last_seat(network):
    """A group with one seat left, and an admin for each of eight groups who wants to move somebody there."""
    target = group(network, 1, SEATS - 1)
    admin = UserFactory(is_staff=True).pk
    sources = [group(network, number, 12) for number in range(2, PROCESSES + 2)]
    orders = [(one.pk, target.pk, one.memberships.first().user_id, admin) for one in sources]
    return target, orders


def test_the_last_seat_is_given_to_one_who_moves(last_seat):
    target, orders = last_seat
    outcomes = Counter(how for _who, how in all_at_once(move, orders))
    assert outcomes == {"moved": 1, "CohortFull": PROCESSES - 1}
    assert active(target.pk) == SEATS
    assert Membership.objects.filter(active=True).count() == SEATS - 1 + 12 * PROCESSES
    assert Change.objects.count() == 1


def test_without_the_lock_the_group_overflows(last_seat):
    """Guards the test above: counting first and moving then lets several people into one seat."""
    target, orders = last_seat

    def naively(order):
        frm, to, user_id, _admin = order
        with transaction.atomic():
            if Membership.objects.filter(cohort=to, active=True).count() >= SEATS:
                return "full"
            # Long enough that all eight have looked before anybody moves, also on a busy machine.
            time.sleep(1)
            Membership.objects.filter(cohort=frm, user=user_id, active=True).update(active=None, left_at=LATER)
            network_id = Cohort.objects.get(pk=to).network_id
            Membership.objects.create(network_id=network_id, cohort_id=to, user_id=user_id, joined_at=LATER)
        return "moved"

    all_at_once(naively, orders)
    assert active(target.pk) > SEATS


def test_one_person_moved_by_eight_admins_is_moved_once(network):
    old = group(network, 1, 12)
    user_id = old.memberships.first().user_id
    admin = UserFactory(is_staff=True).pk
    targets = [group(network, number, 5) for number in range(2, PROCESSES + 2)]
    orders = [(old.pk, target.pk, user_id, admin) for target in targets]
    outcomes = Counter(how for _who, how in all_at_once(move, orders))
    assert outcomes == {"moved": 1, "StaleVersion": PROCESSES - 1}
    assert Membership.objects.filter(user=user_id, active=True).count() == 1


def act(order):
    """Do one of the operations on the same three groups."""
    what, first, second, third, user_id, admin = order
    attempt(lambda: WORK[what](first, second, third, user_id, admin))
    return what


def cohort_of(pk):
    return Cohort.objects.get(pk=pk)


def merge_two(frm, to, admin):
    values: dict[str, Any] = {"both_agreed": True, "known": False, "reason": "Few", "opened_version": 1}
    merge(cohort_of(frm), to=cohort_of(to), by=admin, now=LATER, **values)


def split_first(first, admin):
    chosen = Membership.objects.filter(cohort=first, active=True).order_by("pk").values_list("user_id", flat=True)
    values: dict[str, Any] = {"known": False, "reason": "Many", "opened_version": 1}
    split(cohort_of(first), user_ids=list(chosen[:3]), by=admin, now=LATER, **values)


def move_third(first, third, user_id, admin):
    values: dict[str, Any] = {"known": False, "reason": "", "opened_version": 1}
    transfer(cohort_of(third), to=cohort_of(first), user_id=user_id, by=admin, now=LATER, **values)


def join(first, admin):
    _network, cohort = lock_with_network(cohort_of(first))
    join_cohort(cohort, user_id=admin, now=LATER)


WORK = {
    "merge": lambda first, second, third, user_id, admin: merge_two(second, first, admin),
    "back": lambda first, second, third, user_id, admin: merge_two(first, second, admin),
    "split": lambda first, second, third, user_id, admin: split_first(first, admin),
    "transfer": lambda first, second, third, user_id, admin: move_third(first, third, user_id, admin),
    "join": lambda first, second, third, user_id, admin: join(first, admin),
}


def test_operations_that_cross_leave_every_group_within_its_bounds_and_everybody_in_one(network):
    first, second, third = (group(network, number, people) for number, people in ((1, 7), (2, 7), (3, 12)))
    movers = list(third.memberships.values_list("user_id", flat=True))
    admins = [UserFactory(is_staff=True).pk for _number in range(PROCESSES)]
    kinds = ["merge", "back", "split", "transfer", "join", "transfer", "merge", "back"]
    orders = [(kind, first.pk, second.pk, third.pk, movers[nth], admins[nth]) for nth, kind in enumerate(kinds)]
    outcomes = dict(all_at_once(act, orders))
    assert not {"OperationalError", "IntegrityError", "Busy", "KeyError"} & set(outcomes.values()), outcomes
    joined = sum(how == "join" for how in outcomes.values())
    assert Membership.objects.filter(active=True).count() == 26 + joined
    for cohort in Cohort.objects.filter(network=network):
        assert active(cohort.pk) <= SEATS
        assert cohort.state == "confirmed" or not active(cohort.pk)


def test_a_change_is_undone_once(network):
    old, new = group(network, 1, 8), group(network, 2, 8)
    admin = UserFactory(is_staff=True).pk
    move((old.pk, new.pk, old.memberships.first().user_id, admin))
    change = Change.objects.get()

    def take_back(order):
        attempt(lambda: undo(Network.objects.get(pk=network.pk), key=change.key, by=order, now=LATER))
        return "undone"

    outcomes = Counter(how for _who, how in all_at_once(take_back, [admin] * PROCESSES))
    assert outcomes == {"undone": 1, "CannotUndo": PROCESSES - 1}
    assert (active(old.pk), active(new.pk)) == (8, 8)
