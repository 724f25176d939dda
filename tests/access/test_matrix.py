"""Thirteen people before every handler, about something of their own group, of the other group and of nobody."""

import pytest

from lernet_xblock import panels  # noqa: F401 - fills the registries
from lernet_xblock.panels.action import ACTIONS
from lernet_xblock.panels.panel import PANELS
from tests.access import every_row, table
from tests.access.actors import SIDES
from tests.access.cells import answers, rows
from tests.access.rows import ACTION_ROWS, PANEL_ROWS

pytestmark = pytest.mark.django_db

OK, UNCLEAR = 200, frozenset({400, 405, 409, 413, 415, 422, 429, 500, 503})
ROWS = rows()
EXPECTED = table.read()

assert every_row.ALL


def test_every_handler_has_a_row():
    asked = {row.handler for row in ACTION_ROWS.values()}, {row.handler for row in PANEL_ROWS.values()}
    assert asked == (set(ACTIONS), set(PANELS))


def test_every_row_has_its_lines_in_the_table_and_every_line_its_row():
    needed = {(name, side) for name, row in ROWS.items() for side in SIDES[row.kind] if side in {"own", "other"}}
    assert {line for line in EXPECTED if line[1] != "elsewhere"} == needed
    assert {name for name, _side in EXPECTED} == set(ROWS)


def test_no_cell_is_a_refusal_of_what_was_typed():
    """A form that is refused, or a state that does not allow it, would prove nothing about who may."""
    unclear = {
        line for line, statuses in EXPECTED.items() if UNCLEAR & set(statuses) and line not in every_row.SAYS_WHY
    }
    assert unclear == set()


def test_for_every_handler_there_is_somebody_who_succeeds():
    idle = {name for name in ROWS if OK not in EXPECTED[name, "own"]}
    assert idle == set()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_everybody_gets_the_expected_status_and_only_success_writes(name, built, monkeypatch):
    row = ROWS[name]
    found = {side: answers(built, row, side, monkeypatch) for side in SIDES[row.kind]}
    seen = {side: tuple(answer.status for answer in one.given.values()) for side, one in found.items()}
    assert seen == {side: table.expected(EXPECTED, name, row, side) for side in found}
    given = {(side, actor): answer for side, one in found.items() for actor, answer in one.given.items()}
    done = {cell for cell, answer in given.items() if answer.status == OK}
    assert {cell for cell, answer in given.items() if answer.written} == done - every_row.write_nothing(row, done)
    # What is not theirs to know of is told of, costs and shows the same as what does not exist.
    strange = {(side, actor): given[side, actor] for side, one in found.items() for actor in one.missing}
    assert strange == {(side, actor): one for side, both in found.items() for actor, one in both.missing.items()}
