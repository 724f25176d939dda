"""Who may say what to a case now: the rules of its turn over rows that are locked, and the sentences for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case, CircleSeat, Turn
from lernet_xblock.rules.case_turn import (
    CLOSING,
    DONE,
    PLANNED,
    QUESTIONS,
    REFLECTIONS,
    SUGGESTIONS,
    WORKED,
    Why,
    phase_at,
    why_not,
)
from lernet_xblock.services.substitution import guides_now

# What is open in a phase, and so why everything else is closed: read beside the box, and when words came too late.
NOW_OPEN: Mapping[str, Any] = {
    PLANNED: gettext_lazy("For now the group asks questions, to understand. Suggestions come later, in the turn."),
    QUESTIONS: gettext_lazy("Now the group asks clarifying questions. Reflections and suggestions come later."),
    REFLECTIONS: gettext_lazy("Now the group reflects, and the case giver listens. Suggestions come next."),
    SUGGESTIONS: gettext_lazy("Now the group suggests, and tells from own experience. Questions are closed."),
    CLOSING: gettext_lazy("Now the case giver chooses a first step. What stays open is a word of appreciation."),
    DONE: gettext_lazy("This round is over. What was said stays here to read."),
}
OWNER_NOW: Mapping[str, Any] = {
    PLANNED: gettext_lazy("Your colleagues ask questions, and you answer them."),
    QUESTIONS: gettext_lazy("Your colleagues ask clarifying questions, and you answer them."),
    REFLECTIONS: gettext_lazy("Your colleagues reflect and you listen: your box is off. Your notes are for you alone."),
    SUGGESTIONS: gettext_lazy("Your colleagues suggest, and you listen. You choose in the next phase."),
    CLOSING: gettext_lazy("You choose a first step, and can thank the group."),
    DONE: NOW_OPEN[DONE],
}


def closed_sentence(why: Why, *, phase: str, circle_number: int) -> str:
    """Return one line that says why a kind is closed. circle_number: of the circle that works on the case."""
    if why == Why.OTHER_CIRCLE:
        return _("Circle %(number)d works on this case. You can read along.") % {"number": circle_number}
    if why == Why.OWNER_ANSWERS:
        return _("Questions are answered by the case giver.")
    spoken = OWNER_NOW if why in {Why.OWNER_LISTENS, Why.OWNER_ONLY_ANSWERS} else NOW_OPEN
    return str(spoken[phase])


def require_open(case: Case, kind: str, *, author_id: int, now: datetime) -> Turn | None:
    """Return the open turn of the locked case, None before any. Raises RuleViolation where the kind is closed.

    The turn is read for update as well: whoever moves it on holds the same lock, and an older snapshot would not do.
    """
    turn = Turn.objects.select_for_update().filter(case=case, open=True).first()
    owner, phase = author_id == case.owner_id, phase_of(case, turn, now=now)
    works = turn is None or owner or _sits(turn, author_id, now=now)
    why = why_not(kind, phase=phase, owner=owner, in_circle=works)
    if why is not None:
        number = turn.circle.number if turn is not None and turn.circle is not None else 0
        raise RuleViolation(closed_sentence(why, phase=phase, circle_number=number))
    return turn


def phase_of(case: Case, turn: Turn | None, *, now: datetime) -> str:
    """Return the phase in force. turn: the open one of the case, None for none."""
    if turn is not None:
        return phase_at(turn.phase, {name: getattr(turn, f"{name}_until") for name in WORKED}, now)
    return DONE if Turn.objects.filter(case=case).exists() else PLANNED


def open_case(case_id: int) -> Case:
    """Return the shared case, locked. Raises NotFound for any other, and RuleViolation while it is held."""
    shared = Case.objects.select_for_update().filter(pk=case_id, state=Case.State.SHARED).first()
    if shared is None:
        raise NotFound
    if shared.held_at is not None:
        raise RuleViolation(_("This case was reported and is being looked at. Until then nothing is added to it."))
    return shared


def _sits(turn: Turn, user_id: int, *, now: datetime) -> bool:
    """Tell whether the person is of those who work on the case: of its circle, or one who guides the group."""
    if turn.circle_id is None or CircleSeat.objects.filter(circle=turn.circle_id, user_id=user_id).exists():
        return True
    return guides_now(turn.cohort_id, user_id, now=now)
