"""The groups while they run: who guides them, and who joins late."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Facilitation
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation import OPERATIONS
from lernet_xblock.panels.organiser import own_cohort, own_network, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.cohort import FormedGroup, cohort_label, formed_groups
from lernet_xblock.queries.people import late_applicants
from lernet_xblock.services.cohort import assign_guide, place_applicant
from lernet_xblock.services.membership import late_joining_ends
from lernet_xblock.viewer import Viewer

Role = Facilitation.Role


class GuideForm(VersionedForm):
    """Who guides a cohort. A person is named by username, or by the name this network knows them by."""

    facilitator = fields.CharField(label=gettext_lazy("Facilitator"), max_length=150, required=False)
    deputy = fields.CharField(label=gettext_lazy("Deputy"), max_length=150, required=False)


class PlaceForm(ActionForm):
    """A late applicant and the cohort that has room."""

    person = fields.CharField(label=gettext_lazy("Who"), max_length=20, widget=fields.Select)
    cohort = fields.CharField(label=gettext_lazy("Into which group"), max_length=20, widget=fields.Select)


def running(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the groups as they are, with the forms around them; or the page of one operation on one of them."""
    chosen = OPERATIONS.get(params.get("change", ""))
    if chosen is not None:
        cohort = own_cohort(viewer, params.get("cohort", ""))
        return {"operation": chosen, "cohort": cohort, **chosen.context(viewer, cohort, params, forms)}
    groups = formed_groups(viewer, own_network(viewer))
    late = late_applicants(viewer, own_network(viewer))
    open_groups = [group for group in groups if group.seats_left and _takes_late(viewer, group)]
    shown: dict[str, Any] = {
        "groups": [
            {"group": group, "form": _guide_form(forms, group), "takes_late": group in open_groups} for group in groups
        ],
        "late": late,
        "operations": tuple(OPERATIONS.values()),
    }
    if late and open_groups:
        form = forms(PlaceForm, "cohorts.place")
        form.fields["person"].widget.choices = [(one.key, one.name) for one in late]
        form.fields["cohort"].widget.choices = [(one.key, one.label) for one in open_groups]
        shown["place"] = form
    return shown


def _takes_late(viewer: Viewer, group: FormedGroup) -> bool:
    ends = late_joining_ends(group.starts)
    return own_network(viewer).state == "running" and (ends is None or viewer.now < ends)


def _guide_form(forms: Forms, group: FormedGroup) -> ActionForm:
    named = {role: name for role, (name, _user_id) in group.guides.items()}
    return forms(GuideForm, "cohorts.guide", about=group.key, initial={**named, "version": group.version})


@action("cohorts.guide", panel="cohorts", permission=runs_network, form=GuideForm)
def guide(viewer: Viewer, form: GuideForm) -> Reply:
    """Set facilitator and deputy of a cohort; an empty field leaves the role open."""
    cohort = own_cohort(viewer, form.cleaned_data["about"])
    before = {row.role: row.user_id for row in cohort.facilitations.all()}
    wanted = {role: _named(viewer, form.cleaned_data[role], before.get(role), field=role) for role in Role.values}
    if wanted[Role.DEPUTY] and wanted[Role.DEPUTY] == wanted[Role.FACILITATOR]:
        raise RuleViolation(_("The deputy stands in for the facilitator: choose somebody else."), field="deputy")
    changed = [role for role in Role.values if wanted[role] != before.get(role)]
    for role in changed:
        assign_guide(
            cohort,
            role=role,
            user_id=wanted[role],
            by=viewer.user_id,
            now=viewer.now,
            opened_version=form.cleaned_data["version"] if role == changed[0] else None,
        )
    return Reply(say=_("Saved: who guides %(group)s.") % {"group": cohort_label(cohort)})


@action("cohorts.place", panel="cohorts", permission=runs_network, form=PlaceForm, creates=True)
def place(viewer: Viewer, form: PlaceForm) -> Reply:
    """Give a late applicant a seat."""
    cohort = own_cohort(viewer, form.cleaned_data["cohort"])
    application = own_network(viewer).applications.filter(key=form.cleaned_data["person"]).first()
    if application is None:
        raise NotFound
    place_applicant(cohort, application=application, by=viewer.user_id, now=viewer.now)
    name = viewer.host.names([application.user_id]).get(application.user_id, "—")
    return Reply(say=_("%(name)s is in %(group)s now.") % {"name": name, "group": cohort_label(cohort)})


def _named(viewer: Viewer, text: str, before: int | None, *, field: str) -> int | None:
    """Return the person meant by a username, or by the full name of somebody this network knows.

    before: who has the role now, whose name stands in the form as it was opened.
    """
    text = " ".join(text.split())
    if not text:
        return None
    if before and viewer.host.names([before]).get(before) == text:
        return before
    found = viewer.host.find_learners(own_network(viewer).course_id, [text]).get(text.lower())
    if found:
        return found.user_id
    guiding = Facilitation.objects.filter(cohort__network=own_network(viewer)).values_list("user_id", flat=True)
    known = {*guiding, *own_network(viewer).applications.values_list("user_id", flat=True)}
    same = [one for one, name in viewer.host.names(known).items() if name.casefold() == text.casefold()]
    if len(same) == 1:
        return same[0]
    if same:
        raise RuleViolation(_("Several people have this name. Please give the username."), field=field)
    raise RuleViolation(_("We find nobody of this course by this name. Please give the username."), field=field)
