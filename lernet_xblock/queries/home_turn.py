"""What home tells about turns: facts beside those of a member, and whether a session still waits for a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.fields import BooleanField

from lernet_xblock.models import Case, Session, Turn
from lernet_xblock.queries.takeaway import day_of
from lernet_xblock.rules.case_turn import awaits_outcome
from lernet_xblock.viewer import Viewer

# So long before a session those who guide the group are asked whose case comes.
DECIDED_BEFORE = timedelta(days=14)
MAY_BE_PLANNED = (Case.Stage.SHARED, Case.Stage.DISCUSSED, Case.Stage.AWAITING, Case.Stage.TOLD)


@dataclass(frozen=True)
class TurnNews:
    """What a member finds on home about turns, each the key of a case, "" for none.

    working: the group works on it; to_choose: the own one, whose first step is to be chosen; to_say: the own one, of
    whose first step they are asked what became.
    """

    working: str = ""
    to_choose: str = ""
    to_say: str = ""


NO_NEWS = TurnNews()


def member_facts() -> dict[str, Any]:
    """Return what is asked about the turns around a membership, as annotations of its row."""
    shared = Turn.objects.filter(case__state=Case.State.SHARED, case__held_at=None)
    open_now = shared.filter(cohort=OuterRef("cohort"), open=True).exclude(
        phase__in=(Turn.Phase.PLANNED, Turn.Phase.CLOSING)
    )
    for_all = Q(circle=None, case__audience=Case.Audience.COHORT, case__shared_at__gte=OuterRef("joined_at"))
    working = open_now.filter(for_all | Q(circle__seats__user=OuterRef("user"))).exclude(case__owner=OuterRef("user"))
    own = shared.filter(cohort=OuterRef("cohort"), case__owner=OuterRef("user"))
    chosen = Q(no_step=True) | ~Q(first_step="")
    to_choose = own.filter(phase__in=(Turn.Phase.CLOSING, Turn.Phase.DONE)).exclude(chosen)
    steps = own.filter(phase=Turn.Phase.DONE, told_at=None).exclude(first_step="").order_by("step_on", "pk")
    return {
        "turn_working": Subquery(working.order_by("pk").values("case__key")[:1]),
        "turn_to_choose": Subquery(to_choose.order_by("pk").values("case__key")[:1]),
        "step_case": Subquery(steps.values("case__key")[:1]),
        "step_on": Subquery(steps.values("step_on")[:1]),
        "step_since": Subquery(steps.values("phase_since")[:1]),
    }


def member_news(viewer: Viewer, told: Mapping[str, Any], *, begun: datetime | None) -> TurnNews:
    """Return what the member finds. told: the answers to member_facts; begun: when the newest session began."""
    if not viewer.may_write:
        return NO_NEWS
    asked = told["step_case"] is not None and awaits_outcome(
        first_step=told["step_case"],
        step_on=told["step_on"],
        told=False,
        next_begun=begun is not None and begun > told["step_since"],
        today=day_of(viewer),
    )
    to_say = told["step_case"] if asked else ""
    return TurnNews(told["turn_working"] or "", told["turn_to_choose"] or "", to_say)


def undecided() -> Any:
    """Return whether a session has no turn planned while a case waits for one, as an annotation of its row."""
    turns = Turn.objects.filter(session=OuterRef("pk"), open=True)
    waiting = Case.objects.filter(
        cohort=OuterRef("cohort"), state=Case.State.SHARED, held_at=None, stage__in=MAY_BE_PLANNED
    )
    return ExpressionWrapper(Q(Exists(waiting)) & ~Q(Exists(turns)), output_field=BooleanField())


def waits_for_case(viewer: Viewer, row: Session | None) -> bool:
    """Tell whether it is time to choose a case for this session, the next one, which has `undecided`."""
    if row is None or row.kind == Session.Kind.LAUNCH or not viewer.may_write:
        return False
    return bool(getattr(row, "undecided", False)) and row.starts_at <= viewer.now + DECIDED_BEFORE
