"""Operation: an admin, or who guides the group, ends somebody's membership."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort, Membership
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.run import back_to, run_cohort, runs_a_group
from lernet_xblock.queries.departure import member_lines, seat_ahead
from lernet_xblock.services.departure import end_membership
from lernet_xblock.viewer import Viewer

HIGHEST_NUMBER = 2**31 - 1


class MemberField(fields.IntegerField):
    """A member of the group, chosen by name."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Who"), min_value=1, max_value=HIGHEST_NUMBER, widget=fields.Select)

    def offer(self, viewer: Viewer, cohort: Cohort) -> None:
        """Offer the members of the cohort."""
        lines = member_lines(viewer, cohort)
        self.widget.choices = [("", "—"), *((line.number, line.name) for line in lines)]


class EndForm(VersionedForm):
    """Whose membership ends, and why."""

    member = MemberField()
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only the admins of this network read it, in the history. The group is never told."),
    )


def chosen_member(cohort: Cohort, number: int) -> Membership:
    """Return the active membership of the cohort with this row number. Raises NotFound."""
    found = Membership.objects.filter(pk=number, cohort=cohort, active=True).select_related("cohort").first()
    if found is None:
        raise NotFound
    return found


@operation("leave", title=gettext_lazy("End a membership"))
def leave_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what ending a membership means for this cohort, and the form that does it."""
    form = forms(EndForm, "membership.end", about=cohort.key, initial={"version": cohort.version})
    form.fields["member"].offer(viewer, cohort)
    return {"back": back_to(viewer, cohort), "seat": seat_ahead(viewer, cohort), "form": form}


@action("membership.end", panel="cohorts", permission=runs_a_group, form=EndForm)
def end(viewer: Viewer, form: EndForm) -> Reply:
    """End somebody's membership."""
    cohort = run_cohort(viewer, form.cleaned_data["about"])
    membership = chosen_member(cohort, form.cleaned_data["member"])
    end_membership(
        membership,
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
        reason=form.cleaned_data["reason"],
    )
    name = viewer.host.names([membership.user_id]).get(membership.user_id, "—")
    return back_to(viewer, cohort).reply(_("%(name)s is no longer a member.") % {"name": name})
