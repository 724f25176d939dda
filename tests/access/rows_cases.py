"""Rows of the matrix: cases as they are written and read."""

from tests.access.rows import PLAIN, Fields, action_row
from tests.access.world import Side, World

WORDS = {
    "title": "Rota",
    "situation": "The rota changes every week.",
    "question": "How do I make it hold?",
    "tried": "",
    "horizon": "practical",
    "kind": "problem",
    "third_parties": "on",
    "audience": "cohort",
}


@action_row("case.start", PLAIN)
def start(_world: World, _side: Side) -> Fields:
    return {}


def _draft(side: Side) -> Fields:
    return {"about": side.draft.key, "version": str(side.draft.version), **WORDS}


@action_row("case.save")
def save(_world: World, side: Side) -> Fields:
    return _draft(side)


@action_row("case.share")
def share(_world: World, side: Side) -> Fields:
    return _draft(side)


@action_row("case.edit")
def edit(_world: World, side: Side) -> Fields:
    words = {name: value for name, value in WORDS.items() if name != "audience"}
    return {"about": side.case.key, "version": str(side.case.version), **words}


@action_row("case.withdraw")
def withdraw(_world: World, side: Side) -> Fields:
    return {"about": side.case.key}


@action_row("case.discard")
def discard(_world: World, side: Side) -> Fields:
    return {"about": side.draft.key}
