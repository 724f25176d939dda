"""Who finds cases at all, before any single one is asked for."""

from lernet_xblock import permissions
from lernet_xblock.viewer import Viewer


def reads_cases(viewer: Viewer) -> bool:
    """Members and those who guide them, in person: for everybody else there are no cases at all."""
    return permissions.belongs(viewer) and viewer.may_write
