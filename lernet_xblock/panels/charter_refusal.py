"""Members who stay beside the charter of their group: saying so, and what it means for them."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Charter
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.queries.charter import has_refused
from lernet_xblock.queries.group import GroupPage
from lernet_xblock.services.charter_refusal import refuse
from lernet_xblock.viewer import Viewer

# What the column holds.
HIGHEST_VERSION = 32767


class RefuseForm(ActionForm):
    """A no to the charter as it was read: `charter` is its version."""

    charter = fields.IntegerField(min_value=1, max_value=HIGHEST_VERSION, widget=fields.HiddenInput)


def refuse_form(viewer: Viewer, page: GroupPage, forms: Forms) -> ActionForm | None:
    """Return the form of a member who has not refused so far; None for everybody else."""
    if page.charter is None or not page.own or page.own_no or not viewer.may_write:
        return None
    initial = {"charter": page.charter.version}
    form = forms(RefuseForm, "charter.refuse", about=page.key, initial=initial)
    if form.is_bound and form.data.get("charter") != str(page.charter.version):
        fresh = RefuseForm(viewer=viewer, action="charter.refuse", about=page.key, initial=initial)
        fresh.sentence = form.sentence
        return fresh
    return form


def locked_part(viewer: Viewer, *, locked: bool) -> dict[str, Any]:
    """Return why a reader finds no cases: one query for who finds none, none for the others."""
    if not locked or viewer.cohort is None:
        return {"without_cases": False}
    return {"without_cases": has_refused(viewer.cohort.pk, viewer.user_id)}


@action("charter.refuse", panel="group", permission=permissions.is_member, form=RefuseForm, creates=True)
def stay_beside(viewer: Viewer, form: RefuseForm) -> Reply:
    """Say no to the charter of one's own group."""
    if viewer.cohort is None or viewer.cohort.key != form.cleaned_data["about"]:
        raise NotFound
    charter = Charter.objects.filter(cohort=viewer.cohort, version=form.cleaned_data["charter"]).first()
    if charter is None:
        raise NotFound
    refuse(charter, user_id=viewer.user_id, now=viewer.now)
    return Reply(say=_("Saved. You take part in the sessions without cases."))
