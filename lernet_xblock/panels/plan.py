"""Plan: the dates of all groups side by side, for those who guide or run them, and the ways to change them."""

from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Cohort
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import runs_network
from lernet_xblock.panels.panel import Params, page_number, panel
from lernet_xblock.panels.plan_all import ORDER, all_page
from lernet_xblock.panels.plan_change import CONFIRM, change_page
from lernet_xblock.panels.plan_form import LOOK
from lernet_xblock.panels.run import guides_or_runs, has_groups
from lernet_xblock.permissions import may_plan, may_run
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.formed import GROUPS_ON_A_PAGE
from lernet_xblock.queries.plan import last_order
from lernet_xblock.queries.session import SessionLine, cohorts_of, session_lines
from lernet_xblock.viewer import Viewer


@panel(
    "plan",
    title=gettext_lazy("Plan"),
    visible=guides_or_runs,
    in_menu=lambda viewer: guides_or_runs(viewer) and has_groups(viewer),
)
def plan(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the dates of the groups, or the page on which those of one group or of all groups are changed.

    Raises NotFound for what the reader does not plan.
    """
    params = _wanted(params, forms)
    change = params.get("change", "")
    if change == "dates":
        return change_page(viewer, params, forms)
    if change == "all":
        return all_page(viewer, forms)
    if change:
        raise NotFound
    return _tables(viewer, params)


def _wanted(params: Params, forms: Forms) -> Params:
    """Return what to show: a form that was just refused belongs to its own page, wherever it was sent from."""
    for name in (LOOK, CONFIRM, ORDER):
        refused = forms.refused(name)
        if refused is not None:
            key = refused.data.get("about", "")
            return {"change": "dates", "cohort": key} if key else {"change": "all"}
    return params


def _tables(viewer: Viewer, params: Params) -> dict[str, Any]:
    """Return a table of dates for each group that the reader plans, 24 groups a page; or that of one group."""
    planned = [cohort for cohort in cohorts_of(viewer) if may_plan(viewer, cohort)]
    wanted = params.get("cohort", "")
    chosen = [cohort for cohort in planned if cohort.key == wanted] if wanted else planned
    if wanted and not chosen:
        raise NotFound
    pages = max(1, -(-len(chosen) // GROUPS_ON_A_PAGE))
    page = min(max(page_number(params), 1), pages)
    cohorts = chosen[(page - 1) * GROUPS_ON_A_PAGE : page * GROUPS_ON_A_PAGE]
    lines = session_lines(viewer, cohorts)
    return {
        "tables": [_table(viewer, cohort, lines[cohort.pk]) for cohort in cohorts],
        "alone": len(chosen) < len(planned),
        "for_all": runs_network(viewer) and len(planned) > 1,
        "order": last_order(viewer.network, now=viewer.now) if viewer.network and runs_network(viewer) else None,
        "page": page,
        "pages": pages,
        "before": page - 1,
        "after": page + 1 if page < pages else 0,
    }


def _table(viewer: Viewer, cohort: Cohort, lines: tuple[SessionLine, ...]) -> dict[str, Any]:
    goes_on = cohort.state == Cohort.State.CONFIRMED
    return {
        "key": cohort.key,
        "label": cohort_label(cohort),
        "lines": lines,
        "changeable": goes_on and may_run(viewer, cohort),
    }
