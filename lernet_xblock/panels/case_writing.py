"""Writing a case: a draft that saves itself, sharing it, changing it, taking it back."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_attachment import attaching, shown
from lernet_xblock.panels.case_audience import audience_form, explain, told_now
from lernet_xblock.panels.case_forms import DraftForm, EditForm, ShareForm
from lernet_xblock.panels.case_readership import reads_cases
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries import case_access
from lernet_xblock.queries.case_readers import readership
from lernet_xblock.queries.case_scene import CaseScene, page_of
from lernet_xblock.services import case as writing
from lernet_xblock.services.case_audience import WIDTHS
from lernet_xblock.templatetags.lernet_show import clock
from lernet_xblock.viewer import Viewer

FIRST_VERSION = 1
SHARED_WITH = {
    Case.Audience.COHORT: gettext_lazy("Shared with your group."),
    Case.Audience.CIRCLE: gettext_lazy(
        "Shared with the circle that will work on it, and with those who guide your group."
    ),
    Case.Audience.FACILITATOR: gettext_lazy("Shared with those who guide your group."),
}


def _words(case: Case) -> dict[str, Any]:
    return {**{name: getattr(case, name) for name in writing.DRAFT_FIELDS}, "version": case.version}


def draft_page(viewer: Viewer, case: Case, forms: Forms) -> dict[str, Any]:
    """Return one form that saves itself through `case.save` and is sent through `case.share`."""
    form = forms.refused("case.save") or forms(ShareForm, "case.share", about=case.key, initial=_words(case))
    explain(form, readership(viewer, case), WIDTHS, newcomers=True)
    # What was just refused is not saved, and an empty draft never was.
    stored = case.version > FIRST_VERSION and not form.is_bound
    return {
        "template": "lernet_xblock/case_draft.html",
        "form": form,
        "saved": _("Saved %(time)s") % {"time": clock(case.saved_at, viewer.zone)} if stored else "",
        "may_share": reads_cases(viewer),
        "discard": forms(ActionForm, "case.discard", about=case.key),
        **attaching(case, shown(viewer, case), forms),
    }


def owner_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return what the owner can do with the text of a case that is shared."""
    if not scene.mine:
        return {}
    viewer, case = scene.viewer, scene.case
    page = page_of(scene)
    if not page.may_withdraw:
        return {}
    found = readership(viewer, case)
    return {
        "may_edit": page.may_edit,
        "may_withdraw": True,
        "read_by": told_now(found),
        "audience": audience_form(viewer, case, found, forms),
        "choosing": forms.refused("case.audience") is not None,
        "edit": forms(EditForm, "case.edit", about=case.key, initial=_words(case)),
        "editing": forms.refused("case.edit") is not None,
        "withdraw": forms(ActionForm, "case.withdraw", about=case.key),
    }


def _own(viewer: Viewer, form: ActionForm) -> Case:
    return case_access.find_own_case(viewer, form.cleaned_data["about"])


@action("case.start", panel="cases", permission=permissions.is_member, creates=True)
def start(viewer: Viewer, form: ActionForm) -> Reply:  # noqa: ARG001 - one signature
    """Open an empty draft."""
    if viewer.cohort is None:
        raise NotFound
    draft = writing.start(viewer.cohort, user_id=viewer.user_id, now=viewer.now)
    return Reply(panel="cases", params={"case": draft.key})


@action("case.save", panel="cases", permission=permissions.keeps_cases, form=DraftForm)
def save(viewer: Viewer, form: DraftForm) -> Reply:
    """Keep the draft as it is."""
    draft = writing.save(
        _own(viewer, form),
        words=form.words(),
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
    )
    return Reply(panel="cases", params={"case": draft.key})


@action("case.share", panel="cases", permission=permissions.is_member, form=ShareForm)
def share(viewer: Viewer, form: ShareForm) -> Reply:
    """Show the draft to the group."""
    case = writing.share(
        _own(viewer, form),
        words=form.words(),
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
        **form.ticks(),
    )
    return Reply(say=str(SHARED_WITH[Case.Audience(case.audience)]), panel="cases", params={"case": case.key})


@action("case.edit", panel="cases", permission=permissions.is_member, form=EditForm)
def edit(viewer: Viewer, form: EditForm) -> Reply:
    """Change what the group reads."""
    writing.edit(
        _own(viewer, form),
        words=form.words(),
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
        **form.ticks(),
    )
    return Reply(say=_("Changed. From now on the new text is read."))


@action("case.withdraw", panel="cases", permission=permissions.keeps_cases)
def withdraw(viewer: Viewer, form: ActionForm) -> Reply:
    """Take the case back."""
    writing.withdraw(_own(viewer, form), now=viewer.now)
    return Reply(say=_("Withdrawn. From now on only you can read it."))


@action("case.discard", panel="cases", permission=permissions.keeps_cases)
def discard(viewer: Viewer, form: ActionForm) -> Reply:
    """Throw the draft away."""
    writing.discard(_own(viewer, form))
    return Reply(say=_("The draft is gone."), panel="cases")
