"""What members say to a draft of their charter, by name, and the answers to objections."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.charter_forms import AnswerForm, ObjectForm
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.queries.charter_draft import CharterPage, Draft, Voice, find_led_voice, find_own_draft
from lernet_xblock.services import charter_voice as services
from lernet_xblock.viewer import Viewer


def voice_parts(viewer: Viewer, page: CharterPage, draft: Draft, forms: Forms) -> dict[str, Any]:
    """Return who said what, and the forms of a member. actions: those whose forms the page shows."""
    may_answer = page.runs and viewer.may_write
    waits = [one for one in draft.voices if not one.supports and not one.answer]
    objections = [_objection(one, forms, may_answer=may_answer) for one in draft.voices if not one.supports]
    refused = forms.refused("charter.answer")
    shown = refused is not None and may_answer and refused.data.get("about") in {one.key for one in waits}
    parts: dict[str, Any] = {
        "supporting": [one.name for one in draft.voices if one.current],
        "asked_again": [one.name for one in draft.voices if one.supports and not one.current],
        "objections": objections,
        "actions": ("charter.answer",) if shown else (),
    }
    if not page.own or not viewer.may_write:
        return parts
    return parts | _own_parts(draft, draft.own, forms) | {"actions": (*parts["actions"], *OWN)}


OWN = ("charter.support", "charter.object", "charter.unsay")


def _own_parts(draft: Draft, own: Voice | None, forms: Forms) -> dict[str, Any]:
    initial = {"version": draft.version}
    words = {**initial, "objection": own.objection if own else ""}
    return {
        "own": own,
        "support": forms(VersionedForm, "charter.support", about=draft.key, initial=initial),
        "object": forms(ObjectForm, "charter.object", about=draft.key, initial=words),
        "objecting": forms.refused("charter.object") is not None,
        "unsay": forms(ActionForm, "charter.unsay", about=draft.key),
    }


def _objection(one: Voice, forms: Forms, *, may_answer: bool) -> dict[str, Any]:
    waits = may_answer and not one.answer
    return {
        "voice": one,
        "answer": forms(AnswerForm, "charter.answer", about=one.key, initial={"version": one.version})
        if waits
        else None,
    }


@action("charter.support", panel="charter", permission=permissions.is_member, form=VersionedForm)
def support(viewer: Viewer, form: VersionedForm) -> Reply:
    """Support the text as it was read."""
    draft = find_own_draft(viewer, form.cleaned_data["about"])
    opened = form.cleaned_data["version"]
    services.support(draft, user_id=viewer.user_id, opened_version=opened, now=viewer.now)
    return Reply(say=_("Saved. You support this text."))


@action("charter.object", panel="charter", permission=permissions.is_member, form=ObjectForm)
def object_to(viewer: Viewer, form: ObjectForm) -> Reply:
    """Object to the text as it was read, and say why."""
    services.object_to(
        find_own_draft(viewer, form.cleaned_data["about"]),
        objection=form.cleaned_data["objection"],
        user_id=viewer.user_id,
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
    )
    return Reply(say=_("Saved. Those who guide the group were told, and answer you here."))


@action("charter.unsay", panel="charter", permission=permissions.is_member)
def unsay(viewer: Viewer, form: ActionForm) -> Reply:
    """Take back what one said."""
    services.take_back(find_own_draft(viewer, form.cleaned_data["about"]), user_id=viewer.user_id)
    return Reply(say=_("Taken back. Nothing of it is left."))


@action("charter.answer", panel="charter", permission=permissions.is_facilitator, form=AnswerForm)
def answer(viewer: Viewer, form: AnswerForm) -> Reply:
    """Answer an objection."""
    voice = find_led_voice(viewer, form.cleaned_data["about"])
    words = {"text": form.cleaned_data["answer"], "opened_version": form.cleaned_data["version"]}
    services.answer(voice, **words, by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Your answer stands below the objection."))
