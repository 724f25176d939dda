"""One session and what can be done with it: moved, cancelled, held or not; each with a preview before it is done."""

from collections.abc import Callable
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort, Session
from lernet_xblock.panels.action import Reply
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Address, Params, panel
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.session import find_session
from lernet_xblock.queries.session_change import Scene, scene
from lernet_xblock.viewer import Viewer

Page = Callable[[Viewer, Scene, Params, Forms], dict[str, Any]]

PAGES: dict[str, Page] = {}
# Whose refusals the page says where it shows no form for it any more.
ACTIONS = (
    "session.move",
    "session.replace",
    "session.drop",
    "session.merge",
    "session.hold",
    "session.not_held",
    "session.take_back",
    "session.instead",
)


def page(do: str) -> Callable[[Page], Page]:
    """Register the context function of `session?session=<key>&do=<do>`."""

    def register(context: Page) -> Page:
        PAGES[do] = context
        return context

    return register


@panel(
    "session",
    title=gettext_lazy("Session"),
    visible=guides_or_runs,
    template="session_change.html",
    in_menu=lambda viewer: False,  # noqa: ARG005 - it is reached from the sessions
)
def session_change(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of a way that is open now, else the session with its ways. Raises NotFound."""
    here = scene(viewer, find_session(viewer, params.get("session", "")))
    do, open_ = params.get("do", ""), ways_of(here)
    shown = {
        "session": here.line,
        "label": _name(here),
        "back": Address("sessions", {"cohort": here.session.cohort.key}),
        "refused": _refusal(forms),
    }
    if do in open_ and do in PAGES:
        return {**shown, **PAGES[do](viewer, here, params, forms)}
    return {**shown, "heading": _("What happens with this session?"), "closed": bool(do), "open": bool(open_)}


def _name(here: Scene) -> str:
    """Return "Group A, session 3: Coming back"."""
    group = cohort_label(here.session.cohort)
    if not here.line.number:
        return group
    words = {"group": group, "n": here.line.number, "title": here.line.title}
    if here.line.title:
        return _("%(group)s, session %(n)d: %(title)s") % words
    return _("%(group)s, session %(n)d") % words


def ways_of(here: Scene) -> tuple[str, ...]:
    """Return what can be done now; another day can be planned as long as it can be said that it was held after all."""
    ways = here.line.ways
    return (*ways, "instead") if here.line.state == Session.State.NOT_HELD and ways else ways


def _refusal(forms: Forms) -> str:
    refused = (forms.refused(action) for action in ACTIONS)
    return next((form.sentence for form in refused if form is not None and form.sentence), "")


def session_to_cancel(viewer: Viewer, key: str) -> Session:
    """Return a session of a group that the reader runs. Raises NotFound: who stands in for one does not cancel it."""
    found = find_session(viewer, key)
    if not permissions.may_run(viewer, found.cohort):
        raise NotFound
    return found


def back_to_sessions(cohort: Cohort, said: str) -> Reply:
    """Go to the sessions of the group, and say what was done."""
    return Reply(say=said, panel="sessions", params={"cohort": cohort.key})
