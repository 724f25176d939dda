"""Planning whose case comes when: in a session ahead, or written over several days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case, Cohort, Membership, Session, Turn
from lernet_xblock.rules.case_turn import PLANNED, WORKED
from lernet_xblock.rules.fair_turns import Balance, needs_reason
from lernet_xblock.rules.turn_days import Odd, odd
from lernet_xblock.services.audit import record
from lernet_xblock.services.circle_seat import seat_case
from lernet_xblock.services.notice import tell
from lernet_xblock.services.turn import (
    catch_up,
    check_version,
    delete_planned,
    let_stage_follow,
    locked,
    locked_case,
    open_turn,
)

DEADLINES = tuple(f"{phase}_until" for phase in WORKED)
MAY_BE_PLANNED = (Case.Stage.SHARED, Case.Stage.DISCUSSED, Case.Stage.AWAITING, Case.Stage.TOLD)
ODD: Mapping[Odd, Any] = {
    Odd.PAST: gettext_lazy("This lies in the past. Please choose a time that is ahead."),
    Odd.ORDER: gettext_lazy("Each phase ends after the one before it. Please choose a later time."),
    Odd.FAR: gettext_lazy("This is more than three months ahead. Please choose an earlier time."),
}


class TurnTaken(RuleViolation):
    """Somebody else planned the case first."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__(_("Somebody planned this case a moment before you. This is how it is planned now."))


@dataclass(frozen=True)
class Override:
    """That a person gets another turn while somebody has had none: a tick and why, "" for nothing."""

    known: bool = False
    reason: str = ""


NO_OVERRIDE = Override()


def plan_in_session(
    case: Case,
    *,
    session: Session,
    mode: str,
    by: int,
    now: datetime,
    override: Override = NO_OVERRIDE,
) -> Turn:
    """Plan a turn of the case for a session ahead, and return it; its owner is told. mode: live or hybrid.

    The cohort of the turn is that of the session: the one the case was shared with, or was opened to. Raises NotFound
    for another, TurnTaken, and RuleViolation for a session that is not ahead and for an override that is missing.
    """
    cohort = _lock_cohort(case, session.cohort_id)
    row = _lock_ahead(session, now=now)
    shared = _lock_plannable(case, cohort)
    reason = _fair(cohort, shared, override)
    turn = _make(shared, cohort, by=by, now=now, session=row, mode=mode, override_reason=reason)
    _join_circle(turn)
    tell(cohort.network, {shared.owner_id} - {by}, kind="turn_planned", now=now, cohort=cohort, session=row)
    return turn


def plan_over_days(
    case: Case,
    *,
    cohort: Cohort,
    deadlines: Sequence[datetime],
    by: int,
    now: datetime,
    override: Override = NO_OVERRIDE,
) -> Turn:
    """Plan a turn that the group writes over several days, and return it; its owner is told.

    deadlines: when each phase of WORKED ends. Raises as `plan_in_session` does, and RuleViolation for deadlines.
    """
    locked_cohort = _lock_cohort(case, cohort.pk)
    shared = _lock_plannable(case, locked_cohort)
    refuse_odd(deadlines, now=now)
    reason = _fair(locked_cohort, shared, override)
    until = dict(zip(DEADLINES, deadlines, strict=True))
    turn = _make(shared, locked_cohort, by=by, now=now, mode=Turn.Mode.DAYS, override_reason=reason, **until)
    tell(cohort.network, {shared.owner_id} - {by}, kind="turn_planned_days", now=now, cohort=cohort)
    return turn


def move_turn(turn: Turn, *, session: Session, opened_version: int, by: int, now: datetime) -> Turn:
    """Plan a turn that has not begun for another session of its cohort, and return it; its owner is told.

    Its circle is of the former session, so that it has none. Raises NotFound, StaleVersion, and RuleViolation.
    """
    cohort = Cohort.objects.select_for_update().get(pk=turn.cohort_id)
    if session.cohort_id != cohort.pk:
        raise NotFound
    row = _lock_ahead(session, now=now)
    case, own = locked(turn)
    check_version(own, opened_version)
    refuse_begun(own)
    if own.mode == Turn.Mode.DAYS:
        raise NotFound
    own.planned_by_id, own.planned_at = by, now
    put_into(case, own, row)
    _join_circle(own)
    record(cohort.network, "turn.move", by=by, now=now, subject=own.key)
    tell(cohort.network, {case.owner_id} - {by}, kind="turn_planned", now=now, cohort=cohort, session=row)
    return own


def put_into(case: Case, turn: Turn, session: Session) -> None:
    """Let the planned turn, locked with its case, be of another session; the circle of the former one lets it go."""
    if case.audience == Case.Audience.CIRCLE and turn.circle_id is not None and case.circle_id == turn.circle_id:
        case.circle = None
        case.save(update_fields=["circle"])
    turn.session, turn.circle = session, None
    turn.version += 1
    turn.save(update_fields=["session", "circle", "version", "planned_by", "planned_at"])


def _join_circle(turn: Turn) -> None:
    """Let the circle that the owner sits in take the case, where the circles of the session are formed already."""
    seat_case(turn)
    turn.refresh_from_db(fields=["circle"])


def set_deadlines(turn: Turn, *, deadlines: Sequence[datetime], opened_version: int, by: int, now: datetime) -> Turn:
    """Give the phases of a turn over several days that are not over yet other deadlines, and return it.

    deadlines: of all phases of WORKED; those of phases that are over stay as they were, whatever is given. Raises
    NotFound for another kind of turn, StaleVersion, and RuleViolation for deadlines.
    """
    case, row = locked(turn)
    if row.mode != Turn.Mode.DAYS:
        raise NotFound
    check_version(row, opened_version)
    catch_up(row, now=now)
    first = 0 if row.phase == PLANNED else WORKED.index(row.phase)
    refuse_odd(deadlines[first:], now=now, first=first)
    for name, until in list(zip(DEADLINES, deadlines, strict=True))[first:]:
        setattr(row, name, until)
    row.version += 1
    row.save(update_fields=[*DEADLINES, "version"])
    record(case.cohort.network, "turn.deadlines", by=by, now=now, subject=row.key)
    return row


def unplan(turn: Turn, *, opened_version: int, by: int, now: datetime) -> Case:
    """Take back a turn that has not begun, and return its case; its owner is told. Raises StaleVersion and others."""
    case, row = locked(turn)
    check_version(row, opened_version)
    refuse_begun(row)
    cohort = row.cohort
    delete_planned(case, row, by=by, now=now)
    let_stage_follow(case)
    tell(cohort.network, {case.owner_id} - {by}, kind="turn_unplanned", now=now, cohort=cohort)
    return case


def refuse_begun(turn: Turn) -> None:
    """Raise RuleViolation unless the turn is only planned."""
    if turn.phase != PLANNED:
        raise RuleViolation(_("This turn has begun already."))


def refuse_odd(deadlines: Sequence[datetime], *, now: datetime, first: int = 0) -> None:
    """Raise RuleViolation, for its field, for a deadline that cannot be. first: the place of the first in WORKED."""
    found = odd(deadlines, now)
    if found is not None:
        raise RuleViolation(str(ODD[found[1]]), field=DEADLINES[first + found[0]])


def balances(cohort: Cohort) -> Mapping[int, Balance]:
    """Return the turns of every member of the locked cohort, by number of the person.

    A turn that somebody had in another group of the network counts as well.
    """
    members = list(Membership.objects.filter(cohort=cohort, active=True).values_list("user_id", flat=True))
    # A locking read: a plain one could still show what was planned here before this one waited.
    here = list(Turn.objects.select_for_update().filter(cohort=cohort).values_list("case_id", "phase"))
    owners = dict(Case.objects.filter(pk__in=[case for case, _phase in here]).values_list("pk", "owner_id"))
    rows = Turn.objects.filter(cohort__network=cohort.network_id, case__owner__in=members).exclude(cohort=cohort)
    elsewhere = rows.values_list("case__owner_id", "phase")
    counted = [*((owners[case], phase) for case, phase in here), *elsewhere]
    turns = Counter((owner, phase == PLANNED) for owner, phase in counted)
    return {user: Balance(turns[user, False], turns[user, True]) for user in members}


def _lock_cohort(case: Case, cohort_id: int) -> Cohort:
    """Return the cohort, locked: of all turns that are planned at once, each sees the ones before it."""
    cohort = Cohort.objects.select_for_update().get(pk=cohort_id)
    if cohort.state != Cohort.State.CONFIRMED or cohort.pk not in (case.cohort_id, case.open_to_id):
        raise NotFound
    return cohort


def _lock_ahead(session: Session, *, now: datetime) -> Session:
    row = Session.objects.select_for_update().get(pk=session.pk)
    if row.state != Session.State.PLANNED or row.ends_at <= now:
        text = _("This session is over, or it is not held. Please choose another one.")
        raise RuleViolation(text, field="session")
    return row


def _lock_plannable(case: Case, cohort: Cohort) -> Case:
    row = locked_case(case.pk)
    if not Membership.objects.filter(cohort=cohort, user=row.owner_id, active=True).exists():
        raise RuleViolation(_("The case giver is not in this group any more, so nobody could take this turn."))
    if open_turn(row) is not None:
        raise TurnTaken
    if row.stage not in MAY_BE_PLANNED:
        raise RuleViolation(_("This case is put away: its owner can bring it back."))
    return row


def _fair(cohort: Cohort, case: Case, override: Override) -> str:
    """Return why this person has another turn, "" where it is nobody's loss. Raises RuleViolation without a reason."""
    if not needs_reason(case.owner_id, balances(cohort)):
        return ""
    if not override.known:
        text = _("Somebody has had no turn yet. Tick that you know, if this case is to come first all the same.")
        raise RuleViolation(text, field="known")
    if not override.reason.strip():
        raise RuleViolation(_("Please say why: others who guide the group read it."), field="reason")
    return override.reason.strip()


def _make(case: Case, cohort: Cohort, *, by: int, now: datetime, **columns: Any) -> Turn:
    last = case.turns.order_by("-number").values_list("number", flat=True).first() or 0
    turn = Turn.objects.create(
        case=case,
        cohort=cohort,
        number=last + 1,
        phase_since=now,
        planned_at=now,
        planned_by_id=by,
        **columns,
    )
    let_stage_follow(case)
    record(cohort.network, "turn.plan", by=by, now=now, subject=turn.key, reason=turn.override_reason)
    return turn
