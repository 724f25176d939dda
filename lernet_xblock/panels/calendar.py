"""The sessions in people's own calendars: a private address to subscribe to, or a file for one session."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.exports.addresses import feed_url, session_url, webcal_url
from lernet_xblock.host import Place
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.queries.feed import feed_link
from lernet_xblock.services.feed import end_feed, make_feed
from lernet_xblock.viewer import Viewer


def event_url(viewer: Viewer, session_key: str) -> str:
    """Return the address of a calendar file with one session, for a day; "" for who only looks, or is no part of it.

    The file asks for permission again: the address of a session that is not the person's leads nowhere.
    """
    if not (viewer.may_write and permissions.belongs(viewer)) or viewer.place == Place.STUDIO:
        return ""
    return session_url(viewer.host, viewer.user_id, session_key)


@panel(
    "calendar",
    title=gettext_lazy("Calendar"),
    visible=permissions.belongs,
    in_menu=lambda viewer: False,  # noqa: ARG005 - a panel's signature; home and the sessions lead here
)
def calendar(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return whether the person has an address; the address itself is shown once, right after it was made."""
    link = feed_link(viewer.user_id) if viewer.may_write else None
    return {
        "link": link,
        "make": forms(ActionForm, "calendar.make"),
        "end": forms(ActionForm, "calendar.end") if link else None,
    }


@action("calendar.make", panel="calendar", permission=permissions.belongs)
def make(viewer: Viewer, form: ActionForm) -> Reply:  # noqa: ARG001 - one signature
    """Make the address, or a new one in place of the old."""
    url = feed_url(viewer.host, make_feed(viewer.user_id, now=viewer.now))
    return Reply(
        say=_("This is your calendar link. It is shown this one time."),
        panel="calendar",
        once={"feed_url": url, "webcal_url": webcal_url(url), "alarm_url": f"{url}?alarm=15"},
    )


@action("calendar.end", panel="calendar", permission=permissions.belongs)
def end(viewer: Viewer, form: ActionForm) -> Reply:  # noqa: ARG001 - one signature
    """Switch the address off."""
    end_feed(viewer.user_id)
    return Reply(say=_("Your calendar link is switched off. Nobody can read it any more."), panel="calendar")
