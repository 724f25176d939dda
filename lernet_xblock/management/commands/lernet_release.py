"""Publish the evaluations whose window is over; meant to be run every few minutes by cron."""

from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from lernet_xblock.errors import Busy
from lernet_xblock.host import get_host
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.queries.pulse import all_due_pulses
from lernet_xblock.services.pulse import GRACE, release_due


class Command(BaseCommand):
    """Each evaluation is published in a transaction of its own: one that has to wait stops no other."""

    help = "Publishes the evaluations of sessions whose window is over, in every network."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Publish all that is due; say how many were published and how many wait for the next run."""
        now = get_host().now()
        published = waiting = 0
        for pulse in all_due_pulses(now, grace=GRACE):
            try:
                attempt(partial(release_due, pulse, now=now))
            except Busy:
                waiting += 1
            else:
                published += 1
        self.stdout.write(f"published: {published}, to be tried again: {waiting}")
