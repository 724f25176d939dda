"""Planning turns: whose case comes next, in which session or over which days, by those who guide the group."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.sessions import choices
from lernet_xblock.panels.turn_forms import (
    WALL,
    DeadlinesForm,
    MoveForm,
    OverrideForm,
    PlanDaysForm,
    PlanForm,
    network_zone,
    today,
)
from lernet_xblock.panels.turn_lead import lead_forms
from lernet_xblock.panels.turn_lead import refused as lead_refused
from lernet_xblock.panels.turn_words import MODES, NAMES, planned_line, until
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.turn import (
    Place,
    PlanLine,
    PlanScene,
    find_case_to_plan,
    guided_cohort,
    plan_lines,
    plan_scene,
)
from lernet_xblock.rules.case_turn import PLANNED, WORKED
from lernet_xblock.rules.turn_days import suggested_deadlines
from lernet_xblock.services.turn_plan import DEADLINES, MAY_BE_PLANNED
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer

ACTIONS = ("turn.plan", "turn.plan_days", "turn.move", "turn.deadlines", "turn.unplan")


@panel(
    "turn",
    title=gettext_lazy("Turns"),
    visible=permissions.is_facilitator,
    in_menu=lambda viewer: False,  # noqa: ARG005 - it is reached from cases, home and sessions
)
def turn_panel(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the cases of a group that can have a turn, or the one that the address names."""
    if params.get("case"):
        case, cohort = find_case_to_plan(viewer, params["case"])
        return {"template": "lernet_xblock/turn_case.html", **_case(viewer, plan_scene(viewer, case, cohort), forms)}
    if not viewer.may_write:
        raise NotFound
    cohort = guided_cohort(viewer, params.get("cohort", ""))
    guided = sorted({row.cohort for row in viewer.facilitations}, key=lambda one: one.number)
    lines = plan_lines(viewer, cohort)
    return {
        "template": "lernet_xblock/turn_list.html",
        "choices": choices(guided, cohort),
        "address_of": "turn",
        "label": cohort_label(cohort),
        "open": [_row(viewer, line) for line in lines if line.turn is not None],
        "waiting": [_row(viewer, line) for line in lines if line.turn is None],
    }


def _row(viewer: Viewer, line: PlanLine) -> dict[str, Any]:
    return {"line": line, "state": state_words(viewer, line)}


def state_words(viewer: Viewer, line: PlanLine) -> str:
    """Return when the turn of a case is, or which phase is open."""
    turn = line.turn
    if turn is None:
        return ""
    if line.phase != PLANNED:
        words = {"phase": NAMES[line.phase], "until": until(viewer, turn, line.phase)}
        return (_("%(phase)s, %(until)s") if words["until"] else "%(phase)s") % words
    if turn.session is None:
        return str(MODES[turn.mode])
    return f"{day(turn.session.starts_at, viewer.zone)}, {clock(turn.session.starts_at, viewer.zone)}"


def _case(viewer: Viewer, scene: PlanScene, forms: Forms) -> dict[str, Any]:
    shown = {
        "scene": scene,
        "line": scene.line,
        "label": cohort_label(scene.cohort),
        "readable": bool(scene.line.title),
    }
    if scene.line.turn is not None:
        return shown | _open(viewer, scene, forms)
    if scene.case.stage not in MAY_BE_PLANNED:
        raise NotFound
    return {
        **shown,
        "plan": _plan_form(viewer, scene, forms) if scene.places else None,
        "days": _days_form(viewer, scene, forms) if scene.may_take_days else None,
        "days_open": forms.refused("turn.plan_days") is not None or not scene.places,
        "refused": _refused(forms),
    }


def _plan_form(viewer: Viewer, scene: PlanScene, forms: Forms) -> OverrideForm:
    form = forms(PlanForm, "turn.plan", about=scene.line.key)
    form.fields["session"].widget.choices = place_choices(viewer, scene.places)
    return _with_override(form, scene)


def _days_form(viewer: Viewer, scene: PlanScene, forms: Forms) -> OverrideForm:
    suggested = suggested_deadlines(today(viewer))
    initial = {name: moment.strftime(WALL) for name, moment in zip(DEADLINES, suggested, strict=True)}
    return _with_override(forms(PlanDaysForm, "turn.plan_days", about=scene.line.key, initial=initial), scene)


def _with_override(form: Any, scene: PlanScene) -> OverrideForm:
    asked = {"known", "reason"} & set(form.errors if form.is_bound else ())
    if not scene.unfair and not asked:
        form.leave_out_override()
    else:
        form.fields["reason"].required = True
    return form


def place_choices(viewer: Viewer, places: tuple[Place, ...]) -> list[tuple[str, str]]:
    """Return the sessions as a list to choose from: the day, and how many turns are planned there."""
    return [(one.key, _place(viewer, one)) for one in places]


def _place(viewer: Viewer, one: Place) -> str:
    when = f"{day(one.starts_at, viewer.zone)}, {clock(one.starts_at, viewer.zone)}"
    if not one.turns:
        return when
    count = ngettext("%(n)d turn planned", "%(n)d turns planned", one.turns) % {"n": one.turns}
    return f"{when} ({count})"


def _open(viewer: Viewer, scene: PlanScene, forms: Forms) -> dict[str, Any]:
    """Return what can be done with an open turn; leading it is done here where its text is not for who leads it."""
    turn, phase = scene.line.turn, scene.line.phase
    if turn is None:
        return {}
    shown: dict[str, Any] = {
        "when": planned_line(viewer, turn) if phase == PLANNED else state_words(viewer, scene.line),
        "refused": _refused(forms) or lead_refused(forms),
        "lead": lead_forms(turn, phase, forms, guides=True),
    }
    version = {"version": turn.version}
    if phase == PLANNED:
        shown["unplan"] = forms(VersionedForm, "turn.unplan", about=turn.key, initial=version)
    if phase == PLANNED and turn.session is not None:
        others = tuple(one for one in scene.places if one.key != turn.session.key)
        shown |= {"move": _move_form(viewer, others, forms, turn.key, version)} if others else {}
    if turn.session is None and scene.may_take_days:
        shown |= {"deadlines": _deadlines_form(viewer, turn, forms), "phase_open": phase in WORKED}
    return shown


def _move_form(viewer: Viewer, others: tuple[Place, ...], forms: Forms, key: str, version: dict[str, Any]) -> Any:
    form = forms(MoveForm, "turn.move", about=key, initial=version)
    form.fields["session"].widget.choices = place_choices(viewer, others)
    return form


def _deadlines_form(viewer: Viewer, turn: Any, forms: Forms) -> Any:
    there = network_zone(viewer)
    stored = {name: getattr(turn, name).astimezone(there).strftime(WALL) for name in DEADLINES}
    return forms(DeadlinesForm, "turn.deadlines", about=turn.key, initial={**stored, "version": turn.version})


def _refused(forms: Forms) -> str:
    found = (forms.refused(name) for name in ACTIONS)
    return next((form.sentence for form in found if form is not None and form.sentence), "")
