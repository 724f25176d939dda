"""End what is over by the clock: offers of seats, which go to the next in line, and pauses of networks."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from lernet_xblock.errors import Busy
from lernet_xblock.host import get_host
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.queries.offer import due_offers
from lernet_xblock.queries.pause import paused_networks
from lernet_xblock.services.offer import expire
from lernet_xblock.services.pause import end_pause


class Command(BaseCommand):
    """Each of them in a transaction of its own: one that has to wait stops no other."""

    help = "Ends offers of seats whose time is over, offers them to the next in line, and ends pauses of networks."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """End all that is over; say how much that was and how much waits for the next run."""
        now = get_host().now()
        offers, later = _done(partial(expire, offer, now=now) for offer in due_offers(now))
        pauses, later_too = _done(partial(end_pause, network, now=now) for network in paused_networks())
        self.stdout.write(f"offers: {offers}, pauses: {pauses}, to be tried again: {later + later_too}")


def _done(works: Iterable[Callable[[], bool]]) -> tuple[int, int]:
    """Return how many did something, and how many have to wait."""
    done = waiting = 0
    for work in works:
        try:
            done += attempt(work)
        except Busy:
            waiting += 1
    return done, waiting
