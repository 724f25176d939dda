"""Turns as those see them who lead, plan or bring a case: look-ups, what is planned, what the owner is asked."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Cohort, Membership, PhaseChange, Session, Turn
from lernet_xblock.permissions import may_lead_turn, may_read_case
from lernet_xblock.queries.case_access import former_ids
from lernet_xblock.queries.case_scene import turn_phase
from lernet_xblock.queries.turn_fairness import balances
from lernet_xblock.rules.case_turn import DONE, PHASES, PLANNED, awaits_outcome
from lernet_xblock.rules.fair_turns import Balance, needs_reason
from lernet_xblock.rules.pause import today_in
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Place:
    """A session ahead that a turn can be planned for. turns: how many are planned for it already."""

    key: str
    number: int
    starts_at: datetime
    turns: int


@dataclass(frozen=True)
class PlanLine:
    """A case in the list of those who plan turns.

    title: "" where the reader may know that there is a case and not read it; without_turn: its owner had none, nor has
    one planned; turn: the open one.
    """

    key: str
    title: str
    owner: str
    urgent: bool
    without_turn: bool
    stage: str
    turn: Turn | None
    phase: str


@dataclass(frozen=True)
class PlanScene:
    """A case before somebody who plans its turn. unfair: a second turn for its owner while somebody has had none."""

    case: Case
    line: PlanLine
    cohort: Cohort
    places: tuple[Place, ...]
    may_take_days: bool
    unfair: bool


def find_led_turn(viewer: Viewer, key: str) -> Turn:
    """Return an open turn that the reader leads, with its case, session, circle and cohort. Raises NotFound."""
    found = _turns(viewer, key).filter(open=True).first()
    if found is None or not may_lead_turn(viewer, found) or not _may_know(viewer, found.case):
        raise NotFound
    return found


def find_guided_turn(viewer: Viewer, key: str) -> Turn:
    """Return an open turn of a group that the reader guides, and not only moderates. Raises NotFound."""
    found = find_led_turn(viewer, key)
    if found.cohort_id not in viewer.guided_ids:
        raise NotFound
    return found


def find_own_turn(viewer: Viewer, key: str) -> Turn:
    """Return a turn of the reader's own case, open or done, in a group they are of. Raises NotFound."""
    found = _turns(viewer, key).filter(case__owner_id=viewer.user_id).first()
    if found is None or not viewer.may_write or viewer.membership is None:
        raise NotFound
    if not {found.case.cohort_id, found.cohort_id} & {viewer.membership.cohort_id, *former_ids(viewer)}:
        raise NotFound
    return found


def find_case_to_plan(viewer: Viewer, key: str) -> tuple[Case, Cohort]:
    """Return a shared case, and the group that the reader guides in which it can have a turn. Raises NotFound.

    Who guides the group since later than the case was shared plans it without reading it.
    """
    rows = Case.objects.filter(key=key, cohort__network=viewer.network, state=Case.State.SHARED, held_at=None)
    found = rows.select_related("cohort", "open_to").first() if viewer.may_write and key.isalnum() else None
    if found is None or not _may_know(viewer, found):
        raise NotFound
    for cohort in (found.open_to, found.cohort):
        if cohort is not None and cohort.pk in viewer.guided_ids and cohort.state == Cohort.State.CONFIRMED:
            return found, cohort
    raise NotFound


def find_place(viewer: Viewer, cohort: Cohort, key: str) -> Session:
    """Return a session of the group for which the reader may plan a turn. Raises NotFound for every other."""
    found = _ahead(viewer, cohort).filter(key=key).first() if key.isalnum() else None
    if found is None:
        raise NotFound
    return found


def guided_cohort(viewer: Viewer, key: str) -> Cohort:
    """Return the group with this key that the reader guides, "" for the first that goes on. Raises NotFound."""
    guided = {row.cohort.pk: row.cohort for row in viewer.facilitations}.values()
    ordered = sorted(guided, key=lambda one: (one.state != Cohort.State.CONFIRMED, one.number))
    for cohort in ordered:
        if key in ("", cohort.key):
            return cohort
    raise NotFound


def plan_lines(viewer: Viewer, cohort: Cohort) -> tuple[PlanLine, ...]:
    """Return the shared cases of the group: of those without a turn first, then urgent ones, then the oldest."""
    rows = Case.objects.filter(Q(cohort=cohort) | Q(open_to=cohort), state=Case.State.SHARED, held_at=None)
    rows = rows.exclude(stage=Case.Stage.ARCHIVED).defer("situation", "tried")
    cases = [case for case in rows.order_by("shared_at", "pk") if _may_know(viewer, case)]
    turns = {turn.case_id: turn for turn in Turn.objects.filter(case__in=cases, open=True).select_related("session")}
    names = viewer.host.names({case.owner_id for case in cases})
    standing = balances(cohort.pk)
    lines = [_line(viewer, case, turns.get(case.pk), names.get(case.owner_id, ""), standing) for case in cases]
    return tuple(sorted(lines, key=lambda one: (not one.without_turn, not one.urgent)))


def plan_scene(viewer: Viewer, case: Case, cohort: Cohort) -> PlanScene:
    """Return the case, which `find_case_to_plan` gave, with what can be planned for it."""
    turn = Turn.objects.filter(case=case, open=True).select_related("session", "circle").first()
    names = viewer.host.names([case.owner_id])
    standing = balances(cohort.pk)
    return PlanScene(
        case=case,
        line=_line(viewer, case, turn, names.get(case.owner_id, ""), standing),
        cohort=cohort,
        places=places(viewer, cohort),
        may_take_days=cohort.pk in viewer.led_ids,
        unfair=needs_reason(case.owner_id, standing),
    )


def places(viewer: Viewer, cohort: Cohort) -> tuple[Place, ...]:
    """Return the sessions for which the reader may plan turns, in order: two queries."""
    rows = list(_ahead(viewer, cohort).order_by("starts_at", "pk"))
    planned = Turn.objects.filter(session__in=rows, open=True).values_list("session_id", flat=True)
    count = list(planned)
    return tuple(Place(row.key, row.number or 0, row.starts_at, count.count(row.pk)) for row in rows)


def back_notes(turn: Turn) -> tuple[str, ...]:
    """Return why a turn went back, oldest first: one query, none where the scene of the case saw that it did not."""
    if not getattr(turn, "went_back", True):
        # The scene of the case looked already.
        return ()
    order = {phase: place for place, phase in enumerate(PHASES)}
    rows = PhaseChange.objects.filter(turn=turn).exclude(note="")
    return tuple(row.note for row in rows if order[row.after] < order[row.before])


def is_asked(viewer: Viewer, turn: Turn) -> bool:
    """Tell whether the owner is asked now what became of the first step of this turn: one query at most."""
    if turn.phase != DONE or not turn.first_step or turn.told_at is not None:
        return False
    begun = Session.objects.filter(
        cohort=turn.cohort_id,
        state=Session.State.PLANNED,
        starts_at__gt=turn.phase_since,
        starts_at__lte=viewer.now,
    )
    return awaits_outcome(
        first_step=turn.first_step,
        step_on=turn.step_on,
        told=False,
        next_begun=begun.exists(),
        today=today_in(viewer.zone, viewer.now),
    )


def _turns(viewer: Viewer, key: str) -> QuerySet[Turn]:
    rows = Turn.objects.filter(
        key=key if key.isalnum() else "",
        cohort__network=viewer.network,
        case__state=Case.State.SHARED,
        case__held_at=None,
    )
    return rows.select_related("case", "session", "circle", "cohort__network")


def owner_is_here(case: Case) -> bool:
    """Tell whether the owner of the case is a member of the group it was shared with or opened to: one query."""
    groups = [pk for pk in (case.cohort_id, case.open_to_id) if pk]
    return bool(Membership.objects.filter(cohort__in=groups, user=case.owner_id, active=True).exists())


def _may_know(viewer: Viewer, case: Case) -> bool:
    """Tell whether the reader may know that there is this case: one for somebody else who guides is a secret."""
    return case.audience != Case.Audience.FACILITATOR or may_read_case(viewer, case)


def _ahead(viewer: Viewer, cohort: Cohort) -> QuerySet[Session]:
    """Return the sessions ahead of the group; of somebody who stands in, the one they stand in for."""
    rows = Session.objects.filter(cohort=cohort, state=Session.State.PLANNED, ends_at__gt=viewer.now)
    if cohort.pk in viewer.led_ids:
        return rows
    own = [row.session_id for row in viewer.facilitations if row.cohort_id == cohort.pk]
    return rows.filter(pk__in=own)


def _line(viewer: Viewer, case: Case, turn: Turn | None, owner: str, standing: dict[int, Balance]) -> PlanLine:
    own = standing.get(case.owner_id)
    return PlanLine(
        key=case.key,
        title=case.title if may_read_case(viewer, case) else "",
        owner="" if case.unnamed else owner,
        urgent=case.horizon == Case.Horizon.URGENT,
        without_turn=own is not None and own.none,
        stage=case.stage,
        turn=turn,
        phase=turn_phase(turn, viewer.now) if turn is not None else PLANNED,
    )
