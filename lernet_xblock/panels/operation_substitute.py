"""Operation: an admin, or who guides the group, names somebody who stands in for one session."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort, Session, Substitution
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.person_lookup import find_person
from lernet_xblock.panels.run import back_to, run_cohort, runs_a_group
from lernet_xblock.permissions import may_run
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.substitution import sessions_ahead, stand_ins
from lernet_xblock.services.substitution import end_substitution, name_substitute
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


class SubstituteForm(VersionedForm):
    """For which session, and who."""

    session = fields.CharField(label=gettext_lazy("For which session"), max_length=20, widget=fields.RadioSelect)
    person = fields.CharField(
        label=gettext_lazy("Who stands in"),
        max_length=150,
        help_text=gettext_lazy("The username, or the full name of somebody this network knows."),
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only the admins of this network read it, in the history."),
    )


@operation("substitute", title=gettext_lazy("Name somebody for one session"))
def substitute_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what somebody who stands in sees, the form that names them, and those who stand in now."""
    sessions = sessions_ahead(viewer, cohort)
    rows = [
        {"line": line, "form": forms(ActionForm, "substitute.end", about=line.key)}
        for line in stand_ins(viewer, cohort)
    ]
    shown: dict[str, Any] = {"back": back_to(viewer, cohort), "group": cohort_label(cohort), "stand_ins": rows}
    if sessions:
        initial = {"version": cohort.version, "session": sessions[0].key}
        form = forms(SubstituteForm, "session.substitute", about=cohort.key, initial=initial)
        form.fields["session"].widget.choices = [(one.key, day(one.starts_at, viewer.zone)) for one in sessions]
        shown["form"] = form
    return shown


@action("session.substitute", panel="cohorts", permission=runs_a_group, form=SubstituteForm)
def substitute(viewer: Viewer, form: SubstituteForm) -> Reply:
    """Name somebody who stands in for one session."""
    cohort = run_cohort(viewer, form.cleaned_data["about"])
    session = Session.objects.filter(cohort=cohort, key=form.cleaned_data["session"]).select_related("cohort").first()
    user_id = find_person(viewer, form.cleaned_data["person"], field="person")
    if session is None or user_id is None:
        raise NotFound
    name_substitute(
        session,
        user_id=user_id,
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
        reason=form.cleaned_data["reason"],
    )
    name = viewer.host.names([user_id]).get(user_id, "—")
    said = _("%(name)s stands in on %(day)s.") % {"name": name, "day": day(session.starts_at, viewer.zone)}
    return back_to(viewer, cohort).reply(said)


@action("substitute.end", panel="cohorts", permission=runs_a_group)
def end(viewer: Viewer, form: ActionForm) -> Reply:
    """Let somebody stand in no longer."""
    rows = Substitution.objects.filter(cohort__network=viewer.network, key=form.cleaned_data["about"])
    found = rows.select_related("cohort", "session").first()
    if found is None or not may_run(viewer, found.cohort):
        raise NotFound
    cohort = found.cohort
    end_substitution(found, by=viewer.user_id, now=viewer.now)
    return back_to(viewer, cohort).reply(_("Done: nobody stands in for this session any more."))
