"""Cases for the course team: titles and states, group by group; a text only for a reason, and once."""

from typing import Any

from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_opening import OpenForm, opened_text
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import own_cohort, own_network, runs_network
from lernet_xblock.panels.panel import Params, page_number, panel
from lernet_xblock.panels.report_log import in_person
from lernet_xblock.queries.case_list import CaseState, case_states, find_listed, group_list
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.services.case_opening import open_case
from lernet_xblock.viewer import Viewer

STAGES = {
    Case.Stage.SHARED: gettext_lazy("Shared"),
    Case.Stage.SCHEDULED: gettext_lazy("Scheduled"),
    Case.Stage.IN_DISCUSSION: gettext_lazy("In discussion"),
    Case.Stage.DISCUSSED: gettext_lazy("Discussed"),
    Case.Stage.AWAITING: gettext_lazy("Awaiting the outcome"),
    Case.Stage.TOLD: gettext_lazy("The outcome is told"),
    Case.Stage.ARCHIVED: gettext_lazy("Archived"),
}


@panel("case_list", title=gettext_lazy("Titles of cases"), visible=in_person, in_menu=lambda _viewer: False)
def case_list(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the groups, the cases of one of them, or one case with the question why it is to be opened."""
    network = own_network(viewer)
    if params.get("case"):
        return _one(viewer, params["case"], forms)
    if params.get("cohort"):
        cohort = own_cohort(viewer, params["cohort"])
        rows = [_row(viewer, one) for one in case_states(cohort)]
        return {"template": "lernet_xblock/case_list_group.html", "label": cohort_label(cohort), "rows": rows}
    found = group_list(network, page=page_number(params))
    return {
        "template": "lernet_xblock/case_list_groups.html",
        "groups": found.groups,
        "page": found.page,
        "pages": found.pages,
        "before": found.page - 1,
        "after": found.page + 1 if found.page < found.pages else 0,
    }


def _one(viewer: Viewer, key: str, forms: Forms) -> dict[str, Any]:
    case = find_listed(own_network(viewer), key)
    return {
        "template": "lernet_xblock/case_list_case.html",
        "case": case,
        "cohort": case.cohort,
        "label": cohort_label(case.cohort),
        "stage": STAGES[Case.Stage(case.stage)],
        "opening": forms(OpenForm, "case.open", about=case.key),
    }


def _row(viewer: Viewer, one: CaseState) -> dict[str, Any]:
    return {"case": one, "stage": STAGES[Case.Stage(one.stage)], "days": (viewer.now - one.shared_at).days}


@action("case.open", panel="case_list", permission=runs_network, form=OpenForm, creates=True)
def open_listed(viewer: Viewer, form: OpenForm) -> Reply:
    """Show the text this once; the owner reads who opened it, and the reason."""
    case = find_listed(own_network(viewer), form.cleaned_data["about"])
    open_case(case, by=viewer.user_id, reason=form.cleaned_data["reason"], now=viewer.now)
    once = {**opened_text(viewer, case), "opening": None}
    return Reply(panel="case_list", params={"case": case.key}, once=once)
