"""Rows of the matrix: planning turns, leading them, and what the case giver takes home; themes."""

from datetime import date, timedelta
from typing import Any

from lernet_xblock.models import Theme, Turn
from tests.access.rows import Fields, action_row
from tests.access.world import MOMENT, SHARED, Side, World
from tests.factories import TurnFactory

UNTIL = ("questions_until", "reflections_until", "suggestions_until", "closing_until")
DEADLINES = {name: f"2026-12-{10 + day}T17:00" for day, name in enumerate(UNTIL)}
STEP = {"first_step": "I ask the night shift.", "step_on": date(2026, 12, 4)}


def turn_of(side: Side, **values: Any) -> Turn:
    """Return a turn of the shared case: planned, unless a phase is given."""
    begun = values.get("phase", "planned") != "planned"
    side.case.stage = "in_discussion" if begun else "scheduled"
    side.case.save()
    session = side.past if begun else side.ahead
    given = {"case": side.case, "mode": "live", "session": session, "planned_at": SHARED, "phase_since": SHARED}
    return TurnFactory(**given | values)


def over_days(side: Side) -> Turn:
    until = {name: MOMENT + timedelta(days=nth) for nth, name in enumerate(UNTIL, start=3)}
    return turn_of(side, mode="days", session=None, **until)


def about(turn: Turn, **fields: str) -> Fields:
    return {"about": turn.key, "version": str(turn.version), **fields}


@action_row("turn.plan")
def plan(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "session": side.ahead.key, "mode": "live"}


@action_row("turn.plan", way="session", about="session")
def plan_in(world: World, side: Side) -> Fields:
    return {"about": world.own.case.key, "session": side.ahead.key, "mode": "live"}


@action_row("turn.plan_days")
def plan_days(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, **DEADLINES}


@action_row("turn.move")
def move(_world: World, side: Side) -> Fields:
    return about(turn_of(side), session=side.sessions[2].key)


@action_row("turn.deadlines")
def deadlines(_world: World, side: Side) -> Fields:
    return about(over_days(side), **DEADLINES)


@action_row("turn.unplan")
def unplan(_world: World, side: Side) -> Fields:
    return about(turn_of(side))


@action_row("turn.begin")
def begin(_world: World, side: Side) -> Fields:
    return about(over_days(side))


@action_row("turn.forward")
def forward(_world: World, side: Side) -> Fields:
    return about(turn_of(side, phase="questions"), seen="questions")


@action_row("turn.back")
def back(_world: World, side: Side) -> Fields:
    return about(turn_of(side, phase="reflections"), seen="reflections", note="One question came late.")


@action_row("turn.end")
def end(_world: World, side: Side) -> Fields:
    return about(turn_of(side, phase="closing"))


@action_row("turn.choose")
def choose(_world: World, side: Side) -> Fields:
    question = "What does the night shift need?"
    return about(turn_of(side, phase="closing"), question=question, no_step="on", first_step="", step_on="")


def _done(side: Side) -> Turn:
    side.case.stage = "discussed"
    row = turn_of(side, phase="done", ended_at=MOMENT - timedelta(hours=3), **STEP)
    side.case.stage = "discussed"
    side.case.save()
    return row


@action_row("turn.tell")
def tell(_world: World, side: Side) -> Fields:
    return about(_done(side), outcome="They want it in writing.")


@action_row("turn.postpone")
def postpone(_world: World, side: Side) -> Fields:
    return about(_done(side), step_on="2026-12-18")


def theme_of(side: Side) -> Theme:
    theme = Theme.objects.create(cohort=side.cohort, title="Shifts", made_at=MOMENT)
    side.case.theme = theme
    side.case.save()
    return theme


@action_row("theme.make")
def make(_world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "title": "Shifts", "cases": [side.case.key]}


@action_row("theme.make", way="case", about="cases")
def make_of(world: World, side: Side) -> Fields:
    return {"about": world.own.cohort.key, "title": "Shifts", "cases": side.case.key}


@action_row("theme.change")
def change(_world: World, side: Side) -> Fields:
    theme = theme_of(side)
    return {"about": theme.key, "version": str(theme.version), "title": "Handovers", "cases": [side.case.key]}


@action_row("theme.dissolve")
def dissolve(_world: World, side: Side) -> Fields:
    theme = theme_of(side)
    return {"about": theme.key, "version": str(theme.version)}
