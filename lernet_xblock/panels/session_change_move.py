"""Move: the same session at another time, after a look at what that means."""

from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Session
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.operation_words import Fact
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.panels.session_change import back_to_sessions, page
from lernet_xblock.panels.session_change_forms import (
    CLOCK,
    DAY,
    TimeLookForm,
    TimeWhyForm,
    choice_of,
    confirming,
    look_form,
    typed_time,
    wanted_time,
)
from lernet_xblock.panels.session_change_words import (
    announced_fact,
    calendar_fact,
    evaluation_fact,
    now_fact,
    previewed,
    then_fact,
    told_fact,
)
from lernet_xblock.queries.session import find_session
from lernet_xblock.queries.session_change import Scene, SessionTimes, at_another_time
from lernet_xblock.services.session_change import refuse_before_course, refuse_day
from lernet_xblock.services.session_move import move_session
from lernet_xblock.templatetags.lernet_show import clock, day, when
from lernet_xblock.viewer import Viewer


@page("move")
def move_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the choice of a time, and what it would mean once there is one."""
    shown: dict[str, Any] = {
        "heading": _("Move this session"),
        "page": "lernet_xblock/session_change_time.html",
        "lead": _("You see what it means before anything is done. It stays the same session, with its agenda."),
        "choose": look_form(forms, here.session, do="move", params=params),
    }
    wanted = wanted_time(params)
    if wanted is None:
        return shown
    times = at_another_time(viewer, here, local=wanted[0], minutes=wanted[1], stays=True)
    if times is None:
        return shown
    shown |= previewed(times, _facts(viewer, here, times), wanted[0])
    if not shown["obstacle"]:
        sudden, choice = times.sudden, choice_of(params)
        shown["confirm"] = confirming(forms, TimeWhyForm, "session.move", here.session, sudden=sudden, **choice)
        shown["confirm"].fields["reason"].required = sudden
        to = {"day": day(times.starts_at, viewer.zone), "time": clock(times.starts_at, viewer.zone)}
        shown["submit"] = _("Move it to %(day)s, %(time)s") % to
    return shown


def _facts(viewer: Viewer, here: Scene, times: SessionTimes) -> list[Fact]:
    return [
        now_fact(viewer, here),
        then_fact(viewer, times, _("Then")),
        announced_fact(here.announced, asked_again=True),
        evaluation_fact(viewer, times.ends_at),
        calendar_fact(_("The entry goes to the new time; there is no second one."), sudden=times.sudden),
        told_fact(here),
    ]


@action("session.look", panel="session", permission=guides_or_runs, form=TimeLookForm)
def look(viewer: Viewer, form: TimeLookForm) -> Reply:
    """Go to the address of the preview; nothing is saved."""
    values = form.cleaned_data
    session = find_session(viewer, values["about"])
    refuse_day(values["date"], now=viewer.now)
    refuse_before_course(values["date"], first_day(viewer, session))
    do = {"do": "cancel", "way": "replace"} if values["do"] == "replace" else {"do": values["do"]}
    chosen = {
        "date": values["date"].strftime(DAY),
        "time": values["time"].strftime(CLOCK),
        "minutes": str(values["minutes"]),
    }
    return Reply(panel="session", params={"session": session.key, **do, **chosen})


@action("session.move", panel="session", permission=guides_or_runs, form=TimeWhyForm)
def move(viewer: Viewer, form: TimeWhyForm) -> Reply:
    """Move the session."""
    values = form.cleaned_data
    session = find_session(viewer, values["about"])
    refuse_before_course(values["date"], first_day(viewer, session))
    row = move_session(
        session,
        local=typed_time(values),
        duration_minutes=values["minutes"],
        reason=values["reason"],
        known=values["known"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    said = _("Moved: the session is on %(when)s now.") % {"when": when(row.starts_at, row.ends_at, viewer.zone)}
    return back_to_sessions(row.cohort, said)


def first_day(viewer: Viewer, session: Session) -> Any:
    """Return the first day of the course, None where it has none."""
    return viewer.host.course_window(session.cohort.network.course_id)[0]
