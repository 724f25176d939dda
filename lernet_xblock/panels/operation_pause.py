"""Operation: an admin, or who guides the group, lets a member pause, or go on."""

from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.operation_leave import HIGHEST_NUMBER, MemberField, chosen_member
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.pause_network import last_day_field, say_days
from lernet_xblock.panels.run import back_to, run_cohort, runs_a_group
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.pause import pausing_members
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.pause import pause_member, resume_member
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


class PauseForForm(VersionedForm):
    """Who pauses, until when, and why."""

    member = MemberField()
    until = last_day_field()
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only the admins of this network read it, in the history. The group is never told."),
    )

    def prepare(self) -> None:
        """Say which days can be chosen."""
        say_days(self, self.viewer)


class ResumeForForm(ActionForm):
    """Who goes on: a member of the cohort that is `about`."""

    member = fields.IntegerField(min_value=1, max_value=HIGHEST_NUMBER, widget=fields.HiddenInput)


@operation("pause", title=gettext_lazy("Let somebody pause"))
def pause_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what a pause means, the form that begins one, and those who pause now."""
    form = forms(PauseForForm, "membership.pause_for", about=cohort.key, initial={"version": cohort.version})
    form.fields["member"].offer(viewer, cohort)
    rows = [
        {"line": line, "form": _resume_form(viewer, cohort, line.number)} for line in pausing_members(viewer, cohort)
    ]
    return {"back": back_to(viewer, cohort), "group": cohort_label(cohort), "form": form, "pausing_members": rows}


def _resume_form(viewer: Viewer, cohort: Cohort, number: int) -> ActionForm:
    return ResumeForForm(viewer=viewer, action="membership.resume_for", about=cohort.key, initial={"member": number})


@action("membership.pause_for", panel="cohorts", permission=runs_a_group, form=PauseForForm)
def pause_for(viewer: Viewer, form: PauseForForm) -> Reply:
    """Let a member pause."""
    cohort = run_cohort(viewer, form.cleaned_data["about"])
    check_fresh(cohort, form.cleaned_data["version"])
    membership, until = chosen_member(cohort, form.cleaned_data["member"]), form.cleaned_data["until"]
    pause_member(membership, until=until, by=viewer.user_id, now=viewer.now, reason=form.cleaned_data["reason"])
    name = viewer.host.names([membership.user_id]).get(membership.user_id, "—")
    said = _("%(name)s pauses until %(day)s.") % {"name": name, "day": day(until)}
    return back_to(viewer, cohort).reply(said)


@action("membership.resume_for", panel="cohorts", permission=runs_a_group, form=ResumeForForm)
def resume_for(viewer: Viewer, form: ResumeForForm) -> Reply:
    """Expect a member again."""
    cohort = run_cohort(viewer, form.cleaned_data["about"])
    membership = chosen_member(cohort, form.cleaned_data["member"])
    resume_member(membership, by=viewer.user_id, now=viewer.now)
    name = viewer.host.names([membership.user_id]).get(membership.user_id, "—")
    return back_to(viewer, cohort).reply(_("%(name)s goes on.") % {"name": name})
