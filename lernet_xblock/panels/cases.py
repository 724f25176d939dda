"""Cases: the board of a group, one's own drafts, and a case with what colleagues say about it."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.case_board import board
from lernet_xblock.panels.case_page import case_page
from lernet_xblock.panels.case_readership import reads_cases
from lernet_xblock.panels.case_writing import draft_page
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.voice import voice_page
from lernet_xblock.queries.case_access import find_case
from lernet_xblock.viewer import Viewer


@panel("cases", title=gettext_lazy("Cases"), visible=permissions.keeps_cases, in_menu=reads_cases)
def cases_panel(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the board, or the one case that the address names."""
    if not params.get("case"):
        return board(viewer, params, forms)
    case = find_case(viewer, params["case"])
    if case.state == Case.State.DRAFT:
        return draft_page(viewer, case, forms)
    if params.get("voice"):
        return voice_page(viewer, case, params, forms)
    return case_page(viewer, case, params, forms)
