"""The turn of a case: what every change of it has in common, and how it ends early.

Whoever changes a turn locks the row of its case first, then that of the turn.
"""

from datetime import datetime

from lernet_xblock.errors import NotFound, StaleVersion
from lernet_xblock.models import Case, Circle, PhaseChange, Turn
from lernet_xblock.rules.case_turn import DONE, PLANNED, WORKED, next_phase, phase_at, stage_of
from lernet_xblock.services.audit import record
from lernet_xblock.services.turn_letter import tell_phase


def drop_turn(case: Case, *, now: datetime, by: int) -> None:
    """End the open turn of a case that goes: a planned one is deleted, a running one is done, without a choice.

    The stage of the case follows. Without an open turn nothing happens.
    """
    row = Case.objects.select_for_update().get(pk=case.pk)
    turn = open_turn(row)
    if turn is None:
        return
    if turn.phase == PLANNED:
        delete_planned(row, turn, by=by, now=now)
    else:
        catch_up(turn, now=now)
        finish(turn, by=by, now=now)
        record(row.cohort.network, "turn.drop", by=by, now=now, subject=turn.key)
    let_stage_follow(row)
    case.stage, case.circle_id = row.stage, row.circle_id


def take_into_circle(turn: Turn, circle: Circle | None) -> Turn:
    """Let this circle work on the case, None for everybody who reads it; return the turn, which is locked.

    A case for a circle alone can be read by the people of this one from now on, and of none without one. What others
    see of the turn stays, so that its version does. Raises NotFound for a turn that is done or gone, and for a circle
    of another session.
    """
    case = Case.objects.select_for_update().get(pk=turn.case_id)
    row = open_turn(case)
    if row is None or row.pk != turn.pk or (circle is not None and circle.session_id != row.session_id):
        raise NotFound
    row.circle = circle
    row.save(update_fields=["circle"])
    if case.audience == Case.Audience.CIRCLE:
        case.circle = circle
        case.save(update_fields=["circle"])
    return row


def locked(turn: Turn) -> tuple[Case, Turn]:
    """Return the case and its open turn, locked in this order. Raises NotFound unless both are there to be worked on.

    Locking reads: a plain one could still show what was there before this one waited.
    """
    case = locked_case(turn.case_id)
    row = Turn.objects.select_for_update().filter(pk=turn.pk, open=True).first()
    if row is None:
        raise NotFound
    row.case = case
    return case, row


def locked_case(case_id: int) -> Case:
    """Return a case that others may read, locked. Raises NotFound for a draft, a withdrawn and a held one."""
    found = Case.objects.select_for_update().filter(pk=case_id, state=Case.State.SHARED, held_at=None).first()
    if found is None:
        raise NotFound
    return found


def open_turn(case: Case) -> Turn | None:
    """Return the open turn of a locked case, locked."""
    found: Turn | None = Turn.objects.select_for_update().filter(case=case, open=True).first()
    return found


def check_version(turn: Turn, opened: int) -> None:
    """Raise StaleVersion unless nobody changed the locked turn since: it tells who did, and when."""
    if turn.version == opened:
        return
    last = turn.changes.order_by("at", "pk").last()
    by_id, at = (last.by_id, last.at) if last else (turn.planned_by_id, turn.planned_at)
    raise StaleVersion(version=turn.version, by_id=by_id, at=at)


def phase_in_force(turn: Turn, *, now: datetime) -> str:
    """Return the phase of a turn in force now: deadlines open the next one by themselves."""
    return phase_at(turn.phase, {name: getattr(turn, f"{name}_until") for name in WORKED}, now)


def catch_up(turn: Turn, *, now: datetime) -> bool:
    """Bring the locked row up to the phase that deadlines opened meanwhile, and tell whether there was one.

    Nobody saw anything else before, so that the version stays. Messages are left about the phase that is open now.
    """
    now_in_force, changes = phase_in_force(turn, now=now), []
    while turn.phase != now_in_force:
        before, at = turn.phase, getattr(turn, f"{turn.phase}_until")
        turn.phase, turn.phase_since = next_phase(before), at
        changes.append(PhaseChange(turn=turn, before=before, after=turn.phase, at=at))
    if changes:
        turn.save(update_fields=["phase", "phase_since"])
        PhaseChange.objects.bulk_create(changes)
        tell_phase(turn.case, turn, now=now, by=None)
    return bool(changes)


def enter(turn: Turn, phase: str, *, by: int, now: datetime, note: str = "") -> None:
    """Put the locked turn into a phase that is not the last; the caller saves nothing more."""
    PhaseChange.objects.create(turn=turn, before=turn.phase, after=phase, by_id=by, at=now, note=note)
    turn.phase, turn.phase_since = phase, now
    turn.version += 1
    turn.save()


def finish(turn: Turn, *, by: int, now: datetime) -> None:
    """End the locked turn: it is done, and never open again."""
    turn.open, turn.ended_at = None, now
    enter(turn, DONE, by=by, now=now)


def delete_planned(case: Case, turn: Turn, *, by: int | None, now: datetime) -> None:
    """Take a planned turn of a locked case back, as if there had been none; a circle that had the case has it no more.

    A case that a circle worked on before stays with that one.
    """
    if case.audience == Case.Audience.CIRCLE and turn.circle_id is not None:
        last = case.turns.filter(phase=DONE).order_by("-number").first()
        case.circle_id = last.circle_id if last else None
        case.save(update_fields=["circle"])
    record(case.cohort.network, "turn.unplan", by=by, now=now, subject=turn.key)
    turn.delete()


def let_stage_follow(case: Case) -> None:
    """Put the locked case into the stage that follows from its turns."""
    rows = list(Turn.objects.select_for_update().filter(case=case).order_by("number"))
    phase = next((row.phase for row in rows if row.open), None)
    last = next((row for row in reversed(rows) if not row.open), None)
    stage = stage_of(
        open_phase=phase,
        chosen=None if last is None else has_chosen(last),
        told=last is not None and last.told_at is not None,
    )
    if case.stage != stage:
        case.stage = stage
        case.save(update_fields=["stage"])


def has_chosen(turn: Turn) -> bool:
    """Tell whether the owner said which first step they take, or that they take none (S64)."""
    return bool(turn.first_step) or turn.no_step
