"""The group: its people, who guides it, and the charter they agreed on."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Charter, Cohort, Facilitation
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.charter_refusal import HIGHEST_VERSION, refuse_form
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.leaving import leave_page
from lernet_xblock.panels.operation import OPERATIONS, Operation
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.pausing import own_pause_page
from lernet_xblock.panels.run import FOR_GUIDES, has_groups
from lernet_xblock.panels.sessions import choices
from lernet_xblock.queries.group import GroupPage, group_page
from lernet_xblock.queries.session import choose_cohort, cohorts_of
from lernet_xblock.services import charter as services
from lernet_xblock.viewer import Viewer

ROLES: dict[str, Any] = {
    Facilitation.Role.FACILITATOR: gettext_lazy("Facilitator"),
    Facilitation.Role.DEPUTY: gettext_lazy("Deputy"),
}


class AcceptForm(ActionForm):
    """A yes to the charter as it was read: `charter` is its version."""

    charter = fields.IntegerField(min_value=1, max_value=HIGHEST_VERSION, widget=fields.HiddenInput)
    agreed = fields.BooleanField(label=gettext_lazy("I have read the charter, and I keep to it."))


@panel("group", title=gettext_lazy("Group"), visible=permissions.takes_part, in_menu=has_groups)
def group(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return one group. Raises NotFound for a group that does not concern the reader."""
    cohorts = cohorts_of(viewer)
    cohort = choose_cohort(viewer, cohorts, params.get("cohort", ""))
    if params.get("change"):
        return _change(viewer, cohort, params, forms)
    page = group_page(viewer, cohort) if cohort else None
    return {
        "choices": choices(cohorts, cohort),
        "address_of": "group",
        "page": page,
        "guides": [(name, ROLES[role]) for name, role in page.guides] if page else [],
        "questions": any(person.learning_question for person in page.members) if page else False,
        "accepted": _accepted(page) if page else "",
        "accept": _accept_form(viewer, page, forms) if page else None,
        "refuse": refuse_form(viewer, page, forms) if page else None,
        "beside": _beside(page) if page else "",
        "resume": forms(ActionForm, "membership.resume", about=page.key) if page and page.paused_until else None,
        "operations": operations_for(viewer, cohort),
    }


def operations_for(viewer: Viewer, cohort: Cohort | None) -> list[Operation]:
    """Return what somebody who guides the cohort for good can do with it here; admins do it beside all groups."""
    if cohort is None or not permissions.leads(viewer, cohort) or not viewer.may_write:
        return []
    return [OPERATIONS[name] for name in FOR_GUIDES]


def _change(viewer: Viewer, cohort: Cohort | None, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of one operation: on a group that the reader guides, else on the reader's own place in it."""
    name = params["change"]
    chosen = next((one for one in operations_for(viewer, cohort) if one.name == name), None)
    if cohort is not None and chosen is not None:
        return {"operation": chosen, "cohort": cohort, **chosen.context(viewer, cohort, params, forms)}
    if name not in {"leave", "pause"} or cohort is None or cohort != viewer.cohort:
        raise NotFound
    return leave_page(viewer, forms) if name == "leave" else own_pause_page(viewer, forms)


def _accepted(page: GroupPage) -> str:
    """Return how many members said yes."""
    people = len(page.members)
    sentence = ngettext("%(yes)d of %(n)d person accepted.", "%(yes)d of %(n)d people accepted.", people)
    return sentence % {"yes": page.accepted, "n": people}


def _beside(page: GroupPage) -> str:
    """Return who takes part without cases, for those who guide the group; "" where there is nobody to name."""
    if not page.beside:
        return ""
    people = ngettext(
        "%(names)s does not accept the charter, and takes part in the sessions without cases.",
        "%(names)s do not accept the charter, and take part in the sessions without cases.",
        len(page.beside),
    )
    return people % {"names": listed(page.beside)}


def _accept_form(viewer: Viewer, page: GroupPage, forms: Forms) -> ActionForm | None:
    """Return the form of a member who has not accepted; refused words about an older charter go with a fresh tick."""
    if page.charter is None or not page.own or page.own_yes or not viewer.may_write:
        return None
    initial = {"charter": page.charter.version}
    form = forms(AcceptForm, "charter.accept", about=page.key, initial=initial)
    if form.is_bound and form.data.get("charter") != str(page.charter.version):
        fresh = AcceptForm(viewer=viewer, action="charter.accept", about=page.key, initial=initial)
        fresh.sentence = form.sentence
        return fresh
    return form


@action("charter.accept", panel="group", permission=permissions.is_member, form=AcceptForm, creates=True)
def accept(viewer: Viewer, form: AcceptForm) -> Reply:
    """Say yes to the charter of one's own group."""
    if viewer.cohort is None or viewer.cohort.key != form.cleaned_data["about"]:
        raise NotFound
    charter = Charter.objects.filter(cohort=viewer.cohort, version=form.cleaned_data["charter"]).first()
    if charter is None:
        raise NotFound
    services.accept(charter, user_id=viewer.user_id, now=viewer.now)
    return Reply(say=_("Thank you. You can read and share cases now."))
