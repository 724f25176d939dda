"""What the case giver takes home: the question as they ask it now, a first step with a date, its outcome (S64)."""

from datetime import date, datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Turn
from lernet_xblock.rules.case_turn import CLOSING, DONE
from lernet_xblock.services.audit import record
from lernet_xblock.services.turn import catch_up, check_version, finish, has_chosen, let_stage_follow, locked_case


def choose(
    turn: Turn,
    *,
    question: str,
    first_step: str,
    step_on: date | None,
    no_step: bool,
    today: date,
    opened_version: int,
    now: datetime,
) -> Turn:
    """Keep what the owner chose: their question now, and a first step with a date, or that they take none.

    In the last phase this ends the turn; a turn that was ended without it is completed. today: where the group meets.
    Raises NotFound, StaleVersion, and RuleViolation, with its field, for what is missing.
    """
    case, row = _locked(turn)
    check_version(row, opened_version)
    if row.open:
        catch_up(row, now=now)
    if has_chosen(row):
        raise RuleViolation(_("You have chosen already."))
    if row.phase not in (CLOSING, DONE):
        raise RuleViolation(_("Your choice comes at the end: wait for the last phase."))
    _refuse_incomplete(question, first_step, step_on, no_step=no_step, today=today)
    row.question_after, row.no_step = question.strip(), no_step
    row.first_step, row.step_on = ("", None) if no_step else (first_step.strip(), step_on)
    if row.open:
        finish(row, by=case.owner_id, now=now)
    else:
        _keep(row)
    let_stage_follow(case)
    record(row.cohort.network, "turn.choose", by=case.owner_id, now=now, subject=row.key)
    return row


def tell(turn: Turn, *, outcome: str, opened_version: int, now: datetime) -> Turn:
    """Keep what the owner says became of their first step, and return the turn. Once for a turn.

    Raises NotFound, StaleVersion, and RuleViolation before they chose, for a second time and for no words.
    """
    case, row = _done(turn, opened_version=opened_version)
    if not outcome.strip():
        raise RuleViolation(_("Please fill this in."), field="outcome")
    row.outcome, row.told_at = outcome.strip(), now
    _keep(row)
    let_stage_follow(case)
    record(row.cohort.network, "turn.tell", by=case.owner_id, now=now, subject=row.key)
    return row


def postpone(turn: Turn, *, step_on: date, today: date, opened_version: int, now: datetime) -> Turn:
    """Give the first step a later date, once, and return the turn: its owner is asked again then, not before.

    Raises as `tell` does, and RuleViolation for a date that is not ahead, or a second time.
    """
    case, row = _done(turn, opened_version=opened_version)
    if not row.first_step:
        raise NotFound
    if is_postponed(row):
        raise RuleViolation(_("You gave your first step another date once already. Tell what you did so far."))
    if step_on <= today:
        raise RuleViolation(_("Please choose a date that is ahead."), field="step_on")
    row.step_on, row.phase_since = step_on, now
    _keep(row)
    record(row.cohort.network, "turn.postpone", by=case.owner_id, now=now, subject=row.key)
    return row


def is_postponed(turn: Turn) -> bool:
    """Tell whether the first step of a turn that is done has another date than it had first."""
    return turn.ended_at is not None and turn.phase_since > turn.ended_at


def _locked(turn: Turn) -> tuple[Case, Turn]:
    case = locked_case(turn.case_id)
    row = Turn.objects.select_for_update().get(pk=turn.pk)
    row.case = case
    return case, row


def _done(turn: Turn, *, opened_version: int) -> tuple[Case, Turn]:
    case, row = _locked(turn)
    check_version(row, opened_version)
    if row.open or not has_chosen(row):
        raise NotFound
    if row.told_at is not None:
        raise RuleViolation(_("You have told this already."))
    return case, row


def _keep(row: Turn) -> None:
    row.version += 1
    row.save()


def _refuse_incomplete(question: str, first_step: str, step_on: date | None, *, no_step: bool, today: date) -> None:
    if not question.strip():
        raise RuleViolation(_("Please fill this in."), field="question")
    if no_step and first_step.strip():
        raise RuleViolation(_("You wrote a first step: leave this unticked, or take the step out."), field="no_step")
    if no_step:
        return
    if not first_step.strip():
        raise RuleViolation(_("Please name a first step, or tick that you take none."), field="first_step")
    if step_on is None:
        raise RuleViolation(_("Please say by when."), field="step_on")
    if step_on < today:
        raise RuleViolation(_("Please choose a date that is ahead."), field="step_on")
