"""Evaluations as people may see them: windows, own receipts and releases. Never an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Attendance, Cohort, Membership, Pulse, PulseReceipt, Session
from lernet_xblock.permissions import is_admin, is_member, was_there
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.pause import pauses_at
from lernet_xblock.rules.zones import zone
from lernet_xblock.viewer import Viewer


class NotAsked(NotFound):
    """The person is recorded as not there, so nobody asks them how it was."""

    def __init__(self) -> None:
        text = _("You are recorded as not there, so this evaluation is not for you. Tell your facilitator if you were.")
        RuleViolation.__init__(self, text)


class Window(StrEnum):
    """Where an evaluation stands for the reader."""

    TO_ANSWER = "to_answer"
    SENT = "sent"
    OPEN = "open"
    DUE = "due"
    WITHHELD = "withheld"
    RELEASED = "released"


@dataclass(frozen=True)
class PulseResult:
    """One session's evaluation. `answered`, `asked` and `payload` are the release's, None before it."""

    session_key: str
    number: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    window: Window
    answered: int | None = None
    asked: int | None = None
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class CohortResults:
    """The evaluations of a cohort, the newest first."""

    label: str
    results: tuple[PulseResult, ...]


def cohort_results(viewer: Viewer, *, grace: timedelta) -> tuple[CohortResults, ...]:
    """Return the evaluations of the reader's cohorts that have opened; an admin reads those of all cohorts.

    grace: how long after the window an answer may still arrive.
    """
    cohorts = _cohorts(viewer)
    pulses = [pulse for pulse in _opened(viewer, cohorts) if _concerns(viewer, pulse)]
    sent = _sent(viewer, pulses)
    found: dict[int, list[PulseResult]] = {cohort.pk: [] for cohort in cohorts}
    for pulse in pulses:
        found[pulse.session.cohort_id].append(_result(viewer, pulse, sent, grace))
    return tuple(CohortResults(cohort_label(cohort), tuple(found[cohort.pk])) for cohort in cohorts)


def find_pulse(viewer: Viewer, session_key: str) -> Pulse:
    """Return the evaluation this member is asked for, whenever its window is; else raise NotFound.

    Members were there when the session ended, and did not pause then; who guides the group or runs the course is
    not asked, and neither is staff behind a masquerade. Raises NotAsked for who is recorded as not there and has not
    answered before that was.
    """
    pulse = None
    if may_answer(viewer) and session_key.isalnum():
        held = Pulse.objects.filter(session__key=session_key, session__state=Session.State.PLANNED)
        own = held.filter(session__cohort__in=_places(viewer)).select_related("session")
        pulse = _with_own_absence(viewer, own).first()
    if pulse is None or not _was_member(viewer, pulse):
        raise NotFound
    if pulse.away and not has_answered(viewer, pulse):
        raise NotAsked
    return pulse


def has_answered(viewer: Viewer, pulse: Pulse) -> bool:
    """Return whether the ledger holds the reader's name."""
    return PulseReceipt.objects.filter(pulse=pulse, user_id=viewer.user_id).exists()


def pulse_to_answer(viewer: Viewer) -> PulseResult | None:
    """Return the open evaluation that this member has not answered yet, the oldest first: a next step."""
    if not may_answer(viewer) or viewer.cohort is None:
        return None
    pulses = list(
        _opened(viewer, [viewer.cohort]).filter(closes_at__gte=viewer.now, release=None).order_by("closes_at")
    )
    sent = _sent(viewer, pulses)
    waiting = (_result(viewer, pulse, sent, timedelta()) for pulse in pulses)
    return next((one for one in waiting if one.window == Window.TO_ANSWER), None)


def due_pulses(viewer: Viewer, *, grace: timedelta) -> list[Pulse]:
    """Return the evaluations of the reader's cohorts that are over and not published yet."""
    return list(_due(viewer.now, grace).filter(session__cohort__in=[cohort.pk for cohort in _cohorts(viewer)]))


def all_due_pulses(now: datetime, *, grace: timedelta) -> list[Pulse]:
    """Return the evaluations of every network that are over and not published yet."""
    return list(_due(now, grace))


def may_answer(viewer: Viewer) -> bool:
    """An active member, in person, who neither guides the group nor runs the course."""
    return (
        is_member(viewer)
        and viewer.may_write
        and not is_admin(viewer)
        and viewer.cohort is not None
        and viewer.cohort.pk not in viewer.guided_ids
    )


def _due(now: datetime, grace: timedelta) -> Any:
    return Pulse.objects.filter(
        closes_at__lt=now - grace,
        release=None,
        session__state=Session.State.PLANNED,
    ).order_by("closes_at", "pk")


def _with_own_absence(viewer: Viewer, pulses: Any) -> Any:
    """Add `away`: whether the reader is recorded as not there. To have said so beforehand bars nobody."""
    own = Attendance.objects.filter(session=OuterRef("session"), user_id=viewer.user_id)
    return pulses.annotate(away=Exists(own.exclude(state__in=Attendance.THERE)))


def _opened(viewer: Viewer, cohorts: Iterable[Cohort]) -> Any:
    """Return the evaluations that have opened, of sessions that were held; the newest first."""
    return (
        _with_own_absence(viewer, Pulse.objects)
        .filter(
            session__cohort__in=[cohort.pk for cohort in cohorts],
            session__state=Session.State.PLANNED,
            opens_at__lte=viewer.now,
        )
        .select_related("session", "release")
        .order_by("-opens_at", "-pk")
    )


def _cohorts(viewer: Viewer) -> list[Cohort]:
    if viewer.network is None:
        return []
    if is_admin(viewer):
        return list(Cohort.objects.filter(network=viewer.network))
    found = {facilitation.cohort_id: facilitation.cohort for facilitation in viewer.facilitations}
    if is_member(viewer):
        found |= {cohort_id: place.cohort for cohort_id, place in _places(viewer).items()}
    return sorted(found.values(), key=lambda cohort: cohort.number)


def _places(viewer: Viewer) -> dict[int, Membership]:
    """Return the member's place by cohort: the present one, and those in groups that were merged or split."""
    former = {place.cohort_id: place for place in viewer.former}
    own = viewer.membership
    return former if own is None else {**former, own.cohort_id: own}


def _place(viewer: Viewer, cohort_id: int) -> Membership | None:
    """Return the member's place in this cohort; the former ones are read only where it is not the present one."""
    own = viewer.membership
    return own if own is not None and own.cohort_id == cohort_id else _places(viewer).get(cohort_id)


def _concerns(viewer: Viewer, pulse: Pulse) -> bool:
    """Tell whether the reader reads this evaluation: who only stands in for a session reads those from then on.

    Who was a member of a group that was merged or split reads those up to then.
    """
    cohort_id = pulse.session.cohort_id
    own = viewer.membership is not None and viewer.membership.cohort_id == cohort_id
    if is_admin(viewer) or own or cohort_id in viewer.led_ids:
        return True
    place = _places(viewer).get(cohort_id) if is_member(viewer) else None
    if place is not None and place.left_at is not None and pulse.opens_at <= place.left_at:
        return True
    return any(row.cohort_id == cohort_id and row.since <= pulse.opens_at for row in viewer.facilitations)


def _sent(viewer: Viewer, pulses: Iterable[Pulse]) -> frozenset[int]:
    """Return which evaluations the reader answered. Staff behind a masquerade do not learn it."""
    if not may_answer(viewer):
        return frozenset()
    mine = PulseReceipt.objects.filter(pulse__in=[pulse.pk for pulse in pulses], user_id=viewer.user_id)
    return frozenset(mine.values_list("pulse_id", flat=True))


def was_expected(membership: Membership | None, *, opens_at: datetime, time_zone: str) -> bool:
    """Tell whether the member was there when the evaluation opened, and did not pause. time_zone: of the session."""
    if membership is None or not was_there(membership, opens_at):
        return False
    since, until = membership.paused_at, membership.paused_until
    return not pauses_at(opens_at, since=since, until=until, zone=zone(time_zone))


def _was_member(viewer: Viewer, pulse: Pulse) -> bool:
    place = _place(viewer, pulse.session.cohort_id)
    return was_expected(place, opens_at=pulse.opens_at, time_zone=pulse.session.time_zone)


def _result(viewer: Viewer, pulse: Any, sent: frozenset[int], grace: timedelta) -> PulseResult:
    session, release = pulse.session, getattr(pulse, "release", None)
    return PulseResult(
        session_key=session.key,
        number=session.number,
        kind=session.kind,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        closes_at=pulse.closes_at,
        window=_window(viewer, pulse, sent, grace),
        answered=release.answered if release else None,
        asked=release.asked if release else None,
        payload=release.payload if release else None,
    )


def _window(viewer: Viewer, pulse: Any, sent: frozenset[int], grace: timedelta) -> Window:
    release = getattr(pulse, "release", None)
    if release is not None:
        return Window.WITHHELD if release.withheld else Window.RELEASED
    if viewer.now > pulse.closes_at + grace:
        return Window.DUE
    if pulse.pk in sent:
        return Window.SENT
    asked = may_answer(viewer) and _was_member(viewer, pulse) and not pulse.away
    return Window.TO_ANSWER if asked else Window.OPEN
