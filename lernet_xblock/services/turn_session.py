"""What becomes of planned turns when their session is not held, or is held elsewhere; a moved one keeps them."""

from collections.abc import Iterable
from datetime import datetime

from lernet_xblock.models import Case, Facilitation, Session, Turn
from lernet_xblock.rules.case_turn import PLANNED
from lernet_xblock.services.batch import batches
from lernet_xblock.services.notice import tell
from lernet_xblock.services.turn import delete_planned, let_stage_follow
from lernet_xblock.services.turn_plan import put_into


def free_turns(session_ids: Iterable[int], *, by: int | None, now: datetime) -> None:
    """Take back what is planned for these sessions, by row number and locked: the cases wait for another one.

    Who guides the group, and the owners, find a notice. Where nothing is planned, one query for many sessions.
    """
    for case, turn in _planned(session_ids):
        session, cohort = turn.session, turn.cohort
        delete_planned(case, turn, by=by, now=now)
        let_stage_follow(case)
        guides = set(Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True))
        tell(cohort.network, guides - {by}, kind="turn_freed", now=now, cohort=cohort, session=session)
        tell(cohort.network, {case.owner_id} - {by}, kind="turn_freed_you", now=now, cohort=cohort, session=session)


def hand_over(session: Session, *, to: Session) -> None:
    """Let what is planned for the locked session be worked on in another one, which takes its place."""
    for case, turn in _planned([session.pk]):
        put_into(case, turn, to)


def _planned(session_ids: Iterable[int]) -> list[tuple[Case, Turn]]:
    """Return the planned turns of the sessions, with their cases, all locked."""
    found = [
        pk
        for some in batches(list(session_ids))
        for pk in Turn.objects.filter(session__in=some, phase=PLANNED).order_by("pk").values_list("case_id", flat=True)
    ]
    cases = {case.pk: case for case in Case.objects.select_for_update().filter(pk__in=found).order_by("pk")}
    if not cases:
        return []
    turns = Turn.objects.select_for_update().filter(case__in=list(cases), phase=PLANNED).order_by("case_id")
    return [(cases[turn.case_id], turn) for turn in turns]
