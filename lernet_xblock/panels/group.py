"""The group: its people, who guides it, and the charter they agreed on."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Charter, Facilitation
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.sessions import choices, has_groups
from lernet_xblock.queries.group import GroupPage, group_page
from lernet_xblock.queries.session import choose_cohort, cohorts_of
from lernet_xblock.services import charter as services
from lernet_xblock.services import membership as places
from lernet_xblock.viewer import Viewer

ROLES: dict[str, Any] = {
    Facilitation.Role.FACILITATOR: gettext_lazy("Facilitator"),
    Facilitation.Role.DEPUTY: gettext_lazy("Deputy"),
}

# What the column holds.
HIGHEST_VERSION = 32767


class AcceptForm(ActionForm):
    """A yes to the charter as it was read: `charter` is its version."""

    charter = fields.IntegerField(min_value=1, max_value=HIGHEST_VERSION, widget=fields.HiddenInput)
    agreed = fields.BooleanField(label=gettext_lazy("I have read the charter, and I keep to it."))


@panel("group", title=gettext_lazy("Group"), visible=permissions.takes_part, in_menu=has_groups)
def group(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return one group. Raises NotFound for a group that does not concern the reader."""
    cohorts = cohorts_of(viewer)
    cohort = choose_cohort(viewer, cohorts, params.get("cohort", ""))
    page = group_page(viewer, cohort) if cohort else None
    return {
        "choices": choices(cohorts, cohort),
        "address_of": "group",
        "page": page,
        "guides": [(name, ROLES[role]) for name, role in page.guides] if page else [],
        "questions": any(person.learning_question for person in page.members) if page else False,
        "accepted": _accepted(page) if page else "",
        "accept": _accept_form(viewer, page, forms) if page else None,
        "leave": forms(ActionForm, "membership.leave", about=page.key) if page and page.may_leave else None,
        "refused": forms.refused("membership.leave"),
    }


def _accepted(page: GroupPage) -> str:
    """Return how many members said yes."""
    people = len(page.members)
    sentence = ngettext("%(yes)d of %(n)d person accepted.", "%(yes)d of %(n)d people accepted.", people)
    return sentence % {"yes": page.accepted, "n": people}


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


@action("membership.leave", panel="group", permission=permissions.is_member)
def leave(viewer: Viewer, form: ActionForm) -> Reply:
    """Give up the own place before the network begins."""
    if viewer.membership is None or viewer.membership.cohort.key != form.cleaned_data["about"]:
        raise NotFound
    places.leave(viewer.membership, now=viewer.now)
    return Reply(say=_("You have left the network."), panel="home")
