"""The board of turns: who has had one, what is planned, and whether there is room for the rest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from lernet_xblock.models import Attendance, Case, Cohort, Membership, Session, Turn
from lernet_xblock.permissions import guided_then
from lernet_xblock.rules.fair_turns import Balance, next_in_line
from lernet_xblock.rules.turn_budget import Budget, Slots, budget, rest_budget, turns_in, usual_attendance
from lernet_xblock.viewer import Viewer

DONE, NOW, PLANNED = "done", "now", "planned"


@dataclass(frozen=True)
class TurnDot:
    """One turn of a member. state: DONE, NOW or PLANNED; day: when it was begun or is to be, None over several days."""

    state: str
    day: datetime | None


@dataclass(frozen=True)
class MemberTurns:
    """A member with the turns they had or will have, oldest first. ready: they have a case that waits for one.

    key: of that case, "" where the reader is none of its readers.
    """

    name: str
    dots: tuple[TurnDot, ...]
    ready: bool
    key: str


@dataclass(frozen=True)
class SessionSlots:
    """A session ahead with cases. orphaned: turns planned for people who have left; they take no room."""

    day: datetime
    slots: Slots
    orphaned: int


@dataclass(frozen=True)
class TurnBoard:
    """A group. members: by name; without: who have had none, nor one planned; come: people who usually come.

    suggested: those who have none and a case that is ready, who waits longest first. rest: of the sessions ahead and
    those without. whole: of the group as it is planned from the start. per_circle: cases; None is 0.
    """

    members: tuple[MemberTurns, ...]
    had: int
    without: int
    come: int
    suggested: tuple[MemberTurns, ...]
    ahead: tuple[SessionSlots, ...]
    rest: Budget
    whole: Budget
    per_circle: int


def turn_board(viewer: Viewer, cohort: Cohort) -> TurnBoard:
    """Return the board of a cohort that the reader guides or runs: six queries, whatever the number of people."""
    users = list(Membership.objects.filter(cohort=cohort, active=True).order_by("pk").values_list("user_id", flat=True))
    turns = list(
        Turn.objects.filter(Q(cohort=cohort) | Q(cohort__network=cohort.network_id, case__owner__in=users))
        .select_related("case", "session")
        .order_by("number")
    )
    sessions = list(_sessions(cohort))
    waiting = _waiting(cohort, users)
    names = viewer.host.names(users)
    own = defaultdict(list)
    for turn in turns:
        own[turn.case.owner_id].append(turn)
    balances = {user: _balance(own[user]) for user in users}
    members = {user: _member(viewer, names.get(user, "—"), own[user], waiting.get(user)) for user in users}
    line = next_in_line(balances, {user: case.shared_at for user, case in waiting.items() if case.shared_at})
    per_circle = viewer.plan.cases_per_circle or 0
    come = usual_attendance(len(users), (row.there for row in sessions if row.there))
    ahead = tuple(_ahead(viewer, sessions, turns, set(users), turns_in(come, per_circle)))
    without = sum(one.none for one in balances.values())
    regular = sum(row.kind == Session.Kind.REGULAR for row in sessions)
    return TurnBoard(
        members=tuple(sorted(members.values(), key=lambda one: one.name.casefold())),
        had=sum(bool(one.had) for one in balances.values()),
        without=without,
        come=come,
        suggested=tuple(members[user] for user in line if balances[user].none),
        ahead=ahead,
        rest=rest_budget(without, (one.slots for one in ahead)),
        whole=budget(len(users), [per_circle] * regular),
        per_circle=per_circle,
    )


def _sessions(cohort: Cohort) -> Iterable[Session]:
    """Return the sessions that take place, in order, each with how many were there."""
    there = Count("attendance", filter=Q(attendance__state__in=Attendance.THERE))
    return (
        Session.objects.filter(cohort=cohort, state=Session.State.PLANNED).annotate(there=there).order_by("starts_at")
    )


def _waiting(cohort: Cohort, users: Sequence[int]) -> Mapping[int, Case]:
    """Return the case of each member that waits longest for its first turn, without its words."""
    rows = Case.objects.filter(
        Q(cohort=cohort) | Q(open_to=cohort),
        owner__in=users,
        state=Case.State.SHARED,
        stage=Case.Stage.SHARED,
        held_at=None,
    ).exclude(audience=Case.Audience.FACILITATOR)
    found: dict[int, Case] = {}
    for case in rows.defer("title", "situation", "question", "tried").order_by("shared_at", "pk"):
        found.setdefault(case.owner_id, case)
    return found


def _balance(turns: Iterable[Turn]) -> Balance:
    begun = [bool(turn.begun_at) for turn in turns]
    return Balance(had=sum(begun), planned=len(begun) - sum(begun))


def _member(viewer: Viewer, name: str, turns: Iterable[Turn], waiting: Case | None) -> MemberTurns:
    dots = [_dot(turn) for turn in turns]
    dots.sort(key=lambda dot: ((DONE, NOW, PLANNED).index(dot.state), dot.day is None, dot.day))
    key = waiting.key if waiting is not None and viewer.may_write and guided_then(viewer, waiting) else ""
    return MemberTurns(name, tuple(dots), waiting is not None, key)


def _dot(turn: Turn) -> TurnDot:
    if turn.begun_at:
        return TurnDot(NOW if turn.open else DONE, turn.begun_at)
    return TurnDot(PLANNED, turn.session.starts_at if turn.session else None)


def _ahead(
    viewer: Viewer, sessions: Iterable[Session], turns: Sequence[Turn], users: set[int], room: int
) -> Iterable[SessionSlots]:
    """Yield the sessions between launch and closing that are not over."""
    for row in sessions:
        if row.kind != Session.Kind.REGULAR or row.ends_at <= viewer.now:
            continue
        of_session = [turn for turn in turns if turn.session_id == row.pk]
        gone = [turn for turn in of_session if turn.open and not turn.begun_at and turn.case.owner_id not in users]
        yield SessionSlots(row.starts_at, Slots(room, len(of_session) - len(gone)), len(gone))
