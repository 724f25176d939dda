"""Cancel a session by making it part of another one."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Session
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.operation_words import Fact
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.panels.session_change import back_to_sessions, session_to_cancel
from lernet_xblock.panels.session_change_cancel import CLOSED, WAYS, cancelled_fact
from lernet_xblock.panels.session_change_forms import KEY_LENGTH, WhyForm, confirming, wanted_minutes
from lernet_xblock.panels.session_change_words import (
    announced_fact,
    calendar_fact,
    evaluation_fact,
    held_at,
    told_fact,
)
from lernet_xblock.queries.session_change import Scene
from lernet_xblock.queries.session_change_ways import Target, cancel_ways, in_its_way
from lernet_xblock.rules.session_fit import LONGEST_MINUTES
from lernet_xblock.services.session_change import misfit_sentence
from lernet_xblock.services.session_merge import merge_session
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer


class MergeLookForm(ActionForm):
    """Into which session, and how long that becomes. Nothing is saved by it."""

    into = fields.CharField(
        label=gettext_lazy("Which session takes it over"), max_length=KEY_LENGTH, widget=fields.RadioSelect
    )
    minutes = fields.IntegerField(
        label=gettext_lazy("How long that session is then, in minutes"),
        min_value=1,
        max_value=LONGEST_MINUTES,
        required=False,
        help_text=gettext_lazy("Left empty, as long as now."),
    )


class MergeForm(WhyForm):
    """The merger as it was seen."""

    into = fields.CharField(max_length=KEY_LENGTH, widget=fields.HiddenInput)
    minutes = fields.IntegerField(min_value=1, max_value=LONGEST_MINUTES, widget=fields.HiddenInput)
    into_version = fields.IntegerField(min_value=0, widget=fields.HiddenInput)


def merge_page(viewer: Viewer, here: Scene, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the choice of another session, and what it would mean once it is chosen."""
    ways = cancel_ways(viewer, here)
    shown: dict[str, Any] = {
        "heading": _("Make it part of another session"),
        "page": "lernet_xblock/session_change_time.html",
        "lead": _("You see what it means before anything is done."),
    }
    if ways.merge:
        return {**shown, "lead": str(CLOSED[ways.merge])}
    shown["choose"] = _choose(viewer, here, forms, ways.into, params)
    into = next((one for one in ways.into if one.key == params.get("into")), None)
    if into is None:
        return shown
    minutes = wanted_minutes(params) or into.minutes
    shown |= {"facts": _facts(viewer, here, into, minutes), "obstacle": _obstacle(here, into, minutes)}
    if not shown["obstacle"]:
        choice = {"into": into.key, "minutes": str(minutes), "into_version": str(into.version)}
        form = confirming(forms, MergeForm, "session.merge", here.session, sudden=_sudden(here, into), **choice)
        form.fields["reason"].required = True
        shown |= {"confirm": form, "submit": _("Make it part of that session")}
    return shown


WAYS["merge"] = merge_page


def _choose(viewer: Viewer, here: Scene, forms: Forms, into: tuple[Target, ...], params: Params) -> ActionForm:
    initial = {"into": params.get("into") or into[0].key, "minutes": params.get("minutes", "")}
    form = forms(MergeLookForm, "session.merge_look", about=here.line.key, initial=initial)
    form.fields["into"].widget.choices = [(one.key, _target(viewer, one)) for one in into]
    return form


def _target(viewer: Viewer, one: Target) -> str:
    words = {
        "n": one.number,
        "title": one.title,
        "day": day(one.starts_at, viewer.zone),
        "time": clock(one.starts_at, viewer.zone),
        "minutes": one.minutes,
    }
    if one.title:
        return _("Session %(n)d: %(title)s. %(day)s, %(time)s, %(minutes)d minutes") % words
    return _("Session %(n)d. %(day)s, %(time)s, %(minutes)d minutes") % words


def _other(viewer: Viewer, into: Target, minutes: int) -> list[str]:
    """Return which session takes it over, and when that one is then."""
    words = {"n": into.number, "title": into.title, "before": into.minutes, "after": minutes}
    name = (_("Session %(n)d: %(title)s") if into.title else _("Session %(n)d")) % words
    lines = [name, *held_at(viewer, into.starts_at, into.ends_at(minutes), None)]
    if minutes > into.minutes:
        lines.append(_("It takes %(after)d minutes instead of %(before)d.") % words)
    return lines


def _obstacle(here: Scene, into: Target, minutes: int) -> str:
    if minutes < into.minutes:
        text = _("It takes over what another session was about: it cannot be shorter than its %(minutes)d minutes.")
        return text % {"minutes": into.minutes}
    found = in_its_way(here, into, minutes)
    return misfit_sentence(found) if found is not None else ""


def _sudden(here: Scene, into: Target) -> bool:
    return here.sudden or into.sudden


def _facts(viewer: Viewer, here: Scene, into: Target, minutes: int) -> list[Fact]:
    own = here.line
    taken = [_("“%(title)s” goes along.") % {"title": own.title}] if own.title else []
    if own.notes:
        taken.append(_("So do the notes on what to prepare or bring along."))
    longer = _("The entry of this session is shown as cancelled, and that of the other one is updated.")
    stays = _("What people said of the other session stays.")
    said = announced_fact(here.announced, asked_again=False)
    return [
        cancelled_fact(viewer, here),
        (_("Part of"), [*_other(viewer, into, minutes), *taken]),
        (said[0], [*said[1], stays]),
        evaluation_fact(viewer, into.ends_at(minutes)),
        calendar_fact(longer, sudden=_sudden(here, into)),
        told_fact(here),
    ]


@action("session.merge_look", panel="session", permission=guides_or_runs, form=MergeLookForm)
def look(viewer: Viewer, form: MergeLookForm) -> Reply:
    """Go to the address of the preview; nothing is saved."""
    values = form.cleaned_data
    session = session_to_cancel(viewer, values["about"])
    chosen = {"into": values["into"], "minutes": str(values["minutes"] or "")}
    return Reply(panel="session", params={"session": session.key, "do": "cancel", "way": "merge", **chosen})


@action("session.merge", panel="session", permission=guides_or_runs, form=MergeForm)
def merge(viewer: Viewer, form: MergeForm) -> Reply:
    """Make the session part of the other one."""
    values = form.cleaned_data
    session = session_to_cancel(viewer, values["about"])
    into = Session.objects.filter(cohort=session.cohort_id, key=values["into"]).first()
    if into is None:
        raise NotFound
    old, other = merge_session(
        session,
        into=into,
        duration_minutes=values["minutes"],
        reason=values["reason"],
        known=values["known"],
        opened_version=values["version"],
        into_version=values["into_version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    words = {"day": day(old.starts_at, viewer.zone), "other": day(other.starts_at, viewer.zone)}
    said = _("The session on %(day)s is cancelled and is part of the one on %(other)s now.") % words
    return back_to_sessions(other.cohort, said)
