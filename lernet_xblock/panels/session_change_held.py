"""Whether a session took place: kept by who was there, taken back, and another day instead."""

from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Session
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation_words import Fact
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.panels.session_change import back_to_sessions, page
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
    calendar_fact,
    evaluation_fact,
    held_at,
    previewed,
    then_fact,
    told_fact,
)
from lernet_xblock.queries.session import find_session
from lernet_xblock.queries.session_change import Scene, SessionTimes, at_another_time
from lernet_xblock.services.session_change import refuse_before_course
from lernet_xblock.services.session_held import (
    confirm_held,
    declare_not_held,
    hold_instead,
    take_back_not_held,
)
from lernet_xblock.templatetags.lernet_show import day, when
from lernet_xblock.viewer import Viewer


class NotHeldForm(WhyForm):
    """That a session was not held, and why."""

    def prepare(self) -> None:
        """Ask for no tick: it is over, or should have begun."""
        del self.fields["known"]
        self.fields["reason"].required = True


class InsteadForm(TimeWhyForm):
    """Another day instead. The reason was given when it was said that the session was not held."""

    def prepare(self) -> None:
        """Ask for no reason."""
        del self.fields["reason"]


def _planned_fact(viewer: Viewer, here: Scene) -> Fact:
    return _("Planned"), held_at(viewer, here.line.starts_at, here.line.ends_at, here.line.there)


@page("hold")
def hold_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return the one question, and what a yes means."""
    initial = {"version": here.session.version}
    if here.line.state == Session.State.NOT_HELD:
        text = _("It counts as held again: people can be marked as there, and its evaluation is published.")
        form = forms(VersionedForm, "session.take_back", about=here.line.key, initial=initial)
        heading = _("It was held after all")
    else:
        text = _(
            "It counts as held. Without this it does so as well, once it is over: say so when somebody may doubt it."
        )
        form = forms(VersionedForm, "session.hold", about=here.line.key, initial=initial)
        heading = _("This session was held")
    facts = [
        _planned_fact(viewer, here),
        (_("What changes"), [text]),
        (_("Who is told"), [_("Nobody gets a message.")]),
    ]
    return _shown(heading, facts, form, _("It was held"))


@page("not_held")
def not_held_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what it means that a session was not held, and the form that says so."""
    facts = [
        _planned_fact(viewer, here),
        (_("Attendance"), [_("Nobody counts as absent. What was recorded already stays in the history alone.")]),
        (_("Evaluation"), [_("It closes, and what people answered is never shown.")]),
        calendar_fact(_("The entry is shown as cancelled."), sudden=False),
        told_fact(here),
        (
            _("After that"),
            [_("You can plan another day instead, or take this back within three days.")],
        ),
    ]
    initial = {"version": here.session.version}
    form = forms(NotHeldForm, "session.not_held", about=here.line.key, initial=initial)
    return _shown(_("This session was not held"), facts, form, _("It was not held"))


def _shown(heading: str, facts: list[Fact], form: ActionForm, submit: str) -> dict[str, Any]:
    template = "lernet_xblock/session_change_held.html"
    return {"heading": heading, "page": template, "facts": facts, "confirm": form, "submit": submit}


@page("instead")
def instead_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the choice of another day, and what it would mean once there is one."""
    shown: dict[str, Any] = {
        "heading": _("Plan another day instead"),
        "page": "lernet_xblock/session_change_time.html",
        "lead": _("This session was not held. You see what another day means before anything is done."),
        "choose": look_form(forms, here.session, do="instead", params=params),
    }
    wanted = wanted_time(params)
    times = wanted and at_another_time(viewer, here, local=wanted[0], minutes=wanted[1], stays=False)
    if not wanted or not times:
        return shown
    shown |= previewed(times, _instead_facts(viewer, here, times), wanted[0])
    if not shown["obstacle"]:
        choice, sudden = choice_of(params), times.starts_soon
        form = confirming(forms, InsteadForm, "session.instead", here.session, sudden=sudden, **choice)
        to = {"day": day(times.starts_at, viewer.zone)}
        shown |= {"confirm": form, "submit": _("Meet on %(day)s instead") % to}
    return shown


def _instead_facts(viewer: Viewer, here: Scene, times: SessionTimes) -> list[Fact]:
    not_held = held_at(viewer, here.line.starts_at, here.line.ends_at, here.line.there)
    return [
        (_("Not held"), not_held),
        then_fact(viewer, times, _("Instead")),
        evaluation_fact(viewer, times.ends_at),
        calendar_fact(_("A new entry appears."), sudden=times.starts_soon),
        told_fact(here),
    ]


@action("session.hold", panel="session", permission=guides_or_runs, form=VersionedForm)
def hold(viewer: Viewer, form: VersionedForm) -> Reply:
    """Keep that the session took place."""
    session = find_session(viewer, form.cleaned_data["about"])
    confirm_held(session, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    said = _("Kept: the session on %(day)s was held.") % {"day": day(session.starts_at, viewer.zone)}
    return back_to_sessions(session.cohort, said)


@action("session.not_held", panel="session", permission=guides_or_runs, form=NotHeldForm)
def not_held(viewer: Viewer, form: NotHeldForm) -> Reply:
    """Keep that the session did not take place."""
    values = form.cleaned_data
    session = find_session(viewer, values["about"])
    declare_not_held(
        session,
        reason=values["reason"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    said = _("Kept: the session on %(day)s was not held.") % {"day": day(session.starts_at, viewer.zone)}
    return back_to_sessions(session.cohort, said)


@action("session.take_back", panel="session", permission=guides_or_runs, form=VersionedForm)
def take_back(viewer: Viewer, form: VersionedForm) -> Reply:
    """Let the session count as held after all."""
    session = find_session(viewer, form.cleaned_data["about"])
    take_back_not_held(session, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    said = _("Kept: the session on %(day)s was held.") % {"day": day(session.starts_at, viewer.zone)}
    return back_to_sessions(session.cohort, said)


@action("session.instead", panel="session", permission=guides_or_runs, form=InsteadForm)
def instead(viewer: Viewer, form: InsteadForm) -> Reply:
    """Plan another session in place of one that was not held."""
    values = form.cleaned_data
    session = find_session(viewer, values["about"])
    refuse_before_course(values["date"], first_day(viewer, session))
    new = hold_instead(
        session,
        local=typed_time(values),
        duration_minutes=values["minutes"],
        known=values["known"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    said = _("Planned: the group meets on %(when)s.") % {"when": when(new.starts_at, new.ends_at, viewer.zone)}
    return back_to_sessions(new.cohort, said)
