"""Other dates for one group: a form, what would happen in four lists, and the button that does it."""

from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Cohort
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import own_cohort, own_network, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.plan_all import looked_at_all
from lernet_xblock.panels.plan_form import (
    LOOK,
    PlanConfirmForm,
    PlanForm,
    PlanHolidaysForm,
    initial_of,
    picked,
    picked_day,
)
from lernet_xblock.panels.plan_words import changes_said, done_said, lists
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.permissions import may_run
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.plan import begun, plan_of
from lernet_xblock.queries.plan_preview import plan_preview
from lernet_xblock.sentences import sentence
from lernet_xblock.services.plan import plan_anew
from lernet_xblock.viewer import Viewer

CONFIRM = "plan.confirm"


def planned_cohort(viewer: Viewer, key: str) -> Cohort:
    """Return a group whose dates the reader may change. Raises NotFound for every other, and for one that is over."""
    cohort = own_cohort(viewer, key)
    if not may_run(viewer, cohort) or cohort.state != Cohort.State.CONFIRMED:
        raise NotFound
    cohort.network = own_network(viewer)
    return cohort


def change_page(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the form of a group's dates; what they would do where they were just refused."""
    cohort = planned_cohort(viewer, params.get("cohort", ""))
    shown: dict[str, Any] = {"change": "dates", "label": cohort_label(cohort), "back": f"plan?cohort={cohort.key}"}
    refused = forms.refused(CONFIRM)
    if refused is not None and refused.data.get("about") == cohort.key:
        return shown | looked_at(viewer, cohort, refused)
    plan = plan_of(cohort)
    day = picked_day(params)
    initial = picked(plan, params, day, begun=begun(cohort, now=viewer.now)) if day else initial_of(plan)
    form = forms(PlanForm, LOOK, about=cohort.key, initial=initial)
    return shown | {"form": form, "own": plan.own, "picked": None if form.is_bound else day}


def looked_at(viewer: Viewer, cohort: Cohort, form: PlanForm) -> dict[str, Any]:
    """Return what the typed dates would do, the form to confirm them and the one to change them further."""
    preview = plan_preview(viewer, cohort, dates=form.dates, **form.shift)
    typed = form.typed() | {"about": cohort.key}
    confirm = form
    if not isinstance(form, PlanConfirmForm):
        confirm = PlanConfirmForm(viewer=viewer, action=CONFIRM, about=cohort.key, initial=typed)
    confirm.tell_hidden()
    return {
        "preview": preview,
        "obstacle": sentence(preview.refused) if preview.refused else "",
        "lists": lists(viewer, preview),
        "changes": changes_said(preview.in_force, form.dates, form.shift),
        "confirm": confirm,
        "form": PlanForm(viewer=viewer, action=LOOK, about=cohort.key, initial=typed),
    }


@action(LOOK, panel="plan", permission=guides_or_runs, form=PlanForm)
def look(viewer: Viewer, form: PlanForm) -> Reply:
    """Show what the dates would do, to one group or to all of them; nothing is saved."""
    about = form.cleaned_data["about"]
    if not about and runs_network(viewer):
        return Reply(panel="plan", params={"change": "all"}, once=looked_at_all(viewer, form))
    cohort = planned_cohort(viewer, about)
    params = {"cohort": cohort.key, "change": "dates"}
    return Reply(panel="plan", params=params, once=looked_at(viewer, cohort, form))


@action("plan.holidays", panel="plan", permission=guides_or_runs, form=PlanHolidaysForm)
def holidays(viewer: Viewer, form: PlanHolidaysForm) -> Reply:
    """Return the form as it was typed, with the public holidays of a country among the days without session."""
    about = form.cleaned_data["about"]
    if about or not runs_network(viewer):
        planned_cohort(viewer, about)
    filled, said = form.filled()
    return Reply(say=said, once={"form": filled, "filled": True})


@action(CONFIRM, panel="plan", permission=guides_or_runs, form=PlanConfirmForm)
def confirm(viewer: Viewer, form: PlanConfirmForm) -> Reply:
    """Give the group these dates."""
    cohort = planned_cohort(viewer, form.cleaned_data["about"])
    done = plan_anew(
        cohort,
        settings=form.settings,
        dates=form.dates,
        **form.shift,
        reason=form.cleaned_data["reason"],
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    said = done_said(cohort_label(cohort), len(done.moved), len(done.new), len(done.cancelled))
    return Reply(say=said, panel="plan", params={"cohort": cohort.key})
