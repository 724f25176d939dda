"""The board of cases: what the group shared, and one's own drafts."""

from collections.abc import Iterable
from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case
from lernet_xblock.panels.case_forms import tags_of
from lernet_xblock.panels.case_readership import reads_cases
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries import case_board as queries
from lernet_xblock.viewer import Viewer


def _rows(lines: Iterable[queries.CaseLine]) -> list[dict[str, Any]]:
    return [{"line": line, "tags": tags_of(line)} for line in lines]


def board(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other pages
    """Return the cases of the reader's groups; who left a group finds their own cases only."""
    space = queries.case_space(viewer)
    if not reads_cases(viewer) and not space.mine:
        raise NotFound
    return {
        "template": "lernet_xblock/case_board.html",
        "space": space,
        "boards": [{"label": board.label, "rows": _rows(board.cases)} for board in space.boards],
        "mine": _rows(line for line in space.mine if line.state != Case.State.SHARED),
        "away": _rows(line for line in space.mine if line.state == Case.State.SHARED),
        "start": forms(ActionForm, "case.start"),
    }
