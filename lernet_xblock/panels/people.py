"""People, for the admin: everybody by name, the waiting list, and lists from a spreadsheet."""

from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Facilitation
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Params, page_number, panel
from lernet_xblock.panels.people_import import importing
from lernet_xblock.queries.people import PeoplePage, people_page
from lernet_xblock.services.forming import BEFORE_GROUPS
from lernet_xblock.viewer import Viewer

Role = Facilitation.Role

STATES = {
    "invited": gettext_lazy("invited, not answered"),
    "submitted": gettext_lazy("applied"),
    "waitlisted": gettext_lazy("on the waiting list"),
    "offered": gettext_lazy("has an offer"),
    "member": gettext_lazy("in a group"),
    "withdrawn": gettext_lazy("withdrew"),
    "declined": gettext_lazy("declined"),
}

# A sentence for the people in these states.
COUNTED = (
    (("submitted",), lambda n: ngettext("%(n)d person applied.", "%(n)d people applied.", n)),
    (("member",), lambda n: ngettext("%(n)d person is in a group.", "%(n)d people are in a group.", n)),
    (
        ("waitlisted",),
        lambda n: ngettext("%(n)d person is on the waiting list.", "%(n)d people are on the waiting list.", n),
    ),
    (
        ("offered",),
        lambda n: ngettext(
            "%(n)d person was offered a seat and has not answered.",
            "%(n)d people were offered a seat and have not answered.",
            n,
        ),
    ),
    (
        ("invited",),
        lambda n: ngettext(
            "%(n)d person is invited and has not answered.",
            "%(n)d people are invited and have not answered.",
            n,
        ),
    ),
    (
        ("withdrawn", "declined"),
        lambda n: ngettext("%(n)d person withdrew or declined.", "%(n)d people withdrew or declined.", n),
    ),
)


@panel("people", title=gettext_lazy("People"), visible=runs_network)
def people(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return what the panel of people shows; the number of queries does not depend on how many there are."""
    network = own_network(viewer)
    listed_people = people_page(viewer, network, page=page_number(params))
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
    found = ((sum(page.counts[state] for state in states), sentence) for states, sentence in COUNTED)
    return [sentence(n) % {"n": n} for n, sentence in found if n] or [_("Nobody has applied yet.")]
