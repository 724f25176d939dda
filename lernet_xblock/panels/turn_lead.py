"""Leading a turn on the page of its case: begin, the next phase, one step back, the end."""

from collections.abc import Mapping
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Turn
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.turn_forms import BackForm, LeadForm
from lernet_xblock.panels.turn_words import GOES_BACK, OPENS
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.queries.turn import find_guided_turn, find_led_turn, owner_is_here
from lernet_xblock.rules.case_turn import CLOSING, PLANNED, QUESTIONS, next_phase
from lernet_xblock.services import turn_phase as leading
from lernet_xblock.services.turn_plan import MAY_BE_PLANNED
from lernet_xblock.viewer import Viewer

ACTIONS = ("turn.begin", "turn.forward", "turn.back", "turn.end")


def lead_part(scene: CaseScene, forms: Forms) -> dict[str, Any]:
    """Return the buttons of who leads the open turn, and for who guides the way to planning one."""
    viewer, turn = scene.viewer, scene.turn
    cohorts = {scene.case.cohort_id, scene.case.open_to_id}
    guides = viewer.may_write and bool(cohorts & viewer.guided_ids)
    if turn is None:
        held = scene.case.held_at is not None
        plannable = guides and not held and scene.case.stage in MAY_BE_PLANNED
        return {"may_plan": plannable and owner_is_here(scene.case), "lead_refused": refused(forms)}
    if scene.case.held_at is not None or not permissions.may_lead_turn(viewer, turn):
        return {"lead_refused": refused(forms)}
    return {"lead": lead_forms(turn, scene.phase, forms, guides=guides), "lead_refused": refused(forms)}


def lead_forms(turn: Turn, phase: str, forms: Forms, *, guides: bool) -> dict[str, Any]:
    """Return the forms with which an open turn is led from this phase on. guides: who guides may also go back."""
    seen = {"version": turn.version, "seen": phase}
    shown: dict[str, Any] = {"guides": guides, "mode": turn.mode, "planned": phase == PLANNED}
    if phase == PLANNED:
        return {**shown, "begin": _fresh(forms, VersionedForm, "turn.begin", turn, {"version": turn.version})}
    shown["end"] = _fresh(forms, VersionedForm, "turn.end", turn, {"version": turn.version})
    if phase != CLOSING:
        shown |= {"forward": _fresh(forms, LeadForm, "turn.forward", turn, seen), "opens": OPENS[next_phase(phase)]}
    if guides and phase != QUESTIONS:
        back = _fresh(forms, BackForm, "turn.back", turn, seen)
        shown |= {"back": back, "going_back": back.is_bound, "goes_back": GOES_BACK[phase]}
    return shown


def refused(forms: Forms) -> str:
    """Return why a press of one of the buttons did nothing, "" for none: the button may be gone by now."""
    found = (forms.refused(name) for name in ACTIONS)
    return next((form.sentence for form in found if form is not None and form.sentence), "")


def _fresh(forms: Forms, form_class: type[ActionForm], name: str, turn: Turn, initial: Mapping[str, Any]) -> ActionForm:
    """Return the form with the phase and the version of now, so that pressing again is on purpose."""
    form = forms(form_class, name, about=turn.key, initial=initial)
    if not form.sentence:
        return form
    return form_class(
        viewer=form.viewer, action=name, about=turn.key, initial={**initial, "note": form.data.get("note")}
    )


@action("turn.begin", panel="cases", permission=permissions.belongs, form=VersionedForm)
def begin(viewer: Viewer, form: VersionedForm) -> Reply:
    """Open the clarifying questions."""
    turn = find_led_turn(viewer, form.cleaned_data["about"])
    leading.begin(turn, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The turn has begun: clarifying questions are open."))


@action("turn.forward", panel="cases", permission=permissions.belongs, form=LeadForm)
def forward(viewer: Viewer, form: LeadForm) -> Reply:
    """Open the next phase."""
    leading.forward(
        find_led_turn(viewer, form.cleaned_data["about"]),
        seen=form.cleaned_data["seen"],
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("The next phase is open."))


@action("turn.back", panel="cases", permission=permissions.is_facilitator, form=BackForm)
def back(viewer: Viewer, form: BackForm) -> Reply:
    """Go back by one step."""
    leading.back(
        find_guided_turn(viewer, form.cleaned_data["about"]),
        seen=form.cleaned_data["seen"],
        note=form.cleaned_data["note"],
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("The phase before is open again."))


@action("turn.end", panel="cases", permission=permissions.belongs, form=VersionedForm)
def end(viewer: Viewer, form: VersionedForm) -> Reply:
    """End the turn without a choice."""
    turn = find_led_turn(viewer, form.cleaned_data["about"])
    leading.end(turn, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The turn is over. The case giver is asked for a first step."))
