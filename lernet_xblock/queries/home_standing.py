"""What a member did so far and is asked for: charter, evaluation, dates, whether they come, cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from lernet_xblock.errors import NotFound
from lernet_xblock.models import (
    Attendance,
    Case,
    Charter,
    CharterConsent,
    CharterDraft,
    CharterRefusal,
    Cohort,
    Membership,
    Poll,
    PollOption,
    PulseReceipt,
    Rsvp,
    Session,
)
from lernet_xblock.queries.home_turn import NO_NEWS, TurnNews, member_facts, member_news
from lernet_xblock.queries.prepared import Prepared
from lernet_xblock.queries.pulse import may_answer, was_expected
from lernet_xblock.queries.session import SessionLine
from lernet_xblock.queries.takeaway import day_of, open_unasked
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
    for which they have not said whether they come; to_tell: a commitment of theirs is to be asked about;
    without_cases: they said no to the charter in force (rule C3); drafted: the group looks at another text for it;
    turns: what there is to know of the group's work on cases.
    """

    must_accept: bool
    has_draft: bool
    has_shared: bool
    pulse: OpenPulse | None
    sent_until: datetime | None
    asked_for_dates: bool = False
    to_rsvp: SessionLine | None = None
    to_tell: bool = False
    without_cases: bool = False
    drafted: bool = False
    turns: TurnNews = NO_NEWS


def member_standing(
    viewer: Viewer,
    cohort: Cohort,
    rows: Sequence[Any],
    by_key: Mapping[str, SessionLine],
) -> Standing:
    """Return what the member did: one query.

    rows: the cohort's sessions with the window of their evaluation; by_key: the same as lines. A session in the next
    days costs one query more, so does an open poll, and an open evaluation one or two.
    """
    if viewer.membership is None or viewer.membership.cohort_id != cohort.pk:
        raise NotFound
    told = FACTS.about(viewer.membership.pk)
    beside = told["agreement"] is not None and told["agreement"] == told["refused"]
    asked = _asked_now(viewer, rows)
    sent, begun = _sent(viewer, asked), _begun(viewer, rows)
    return Standing(
        must_accept=told["agreement"] is not None and told["agreement"] != told["accepted"] and not beside,
        has_draft=told["has_draft"],
        has_shared=told["has_shared"],
        pulse=_open_pulse(viewer, [row for row in asked if row.pk not in sent], by_key),
        sent_until=max((row.closes_at for row in asked if row.pk in sent), default=None),
        asked_for_dates=told["has_poll"] and _unanswered(viewer, cohort),
        to_rsvp=_to_rsvp(viewer, rows, by_key),
        to_tell=_to_tell(viewer, told, begun=begun),
        without_cases=beside,
        drafted=told["drafted"],
        turns=member_news(viewer, told, begun=begun),
    )


def _to_tell(viewer: Viewer, told: Mapping[str, Any], *, begun: datetime | None) -> bool:
    """Tell whether a commitment is to be asked about, as queries.takeaway.to_ask finds them."""
    if not viewer.may_write or told["oldest_line"] is None:
        return False
    come = told["next_day"] is not None and told["next_day"] <= day_of(viewer)
    return come or (begun is not None and told["oldest_line"] < begun)


def _begun(viewer: Viewer, rows: Iterable[Any]) -> datetime | None:
    """Return when the newest session began, None before the first."""
    begun = (row for row in rows if row.state == Session.State.PLANNED and row.starts_at <= viewer.now)
    return max((row.starts_at for row in begun), default=None)


def _facts() -> QuerySet[Membership, dict[str, Any]]:
    """Return what is asked about a member: facts about the `user` and the `cohort` of a membership.

    A further one is next to free here, and a query for itself is not.
    """
    charters = Charter.objects.filter(cohort=OuterRef("cohort")).order_by("-version")
    consents = CharterConsent.objects.filter(charter__cohort=OuterRef("cohort"), user=OuterRef("user"))
    refusals = CharterRefusal.objects.filter(charter__cohort=OuterRef("cohort"), user=OuterRef("user"))
    cases = Case.objects.filter(cohort=OuterRef("cohort"), owner=OuterRef("user"))
    lines = open_unasked().filter(network=OuterRef("network"), user=OuterRef("user"))
    told = {
        "agreement": Subquery(charters.values("version")[:1]),
        "accepted": Subquery(consents.order_by("-charter__version").values("charter__version")[:1]),
        "refused": Subquery(refusals.order_by("-charter__version").values("charter__version")[:1]),
        "drafted": Exists(CharterDraft.objects.filter(cohort=OuterRef("cohort"), open=True)),
        "next_day": Subquery(lines.order_by("by_date").values("by_date")[:1]),
        "oldest_line": Subquery(lines.order_by("changed_at").values("changed_at")[:1]),
        "has_poll": Exists(Poll.objects.filter(cohort=OuterRef("cohort"), open=True)),
        "has_draft": Exists(cases.filter(state=Case.State.DRAFT)),
        "has_shared": Exists(cases.exclude(state=Case.State.DRAFT)),
        **member_facts(),
    }
    return Membership.objects.annotate(**told).values(*told)


FACTS = Prepared(_facts)


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


def _asked_now(viewer: Viewer, rows: Iterable[Any]) -> list[Any]:
    """Return the sessions whose evaluation is open; none for who only looks, who guides, and who runs the course."""
    if not may_answer(viewer):
        return []
    held = (row for row in rows if row.state == Session.State.PLANNED and row.opens_at and row.released_at is None)
    return [row for row in held if row.opens_at <= viewer.now <= row.closes_at]


def _sent(viewer: Viewer, asked: Iterable[Any]) -> frozenset[int]:
    """Return those of the sessions, by row number, whose evaluation the member answered: one query where there are."""
    pks = [row.pk for row in asked]
    sent = PulseReceipt.objects.filter(pulse__session__in=pks, user_id=viewer.user_id)
    return frozenset(sent.values_list("pulse__session_id", flat=True)) if pks else frozenset()


def _open_pulse(viewer: Viewer, waiting: Iterable[Any], by_key: Mapping[str, SessionLine]) -> OpenPulse | None:
    """Return the evaluation that closes first of those that wait for an answer of the member."""
    for row in sorted(waiting, key=lambda row: row.closes_at):
        if _is_asked(viewer, row):
            return OpenPulse(by_key[row.key], row.closes_at)
    return None


def _is_asked(viewer: Viewer, row: Any) -> bool:
    own = viewer.membership
    expected = own is not None and was_expected(own, opens_at=row.opens_at, time_zone=row.time_zone)
    return expected and not _stayed_away(viewer, row)


def _stayed_away(viewer: Viewer, row: Any) -> bool:
    """Tell whether the member was recorded as not there: they are not asked how it was."""
    own = Attendance.objects.filter(session=row.pk, user_id=viewer.user_id)
    return own.filter(state__in=(Attendance.State.EXCUSED, Attendance.State.ABSENT)).exists()
