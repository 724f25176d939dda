"""Studio: the editor and the author's preview."""

from lernet_xblock.viewer import Viewer


def author_panel(viewer: Viewer) -> str:
    """Return the preview."""
    return str(viewer.html_id)


def editor_panel(viewer: Viewer) -> str:
    """Return the editor."""
    return str(viewer.html_id)
