"""People, for the admin: everybody by name, the waiting list, and lists from a spreadsheet."""

import re
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Facilitation
from lernet_xblock.panels.cohorts import own_network, runs_network
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.people_import import importing
from lernet_xblock.queries.people import PeoplePage, people_page
from lernet_xblock.services.cohort import BEFORE_GROUPS
from lernet_xblock.viewer import Viewer

Role = Facilitation.Role

STATES = {
    "invited": gettext_lazy("invited, not answered"),
    "submitted": gettext_lazy("applied"),
    "waitlisted": gettext_lazy("on the waiting list"),
    "member": gettext_lazy("in a group"),
    "withdrawn": gettext_lazy("withdrew"),
    "declined": gettext_lazy("declined"),
}


@panel("people", title=gettext_lazy("People"), visible=runs_network)
def people(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return what the panel of people shows; the number of queries does not depend on how many there are."""
    network = own_network(viewer)
    page = params.get("page", "")
    listed_people = people_page(viewer, network, page=int(page) if re.fullmatch("[0-9]{1,6}", page) else 1)
    shown: dict[str, Any] = {
        "listed": listed_people,
        "counts": _counted(listed_people),
        "states": STATES,
        **_pages(listed_people),
        **importing(viewer, network, forms),
    }
    shown["forming"] = network.state in BEFORE_GROUPS
    return shown


def _pages(page: PeoplePage) -> dict[str, int]:
    """Return the pages beside this one, 0 for none, and how many wait beyond those shown."""
    return {
        "before": page.page - 1,
        "after": page.page + 1 if page.page < page.pages else 0,
        "waiting_more": page.counts["waitlisted"] - len(page.waiting),
    }


def _counted(page: PeoplePage) -> list[str]:
    """Return a sentence for each state that somebody is in."""
    counts = page.counts
    sentences = (
        (counts["submitted"], lambda n: ngettext("%(n)d person applied.", "%(n)d people applied.", n)),
        (
            counts["member"],
            lambda n: ngettext("%(n)d person is in a group.", "%(n)d people are in a group.", n),
        ),
        (
            counts["waitlisted"],
            lambda n: ngettext("%(n)d person is on the waiting list.", "%(n)d people are on the waiting list.", n),
        ),
        (
            counts["invited"],
            lambda n: ngettext(
                "%(n)d person is invited and has not answered.",
                "%(n)d people are invited and have not answered.",
                n,
            ),
        ),
        (
            counts["withdrawn"] + counts["declined"],
            lambda n: ngettext("%(n)d person withdrew or declined.", "%(n)d people withdrew or declined.", n),
        ),
    )
    return [sentence(n) % {"n": n} for n, sentence in sentences if n] or [_("Nobody has applied yet.")]
