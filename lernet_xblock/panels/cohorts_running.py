"""The groups while they run: who guides them, and the ways to what can be done with them."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Facilitation
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.late_joiner import late_page, waiting_for
from lernet_xblock.panels.operation import OPERATIONS
from lernet_xblock.panels.organiser import own_cohort, own_network, runs_network
from lernet_xblock.panels.panel import Params, page_number
from lernet_xblock.panels.pause_network import pause_page, pause_state
from lernet_xblock.panels.person_lookup import find_person
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.cohort_history import gone_groups
from lernet_xblock.queries.formed import FormedGroup, formed_groups
from lernet_xblock.queries.late_joiner import joinable
from lernet_xblock.queries.people import late_applicants
from lernet_xblock.rules.late_joining import late_joining_ends
from lernet_xblock.services.cohort import assign_guide
from lernet_xblock.services.late_joiner import TAKES_LATE
from lernet_xblock.viewer import Viewer

Role = Facilitation.Role


class GuideForm(VersionedForm):
    """Who guides a cohort. A person is named by username, or by the name this network knows them by."""

    facilitator = fields.CharField(label=gettext_lazy("Facilitator"), max_length=150, required=False)
    deputy = fields.CharField(label=gettext_lazy("Deputy"), max_length=150, required=False)


def running(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the groups as they are, with the forms around them; or the page of one operation on one of them."""
    chosen = OPERATIONS.get(params.get("change", ""))
    if chosen is not None:
        cohort = own_cohort(viewer, params.get("cohort", ""))
        return {"operation": chosen, "cohort": cohort, **chosen.context(viewer, cohort, params, forms)}
    if params.get("late"):
        return late_page(viewer, params, forms)
    if params.get("pause"):
        return pause_page(viewer, forms)
    late = late_applicants(viewer, own_network(viewer))
    found = formed_groups(viewer, own_network(viewer), page=page_number(params))
    return {
        "groups": [
            {"group": group, "form": _guide_form(forms, group), "takes_late": _takes_late(viewer, group)}
            for group in found.groups
        ],
        "page": found.page,
        "pages": found.pages,
        "before": found.page - 1,
        "after": found.page + 1 if found.page < found.pages else 0,
        "late": late,
        "joinable": bool(late) and joinable(viewer, own_network(viewer)),
        "operations": tuple(OPERATIONS.values()),
        "gone": gone_groups(own_network(viewer)),
        **waiting_for(viewer, forms),
        **pause_state(viewer, forms),
    }


def _takes_late(viewer: Viewer, group: FormedGroup) -> bool:
    ends = late_joining_ends(group.starts)
    return own_network(viewer).state in TAKES_LATE and (ends is None or viewer.now < ends)


def _guide_form(forms: Forms, group: FormedGroup) -> ActionForm:
    named = {role: name for role, (name, _user_id) in group.guides.items()}
    return forms(GuideForm, "cohorts.guide", about=group.key, initial={**named, "version": group.version})


@action("cohorts.guide", panel="cohorts", permission=runs_network, form=GuideForm)
def guide(viewer: Viewer, form: GuideForm) -> Reply:
    """Set facilitator and deputy of a cohort; an empty field leaves the role open."""
    cohort = own_cohort(viewer, form.cleaned_data["about"])
    before = {row.role: row.user_id for row in cohort.facilitations.all()}
    wanted = {role: find_person(viewer, form.cleaned_data[role], before.get(role), field=role) for role in Role.values}
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
