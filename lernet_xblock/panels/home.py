"""Home: the one next step, the next session, the line of the network, who to ask."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext_lazy as _
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.viewer import Viewer


@panel("home", title=_("Home"), visible=permissions.is_known)
def home(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what the home panel shows."""
    return {}
