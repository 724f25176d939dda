"""The turn of a case on its page: the phases, what is open now, the two questions and the first step of each round."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Turn
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.turn_choice import choice_part
from lernet_xblock.panels.turn_lead import lead_part
from lernet_xblock.panels.turn_words import NAMES, about_minutes, line_of, planned_line, until
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.queries.turn import back_notes
from lernet_xblock.rules.case_turn import DONE, PHASES, PLANNED, WORKED
from lernet_xblock.templatetags.lernet_show import clock

# How often the strip looks whether somebody moved on, in milliseconds: in the room, and over several days.
LIVE_MS, DAYS_MS = 12_000, 120_000
# A page waits for the beginning, and goes on looking after the end: nobody's words are lost to a page that is replaced.
BEFORE, AFTER = timedelta(hours=1), timedelta(hours=2)


@dataclass(frozen=True)
class StripStep:
    """One phase in the strip. state: past, now or ahead; note: since and until when, or about how long."""

    name: Any
    state: str
    note: str


@dataclass(frozen=True)
class Strip:
    """The phases of the turn that counts now. refresh: after how many milliseconds it looks again, 0 for never."""

    phase: str
    steps: tuple[StripStep, ...]
    when: str
    line: str
    notes: tuple[str, ...]
    refresh: int


def turn_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return the strip of the open turn, what the reader can do with it, and what came of the rounds so far."""
    if not scene.shared:
        return {}
    turn = _current(scene)
    return {
        "strip": _strip(scene, turn) if turn is not None else None,
        "outcomes": [one for one in scene.turns if one.question_after] if not scene.apart or scene.mine else [],
        "several_rounds": sum(one.begun_at is not None for one in scene.turns) > 1,
        **lead_part(scene, forms),
        **choice_part(scene, forms),
    }


def _current(scene: CaseScene) -> Turn | None:
    """Return the open turn, else the last one while pages of its readers may still be open."""
    if scene.turn is not None or not scene.turns:
        return scene.turn
    last = scene.turns[-1]
    return last if last.ended_at is not None and scene.viewer.now < last.ended_at + AFTER else None


def _strip(scene: CaseScene, turn: Turn) -> Strip:
    return Strip(
        phase=scene.phase,
        steps=tuple(_step(scene, turn, phase) for phase in WORKED),
        when=planned_line(scene.viewer, turn) if scene.phase == PLANNED else "",
        line=line_of(turn, scene.phase, owner=scene.mine, works=scene.works),
        notes=back_notes(turn) if scene.phase in WORKED else (),
        refresh=_refresh(scene, turn),
    )


def _step(scene: CaseScene, turn: Turn, phase: str) -> StripStep:
    now, place = PHASES.index(scene.phase), PHASES.index(phase)
    if place < now:
        return StripStep(NAMES[phase], "past", "")
    state = "now" if place == now else "ahead"
    if turn.mode == Turn.Mode.DAYS:
        return StripStep(NAMES[phase], state, until(scene.viewer, turn, phase))
    note = about_minutes(phase)
    # In the room no deadline opens a phase: what is stored is what is in force.
    if state == "now":
        since = _("since %(time)s") % {"time": clock(turn.phase_since, scene.viewer.zone)}
        note = f"{since} · {note}"
    return StripStep(NAMES[phase], state, note)


def _refresh(scene: CaseScene, turn: Turn) -> int:
    if turn.mode == Turn.Mode.DAYS:
        return DAYS_MS if scene.phase != PLANNED else 0
    if scene.phase == PLANNED:
        session, now = turn.session, scene.viewer.now
        soon = session is not None and session.starts_at - BEFORE <= now <= session.ends_at + AFTER
        return LIVE_MS if soon else 0
    return LIVE_MS if scene.phase != DONE else DAYS_MS
