"""What those who guide a group do to plan a turn."""

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.panels.turn_forms import DeadlinesForm, MoveForm, PlanDaysForm, PlanForm
from lernet_xblock.queries.turn import find_case_to_plan, find_guided_turn, find_place
from lernet_xblock.services import turn_plan as planning
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


@action("turn.plan", panel="turn", permission=permissions.is_facilitator, form=PlanForm, creates=True)
def plan(viewer: Viewer, form: PlanForm) -> Reply:
    """Plan a turn in a session."""
    values = form.cleaned_data
    case, cohort = find_case_to_plan(viewer, values["about"])
    session = find_place(viewer, cohort, values["session"])
    planning.plan_in_session(
        case, session=session, mode=values["mode"], by=viewer.user_id, now=viewer.now, override=form.override
    )
    on = {"day": day(session.starts_at, viewer.zone)}
    return Reply(say=_("Planned for the session on %(day)s.") % on, panel="turn", params={"cohort": cohort.key})


@action("turn.plan_days", panel="turn", permission=permissions.is_facilitator, form=PlanDaysForm, creates=True)
def plan_days(viewer: Viewer, form: PlanDaysForm) -> Reply:
    """Plan a turn over several days."""
    case, cohort = find_case_to_plan(viewer, form.cleaned_data["about"])
    if cohort.pk not in viewer.led_ids:
        raise NotFound
    planning.plan_over_days(
        case, cohort=cohort, deadlines=form.deadlines, by=viewer.user_id, now=viewer.now, override=form.override
    )
    return Reply(
        say=_("Planned. Open the questions when the group is to begin."), panel="turn", params={"case": case.key}
    )


@action("turn.move", panel="turn", permission=permissions.is_facilitator, form=MoveForm)
def move(viewer: Viewer, form: MoveForm) -> Reply:
    """Plan the turn for another session."""
    values = form.cleaned_data
    turn = find_guided_turn(viewer, values["about"])
    session = find_place(viewer, turn.cohort, values["session"])
    planning.move_turn(turn, session=session, opened_version=values["version"], by=viewer.user_id, now=viewer.now)
    on = {"day": day(session.starts_at, viewer.zone)}
    return Reply(say=_("Planned for the session on %(day)s.") % on, panel="turn", params={"case": turn.case.key})


@action("turn.deadlines", panel="turn", permission=permissions.is_facilitator, form=DeadlinesForm)
def deadlines(viewer: Viewer, form: DeadlinesForm) -> Reply:
    """Give the phases other deadlines."""
    values = form.cleaned_data
    turn = find_guided_turn(viewer, values["about"])
    if turn.cohort_id not in viewer.led_ids:
        raise NotFound
    planning.set_deadlines(
        turn, deadlines=form.deadlines, opened_version=values["version"], by=viewer.user_id, now=viewer.now
    )
    return Reply(say=_("The phases have their new deadlines."), panel="turn", params={"case": turn.case.key})


@action("turn.unplan", panel="turn", permission=permissions.is_facilitator, form=VersionedForm)
def unplan(viewer: Viewer, form: VersionedForm) -> Reply:
    """Take the plan back."""
    turn = find_guided_turn(viewer, form.cleaned_data["about"])
    own = {row.session_id for row in viewer.facilitations}
    if turn.cohort_id not in viewer.led_ids and turn.session_id not in own:
        raise NotFound
    key = turn.cohort.key
    planning.unplan(turn, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("This turn is not planned any more."), panel="turn", params={"cohort": key})
