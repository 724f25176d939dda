"""A group in the middle of its network, with a case that can have turns."""

from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from lernet_xblock.models import Case, Session, Turn
from lernet_xblock.services import turn_outcome, turn_phase, turn_plan
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    consent,
)
from tests.runtime import committed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = NOW + 2 * DAY
STEP_DAY = (AT + 5 * DAY).date()
CHOICE: dict[str, Any] = {
    "question": "What do they need to hear?",
    "first_step": "Call a colleague",
    "step_on": STEP_DAY,
}


def group(members: int = 4) -> Any:
    """Return a group with a facilitator, sessions ahead, members who accepted the charter, and a case of the first."""
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    CharterFactory(cohort=cohort)
    people = [MembershipFactory(cohort=cohort).user for _number in range(members)]
    consent(cohort, *people)
    sessions = [
        SessionFactory(cohort=cohort, number=number, kind="regular", starts_at=NOW + number * 10 * DAY)
        for number in (1, 2, 3)
    ]
    return SimpleNamespace(
        cohort=cohort,
        people=people,
        guide=FacilitationFactory(cohort=cohort).user,
        sessions=sessions,
        case=CaseFactory(cohort=cohort, owner=people[0]),
    )


def rising(at: datetime, *, days: int = 2) -> list[datetime]:
    """Return four deadlines."""
    return [at + number * days * DAY for number in (1, 2, 3, 4)]


def fresh(row: Any) -> Any:
    """Return the row as it is stored now."""
    return type(row).objects.get(pk=row.pk)


def plan(
    here: Any, case: Case | None = None, *, session: Session | None = None, now: datetime = AT, **more: Any
) -> Turn:
    """Plan a turn in a session."""
    given = {"mode": "live", "by": here.guide.pk, "now": now, **more}
    return committed(
        lambda: turn_plan.plan_in_session(case or here.case, session=session or here.sessions[0], **given),
    )


def plan_days(here: Any, case: Case | None = None, *, now: datetime = AT, **more: Any) -> Turn:
    """Plan a turn over several days."""
    given = {"deadlines": rising(now), "by": here.guide.pk, "now": now, **more}
    return committed(lambda: turn_plan.plan_over_days(case or here.case, cohort=here.cohort, **given))


def begin(here: Any, turn: Turn, *, now: datetime = AT) -> Turn:
    """Open the questions."""
    version = fresh(turn).version
    return committed(lambda: turn_phase.begin(turn, opened_version=version, by=here.guide.pk, now=now))


def forward(here: Any, turn: Turn, *, now: datetime = AT, times: int = 1) -> Turn:
    """Open the next phase, as somebody does who sees the one that is open."""
    for _time in range(times):
        row = fresh(turn)
        given = {"seen": row.phase, "opened_version": row.version, "by": here.guide.pk, "now": now}
        turn = committed(partial(turn_phase.forward, row, **given))
    return turn


def closing(here: Any, *, now: datetime = AT) -> Turn:
    """Return a turn in its last phase."""
    return forward(here, begin(here, plan(here, now=now), now=now), now=now, times=3)


def choose(turn: Turn, *, now: datetime = AT, **changes: Any) -> Turn:
    """Let the owner choose."""
    given = {"no_step": False, "today": now.date(), "opened_version": fresh(turn).version, "now": now}
    return committed(lambda: turn_outcome.choose(turn, **{**CHOICE, **given, **changes}))
