"""Plan: the dates of all groups side by side, for those who guide or run them."""

from typing import Any

from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params, page_number, panel
from lernet_xblock.panels.sessions import guides_or_runs, has_groups
from lernet_xblock.permissions import may_plan
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.formed import GROUPS_ON_A_PAGE
from lernet_xblock.queries.session import cohorts_of, session_lines
from lernet_xblock.viewer import Viewer


@panel(
    "plan",
    title=gettext_lazy("Plan"),
    visible=guides_or_runs,
    in_menu=lambda viewer: guides_or_runs(viewer) and has_groups(viewer),
)
def plan(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return a table of dates for each group that the reader plans, 24 groups a page."""
    planned = [cohort for cohort in cohorts_of(viewer) if may_plan(viewer, cohort)]
    pages = max(1, -(-len(planned) // GROUPS_ON_A_PAGE))
    page = min(max(page_number(params), 1), pages)
    cohorts = planned[(page - 1) * GROUPS_ON_A_PAGE : page * GROUPS_ON_A_PAGE]
    lines = session_lines(viewer, cohorts)
    return {
        "tables": [{"key": cohort.key, "label": cohort_label(cohort), "lines": lines[cohort.pk]} for cohort in cohorts],
        "page": page,
        "pages": pages,
        "before": page - 1,
        "after": page + 1 if page < pages else 0,
    }
