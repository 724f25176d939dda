"""The case giver's private notes on the page of their case: they save themselves, and nobody else finds them."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.voice_forms import NoteForm
from lernet_xblock.queries import case_access
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.queries.contribution import private_note
from lernet_xblock.rules.case_turn import PLANNED, REFLECTIONS
from lernet_xblock.services import private_note as noting
from lernet_xblock.templatetags.lernet_show import clock
from lernet_xblock.viewer import Viewer


def note_part(scene: CaseScene, forms: Forms) -> dict[str, Any]:
    """Return the notes for the case giver, from the first phase of a turn on and as long as there are any."""
    if not scene.mine:
        return {}
    note = private_note(scene.viewer, scene.case)
    if note is None and scene.phase == PLANNED:
        return {}
    stored = {"text": note.text, "version": note.version} if note else {"text": "", "version": 0}
    form = forms(NoteForm, "note.save", about=scene.case.key, initial=stored)
    saved = _("Saved %(time)s") % {"time": clock(note.saved_at, scene.viewer.zone)} if note else ""
    listening = scene.phase == REFLECTIONS
    return {"note": {"form": form, "saved": "" if form.is_bound else saved, "open": listening or form.is_bound}}


@action("note.save", panel="cases", permission=permissions.keeps_cases, form=NoteForm)
def save(viewer: Viewer, form: NoteForm) -> Reply:
    """Keep the notes as they are."""
    case = case_access.find_own_case(viewer, form.cleaned_data["about"])
    noting.save(
        case,
        user_id=viewer.user_id,
        text=form.cleaned_data["text"],
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
    )
    return Reply(panel="cases", params={"case": case.key})
