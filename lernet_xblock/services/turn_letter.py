"""Messages about turns that go over several days: which phase is open, who has not spoken yet, that it is to choose.

They name no title and no text: they lead to the page.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from lernet_xblock.models import (
    Case,
    Charter,
    CharterConsent,
    CircleSeat,
    Contribution,
    Facilitation,
    Membership,
    Turn,
)
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.case_turn import CLOSING, DONE, OPEN_KINDS, PLANNED, QUESTIONS
from lernet_xblock.rules.pause import today_in
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.zones import zone
from lernet_xblock.services.message import announce_to

OPENED, REMINDER, CHOICE = "turn_opened", "turn_reminder", "turn_choice"


def tell_phase(case: Case, turn: Turn, *, now: datetime, by: int | None) -> None:
    """Tell of the phase that a turn over several days is in now: those who contribute; in the last one, its owner.

    by: who opened it, and needs no message. In the room everybody sees it.
    """
    if turn.mode != Turn.Mode.DAYS or turn.phase in (PLANNED, DONE):
        return
    if turn.phase == CLOSING:
        tell_choice(case, turn, now=now, by=by)
        return
    people = contributors(case, turn, now=now)
    if turn.phase == QUESTIONS:
        people.add(case.owner_id)
    announce_to(turn.cohort, people - {by}, kind=OPENED, mark=_mark(turn), now=now, facts=_facts(turn))


def tell_choice(case: Case, turn: Turn, *, now: datetime, by: int | None) -> None:
    """Tell the owner, once for a turn, that it is to them to choose now."""
    owner = {case.owner_id} - {by}
    announce_to(turn.cohort, owner, kind=CHOICE, mark=turn.key, now=now, facts=_facts(turn))


def remind_silent(case: Case, turn: Turn, *, now: datetime) -> None:
    """Remind those who have not spoken in the phase; in the last one, the owner. Each of them once for a phase.

    The owner is asked for answers where there are questions, and for nothing while the others reflect.
    """
    said = Contribution.objects.filter(turn=turn, kind__in=OPEN_KINDS[turn.phase])
    spoke = set(said.values_list("author_id", flat=True))
    if turn.phase == CLOSING:
        silent = {case.owner_id}
    else:
        silent = contributors(case, turn, now=now) - _guides(case, turn) - spoke
        if turn.phase == QUESTIONS and spoke and case.owner_id not in spoke:
            silent.add(case.owner_id)
    announce_to(turn.cohort, silent, kind=REMINDER, mark=_mark(turn), now=now, facts=_facts(turn))


def contributors(case: Case, turn: Turn, *, now: datetime) -> set[int]:
    """Return who works on the case with its owner, by number of the person; the owner is not of them.

    Members who may read it, have accepted the charter and do not pause; those of its circle where it has one; and
    those who guide the group since before the case was shared.
    """
    members = _members(case, turn, now=now)
    if turn.circle_id is not None:
        members &= set(CircleSeat.objects.filter(circle=turn.circle_id).values_list("user_id", flat=True))
    elif case.audience != Case.Audience.COHORT:
        members = set()
    return (members | _guides(case, turn)) - {case.owner_id}


def _members(case: Case, turn: Turn, *, now: datetime) -> set[int]:
    if case.audience == Case.Audience.FACILITATOR:
        return set()
    today = _today(turn, now)
    rows = Membership.objects.filter(cohort=turn.cohort_id, active=True)
    if case.open_to_id != turn.cohort_id:
        rows = rows.filter(joined_at__lte=case.shared_at)
    charter = Charter.objects.filter(cohort=turn.cohort_id).order_by("-version").first()
    accepted = set(CharterConsent.objects.filter(charter=charter).values_list("user_id", flat=True))
    pauses = rows.values_list("user_id", "paused_until")
    return accepted & {user_id for user_id, until in pauses if until is None or until < today}


def _guides(case: Case, turn: Turn) -> set[int]:
    rows = Facilitation.objects.filter(cohort=turn.cohort_id)
    if case.open_to_id != turn.cohort_id:
        rows = rows.filter(since__lte=case.shared_at)
    return set(rows.values_list("user_id", flat=True))


def _today(turn: Turn, now: datetime) -> object:
    try:
        return today_in(zone(read(turn.cohort.network.authored).time_zone or ""), now)
    except Refused:
        return today_in(UTC, now)


def _mark(turn: Turn) -> str:
    """Return what tells this opening of a phase from another: a phase that is opened again is told of again."""
    return f"{turn.key}:{turn.phase}:{int(turn.phase_since.timestamp())}"


def _facts(turn: Turn) -> Mapping[str, str]:
    until = getattr(turn, f"{turn.phase}_until", None)
    return {
        "turn": turn.key,
        "phase": turn.phase,
        "until": until.astimezone(UTC).isoformat() if until else "",
    }
