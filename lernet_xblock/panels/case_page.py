"""The page of one case, put together from its parts; each has a module and a template of its own."""

from typing import Any

from lernet_xblock.models import Case
from lernet_xblock.panels.case_forms import tags_of
from lernet_xblock.panels.case_safety import safety_part
from lernet_xblock.panels.case_takeaway import takeaway_part
from lernet_xblock.panels.case_text import text_part
from lernet_xblock.panels.case_turn import turn_part
from lernet_xblock.panels.case_voices import voices_part
from lernet_xblock.panels.case_writing import owner_part
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.case_scene import case_scene
from lernet_xblock.viewer import Viewer

# In the order of the page. Each gets the scene, the parameters and the forms, and returns its part of the context.
PARTS = (text_part, turn_part, voices_part, takeaway_part, owner_part, safety_part)


def case_page(viewer: Viewer, case: Case, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of a case that the viewer may read."""
    scene = case_scene(viewer, case)
    context: dict[str, Any] = {
        "template": "lernet_xblock/case.html",
        "scene": scene,
        "line": scene.line,
        "case": case,
        "tags": tags_of(scene.line),
    }
    for part in PARTS:
        context |= part(scene, params, forms)
    return context
