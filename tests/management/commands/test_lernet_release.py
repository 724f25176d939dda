"""The command that publishes what is due."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from lernet_xblock.errors import Busy
from lernet_xblock.management.commands import lernet_release
from lernet_xblock.models import Pulse, PulseRelease
from lernet_xblock.services.pulse import GRACE, release_due
from tests.factories import CohortFactory, NetworkFactory, PulseFactory, SessionFactory

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def pulses():
    """Two evaluations of two networks that end at the same time."""
    networks = NetworkFactory(), NetworkFactory(usage_id="lernet.d1.u1")
    return [PulseFactory(session=SessionFactory(cohort=CohortFactory(network=network))) for network in networks]


def run(moment):
    said = StringIO()
    with time_machine.travel(moment, tick=False):
        call_command("lernet_release", stdout=said)
    return said.getvalue().strip()


def test_all_that_is_due_is_published_once(pulses):
    over = pulses[0].closes_at + GRACE + SECOND
    assert run(over) == "published: 2, to be tried again: 0"
    assert run(over) == "published: 0, to be tried again: 0"
    assert PulseRelease.objects.count() == 2


def test_nothing_is_published_while_an_answer_may_arrive(pulses):
    assert run(pulses[0].closes_at + GRACE) == "published: 0, to be tried again: 0"


def test_sessions_that_were_not_held_are_left_alone(pulses):
    for pulse in pulses:
        pulse.session.state, pulse.session.number, pulse.session.cancelled_at = "cancelled", None, pulse.opens_at
        pulse.session.save()
    assert run(pulses[0].closes_at + timedelta(days=9)) == "published: 0, to be tried again: 0"


def test_one_that_has_to_wait_stops_no_other(pulses, monkeypatch):
    first = Pulse.objects.order_by("pk").first()

    def busy_once(pulse, *, now):
        if pulse == first:
            raise Busy
        return release_due(pulse, now=now)

    monkeypatch.setattr(lernet_release, "release_due", busy_once)
    assert run(pulses[0].closes_at + GRACE + SECOND) == "published: 1, to be tried again: 1"
