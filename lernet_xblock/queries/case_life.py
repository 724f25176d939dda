"""Where cases are in their life, as people say it: derived at reading time from the stage and the last round."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from lernet_xblock.models import Case, Session, Turn
from lernet_xblock.rules.case_turn import awaits_outcome
from lernet_xblock.viewer import Viewer

WAITING, PLANNED, WORKED_ON = "waiting", "planned", "worked_on"
TALKED, AWAITING, TOLD, PUT_AWAY = "talked", "awaiting", "told", "put_away"
# In the order of a board.
PLACES = (WORKED_ON, PLANNED, WAITING, AWAITING, TALKED, TOLD, PUT_AWAY)
_BY_STAGE: Mapping[str, str] = {
    Case.Stage.SHARED: WAITING,
    Case.Stage.SCHEDULED: PLANNED,
    Case.Stage.IN_DISCUSSION: WORKED_ON,
    Case.Stage.DISCUSSED: TALKED,
    Case.Stage.AWAITING: AWAITING,
    Case.Stage.TOLD: TOLD,
    Case.Stage.ARCHIVED: PUT_AWAY,
}


@dataclass(frozen=True)
class Life:
    """place: of PLACES; meets_at: when the session begins for which it is planned, None over several days."""

    place: str
    meets_at: datetime | None = None


def lives_of(viewer: Viewer, cases: Iterable[Case]) -> Mapping[int, Life]:
    """Return where the shared ones of these cases are, by row number: one query for their last rounds."""
    shared = [case for case in cases if case.state == Case.State.SHARED]
    last = _last_rounds(viewer, [case.pk for case in shared if case.stage != Case.Stage.SHARED])
    today = viewer.now.astimezone(viewer.zone).date()
    return {case.pk: _life(case, last.get(case.pk), today) for case in shared}


def _last_rounds(viewer: Viewer, case_ids: list[int]) -> dict[int, Any]:
    if not case_ids:
        return {}
    begun = Session.objects.filter(
        cohort=OuterRef("cohort"),
        state=Session.State.PLANNED,
        starts_at__gt=OuterRef("ended_at"),
        starts_at__lte=viewer.now,
    )
    columns = ("case_id", "first_step", "step_on", "told_at", "open", "session__starts_at", "next_begun")
    rows = Turn.objects.filter(case__in=case_ids).annotate(next_begun=Exists(begun)).order_by("number")
    return {row["case_id"]: row for row in rows.values(*columns)}


def _life(case: Case, last: Any, today: date) -> Life:
    place = _BY_STAGE[case.stage]
    if place == PLANNED and last is not None and last["open"]:
        return Life(place, last["session__starts_at"])
    if place == TALKED and last is not None and _awaits(last, today):
        return Life(AWAITING)
    return Life(place)


def _awaits(last: Any, today: date) -> bool:
    return awaits_outcome(
        first_step=last["first_step"],
        step_on=last["step_on"],
        told=last["told_at"] is not None,
        next_begun=last["next_begun"],
        today=today,
    )
