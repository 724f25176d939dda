"""What the clock does to turns over several days: deadlines open phases, and those who are silent are reminded."""

from datetime import datetime

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Cohort, Message, Network, Turn
from lernet_xblock.rules.case_turn import DONE, PLANNED
from lernet_xblock.rules.turn_days import reminds_at
from lernet_xblock.services.turn import catch_up, locked, phase_in_force
from lernet_xblock.services.turn_letter import REMINDER, remind_silent

GOES_ON = (Network.State.RUNNING, Network.State.CLOSING)


def due_turns(now: datetime) -> list[Turn]:
    """Return the turns whose next phase a deadline has opened, and those of which people are to be reminded."""
    rows = Turn.objects.filter(
        mode=Turn.Mode.DAYS,
        open=True,
        case__state=Case.State.SHARED,
        case__held_at=None,
        cohort__state=Cohort.State.CONFIRMED,
        cohort__network__state__in=GOES_ON,
    ).exclude(phase__in=(PLANNED, DONE))
    found = list(rows.order_by("pk"))
    passed = [row for row in found if phase_in_force(row, now=now) != row.phase]
    due = [row for row in found if row not in passed and _reminds(row, now)]
    made = _reminded(due)
    return [*passed, *(row for row in due if (row.key, row.phase) not in made)]


def tend(turn: Turn, *, now: datetime) -> bool:
    """Bring the turn up to its deadlines and leave the messages that are due, in the transaction that is open.

    Return whether there was anything to do; a turn that ended or a case that went meanwhile is nobody's to tend.
    """
    try:
        case, row = locked(turn)
    except NotFound:
        return False
    if row.phase == PLANNED:
        return False
    moved = catch_up(row, now=now)
    reminds = _reminds(row, now)
    if reminds:
        remind_silent(case, row, now=now)
    return moved or reminds


def _reminds(row: Turn, now: datetime) -> bool:
    until = getattr(row, f"{row.phase}_until")
    moment = reminds_at(row.phase_since, until)
    return moment is not None and moment <= now < until


def _reminded(rows: list[Turn]) -> set[tuple[str, str]]:
    """Return the turns and phases for which reminders stand already, by key."""
    cohorts = {row.cohort_id for row in rows}
    facts = Message.objects.filter(kind=REMINDER, cohort__in=cohorts).values_list("facts", flat=True)
    return {(one.get("turn", ""), one.get("phase", "")) for one in facts if isinstance(one, dict)}
