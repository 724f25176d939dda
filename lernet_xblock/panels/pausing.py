"""A member pauses for a while and keeps the seat; the member goes on again whenever they want."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Membership
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.pause_network import last_day_field, say_days
from lernet_xblock.services.pause import pause_member, resume_member
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


class PauseForm(ActionForm):
    """Until when somebody pauses, and why, if they want to say it."""

    until = last_day_field()
    reason = fields.CharField(
        label=gettext_lazy("Why, if you want to say it"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only the admins of this network read it. Your group is not told."),
    )

    def prepare(self) -> None:
        """Say which days can be chosen."""
        say_days(self, self.viewer)


def own_membership(viewer: Viewer, key: str) -> Membership:
    """Return the reader's own membership. Raises NotFound when it is not one of the cohort with this key."""
    found = viewer.membership
    if found is None or found.cohort.key != key:
        raise NotFound
    return found


def own_pause_page(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return what a pause means and the form that begins it. Raises NotFound for who is in no group."""
    if viewer.cohort is None or not permissions.is_member(viewer):
        raise NotFound
    form = forms(PauseForm, "membership.pause", about=viewer.cohort.key) if viewer.may_write else None
    return {"pausing": True, "pause": form}


@action("membership.pause", panel="group", permission=permissions.is_member, form=PauseForm)
def pause(viewer: Viewer, form: PauseForm) -> Reply:
    """Pause oneself."""
    until = form.cleaned_data["until"]
    membership = own_membership(viewer, form.cleaned_data["about"])
    pause_member(membership, until=until, by=viewer.user_id, now=viewer.now, reason=form.cleaned_data["reason"])
    return Reply(say=_("You pause until %(day)s. Your place stays yours.") % {"day": day(until)}, panel="group")


@action("membership.resume", panel="group", permission=permissions.is_member)
def resume(viewer: Viewer, form: ActionForm) -> Reply:
    """Go on again."""
    resume_member(own_membership(viewer, form.cleaned_data["about"]), by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Welcome back."), panel="group")
