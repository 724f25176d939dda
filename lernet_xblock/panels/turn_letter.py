"""What messages about turns over several days say. They name no case: they lead to the page."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.turn_words import NAMES
from lernet_xblock.queries.message import Note
from lernet_xblock.templatetags.lernet_show import clock, day, zone_name

TURN_SUBJECTS: Mapping[str, Any] = {
    "turn_opened": gettext_lazy("Your group works on a case: %(phase)s"),
    "turn_reminder": gettext_lazy("Your group waits for you: %(phase)s"),
    "turn_choice": gettext_lazy("What is your first step?"),
}
TURN_FIRST: Mapping[str, Any] = {
    "turn_opened": gettext_lazy("%(group)s works on a case over several days. Open now: %(phase)s, %(until)s."),
    "turn_reminder": gettext_lazy("%(group)s works on a case, and waits for you. Open now: %(phase)s, %(until)s."),
    "turn_choice": gettext_lazy(
        "%(group)s has worked on your case. Now you choose: how do you ask your question now, and what is your first"
        " step?"
    ),
}


def turn_values(note: Note, there: tzinfo) -> dict[str, str]:
    """Return the phase of a message about a turn, and until when it is open; {} for any other message."""
    if note.kind not in TURN_FIRST:
        return {}
    return {"phase": str(NAMES.get(str(note.facts.get("phase")), "")), "until": _until(note, there)}


def _until(note: Note, there: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(str(note.facts.get("until")))
    except ValueError:
        return ""
    values = {"day": day(moment, there), "time": clock(moment, there), "zone": zone_name(there)}
    return _("until %(day)s, %(time)s (%(zone)s)") % values
