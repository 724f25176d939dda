"""The turn of a case: its phases, which kinds of contribution each opens, and where it stands at a moment.

The order is that of peer consultation: clarifying questions, reflections while the case giver listens, suggestions and
own experience, then the case giver's choice and first step.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

PLANNED, QUESTIONS, REFLECTIONS, SUGGESTIONS, CLOSING, DONE = (
    "planned",
    "questions",
    "reflections",
    "suggestions",
    "closing",
    "done",
)
PHASES = (PLANNED, QUESTIONS, REFLECTIONS, SUGGESTIONS, CLOSING, DONE)
# Those in which people contribute, and which have a deadline when the turn goes over several days.
WORKED = (QUESTIONS, REFLECTIONS, SUGGESTIONS, CLOSING)

QUESTION, ANSWER, REFLECTION = "question", "answer", "reflection"
SUGGESTION, EXPERIENCE, RESOURCE, APPRECIATION = "suggestion", "experience", "resource", "appreciation"
# Rule T1. Before a turn people may ask already: it makes a better case.
OPEN_KINDS: Mapping[str, tuple[str, ...]] = {
    PLANNED: (QUESTION, ANSWER),
    QUESTIONS: (QUESTION, ANSWER),
    REFLECTIONS: (REFLECTION,),
    SUGGESTIONS: (SUGGESTION, EXPERIENCE, RESOURCE),
    CLOSING: (APPRECIATION,),
    DONE: (),
}
# Minutes of a full turn of about an hour, for the room (formats: peer_consultation).
MINUTES: Mapping[str, int] = {QUESTIONS: 10, REFLECTIONS: 10, SUGGESTIONS: 15, CLOSING: 11}


class Why(StrEnum):
    """Why somebody cannot contribute a kind now."""

    OTHER_PHASE = "other_phase"
    OWNER_LISTENS = "owner_listens"
    OWNER_ONLY_ANSWERS = "owner_only_answers"
    OWNER_ANSWERS = "owner_answers"
    OTHER_CIRCLE = "other_circle"
    OVER = "over"


def stage_of(*, open_phase: str | None, chosen: bool | None, told: bool) -> str:
    """Return where a shared case is in its life, by its turns; an archived one nobody asks about.

    open_phase: of its open turn, None without one; chosen: whether the owner chose in the last turn that is done, None
    without one; told: they said what became of it.
    """
    if open_phase is not None:
        return "scheduled" if open_phase == PLANNED else "in_discussion"
    if chosen is None:
        return "shared"
    if told:
        return "outcome_told"
    return "discussed" if chosen else "awaiting_outcome"


def next_phase(phase: str) -> str:
    """Return the phase after this one; DONE stays DONE."""
    return PHASES[min(PHASES.index(phase) + 1, len(PHASES) - 1)]


def may_go(before: str, after: str) -> bool:
    """Tell whether a turn may go from one phase to the other: one forward, or one back while it is worked on (A4)."""
    step = PHASES.index(after) - PHASES.index(before)
    return step == 1 or (step == -1 and before in WORKED and after in WORKED)


def phase_at(phase: str, until: Mapping[str, datetime | None], now: datetime) -> str:
    """Return the phase in force now: a deadline that has passed opens the next phase by itself.

    phase: as stored; until: the deadline of each phase of WORKED, None or missing for none. The last deadline ends
    nothing: only the case giver's choice does.
    """
    while phase in WORKED and phase != CLOSING:
        deadline = until.get(phase)
        if deadline is None or now < deadline:
            return phase
        phase = next_phase(phase)
    return phase


def why_not(kind: str, *, phase: str, owner: bool, in_circle: bool) -> Why | None:
    """Return why this person cannot contribute this kind now, None when they can (rules T1 and T2).

    phase: in force now, PLANNED before any turn; in_circle: the person is of those who work on the case.
    """
    if phase == DONE:
        return Why.OVER
    if owner and phase == REFLECTIONS:
        return Why.OWNER_LISTENS
    if owner and kind not in (ANSWER, APPRECIATION):
        return Why.OWNER_ONLY_ANSWERS
    if not owner and kind == ANSWER:
        return Why.OWNER_ANSWERS
    if kind not in OPEN_KINDS[phase]:
        return Why.OTHER_PHASE
    return None if in_circle or owner else Why.OTHER_CIRCLE


def awaits_outcome(*, first_step: str, step_on: date | None, told: bool, next_begun: bool, today: date) -> bool:
    """Tell whether the first step of a turn that is done is to be asked about: its day or the next session has come.

    next_begun: a session of the group has begun since the turn ended.
    """
    if told or not first_step:
        return False
    return next_begun or (step_on is not None and today >= step_on)
