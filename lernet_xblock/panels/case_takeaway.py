"""What people take home from a case, on its page: the reader's own lines, and those that others let them read."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.takeaway_forms import OwnTakeForm, TakeForm, words_of
from lernet_xblock.panels.takeaway_words import rows
from lernet_xblock.queries.case_access import find_case
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.queries.takeaway import day_of, taken_home
from lernet_xblock.services import takeaway as services
from lernet_xblock.viewer import Viewer


def takeaway_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return what the reader takes home and what others let them read, and the form to add to it."""
    viewer = scene.viewer
    if not viewer.may_write:
        return {"takes": None}
    found = taken_home(scene)
    may_take = permissions.is_member(viewer) and scene.shared and not scene.apart
    form = OwnTakeForm if scene.mine else TakeForm
    return {
        "takes": found,
        "own_takes": rows(viewer, found.own),
        "take": forms(form, "takeaway.take", about=scene.case.key) if may_take else None,
        "taking": forms.refused("takeaway.take") is not None,
    }


@action("takeaway.take", panel="cases", permission=permissions.is_member, form=TakeForm, creates=True)
def take(viewer: Viewer, form: TakeForm) -> Reply:
    """Keep what somebody takes home from a case."""
    case = find_case(viewer, form.cleaned_data["about"])
    if viewer.cohort is None or case.state != Case.State.SHARED:
        raise NotFound
    services.note(
        viewer.cohort,
        user_id=viewer.user_id,
        words=words_of(form),
        case=case,
        today=day_of(viewer),
        now=viewer.now,
    )
    return Reply(say=_("Kept in your journal."))
