"""The command that ends what is over."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from lernet_xblock.errors import Busy
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.management.commands import lernet_sweep
from lernet_xblock.models import Message, Network, Offer, Report
from lernet_xblock.services.late_joiner import set_state
from lernet_xblock.services.offer import expire, offer_seat
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    OfferFactory,
    ReportFactory,
    SessionFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

OVER = NOW + timedelta(hours=72)


def run(moment):
    said = StringIO()
    with time_machine.travel(moment, tick=False):
        call_command("lernet_sweep", stdout=said)
    return said.getvalue().strip()


@pytest.fixture
def offers():
    """An offer in each of two networks, both over at the same time."""
    networks = NetworkFactory(state="running"), NetworkFactory(state="running", usage_id="lernet.d1.u1")
    return [OfferFactory(cohort=CohortFactory(network=network)) for network in networks]


def test_what_is_over_ends_once_in_every_network(offers):
    assert (
        run(OVER - timedelta(seconds=1))
        == "offers: 0, reports: 0, pauses: 0, reminded: 0, sent: 0, to be tried again: 0"
    )
    assert run(OVER) == "offers: 2, reports: 0, pauses: 0, reminded: 0, sent: 0, to be tried again: 0"
    assert run(OVER) == "offers: 0, reports: 0, pauses: 0, reminded: 0, sent: 0, to be tried again: 0"
    assert set(Offer.objects.values_list("answer", flat=True)) == {"expired"}


def test_the_next_in_line_is_offered_the_seat():
    cohort = CohortFactory(network=NetworkFactory(state="running"), working_language="nl")
    first, second = (
        ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW) for _number in range(2)
    )
    admin = UserFactory()
    committed(lambda: offer_seat(cohort, application=first, by=admin.pk, now=NOW))
    run(OVER)
    assert [row.application for row in Offer.objects.filter(open=True)] == [second]


def test_one_that_has_to_wait_stops_no_other(offers, monkeypatch):
    def busy_once(offer, *, now):
        if offer == offers[0]:
            raise Busy
        return expire(offer, now=now)

    monkeypatch.setattr(lernet_sweep, "expire", busy_once)
    assert run(OVER) == "offers: 1, reports: 0, pauses: 0, reminded: 0, sent: 0, to be tried again: 1"


def test_networks_go_on_after_the_last_day_of_their_pause():
    network = NetworkFactory(state="paused", paused_until=date(2026, 12, 9))
    assert (
        run(NOW + timedelta(days=8)) == "offers: 0, reports: 0, pauses: 0, reminded: 0, sent: 0, to be tried again: 0"
    )
    assert (
        run(NOW + timedelta(days=9)) == "offers: 0, reports: 0, pauses: 1, reminded: 0, sent: 0, to be tried again: 0"
    )
    assert Network.objects.get(pk=network.pk).state == "running"


def test_who_waits_again_keeps_the_old_place(offers):
    row = offers[0].application
    set_state(row, "waitlisted")
    assert row.queued_at == NOW


def test_reminders_are_made_and_sent_and_old_facts_forgotten():
    session = SessionFactory()
    member = MembershipFactory(cohort=session.cohort)
    assert run(session.starts_at - timedelta(days=1)).endswith("reminded: 1, sent: 1, to be tried again: 0")
    assert [one.to for one in mail.outbox] == [[member.user.email]]
    assert Message.objects.get().facts
    assert run(session.starts_at + timedelta(days=7)).endswith("reminded: 0, sent: 0, to be tried again: 0")
    assert Message.objects.get().facts == {}


def test_mail_that_fails_is_said_to_wait(monkeypatch):
    session = SessionFactory()
    MembershipFactory(cohort=session.cohort)

    def refuse(*_given):
        raise ConnectionRefusedError

    monkeypatch.setattr(WorkbenchHost, "send", refuse)
    assert run(session.starts_at - timedelta(days=1)).endswith("reminded: 1, sent: 0, to be tried again: 1")


def test_a_database_that_is_busy_keeps_nothing_else_from_being_done(offers, monkeypatch):
    def busy(_host):
        raise Busy

    monkeypatch.setattr(lernet_sweep, "deliver", busy)
    assert run(OVER) == "offers: 2, reports: 0, pauses: 0, reminded: 0, sent: 0, to be tried again: 1"


def test_what_nobody_decided_about_in_five_days_is_released_and_what_is_serious_is_not():
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    FacilitationFactory(cohort=cohort)
    plain, serious = (ReportFactory(case=shared_case(cohort), serious=grave) for grave in (False, True))
    Report.objects.update(handler=cohort.facilitations.get().user)
    due = plain.release_at
    assert run(due - timedelta(seconds=1)).startswith("offers: 0, reports: 0,")
    assert run(due).startswith("offers: 0, reports: 1,")
    assert run(due).startswith("offers: 0, reports: 0,")
    held = dict(Report.objects.values_list("pk", "case__held_at"))
    assert (held[plain.pk], held[serious.pk]) == (None, serious.raised_at)
    assert Message.objects.filter(kind="report_waits").count() == 1
