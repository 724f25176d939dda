"""What keeps people safe on the page of a case: reporting it, what became of a report, and who opened it."""

from typing import Any

from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.report_words import STATES
from lernet_xblock.queries.case_list import openings_of
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.queries.report import reports_of_case


def safety_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return what the part shows: one query, and two more for the owner of a case that somebody opened."""
    reports = reports_of_case(scene.viewer, scene.case)
    # Who still reads a case that is held has a part in its report already.
    reported = any(view.of_case and view.open for view in reports)
    return {
        "may_report": scene.shared and not scene.mine and not scene.apart and not reported,
        "reports": [{"report": view, "state": STATES[view.state]} for view in reports],
        "openings": openings_of(scene.viewer, scene.case) if scene.mine else (),
    }
