"""The card of a network and the author's changes."""

from dataclasses import replace

import pytest

from lernet_xblock.queries.network import Change, card, changes
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from tests.factories import PLAN, NetworkFactory

pytestmark = pytest.mark.django_db


def test_card_computes_dates_and_hours():
    found = card(PLAN)
    assert [f"{one.local:%d %b}" for one in found.sessions] == [
        "02 Feb",
        "02 Mar",
        "30 Mar",
        "27 Apr",
        "25 May",
    ]
    assert [one.starts_at.hour for one in found.sessions] == [12, 12, 11, 11, 11]
    assert found.minutes == 17 * 60 + 30


def test_card_of_an_unfinished_network_has_no_dates():
    assert card(Settings()).sessions == ()


def test_changes_name_what_differs_and_nothing_else():
    network = NetworkFactory()
    assert changes(network, replace(PLAN, threshold=6)) == (Change("threshold", 5, 6),)


def test_settings_read_back_are_no_change():
    network = NetworkFactory()
    assert changes(network, read(network.authored)) == ()
    assert changes(network, replace(PLAN, end_date=None, support_contact=PLAN.support_contact)) == ()
