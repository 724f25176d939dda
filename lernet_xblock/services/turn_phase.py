"""Working through a turn: begun, led from phase to phase, one step back with a note, ended without a choice (A4)."""

from datetime import datetime, timedelta

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Turn
from lernet_xblock.rules.case_turn import CLOSING, PHASES, PLANNED, QUESTIONS, next_phase
from lernet_xblock.services.audit import record
from lernet_xblock.services.turn import catch_up, check_version, enter, finish, let_stage_follow, locked
from lernet_xblock.services.turn_letter import tell_choice, tell_phase
from lernet_xblock.services.turn_plan import refuse_begun

DAY = timedelta(days=1)


def begin(turn: Turn, *, opened_version: int, by: int, now: datetime) -> Turn:
    """Open the clarifying questions of a planned turn, and return it; the question as it stands is kept.

    Raises NotFound, StaleVersion, and RuleViolation for a turn that has begun, and over several days after its first
    deadline.
    """
    case, row = locked(turn)
    check_version(row, opened_version)
    refuse_begun(row)
    if row.questions_until is not None and row.questions_until <= now:
        raise RuleViolation(_("The first deadline has passed already. Please choose later deadlines first."))
    row.begun_at, row.question_before = now, case.question
    enter(row, QUESTIONS, by=by, now=now)
    let_stage_follow(case)
    record(row.cohort.network, "turn.begin", by=by, now=now, subject=row.key)
    tell_phase(case, row, now=now, by=by)
    return row


def forward(turn: Turn, *, seen: str, opened_version: int, by: int, now: datetime) -> Turn:
    """Open the next phase, and return the turn. seen: the phase that whoever acts saw as the one in force.

    Raises NotFound, StaleVersion, and RuleViolation where a deadline opened another phase meanwhile, and in the last
    one: only the choice of the owner ends a turn, or `end`.
    """
    case, row = _led(turn, seen=seen, opened_version=opened_version, now=now)
    if row.phase in (PLANNED, CLOSING):
        raise RuleViolation(_("This is the last phase: it ends with the choice of the case giver."))
    _go(case, row, next_phase(row.phase), by=by, now=now)
    return row


def back(turn: Turn, *, seen: str, note: str, opened_version: int, by: int, now: datetime) -> Turn:
    """Open the phase before once more, for a reason that everybody reads, and return the turn (rule A4).

    Over several days, the phase that is opened again has the deadline of the one that was left. Raises as `forward`
    does, and RuleViolation without a reason, before the second phase, and for a second step back.
    """
    case, row = _led(turn, seen=seen, opened_version=opened_version, now=now)
    if row.phase in (PLANNED, QUESTIONS):
        raise RuleViolation(_("There is no phase before this one."))
    if went_back(row):
        raise RuleViolation(_("A turn goes back by one step only. Go on with this phase."))
    if not note.strip():
        raise RuleViolation(_("Please say why: everybody who works on the case reads it."), field="note")
    before = PHASES[PHASES.index(row.phase) - 1]
    _give_time(row, before, now=now)
    _go(case, row, before, by=by, now=now, note=note.strip())
    return row


def end(turn: Turn, *, opened_version: int, by: int, now: datetime) -> Turn:
    """End a turn that has begun without the choice of its owner, who is asked for it afterwards; return it."""
    case, row = locked(turn)
    check_version(row, opened_version)
    if row.phase == PLANNED:
        raise RuleViolation(_("This turn has not begun yet."))
    catch_up(row, now=now)
    finish(row, by=by, now=now)
    let_stage_follow(case)
    record(row.cohort.network, "turn.end", by=by, now=now, subject=row.key)
    tell_choice(case, row, now=now, by=by)
    return row


def went_back(turn: Turn) -> bool:
    """Tell whether the last thing that happened to the turn is that it went back."""
    last = turn.changes.order_by("at", "pk").last()
    return last is not None and PHASES.index(last.after) < PHASES.index(last.before)


def _led(turn: Turn, *, seen: str, opened_version: int, now: datetime) -> tuple[Case, Turn]:
    case, row = locked(turn)
    check_version(row, opened_version)
    catch_up(row, now=now)
    if row.phase != seen:
        raise RuleViolation(_("A deadline has passed since you opened this page, so another phase is open now."))
    return case, row


def _go(case: Case, row: Turn, phase: str, *, by: int, now: datetime, note: str = "") -> None:
    enter(row, phase, by=by, now=now, note=note)
    record(row.cohort.network, f"turn.{phase}", by=by, now=now, subject=row.key)
    tell_phase(case, row, now=now, by=by)


def _give_time(row: Turn, before: str, *, now: datetime) -> None:
    """Let the phase that is opened again last as long as the one that was left still had, and all later ones move.

    Over several days alone: there its own deadline, which has passed, would close it at once.
    """
    if row.mode != Turn.Mode.DAYS:
        return
    again, *later = (f"{phase}_until" for phase in PHASES[PHASES.index(before) : -1])
    left = max(getattr(row, later[0]) - now, DAY)
    setattr(row, again, now + left)
    for name in later:
        until = getattr(row, name)
        setattr(row, name, (until if until > now else now + DAY) + left)
