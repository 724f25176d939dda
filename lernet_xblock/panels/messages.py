"""Messages: what somebody was written about this network, in the same words, to be read again in the course."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.letter import said
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.queries.message import TURN_KINDS, Note, inbox
from lernet_xblock.viewer import Viewer

# Where a message leads to, if not to the sessions.
PANEL_OF = {"poll_asked": "poll", **dict.fromkeys(TURN_KINDS, "cases")}


def _never(_viewer: Viewer) -> bool:
    """Read from home, and not from the menu."""
    return False


@panel("messages", title=gettext_lazy("Messages"), visible=permissions.belongs, in_menu=_never)
def messages(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature for all
    """Return what was written to the reader, the newest first."""
    return {"messages": [_shown(viewer, note) for note in inbox(viewer)]}


def _shown(viewer: Viewer, note: Note) -> dict[str, Any]:
    told = said(note, viewer.zone)
    return {
        "at": note.at,
        "first": told.lines[0],
        "lines": told.lines[1:],
        "dates": told.dates,
        "panel": PANEL_OF.get(note.kind, "sessions"),
        "cohort": note.cohort,
        "urgent": note.urgent,
    }
