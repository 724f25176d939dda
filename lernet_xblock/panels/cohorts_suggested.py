"""Beginning with groups that the course has already: its cohorts, or its teams. They are looked at, never changed."""

from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Network
from lernet_xblock.panels.cohorts_wishes import asked_again, usual_for
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import own_network
from lernet_xblock.queries.forming_reach import reach_of
from lernet_xblock.queries.people import ready_people
from lernet_xblock.queries.suggestion import SuggestedSet, suggestions
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.viewer import Viewer

# A longer list is no picture of a course; all of its groups are begun with nevertheless.
MOST_SHOWN = 50

FITS = {
    "": gettext_lazy("fits"),
    "too_small": gettext_lazy("too small for a group here"),
    "too_large": gettext_lazy("too large for a group here"),
}


def suggested_page(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return the sets of groups of the course, each with the button that begins a proposal with it."""
    network = own_network(viewer)
    sets = suggestions(viewer.host, network, ready_people(network))
    usual = _usual(network)
    return {
        "suggesting": True,
        "sets": [
            {
                "set": one,
                "title": _title(one),
                "groups": [(group, FITS[group.fits]) for group in one.groups[:MOST_SHOWN]],
                "more": max(0, len(one.groups) - MOST_SHOWN),
                "begin": asked_again(forms, usual, about=one.key, base=one.key),
            }
            for one in sets
        ],
    }


def _usual(network: Network) -> Wishes:
    return usual_for(reach_of(network, Wishes(), minimum=network.minimum_size, maximum=network.maximum_size))


def _title(one: SuggestedSet) -> str:
    if one.kind == "cohort":
        return _("The cohorts of this course")
    return _("The teams “%(name)s” of this course") % {"name": one.set_name}
