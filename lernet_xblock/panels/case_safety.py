"""What keeps people safe on the page of a case: reporting it, and who opened it."""

from typing import Any

from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.case_scene import CaseScene


def safety_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return what the part shows."""
    return {}
