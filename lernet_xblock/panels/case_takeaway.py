"""What the reader takes home from a case, on its page."""

from typing import Any

from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.case_scene import CaseScene


def takeaway_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return what the part shows."""
    return {}
