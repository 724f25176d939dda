"""End what is over by the clock, remind people of what comes, and send what waits; meant for cron."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from lernet_xblock.errors import Busy
from lernet_xblock.host import get_host
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.panels.delivery import Delivered, deliver
from lernet_xblock.panels.plan_all import TASK as REPLAN
from lernet_xblock.queries.offer import due_offers
from lernet_xblock.queries.pause import paused_networks
from lernet_xblock.queries.report import due_reports
from lernet_xblock.services.offer import expire
from lernet_xblock.services.outbox import forget_old
from lernet_xblock.services.pause import end_pause
from lernet_xblock.services.replan import stalled
from lernet_xblock.services.report_decision import lapse, remind_serious
from lernet_xblock.services.turn_sweep import due_turns, tend
from lernet_xblock.tasks import perform


class Command(BaseCommand):
    """Each of them in a transaction of its own: one that has to wait stops no other."""

    help = (
        "Ends offers of seats whose time is over, offers them to the next in line, releases what was reported and not"
        " decided in five days, ends pauses of networks, opens phases of turns whose time has come, makes"
        " reminders and sends messages. Run it every five minutes: a run lasts four minutes at most."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """End, remind and send all that is due; say how much that was and how much waits for the next run."""
        now = get_host().now()
        offers, later = _done(partial(expire, offer, now=now) for offer in due_offers(now))
        reports = due_reports(now)
        released, later_reports = _done(partial(lapse, report, now=now) for report in reports)
        _reminded, later_serious = _done(partial(remind_serious, report, now=now) for report in reports)
        pauses, later_too = _done(partial(end_pause, network, now=now) for network in paused_networks())
        _turns, later_turns = _done(partial(tend, turn, now=now) for turn in due_turns(now))
        for key in stalled(now=now):
            # A worker that planned groups anew was killed: another goes on where it was.
            perform(REPLAN, key)
        mail = _delivered()
        attempt(partial(forget_old, now=now))
        waiting = later + later_reports + later_serious + later_too + later_turns + mail.later
        self.stdout.write(
            f"offers: {offers}, reports: {released}, pauses: {pauses}, reminded: {mail.reminded}, sent: {mail.sent},"
            f" to be tried again: {waiting}"
        )


def _delivered() -> Delivered:
    try:
        return deliver(get_host())
    except Busy:
        return Delivered(reminded=0, sent=0, later=1, more=True)


def _done(works: Iterable[Callable[[], bool]]) -> tuple[int, int]:
    """Return how many did something, and how many have to wait."""
    done = waiting = 0
    for work in works:
        try:
            done += attempt(work)
        except Busy:
            waiting += 1
    return done, waiting
