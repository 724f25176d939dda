"""History: who was a member of a group when, what was done to it and why, and the button that takes it back."""

from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Change, Cohort, Membership
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.cohort_history import Event, history
from lernet_xblock.sentences import UNDO_OBSTACLES
from lernet_xblock.services.undo import obstacles, undo
from lernet_xblock.viewer import Viewer

ENDS: dict[str, Any] = {
    Membership.End.LEFT: gettext_lazy("left"),
    Membership.End.TRANSFERRED: gettext_lazy("moved to another group"),
    Membership.End.MERGED: gettext_lazy("the group went into another"),
    Membership.End.SPLIT: gettext_lazy("went on in a new group"),
    Membership.End.UNDONE: gettext_lazy("taken back"),
    "": gettext_lazy("left"),
}
WHAT: dict[str, Any] = {
    Change.Kind.PLACE: gettext_lazy("%(people)s joined %(to)s."),
    Change.Kind.TRANSFER: gettext_lazy("%(people)s moved from %(frm)s to %(to)s."),
    Change.Kind.LEAVE: gettext_lazy("%(people)s left %(frm)s."),
    Change.Kind.MERGE: gettext_lazy("%(frm)s went into %(to)s: %(people)s."),
    Change.Kind.SPLIT: gettext_lazy("%(frm)s became two. In %(to)s now: %(people)s."),
    Change.Kind.SUBSTITUTE: gettext_lazy("Somebody was named to stand in for a session."),
    Change.Kind.PAUSE: gettext_lazy("%(people)s: a pause began."),
    Change.Kind.RESUME: gettext_lazy("%(people)s: a pause ended."),
}
OFFERED = gettext_lazy("A seat was offered.")
EVERYBODY = {Change.Kind.PAUSE: gettext_lazy("The network paused."), Change.Kind.RESUME: gettext_lazy("It goes on.")}
# Said of what is long over or never could be undone: nothing, since nobody expects a button there.
SILENT = ("undone", "never", "late")


@operation("history", title=gettext_lazy("History"))
def history_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return the table of members and the list of what was done, the newest first."""
    found = history(viewer, cohort)
    blocked = obstacles(own_network(viewer), [event.change for event in found.events], now=viewer.now)
    refused = forms.refused("change.undo")
    return {
        "history": found,
        "stays": [{"stay": stay, "end": ENDS.get(stay.end, "")} for stay in found.stays],
        "events": [_event(event, blocked.get(event.change.pk, ""), forms) for event in found.events],
        "sentence": refused.sentence if refused else "",
    }


def _event(event: Event, code: str, forms: Forms) -> dict[str, Any]:
    return {
        "event": event,
        "what": _what(event),
        "why_not": "" if not code or code in SILENT else UNDO_OBSTACLES[code],
        "undo": None if code else forms(ActionForm, "change.undo", about=event.change.key),
    }


def _what(event: Event) -> str:
    kind = Change.Kind(event.change.kind)
    if not event.people and kind != Change.Kind.SUBSTITUTE:
        return str(EVERYBODY.get(kind, OFFERED))
    people = listed(event.people) if event.people else ""
    return str(WHAT[kind]) % {"people": people, "frm": event.frm, "to": event.to}


@action("change.undo", panel="cohorts", permission=runs_network)
def take_back(viewer: Viewer, form: ActionForm) -> Reply:
    """Take an operation back."""
    undo(own_network(viewer), key=form.cleaned_data["about"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Undone. It is as it was before."))
