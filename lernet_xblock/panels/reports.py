"""Reports: making one, what became of one's own, and deciding for who is to decide."""

from collections.abc import Iterable
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import runs_network
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.report_raise import raise_page
from lernet_xblock.panels.report_review import review_page
from lernet_xblock.panels.report_words import STATES
from lernet_xblock.queries.report import ReportView, own_reports, to_decide
from lernet_xblock.viewer import Viewer


def finds_reports(viewer: Viewer) -> bool:
    """Everybody who can have a part in a report, in person."""
    return permissions.keeps_cases(viewer) or (runs_network(viewer) and viewer.may_write)


def _has_to_decide(viewer: Viewer) -> bool:
    return viewer.handles


@panel("reports", title=gettext_lazy("Reports"), visible=finds_reports, in_menu=_has_to_decide)
def reports(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the form to report something, one report, or the reports that concern the reader."""
    if params.get("case"):
        return raise_page(viewer, params, forms)
    if params.get("report"):
        return review_page(viewer, params["report"], forms)
    return {
        "template": "lernet_xblock/reports_list.html",
        "to_decide": _rows(to_decide(viewer)),
        "own": _rows(own_reports(viewer)),
        "decides": bool(viewer.led_ids) or viewer.actor.is_admin,
        "for_team": runs_network(viewer),
    }


def _rows(views: Iterable[ReportView]) -> list[dict[str, Any]]:
    return [{"report": view, "state": STATES[view.state]} for view in views]
