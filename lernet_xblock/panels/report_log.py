"""The list of all reports, for the course team: that they were and what came of them."""

from typing import Any

from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Params, page_number, panel
from lernet_xblock.panels.report_words import STATES
from lernet_xblock.queries.report_log import report_log
from lernet_xblock.viewer import Viewer


def in_person(viewer: Viewer) -> bool:
    """The course team, as themselves."""
    return runs_network(viewer) and viewer.may_write


@panel("report_log", title=gettext_lazy("All reports"), visible=in_person, in_menu=lambda _viewer: False)
def log(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return a page of the list, newest first."""
    found = report_log(own_network(viewer), page=page_number(params))
    return {
        "rows": [{"report": line, "state": STATES[line.state]} for line in found.lines],
        "page": found.page,
        "pages": found.pages,
        "before": found.page - 1,
        "after": found.page + 1 if found.page < found.pages else 0,
    }
