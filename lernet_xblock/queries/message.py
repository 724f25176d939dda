"""Messages with all that their words need: for a worker that sends them, and for the person who reads them again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from lernet_xblock.models import (
    Case,
    Cohort,
    Facilitation,
    Membership,
    Message,
    Network,
    Poll,
    Rsvp,
    Session,
    Substitution,
    Turn,
)
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.case_turn import CLOSING, DONE, WORKED, phase_at
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.viewer import Viewer

MEMBER, GUIDE, STAND_IN = "member", "guide", "stand_in"
IN_INBOX = 50
# How many dates a message lists; the page has them all.
MOST_DATES = 24

# Kinds that are true only while the session stands like this.
NEEDS_STATE = {
    "session_moved": Session.State.PLANNED,
    "session_replaced": Session.State.PLANNED,
    "session_merged": Session.State.PLANNED,
    "session_cancelled": Session.State.CANCELLED,
    "session_not_held": Session.State.NOT_HELD,
}
PLEASE_ANSWER, POLL_ASKED = "please_answer", "poll_asked"
REMINDERS = ("reminder_7d", "reminder_1d", "reminder_1h", PLEASE_ANSWER)
TURN_CHOICE, TURN_KINDS = "turn_choice", ("turn_opened", "turn_reminder", "turn_choice")
WITH_DATES = ("plan_made", "plan_changed")


@dataclass(frozen=True)
class Meeting:
    """The session of a message as it is now. zone: an IANA name; online: whether there is a link."""

    key: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: str
    place: str
    online: bool


@dataclass(frozen=True)
class Note:
    """One message for one person, with what it speaks of as it is now.

    cohort, group, number: key, name ("" where nobody gave one) and number of the cohort; "", "" and 0 where it is
    gone. part: MEMBER, GUIDE or STAND_IN, "" for somebody who has no part in the cohort any more. answer: what the
    person said of coming. ahead: the next sessions of the cohort, for kinds that list them. polled: the cohort has
    an open poll. turn: the phase of the turn it speaks of, "" once nobody can work on that or its owner chose. at:
    when it was sent, else made.
    """

    pk: int
    key: str
    kind: str
    urgent: bool
    user_id: int
    facts: Mapping[str, Any]
    at: datetime
    course_id: str
    usage_id: str
    title: str
    plan: Settings
    cohort: str
    group: str
    number: int
    meeting: Meeting | None
    part: str
    answer: str
    ahead: tuple[Meeting, ...]
    polled: bool
    turn: str = ""

    def is_true(self, now: datetime) -> bool:
        """Tell whether what it says still holds; what it does not name may have changed."""
        if self.number == 0:
            return False
        if self.kind in REMINDERS:
            return self._reminds(now)
        if self.kind == POLL_ASKED:
            return self.polled
        if self.kind in TURN_KINDS:
            return self.turn in (CLOSING, DONE) if self.kind == TURN_CHOICE else self.turn == self.facts.get("phase")
        needed = NEEDS_STATE.get(self.kind)
        return needed is None or (self.meeting is not None and self.meeting.state == needed)

    def _reminds(self, now: datetime) -> bool:
        one = self.meeting
        if one is None or one.state != Session.State.PLANNED or one.starts_at <= now:
            return False
        silent = self.answer == "" if self.kind == PLEASE_ANSWER else self.answer != Rsvp.Answer.NOT_COMING
        return silent and self.facts.get("starts_at") == one.starts_at.isoformat()


def notes_to_send(pks: Sequence[int], *, now: datetime) -> tuple[Note, ...]:
    """Return these messages in order: ten queries at most, whatever their number."""
    return _notes(Message.objects.filter(pk__in=list(pks)).order_by("send_at", "pk"), now=now)


def inbox(viewer: Viewer) -> tuple[Note, ...]:
    """Return the last messages for the reader in this network, newest first: those sent, and urgent ones on their way.

    What concerns a group that the reader has left is not theirs to read. Staff who look as somebody else read nothing.
    """
    if viewer.network is None or not viewer.user_id or not viewer.may_write:
        return ()
    on_its_way = Q(state__in=(Message.State.WAITING, Message.State.LEASED), urgent=True)
    rows = Message.objects.filter(
        Q(state=Message.State.SENT) | on_its_way, network=viewer.network, user=viewer.user_id
    ).order_by("-made_at", "-pk")
    return tuple(note for note in _notes(rows[:IN_INBOX], now=viewer.now) if note.part)


def _notes(rows: Any, *, now: datetime) -> tuple[Note, ...]:
    found = list(rows.select_related("cohort", "session"))
    networks = Network.objects.in_bulk({row.network_id for row in found})
    plans = {pk: read(network.authored) for pk, network in networks.items()}
    parts, answers, ahead = _parts(found, now=now), _answers(found), _ahead(found, now=now)
    polls, turns = _polled(found), _turns(found, now=now)
    return tuple(
        _note(
            row,
            networks[row.network_id],
            plans[row.network_id],
            part=parts.get((row.cohort_id, row.user_id), ""),
            answer=answers.get((row.session_id, row.user_id), ""),
            ahead=tuple(ahead[row.cohort_id]) if row.kind in WITH_DATES else (),
            polled=row.cohort_id in polls,
            turn=turns.get(_turn_key(row), ""),
        )
        for row in found
    )


def _note(row: Message, network: Network, plan: Settings, **found: Any) -> Note:
    cohort = row.cohort
    return Note(
        pk=row.pk,
        key=row.key,
        kind=row.kind,
        urgent=row.urgent,
        user_id=row.user_id,
        facts=row.facts if isinstance(row.facts, dict) else {},
        at=row.sent_at or row.made_at,
        course_id=network.course_id,
        usage_id=network.usage_id,
        title=network.title,
        plan=plan,
        cohort=cohort.key if cohort else "",
        group=cohort.name if cohort else "",
        number=cohort.number if cohort else 0,
        meeting=_meeting(row.session) if row.session else None,
        **found,
    )


def _meeting(row: Session) -> Meeting:
    return Meeting(row.key, row.starts_at, row.ends_at, row.time_zone, row.state, row.place, bool(row.meeting_link))


def _parts(rows: Iterable[Message], *, now: datetime) -> Mapping[tuple[int, int], str]:
    """Return the part of people in the cohorts, by row number of cohort and user: three queries."""
    cohorts, users = {row.cohort_id for row in rows}, {row.user_id for row in rows}
    near = {"cohort__in": cohorts - {None}, "user__in": users}
    # Who stood in for a session that is cancelled was released from it in the same breath, and still has to hear of it.
    since = now - timedelta(days=1)
    stand_ins = Substitution.objects.filter(Q(ended_at=None) | Q(ended_at__gte=since), **near)
    guides = Facilitation.objects.filter(**near)
    members = Membership.objects.filter(active=True, **near)
    parts: dict[tuple[int, int], str] = {}
    for people, part in ((stand_ins, STAND_IN), (guides, GUIDE), (members, MEMBER)):
        parts |= dict.fromkeys(people.values_list("cohort_id", "user_id"), part)
    return parts


def _answers(rows: Iterable[Message]) -> Mapping[tuple[int, int], str]:
    sessions = {row.session_id for row in rows} - {None}
    given = Rsvp.objects.filter(session__in=sessions, user__in={row.user_id for row in rows})
    return {(session, user): answer for session, user, answer in given.values_list("session_id", "user_id", "answer")}


def _polled(rows: Iterable[Message]) -> set[int]:
    asked = {row.cohort_id for row in rows if row.kind == POLL_ASKED} - {None}
    return set(Poll.objects.filter(cohort__in=asked, open=True).values_list("cohort_id", flat=True))


def _turn_key(row: Message) -> str:
    return str(row.facts.get("turn", "")) if isinstance(row.facts, dict) else ""


def _turns(rows: Iterable[Message], *, now: datetime) -> Mapping[str, str]:
    """Return the phases of the turns that messages speak of, by key: one query, none where none does."""
    keys = {_turn_key(row) for row in rows if row.kind in TURN_KINDS} - {""}
    turns = Turn.objects.filter(key__in=keys, case__state=Case.State.SHARED, case__held_at=None) if keys else ()
    waiting = (turn for turn in turns if not (turn.first_step or turn.no_step))
    return {
        turn.key: phase_at(turn.phase, {name: getattr(turn, f"{name}_until") for name in WORKED}, now)
        for turn in waiting
    }


def _ahead(rows: Iterable[Message], *, now: datetime) -> Mapping[int, list[Meeting]]:
    """Return the next sessions of the cohorts whose messages list them."""
    wanted = {row.cohort_id for row in rows if row.kind in WITH_DATES} - {None}
    ahead: dict[int, list[Meeting]] = defaultdict(list)
    planned = Session.objects.filter(cohort__in=wanted, state=Session.State.PLANNED, ends_at__gt=now)
    for session in planned.filter(cohort__state=Cohort.State.CONFIRMED).order_by("starts_at", "pk"):
        if len(ahead[session.cohort_id]) < MOST_DATES:
            ahead[session.cohort_id].append(_meeting(session))
    return ahead
