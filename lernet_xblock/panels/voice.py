"""One contribution on a page of its own: changing it, taking it back, and whether it helped."""

from datetime import timedelta
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Contribution
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_voices import hinted
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.voice_forms import KINDS, EditForm, HelpedForm, Kind
from lernet_xblock.panels.voice_shown import Showing
from lernet_xblock.queries.case_scene import CaseScene, case_scene
from lernet_xblock.queries.contribution import HELD, WITHDRAWN, Voice, find_contribution, voice_of
from lernet_xblock.services import contribution as contributing
from lernet_xblock.services.contribution import MAY_BE_CHANGED
from lernet_xblock.viewer import Viewer

A_MINUTE = timedelta(minutes=1)


def voice_page(viewer: Viewer, case: Case, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of what somebody said to the case, which the viewer may read. Raises NotFound."""
    scene = case_scene(viewer, case)
    voice = voice_of(scene, params["voice"])
    title = _("An answer") if voice.kind == Kind.ANSWER else KINDS[Kind(voice.kind)]
    own = _own_part(scene, voice, forms) if voice.mine else {"may_report": voice.gone != WITHDRAWN}
    return {
        "template": "lernet_xblock/case_voice_page.html",
        "scene": scene,
        "case": case,
        "voice": voice,
        "shown": Showing(scene).voice(voice, linked=False),
        "title": title,
        **own,
    }


def _own_part(scene: CaseScene, voice: Voice, forms: Forms) -> dict[str, Any]:
    """Return what the author can do: change for half an hour, withdraw at any time."""
    if voice.gone == WITHDRAWN:
        return {}
    left = voice.posted_at + MAY_BE_CHANGED - scene.viewer.now
    held = voice.gone == HELD
    return {
        "edit": _edit_form(scene, voice, forms) if left > timedelta() or held else None,
        "minutes": 0 if held else -(-left // A_MINUTE),
        "withdraw": forms(ActionForm, "contribution.withdraw", about=voice.key),
        "withdrawing": forms.refused("contribution.withdraw") is not None,
    }


def _edit_form(scene: CaseScene, voice: Voice, forms: Forms) -> ActionForm:
    said = next(one for one in scene.voices if one.key == voice.key)
    form = forms(EditForm, "contribution.edit", about=voice.key, initial={"text": said.text, "version": said.version})
    if voice.kind == Kind.QUESTION:
        form.fields["text"].widget.attrs["maxlength"] = str(contributing.QUESTION_LENGTH)
    return form


def _own(viewer: Viewer, form: ActionForm) -> Contribution:
    """Return the person's own words. Raises NotFound for everybody else's."""
    found = find_contribution(viewer, form.cleaned_data["about"])
    if found.author_id != viewer.user_id:
        raise NotFound
    return found


@action("contribution.edit", panel="cases", permission=permissions.belongs, form=EditForm)
def edit(viewer: Viewer, form: EditForm) -> Reply:
    """Change the own words."""
    said = contributing.edit(
        _own(viewer, form),
        text=form.cleaned_data["text"],
        by=viewer.user_id,
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
    )
    return Reply(say=_("Changed."), panel="cases", params={"case": said.case.key}, once=hinted(said))


@action("contribution.withdraw", panel="cases", permission=permissions.belongs)
def withdraw(viewer: Viewer, form: ActionForm) -> Reply:
    """Take the own words back."""
    said = contributing.withdraw(_own(viewer, form), by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Withdrawn. From now on only you can read it."), panel="cases", params={"case": said.case.key})


@action("contribution.helped", panel="cases", permission=permissions.is_member, form=HelpedForm)
def helped(viewer: Viewer, form: HelpedForm) -> Reply:
    """Let the author know that it helped, or take that back."""
    said = find_contribution(viewer, form.cleaned_data["about"])
    yes = form.cleaned_data["helped"] == "yes"
    contributing.mark_helped(said, helped=yes, by=viewer.user_id)
    return Reply(say=_("Noted. Only you and the author see it.") if yes else _("Taken back."))
