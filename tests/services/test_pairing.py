"""Pairs that are kept apart or together, and people pinned to a group."""

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import PairRule, Pin
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.services.pairing import drop_pair, keep_pair, pin
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


@pytest.fixture
def network(admin):
    return NetworkFactory()


@pytest.fixture
def people(network):
    return ApplicationFactory.create_batch(3, network=network)


def keep(network, first, second, admin, kind="apart"):
    return keep_pair(network, kind=kind, first_key=first.key, second_key=second.key, by=admin.pk, now=NOW)


def test_a_pair_is_kept_in_one_order(network, people, admin):
    rule = keep(network, people[1], people[0], admin)
    assert (rule.first, rule.second, rule.kind) == (people[0], people[1], "apart")


def test_a_pair_is_written_once_whichever_way_round(network, people, admin):
    keep(network, people[0], people[1], admin)
    with pytest.raises(RuleViolation, match="a rule for these two already"):
        keep(network, people[1], people[0], admin, kind="together")
    assert PairRule.objects.count() == 1


def test_nobody_makes_a_pair_alone(network, people, admin):
    with pytest.raises(RuleViolation, match="two different people"):
        keep(network, people[0], people[0], admin)


def test_people_of_another_network_or_who_withdrew_are_not_found(network, people, admin):
    stranger = ApplicationFactory(network=NetworkFactory(usage_id="lernet.d9.u9"))
    gone = ApplicationFactory(network=network, state="withdrawn")
    for other in (stranger, gone):
        with pytest.raises(NotFound):
            keep(network, people[0], other, admin)


def test_dropping_a_pair_twice_is_no_fault(network, people, admin):
    rule = keep(network, people[0], people[1], admin)
    for _time in range(2):
        drop_pair(network, key=rule.key, by=admin.pk, now=NOW)
    assert PairRule.objects.count() == 0


def test_a_pair_of_another_network_is_not_dropped(network, people, admin):
    rule = keep(network, people[0], people[1], admin)
    drop_pair(NetworkFactory(usage_id="lernet.d9.u9"), key=rule.key, by=admin.pk, now=NOW)
    assert PairRule.objects.count() == 1


def test_a_pin_is_set_changed_and_taken_away(network, people, admin):
    for number in (1, 2):
        pin(network, application_key=people[0].key, number=number, by=admin.pk, now=NOW)
    assert Pin.objects.get().number == 2
    pin(network, application_key=people[0].key, number=None, by=admin.pk, now=NOW)
    assert not Pin.objects.exists()


@pytest.mark.parametrize("number", [0, 3])
def test_a_pin_names_a_group_that_can_be(network, people, admin, number):
    with pytest.raises(RuleViolation, match="cannot have so many groups"):
        pin(network, application_key=people[0].key, number=number, by=admin.pk, now=NOW)


def test_nothing_is_fixed_once_groups_are_formed(network, people, admin):
    network.state = "running"
    network.save()
    with pytest.raises(RuleViolation, match="formed already"):
        pin(network, application_key=people[0].key, number=1, by=admin.pk, now=NOW)


def refused(work):
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.code


def test_pairs_that_contradict_one_another_are_refused(network, people, admin):
    keep(network, people[0], people[1], admin, kind="together")
    keep(network, people[1], people[2], admin, kind="together")
    assert refused(lambda: keep(network, people[0], people[2], admin)) == "together_and_apart"


def test_pins_that_contradict_a_pair_are_refused(network, people, admin):
    keep(network, people[0], people[1], admin)
    pin(network, application_key=people[0].key, number=1, by=admin.pk, now=NOW)
    again = {"application_key": people[1].key, "number": 1, "by": admin.pk, "now": NOW}
    assert refused(lambda: pin(network, **again)) == "pinned_and_apart"


def test_more_pins_than_a_group_takes_are_refused(network, admin):
    people = ApplicationFactory.create_batch(network.maximum_size + 1, network=network)
    for person in people[:-1]:
        pin(network, application_key=person.key, number=1, by=admin.pk, now=NOW)
    last = {"application_key": people[-1].key, "number": 1, "by": admin.pk, "now": NOW}
    assert refused(lambda: pin(network, **last)) == "pinned_too_many"
