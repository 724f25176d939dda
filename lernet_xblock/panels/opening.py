"""Settings in the course: an admin opens applications, and takes over what the author changes later."""

import hashlib
import json
from http import HTTPStatus
from typing import Any

from django import forms

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.settings_shown import card_values, rows, said, shown
from lernet_xblock.queries.network import Change, changes
from lernet_xblock.rules.authored import write
from lernet_xblock.rules.network_settings import Notice, Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.trajectory import check, notices
from lernet_xblock.rules.zones import zone
from lernet_xblock.sentences import SETTING_LABELS
from lernet_xblock.services import network as services
from lernet_xblock.services.forming import BEFORE_GROUPS
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer


class SeenForm(ActionForm):
    """An agreement to the author's settings as they were on the page: `seen` is their digest."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class TakeOverForm(SeenForm, VersionedForm):
    """An agreement to the author's changes."""


class ChangedMeanwhile(RuleViolation):
    """The author saved again after the page was made: what would be agreed to was never read."""

    status = HTTPStatus.CONFLICT


def digest(settings: Settings) -> str:
    """Return the same text for the same settings."""
    return hashlib.sha256(json.dumps(write(settings), sort_keys=True).encode()).hexdigest()


def past(viewer: Viewer, settings: Settings) -> tuple[Notice, ...]:
    """Return a notice for each date that lies behind us, as long as there are no groups yet."""
    if viewer.network and viewer.network.state not in BEFORE_GROUPS:
        return ()
    try:
        today = viewer.now.astimezone(zone(settings.time_zone or "")).date()
    except Refused:
        today = viewer.now.astimezone(viewer.zone).date()
    dates = {name: getattr(settings, name) for name in ("applications_close", "first_date")}
    return tuple(Notice(name, f"{name}_past") for name, moment in dates.items() if moment and moment < today)


@panel("opening", title=gettext_lazy("Settings"), visible=permissions.is_admin)
def opening(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what the author set: before opening what is missing, afterwards what changed."""
    settings = viewer.authored()
    network = viewer.network
    found = changes(network, settings) if network else ()
    return {
        "network": network,
        "rows": rows(viewer.plan),
        "changes": [_change(one) for one in found],
        "missing": said(check(settings)),
        "notices": said((*past(viewer, viewer.plan), *notices(viewer.plan))),
        "in_course": viewer.scope.is_course,
        "take_over": _form(viewer, TakeOverForm, "network.take_over", settings) if found else None,
        "open": _form(viewer, SeenForm, "network.open", settings) if network is None else None,
        "refusal": _refusal(forms),
        **card_values(viewer.plan),
        **_history(viewer),
    }


def _history(viewer: Viewer) -> dict[str, str]:
    """Return when applications opened, and who agreed to the settings in force, and when."""
    network = viewer.network
    if network is None:
        return {}
    by = network.changed_by_id
    name = viewer.host.names([by]).get(by, "") if by else ""
    moments = {"opened_on": network.opened_at, "changed_on": network.changed_at}
    return {"changed_by": name} | {
        key: f"{day(moment, viewer.zone)}, {clock(moment, viewer.zone)}" for key, moment in moments.items()
    }


def _change(change: Change) -> dict[str, str]:
    return {
        "label": str(SETTING_LABELS[change.name]),
        "before": shown(change.name, change.before),
        "after": shown(change.name, change.after),
    }


def _form(viewer: Viewer, kind: type[ActionForm], name: str, settings: Settings) -> ActionForm:
    """Return the button's form as the page is now: a refused one would agree to what is no longer there."""
    initial = {"seen": digest(settings), "version": viewer.network.version if viewer.network else 0}
    return kind(viewer=viewer, action=name, initial=initial)


def _refusal(forms: Forms) -> str:
    failed = forms.refused("network.open") or forms.refused("network.take_over")
    return failed.sentence if failed else ""


def _seen(viewer: Viewer, form: ActionForm) -> Settings:
    settings = viewer.authored()
    if form.cleaned_data["seen"] != digest(settings):
        raise ChangedMeanwhile(_("The author changed the settings after you opened this page. Please look again."))
    return settings


@action("network.open", panel="opening", permission=permissions.is_admin, form=SeenForm, creates=True)
def open_applications(viewer: Viewer, form: SeenForm) -> Reply:
    """Make the network of this block."""
    if not viewer.scope.is_course:
        raise RuleViolation(_("This block stands in a library. Applications open where it is part of a course."))
    settings = _seen(viewer, form)
    services.open_applications(
        course_id=viewer.scope.course_id,
        usage_id=viewer.scope.usage_id,
        settings=settings,
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("Applications are open."))


@action("network.take_over", panel="opening", permission=permissions.is_admin, form=TakeOverForm)
def take_over(viewer: Viewer, form: TakeOverForm) -> Reply:
    """Put the author's changes into force."""
    if viewer.network is None:
        raise NotFound
    services.take_over(
        viewer.network,
        settings=_seen(viewer, form),
        by=viewer.user_id,
        now=viewer.now,
        opened_version=form.cleaned_data["version"],
    )
    return Reply(say=_("The changes are in force. Learners see them now."))
