"""What somebody reads who was not the first to change something."""

from datetime import datetime

from lernet_xblock import errors
from lernet_xblock.i18n import gettext as _
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer


def changed_by(viewer: Viewer, stale: errors.StaleVersion, *, typed: bool) -> str:
    """Return the sentence of a conflict: who was first, when, and what to do with what was typed, if anything was."""
    what_now = (
        _("What you typed is kept: compare it with what is stored now, and save again if yours should stand.")
        if typed
        else _("Nothing of yours was saved: this is how it is now.")
    )
    return f"{_who_was_first(viewer, stale)} {what_now}"


def _who_was_first(viewer: Viewer, stale: errors.StaleVersion) -> str:
    if stale.at is None:
        return stale.sentence
    if stale.by_id == viewer.user_id:
        return _("You changed this yourself on %(day)s at %(time)s, in another window.") % _moment(viewer, stale.at)
    name = viewer.host.names([stale.by_id]).get(stale.by_id, "") if stale.by_id else ""
    return _("%(name)s changed this on %(day)s at %(time)s, after you opened it.") % {
        "name": name or _("Somebody else"),
        **_moment(viewer, stale.at),
    }


def _moment(viewer: Viewer, at: datetime) -> dict[str, str]:
    return {"day": day(at, viewer.zone), "time": clock(at, viewer.zone)}
