"""Where the notices about a charter lead."""

from lernet_xblock.panels.panel import Address
from lernet_xblock.queries.notice import Told

PANEL_OF = {
    "charter_drafted": "charter",
    "charter_revised": "charter",
    "charter_objection": "charter",
    "charter_answered": "charter",
    "charter_dropped": "charter",
    "charter_in_force": "group",
    "charter_refused": "group",
}


def charter_place(told: Told) -> str:
    """Return the address of the page that a notice is about, "" for a notice about something else."""
    return str(Address(PANEL_OF[told.kind], {"cohort": told.cohort})) if told.kind in PANEL_OF else ""
