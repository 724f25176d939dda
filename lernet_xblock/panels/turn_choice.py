"""What the case giver takes home, on the page of the case: the question now, a first step, what became of it."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Turn
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.turn_forms import ChooseForm, PostponeForm, TellForm, today
from lernet_xblock.queries.case_scene import CaseScene, turn_phase
from lernet_xblock.queries.turn import find_own_turn, is_asked
from lernet_xblock.rules.case_turn import CLOSING, DONE
from lernet_xblock.services import turn_outcome as taking
from lernet_xblock.viewer import Viewer


def choice_part(scene: CaseScene, forms: Forms) -> dict[str, Any]:
    """Return what the case giver is asked: to choose, and later what became of it. Nothing for everybody else."""
    if not scene.mine or not scene.turns or not scene.viewer.may_write or scene.case.held_at is not None:
        return {}
    own = scene.here or scene.formerly
    open_to_choice = [one for one in scene.turns if own and _waits(scene.viewer, one)]
    turn = next(iter(reversed(open_to_choice)), None)
    refused = forms.refused("turn.choose")
    found: dict[str, Any] = {}
    if turn is not None:
        initial = {"version": turn.version, "question": turn.question_before}
        form = forms(ChooseForm, "turn.choose", about=turn.key, initial=initial)
        found = {"choice": form, "choice_turn": turn, "may_choose": True}
    elif refused is not None:
        # The phase changed while they wrote: what they typed stays.
        shown = next((one for one in scene.turns if one.key == refused.data.get("about", "")), None)
        found = {"choice": refused, "choice_turn": shown} if shown is not None else {}
    return found | _telling(scene, forms)


def _waits(viewer: Viewer, turn: Turn) -> bool:
    """Tell whether the choice of this turn is open: in its last phase, and after an end without one."""
    return turn_phase(turn, viewer.now) in (CLOSING, DONE) and not (turn.first_step or turn.no_step)


def _telling(scene: CaseScene, forms: Forms) -> dict[str, Any]:
    """Return the forms about the last first step that nobody told the end of."""
    done = [one for one in scene.turns if one.phase == DONE and (one.first_step or one.no_step)]
    if not done or done[-1].told_at is not None:
        return {}
    turn = done[-1]
    later = bool(turn.first_step) and not taking.is_postponed(turn)
    version = {"version": turn.version}
    return {
        "telling": forms(TellForm, "turn.tell", about=turn.key, initial=version),
        "told_turn": turn,
        "asked": is_asked(scene.viewer, turn),
        "postponing": forms(PostponeForm, "turn.postpone", about=turn.key, initial=version) if later else None,
        "retelling": forms.refused("turn.tell") is not None,
        "repostponing": forms.refused("turn.postpone") is not None,
    }


@action("turn.choose", panel="cases", permission=permissions.is_member, form=ChooseForm)
def choose(viewer: Viewer, form: ChooseForm) -> Reply:
    """Keep the question now and the first step."""
    values = form.cleaned_data
    taking.choose(
        find_own_turn(viewer, values["about"]),
        question=values["question"],
        first_step=values["first_step"],
        step_on=values["step_on"],
        no_step=values["no_step"],
        today=today(viewer),
        opened_version=values["version"],
        now=viewer.now,
    )
    return Reply(say=_("Kept. Those who read your case see your question now and your first step."))


@action("turn.tell", panel="cases", permission=permissions.is_member, form=TellForm)
def tell(viewer: Viewer, form: TellForm) -> Reply:
    """Keep what became of the first step."""
    values = form.cleaned_data
    turn = find_own_turn(viewer, values["about"])
    taking.tell(turn, outcome=values["outcome"], opened_version=values["version"], now=viewer.now)
    return Reply(say=_("Thank you. Those who read your case see what happened."))


@action("turn.postpone", panel="cases", permission=permissions.is_member, form=PostponeForm)
def postpone(viewer: Viewer, form: PostponeForm) -> Reply:
    """Give the first step a later date."""
    values = form.cleaned_data
    taking.postpone(
        find_own_turn(viewer, values["about"]),
        step_on=values["step_on"],
        today=today(viewer),
        opened_version=values["version"],
        now=viewer.now,
    )
    return Reply(say=_("Your first step has its new date."))
