"""All rows, by importing the modules that hold them, and what is special about a few."""

from tests.access import (
    rows_cases,
    rows_charter,
    rows_circles,
    rows_cohorts,
    rows_home,
    rows_panels,
    rows_plan,
    rows_sessions,
    rows_studio,
    rows_turns,
    rows_voices,
)
from tests.access.rows import ACTION_ROWS, PANEL_ROWS, Row

ALL = (
    rows_cases,
    rows_charter,
    rows_circles,
    rows_cohorts,
    rows_home,
    rows_panels,
    rows_plan,
    rows_sessions,
    rows_studio,
    rows_turns,
    rows_voices,
)

# Lines in which somebody is allowed to ask and is told why it cannot be: the state is part of the rule.
SAYS_WHY = {
    ("action case.start", "own"),
    ("action application.submit", "own"),
    ("action split.look", "elsewhere"),
    ("action contribution.post question", "own"),
}


def write_nothing(row: Row, done: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the cells that succeed and write nothing: all of a row that only looks."""
    return set() if ACTION_ROWS.get(row.name) is row and row.writes else done


def rows_of(handler: str) -> list[Row]:
    """Return the rows of a handler, which is called as `action case.share` or `panel cases`."""
    kind, name = handler.split()
    found = ACTION_ROWS if kind == "action" else PANEL_ROWS
    return [row for row in found.values() if row.handler == name]


def handlers() -> list[str]:
    """Return the names of all handlers that have rows."""
    actions = {f"action {row.handler}" for row in ACTION_ROWS.values()}
    return sorted(actions | {f"panel {row.handler}" for row in PANEL_ROWS.values()})
