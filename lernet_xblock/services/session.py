"""The sessions of a cohort: planned once from the rule, then edited one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import AuditEntry, Cohort, Pulse, Session
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.trajectory import session_kinds, spread_dates
from lernet_xblock.rules.trajectory_checks import is_https
from lernet_xblock.rules.zones import tz_version
from lernet_xblock.sentences import sentence
from lernet_xblock.services.audit import record
from lernet_xblock.services.batch import batches, insert
from lernet_xblock.services.fresh import check_fresh, touch
from lernet_xblock.services.session_time import PULSE_WINDOW

# What the columns hold.
PLACE_LENGTH, LINK_LENGTH = 200, 500
TITLE_LENGTH, NOTES_LENGTH = 100, 2000
EDITED = ("title", "place", "meeting_link", "notes")


class AlreadyPlanned(RuleViolation):
    """The cohort has its sessions; planning again would double them."""

    def __init__(self) -> None:
        super().__init__(_("The sessions of this group were planned already."))


class SessionOverlap(RuleViolation):
    """Two sessions of one cohort would be held at the same time (rule S2)."""

    def __init__(self) -> None:
        super().__init__(_("Two sessions of this group would overlap. Please choose other dates or shorter sessions."))


def plan_sessions(cohort: Cohort, *, settings: Settings, by: int, now: datetime) -> list[Session]:
    """Make the cohort's sessions from the rule, each with its evaluation, and return them in order.

    Wall clock and zone are kept (rule S8); the instants beside them come from the time zone data of the tzdata wheel.
    Raises AlreadyPlanned, SessionOverlap, or RuleViolation with the sentence of a rule that gives no sessions.
    """
    plan_all_sessions([cohort], settings=settings, by=by, now=now)
    return list(Session.objects.filter(cohort=cohort))


def plan_all_sessions(cohorts: Sequence[Cohort], *, settings: Settings, by: int, now: datetime) -> None:
    """Do the same for many cohorts of one network at once. The dates are worked out once for each shift."""
    shifts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for cohort in cohorts:
        shifts[cohort.shift_days, cohort.shift_minutes].append(cohort.pk)
    for shift, pks in shifts.items():
        columns = _columns(shift, settings)
        for some in batches(sorted(pks)):
            _add_sessions(some, columns, changed_at=now, changed_by_id=by)
    lines = ((cohort.key,) for cohort in cohorts)
    network_id = next((cohort.network_id for cohort in cohorts), None)
    insert(AuditEntry, ("subject",), lines, network_id=network_id, verb="sessions.plan", actor_id=by, at=now)


def _add_sessions(cohorts: Sequence[int], columns: Sequence[dict[str, Any]], **signed: Any) -> None:
    """Give each of the cohorts, by row number, a session and an evaluation for each set of columns."""
    locked = list(Cohort.objects.select_for_update().filter(pk__in=cohorts).order_by("pk").values_list("pk"))
    made = Session.objects.filter(cohort__in=cohorts)
    if made.exists():
        raise AlreadyPlanned
    for one in columns:
        insert(Session, ("cohort_id",), locked, **one, **signed)
    for one in columns:
        # Read again: some databases return no row numbers for rows that are made together.
        opens_at = one["ends_at"]
        rows = list(made.filter(number=one["number"]).order_by("pk").values_list("pk"))
        insert(Pulse, ("session_id",), rows, opens_at=opens_at, closes_at=opens_at + PULSE_WINDOW)


def edit_session(
    session: Session,
    *,
    words: Mapping[str, str],
    opened_version: int,
    by: int,
    now: datetime,
) -> Session:
    """Change what a session is about and where it is held. What is the same stays untouched and costs no version.

    words: title, place, meeting_link and notes; a name that is missing stays as it is.
    Raises StaleVersion with what is stored now, and RuleViolation for a link that is not https and for a session
    that is over or cancelled.
    """
    row = Session.objects.select_for_update().get(pk=session.pk)
    stored = {name: getattr(row, name) for name in EDITED}
    typed = {name: words.get(name, stored[name]) for name in EDITED}
    check_fresh(row, opened_version, theirs={name: stored[name] for name in stored if stored[name] != typed[name]})
    if typed == stored:
        return row
    _refuse_edit(row, typed["meeting_link"], now=now)
    for name, text in typed.items():
        setattr(row, name, text)
    # Calendars take over an entry again only when its sequence grew (RFC 5545 section 3.8.7.4).
    row.sequence += 1
    touch(row, by=by, now=now)
    row.save(update_fields=[*EDITED, "sequence", "version", "changed_by", "changed_at"])
    record(row.cohort.network, "session.edit", by=by, now=now, subject=row.key)
    return row


def _refuse_edit(row: Session, link: str, *, now: datetime) -> None:
    if now >= row.ends_at:
        raise RuleViolation(_("This session is over: its place stays as it was."))
    if row.state != Session.State.PLANNED:
        raise RuleViolation(_("This session is not held, so it has no place."))
    if link and not is_https(link):
        raise RuleViolation(_("Please give a full address that begins with https://."), field="meeting_link")


def _columns(shift: tuple[int, int], settings: Settings) -> list[dict[str, Any]]:
    """Return what the sessions of every cohort on this shift (days, minutes) have in their columns, in order."""
    dates, kinds = _dated(shift, settings)
    link = settings.meeting_link or ""
    common = {
        "time_zone": settings.time_zone,
        "duration_minutes": settings.session_minutes,
        "zone_data_version": tz_version(),
        # An imported block may hold anything: what no column takes, or what is no safe link, is left out.
        "place": (settings.place or "")[:PLACE_LENGTH],
        "meeting_link": link if is_https(link) and len(link) <= LINK_LENGTH else "",
    }
    return [
        {
            **common,
            "number": number,
            "kind": kind,
            "local_date": at.local.date(),
            "local_time": at.local.time(),
            "slot_date": at.local.date(),
            "slot_time": at.local.time(),
            "starts_at": at.starts_at,
            "ends_at": _ends_at(at),
        }
        for number, (kind, at) in enumerate(zip(kinds, dates, strict=True), start=1)
    ]


def _dated(shift: tuple[int, int], settings: Settings) -> tuple[Sequence[Occurrence], Sequence[str]]:
    """Return the dates on this shift, and the kind of each."""
    try:
        dates = spread_dates(settings, shift_days=shift[0], shift_minutes=shift[1])
        kinds = session_kinds(len(dates))
    except Refused as refused:
        raise RuleViolation(sentence(refused)) from refused
    if any(_ends_at(one) > after.starts_at for one, after in pairwise(dates)):
        raise SessionOverlap
    return dates, kinds


def _ends_at(occurrence: Occurrence) -> datetime:
    # Settings without a time of day were refused before: only an all-day rule has no end.
    return occurrence.ends_at or occurrence.starts_at
