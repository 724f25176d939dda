"""What a member did so far and is asked for: charter, evaluation, dates, whether they come, cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from lernet_xblock.models import Attendance, Case, Charter, CharterConsent, Cohort, Poll, PollOption, Rsvp, Session
from lernet_xblock.queries.pulse import may_answer, was_expected
from lernet_xblock.queries.session import SessionLine
from lernet_xblock.viewer import Viewer

# So long before a session members are asked on their home whether they come.
ASKED_BEFORE = timedelta(days=7)


@dataclass(frozen=True)
class OpenPulse:
    """An evaluation that waits for the reader's answer."""

    session: SessionLine
    closes_at: datetime


@dataclass(frozen=True)
class Standing:
    """What a member did so far.

    must_accept: the charter in force waits for a yes; sent_until: when the evaluation closes that they answered;
    asked_for_dates: an open date poll has options that they have not answered; to_rsvp: the session in the next days
    for which they have not said whether they come.
    """

    must_accept: bool
    has_draft: bool
    has_shared: bool
    pulse: OpenPulse | None
    sent_until: datetime | None
    asked_for_dates: bool = False
    to_rsvp: SessionLine | None = None


def member_standing(
    viewer: Viewer,
    cohort: Cohort,
    rows: Sequence[Any],
    by_key: Mapping[str, SessionLine],
) -> Standing:
    """Return what the member did: two plain queries, which cost less than one clever one.

    rows: the cohort's sessions with the window of their evaluation; by_key: the same as lines. A session in the next
    days costs one query more, and so do an evaluation and a poll that are open.
    """
    consent = CharterConsent.objects.filter(charter=OuterRef("pk"), user_id=viewer.user_id)
    polls = Poll.objects.filter(cohort=cohort, open=True)
    charters = Charter.objects.filter(cohort=cohort).order_by("-version")
    accepted, asks = next(iter(charters.values_list(Exists(consent), Exists(polls))[:1]), (None, False))
    cases = set(Case.objects.filter(cohort=cohort, owner_id=viewer.user_id).values_list("state", flat=True))
    return Standing(
        must_accept=accepted is False,
        has_draft=Case.State.DRAFT in cases,
        has_shared=bool(cases - {Case.State.DRAFT}),
        pulse=_open_pulse(viewer, rows, by_key),
        sent_until=_sent_until(viewer, rows),
        asked_for_dates=asks and _unanswered(viewer, cohort),
        to_rsvp=_to_rsvp(viewer, rows, by_key),
    )


def _unanswered(viewer: Viewer, cohort: Cohort) -> bool:
    """Tell whether an open poll has dates ahead that the member has not answered: one query."""
    options = PollOption.objects.filter(poll__cohort=cohort, poll__open=True, local_date__gte=viewer.now.date())
    return bool(options.exclude(answers__user_id=viewer.user_id).exists())


def _to_rsvp(viewer: Viewer, rows: Iterable[Any], by_key: Mapping[str, SessionLine]) -> SessionLine | None:
    """Return the next session if it is near and the member has not said whether they come."""
    if not viewer.may_write or viewer.membership is None or viewer.membership.paused_at:
        return None
    ahead = (row for row in rows if row.state == Session.State.PLANNED and row.starts_at > viewer.now)
    first = min(ahead, key=lambda row: row.starts_at, default=None)
    if first is None or first.starts_at > viewer.now + ASKED_BEFORE:
        return None
    said = Rsvp.objects.filter(session=first.pk, user_id=viewer.user_id).exists()
    return None if said else by_key[first.key]


def _sent_until(viewer: Viewer, rows: Iterable[Any]) -> datetime | None:
    """Return when the evaluation closes that the member answered last; None once it has, and for who only looks."""
    if not may_answer(viewer):
        return None
    sent = (row for row in rows if row.answered and row.released_at is None and row.state == Session.State.PLANNED)
    return max((row.closes_at for row in sent if viewer.now <= row.closes_at), default=None)


def _open_pulse(viewer: Viewer, rows: Iterable[Any], by_key: Mapping[str, SessionLine]) -> OpenPulse | None:
    """Return the evaluation that closes first of those the member is asked for and has not answered."""
    if not may_answer(viewer) or viewer.membership is None:
        return None
    now = viewer.now
    waiting = [
        row
        for row in rows
        if row.state == Session.State.PLANNED
        and not row.answered
        and row.released_at is None
        and row.opens_at
        and row.opens_at <= now <= row.closes_at
        and was_expected(viewer.membership, opens_at=row.opens_at, time_zone=row.time_zone)
    ]
    in_order = sorted(waiting, key=lambda row: row.closes_at)
    first = next((row for row in in_order if not _stayed_away(viewer, row)), None)
    return OpenPulse(by_key[first.key], first.closes_at) if first else None


def _stayed_away(viewer: Viewer, row: Any) -> bool:
    """Tell whether the member was recorded as not there: they are not asked how it was."""
    own = Attendance.objects.filter(session=row.pk, user_id=viewer.user_id)
    return own.filter(state__in=(Attendance.State.EXCUSED, Attendance.State.ABSENT)).exists()
