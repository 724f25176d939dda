"""Asking a cohort when it can meet: a poll is asked, grows, and ends with a date or without one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Cohort, Network, Poll, PollOption
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.date_proposal import Proposed, refuse_dates, refuse_more_dates
from lernet_xblock.rules.zones import zone
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.message import announce_cohort
from lernet_xblock.services.poll_refusals import asked
from lernet_xblock.viewer import FALLBACK_ZONE

OVER = (Network.State.CLOSED, Network.State.ARCHIVED, Network.State.CANCELLED)


class PollOpen(RuleViolation):
    """A cohort has one open poll at most."""

    def __init__(self) -> None:
        super().__init__(_("A date poll of this group is open already."))


class PollOver(RuleViolation):
    """The poll has ended: a date was chosen, or it was taken back."""

    def __init__(self) -> None:
        super().__init__(_("This date poll is over."))


def ask_poll(
    cohort: Cohort,
    *,
    options: Sequence[Proposed],
    share_percent: int,
    answers_until: date | None,
    by: int,
    now: datetime,
) -> Poll:
    """Ask the cohort about 2 to 40 dates ahead, in the network's time zone, and tell everybody.

    share_percent: of the members who should be able to come. answers_until: a wish, not an end: late answers count.
    Raises PollOpen, or RuleViolation for a cohort that is over and for dates that cannot be asked about.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if locked.state != Cohort.State.CONFIRMED or locked.network.state in OVER:
        raise RuleViolation(_("This group is over: it plans no more dates."))
    name = read(locked.network.authored).time_zone or FALLBACK_ZONE
    asked(lambda: refuse_dates(options, now=_wall_clock(now, name), answers_until=answers_until))
    columns = {"share_percent": share_percent, "answers_until": answers_until, "made_at": now, "made_by_id": by}
    try:
        with transaction.atomic():
            poll = Poll.objects.create(cohort=locked, time_zone=name, **columns)
    except IntegrityError:
        raise PollOpen from None
    _add(poll, options)
    announce_cohort(locked, kind="poll_asked", mark=poll.key, by=by, now=now)
    record(locked.network, "poll.ask", by=by, now=now, subject=poll.key)
    return poll


def add_options(poll: Poll, *, options: Sequence[Proposed], opened_version: int, by: int, now: datetime) -> Poll:
    """Ask about more dates, 40 in all at most, and tell everybody again. Raises as `pick` and `ask_poll` do."""
    row = _open_row(poll, opened_version)
    there = [Proposed(one.local_date, one.local_time, one.half) for one in row.options.select_for_update()]
    asked(lambda: refuse_more_dates(options, there, now=_wall_clock(now, row.time_zone)))
    _add(row, options)
    row.version += 1
    row.save(update_fields=["version"])
    announce_cohort(row.cohort, kind="poll_asked", mark=f"{row.key}-{row.version}", by=by, now=now)
    record(row.cohort.network, "poll.extend", by=by, now=now, subject=row.key)
    return row


def pick(poll: Poll, option: PollOption, *, opened_version: int, by: int, now: datetime) -> Poll:
    """Choose a date and end the poll with it. The schedule is planned from it elsewhere.

    Raises StaleVersion when the poll was changed or ended since it was opened, PollOver, NotFound for an option of
    another poll, and RuleViolation for a date that is over.
    """
    row = _open_row(poll, opened_version)
    if option.poll_id != row.pk:
        raise NotFound
    if datetime.combine(option.local_date, option.local_time) <= _wall_clock(now, row.time_zone):
        raise RuleViolation(_("This date is over. Please choose one that lies ahead."))
    row.picked = option
    return _close(row, "poll.pick", by=by, now=now)


def end_poll(poll: Poll, *, opened_version: int, by: int, now: datetime) -> Poll:
    """End the poll without a date; its answers stay. Raises StaleVersion and PollOver."""
    return _close(_open_row(poll, opened_version), "poll.end", by=by, now=now)


def _open_row(poll: Poll, opened_version: int) -> Poll:
    """Return the locked row of an open poll; its cohort's row is locked before it, as everywhere."""
    Cohort.objects.select_for_update().get(pk=poll.cohort_id)
    row = Poll.objects.select_for_update().get(pk=poll.pk)
    check_fresh(row, opened_version)
    if not row.open:
        raise PollOver
    return row


def _close(row: Poll, verb: str, *, by: int, now: datetime) -> Poll:
    row.open, row.ended_at = None, now
    row.version += 1
    row.save(update_fields=["open", "ended_at", "picked", "version"])
    record(row.cohort.network, verb, by=by, now=now, subject=row.key)
    return row


def _add(poll: Poll, options: Iterable[Proposed]) -> None:
    PollOption.objects.bulk_create(
        PollOption(poll=poll, local_date=one.day, local_time=one.at, half=one.half) for one in sorted(options)
    )


def _wall_clock(now: datetime, name: str) -> datetime:
    """Return the naive wall clock of the zone at this moment."""
    return now.astimezone(zone(name)).replace(tzinfo=None)
