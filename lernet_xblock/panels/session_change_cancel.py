"""Cancel: a choice of three ways; here another day instead, and leaving it out."""

from dataclasses import dataclass
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.operation_words import Fact
from lernet_xblock.panels.panel import Address, Params
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.panels.session_change import Page, back_to_sessions, page, session_to_cancel
from lernet_xblock.panels.session_change_forms import (
    TimeWhyForm,
    WhyForm,
    choice_of,
    confirming,
    look_form,
    typed_time,
    wanted_time,
)
from lernet_xblock.panels.session_change_move import first_day
from lernet_xblock.panels.session_change_words import (
    announced_fact,
    calendar_fact,
    evaluation_fact,
    held_at,
    previewed,
    then_fact,
    told_fact,
)
from lernet_xblock.queries.session_change import Scene, SessionTimes, at_another_time
from lernet_xblock.queries.session_change_ways import FIXED, LAST, NOWHERE, cancel_ways
from lernet_xblock.services.session_cancel import drop_session, replace_session
from lernet_xblock.services.session_change import refuse_before_course
from lernet_xblock.templatetags.lernet_show import day, when
from lernet_xblock.viewer import Viewer

CLOSED: dict[str, Any] = {
    FIXED: gettext_lazy("Not possible: the launch and the closing are always held. Hold it on another day instead."),
    LAST: gettext_lazy(
        "Not possible: it would leave no session between the launch and the closing. Hold it on another day instead."
    ),
    NOWHERE: gettext_lazy("Not possible: no session is ahead that it could become part of."),
}
# The page of each way to cancel, by name.
WAYS: dict[str, Page] = {}


@dataclass(frozen=True)
class WayCard:
    """One way to cancel, as it is offered. closed: why it is not possible, "" where it is."""

    title: str
    text: str
    label: str
    address: Address
    closed: str


@page("cancel")
def cancel_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of the way that is chosen, else the choice of three."""
    chosen = WAYS.get(params.get("way", ""))
    if chosen is not None:
        ways = Address("session", {"session": here.line.key, "do": "cancel"})
        return {"other_ways": ways, **chosen(viewer, here, params, forms)}
    heading, template = _("Cancel this session"), "lernet_xblock/session_change_ways.html"
    return {"heading": heading, "page": template, "cards": _cards(viewer, here), "move": _address(here, "move")}


def _cards(viewer: Viewer, here: Scene) -> list[WayCard]:
    ways = cancel_ways(viewer, here)
    return [
        WayCard(
            _("Hold it on another day instead"),
            _("This date is cancelled, and another session is planned in its place, with the same subject."),
            _("Choose another day"),
            _address(here, "cancel", way="replace"),
            "",
        ),
        WayCard(
            _("Make it part of another session"),
            _("Another session takes over what it was about, and may become longer."),
            _("Choose the other session"),
            _address(here, "cancel", way="merge"),
            str(CLOSED.get(ways.merge, "")),
        ),
        WayCard(
            _("Leave it out"),
            _("Nothing is held in its place. The sessions after it are counted anew."),
            _("See what it means"),
            _address(here, "cancel", way="drop"),
            str(CLOSED.get(ways.drop, "")),
        ),
    ]


def _address(here: Scene, do: str, **more: str) -> Address:
    return Address("session", {"session": here.line.key, "do": do, **more})


def cancelled_fact(viewer: Viewer, here: Scene) -> Fact:
    """Return which date is cancelled."""
    return _("Cancelled"), held_at(viewer, here.line.starts_at, here.line.ends_at, here.line.there)


def replace_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the choice of another day, and what it would mean once there is one."""
    shown: dict[str, Any] = {
        "heading": _("Hold it on another day instead"),
        "page": "lernet_xblock/session_change_time.html",
        "lead": _("You see what it means before anything is done."),
        "choose": look_form(forms, here.session, do="replace", params=params),
    }
    wanted = wanted_time(params)
    times = wanted and at_another_time(viewer, here, local=wanted[0], minutes=wanted[1], stays=False)
    if not wanted or not times:
        return shown
    shown |= previewed(times, _facts(viewer, here, times), wanted[0])
    if not shown["obstacle"]:
        choice = choice_of(params)
        form = confirming(forms, TimeWhyForm, "session.replace", here.session, sudden=times.sudden, **choice)
        form.fields["reason"].required = True
        to = {"day": day(times.starts_at, viewer.zone)}
        shown |= {"confirm": form, "submit": _("Cancel it, and meet on %(day)s instead") % to}
    return shown


def _facts(viewer: Viewer, here: Scene, times: SessionTimes) -> list[Fact]:
    entries = _("The old entry is shown as cancelled, and a new one appears.")
    return [
        cancelled_fact(viewer, here),
        then_fact(viewer, times, _("Instead")),
        announced_fact(here.announced, asked_again=True),
        evaluation_fact(viewer, times.ends_at),
        calendar_fact(entries, sudden=times.sudden),
        told_fact(here),
    ]


def drop_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what leaving the session out means."""
    closed = cancel_ways(viewer, here).drop
    entries = _("The entry is shown as cancelled.")
    facts = [
        cancelled_fact(viewer, here),
        (_("The others"), [_("The sessions after it are counted anew; their dates stay.")]),
        announced_fact(here.announced, asked_again=False),
        (_("Evaluation"), [_("There is none for this session.")]),
        calendar_fact(entries, sudden=here.sudden),
        told_fact(here),
    ]
    shown = {"heading": _("Leave this session out"), "page": "lernet_xblock/session_change_drop.html", "facts": facts}
    if closed:
        return {**shown, "obstacle": str(CLOSED[closed])}
    form = confirming(forms, WhyForm, "session.drop", here.session, sudden=here.sudden)
    form.fields["reason"].required = True
    return {**shown, "confirm": form, "submit": _("Leave it out")}


WAYS |= {"replace": replace_page, "drop": drop_page}


@action("session.replace", panel="session", permission=guides_or_runs, form=TimeWhyForm)
def replace(viewer: Viewer, form: TimeWhyForm) -> Reply:
    """Cancel the session and plan another one in its place."""
    values = form.cleaned_data
    session = session_to_cancel(viewer, values["about"])
    refuse_before_course(values["date"], first_day(viewer, session))
    old, new = replace_session(
        session,
        local=typed_time(values),
        duration_minutes=values["minutes"],
        reason=values["reason"],
        known=values["known"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    words = {"day": day(old.starts_at, viewer.zone), "when": when(new.starts_at, new.ends_at, viewer.zone)}
    said = _("The session on %(day)s is cancelled; the group meets on %(when)s instead.") % words
    return back_to_sessions(new.cohort, said)


@action("session.drop", panel="session", permission=guides_or_runs, form=WhyForm)
def drop(viewer: Viewer, form: WhyForm) -> Reply:
    """Cancel the session with nothing in its place."""
    values = form.cleaned_data
    row = drop_session(
        session_to_cancel(viewer, values["about"]),
        reason=values["reason"],
        known=values["known"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return back_to_sessions(
        row.cohort, _("The session on %(day)s is cancelled.") % {"day": day(row.starts_at, viewer.zone)}
    )
