"""What is fixed before groups are formed, by name."""

import pytest

from lernet_xblock.models import PairRule, Pin
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.pairing import pair_lines, people_choices, pin_lines
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(username="admin", is_staff=True)


@pytest.fixture
def network(admin):
    return NetworkFactory()


@pytest.fixture
def viewer(network):
    return viewer_of(make_block("admin"), None)


@pytest.fixture
def people(network):
    return ApplicationFactory.create_batch(3, network=network)


def name_of(application):
    return application.user.get_full_name()


def test_pairs_and_pins_are_listed_by_name(network, admin, viewer, people):
    PairRule.objects.create(
        network=network, kind="together", first=people[0], second=people[1], made_by=admin, made_at=NOW
    )
    Pin.objects.create(network=network, application=people[2], number=2)
    (pair,) = pair_lines(viewer, network)
    assert (pair.kind, pair.first, pair.second) == ("together", name_of(people[0]), name_of(people[1]))
    (pinned,) = pin_lines(viewer, network)
    assert (pinned.name, pinned.number, pinned.label) == (name_of(people[2]), 2, "Group B")


def test_those_who_are_ready_can_be_chosen(network, viewer, people):
    ApplicationFactory(network=network, state="waitlisted", queued_at=NOW)
    assert {key for key, _name in people_choices(viewer, network)} == {one.key for one in people}
