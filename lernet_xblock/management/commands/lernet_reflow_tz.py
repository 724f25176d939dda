"""Derive the instants of sessions ahead anew after an update of the tzdata package; the wall clock stays."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lernet_xblock.errors import Busy
from lernet_xblock.host import get_host
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.queries.zone_shift import Outdated, outdated_cohorts
from lernet_xblock.rules.zones import tz_version
from lernet_xblock.services.zone_reflow import reflow


class Command(BaseCommand):
    """Each cohort in a transaction of its own: one that waits stops no other, and what was killed goes on."""

    help = "Shows which sessions ahead begin at another instant by the time-zone data in use; --write changes them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch without which nothing is written."""
        parser.add_argument("--write", action="store_true", help="change the sessions, and tell their groups")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Print a line for each session that shifts, and at the end how many they are."""
        now = get_host().now()
        # Written while it is read, a result of the database may change under way.
        found = list(outdated_cohorts(now))
        for key in (key for one in found for key in one.unknown):
            self.stderr.write(f"session {key}: its zone is not in the data; it stays as it is")
        if write:
            self._write(found, now)
        else:
            self._show(found)

    def _show(self, found: list[Outdated]) -> None:
        shifts = [shift for one in found for shift in one.shifts]
        for shift in shifts:
            self.stdout.write(str(shift))
        same = sum(one.same for one in found)
        self.stdout.write(f"time-zone data {tz_version()}: {len(shifts)} sessions would shift, {same} stay as they are")
        if shifts or same:
            self.stdout.write("nothing was written; run it again with --write")

    def _write(self, found: list[Outdated], now: datetime) -> None:
        shifted = waiting = 0
        for one in found:
            if not (one.shifts or one.same):
                continue
            try:
                shifts = attempt(partial(reflow, one.cohort_id, now=now))
            except Busy:
                waiting += 1
                continue
            for shift in shifts:
                self.stdout.write(str(shift))
            shifted += len(shifts)
        words = f"time-zone data {tz_version()}: shifted: {shifted}"
        self.stdout.write(f"{words}, groups to be tried again: {waiting}")
