"""The network pauses: until when and why, what falls into that time, and going on again."""

from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Network
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.queries.pause import network_pauses, sessions_in_reach, today
from lernet_xblock.rules.pause import LONGEST_PAUSE_DAYS, last_possible_day
from lernet_xblock.services.pause import pause_network, resume_network
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


def last_day_field() -> fields.DateField:
    """The last day of a pause; the service knows which days there are."""
    return fields.DateField(
        label=gettext_lazy("Last day of the pause"),
        widget=fields.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Please choose a day.")},
    )


class PauseNetworkForm(VersionedForm):
    """Until when the network pauses, and why."""

    until = last_day_field()
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("Only the admins of this network read it, in the history of the groups."),
    )

    def prepare(self) -> None:
        """Say which days can be chosen."""
        say_days(self, self.viewer)


def say_days(form: ActionForm, viewer: Viewer) -> None:
    """Say in the form until which day a pause can last."""
    last = last_possible_day(today(viewer))
    form.fields["until"].widget.attrs["max"] = last.isoformat()
    form.fields["until"].help_text = _("At most %(days)d days ahead, so until %(day)s.") % {
        "days": LONGEST_PAUSE_DAYS,
        "day": day(last),
    }


def pause_page(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return what a pause of the network would mean, and the form that begins it."""
    network = own_network(viewer)
    runs = network.state == Network.State.RUNNING
    initial = {"version": network.version}
    return {
        "pause_page": True,
        "in_reach": sessions_in_reach(viewer, network),
        "pause": forms(PauseNetworkForm, "network.pause", initial=initial) if runs else None,
    }


def pause_state(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return what the panel of groups says of a pause: that it can begin, or how it ends."""
    network = own_network(viewer)
    return {
        "may_pause": network.state == Network.State.RUNNING,
        "paused_until": network.paused_until if network_pauses(viewer) else None,
        "resume": forms(ActionForm, "network.resume") if network.state == Network.State.PAUSED else None,
    }


@action("network.pause", panel="cohorts", permission=runs_network, form=PauseNetworkForm)
def pause(viewer: Viewer, form: PauseNetworkForm) -> Reply:
    """Let the network stand still until a day."""
    until = form.cleaned_data["until"]
    pause_network(
        own_network(viewer),
        until=until,
        reason=form.cleaned_data["reason"],
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("The network pauses until %(day)s.") % {"day": day(until)}, panel="cohorts")


@action("network.resume", panel="cohorts", permission=runs_network, creates=True)
def resume(viewer: Viewer, form: ActionForm) -> Reply:  # noqa: ARG001 - one signature
    """Let the network go on."""
    resume_network(own_network(viewer), by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The network goes on."), panel="cohorts")
