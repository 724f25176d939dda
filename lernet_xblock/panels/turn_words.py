"""A turn in words: its phases, what is open now and why, and when."""

from collections.abc import Mapping
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Turn
from lernet_xblock.rules.case_turn import (
    CLOSING,
    DONE,
    MINUTES,
    PLANNED,
    QUESTIONS,
    REFLECTIONS,
    SUGGESTIONS,
)
from lernet_xblock.templatetags.lernet_show import clock, day, short_day, zone_name
from lernet_xblock.viewer import Viewer

NAMES: Mapping[str, Any] = {
    QUESTIONS: gettext_lazy("Clarifying questions"),
    REFLECTIONS: gettext_lazy("Reflections"),
    SUGGESTIONS: gettext_lazy("Suggestions and experience"),
    CLOSING: gettext_lazy("Choice and first step"),
}
# What is open now, and why everything else is not.
NOW: Mapping[str, Any] = {
    QUESTIONS: gettext_lazy(
        "Now: clarifying questions. Suggestions open later, so that the question is understood first."
    ),
    REFLECTIONS: gettext_lazy(
        "Now: reflections, while the case giver listens. Say what the case brings up in you; suggestions open next."
    ),
    SUGGESTIONS: gettext_lazy(
        "Now: suggestions, own experience and resources. The question is understood, so that they can fit it."
    ),
    CLOSING: gettext_lazy("Now: the case giver chooses a first step. A word of appreciation is still open to you."),
}
NOW_OWNER: Mapping[str, Any] = {
    QUESTIONS: gettext_lazy(
        "Now: clarifying questions. Answer them as briefly as you can, so that the others understand your question."
    ),
    REFLECTIONS: gettext_lazy(
        "Now you listen: the others reflect, and you need not explain anything. Your notes are for you alone."
    ),
    SUGGESTIONS: gettext_lazy(
        "Now you hear suggestions and experience. You need not answer: you choose in the next phase."
    ),
    CLOSING: gettext_lazy("Now you choose: how do you ask your question now, and what is your first step?"),
}
OPENS: Mapping[str, Any] = {
    REFLECTIONS: gettext_lazy("Open the reflections"),
    SUGGESTIONS: gettext_lazy("Open the suggestions"),
    CLOSING: gettext_lazy("Open the choice"),
}
GOES_BACK: Mapping[str, Any] = {
    REFLECTIONS: gettext_lazy("Back to the clarifying questions"),
    SUGGESTIONS: gettext_lazy("Back to the reflections"),
    CLOSING: gettext_lazy("Back to the suggestions"),
}
MODES: Mapping[str, Any] = {
    Turn.Mode.LIVE: gettext_lazy("In the room"),
    Turn.Mode.HYBRID: gettext_lazy("In the room and online"),
    Turn.Mode.DAYS: gettext_lazy("Over several days"),
}


def line_of(turn: Turn, phase: str, *, owner: bool, works: bool) -> str:
    """Return the one line that says what is open now and why. works: the reader is of those who work on the case."""
    if phase == DONE:
        chosen = turn.no_step or turn.first_step
        return _("This turn is over.") if chosen else _("This turn was ended before the case giver chose.")
    if not works and turn.circle is not None:
        return _("Circle %(number)d works on this case. You can read along.") % {"number": turn.circle.number}
    if phase == PLANNED:
        return _("Questions are welcome already: they make the turn better.")
    return str((NOW_OWNER if owner else NOW)[phase])


def planned_line(viewer: Viewer, turn: Turn) -> str:
    """Return when a turn is planned."""
    if turn.session is not None:
        values = {"day": day(turn.session.starts_at, viewer.zone), "time": clock(turn.session.starts_at, viewer.zone)}
        return _("This case has its turn in the session on %(day)s at %(time)s.") % values
    return _("This case has its turn over several days, once it is opened.")


def about_minutes(phase: str) -> str:
    """Return about how long a phase takes in the room."""
    minutes = MINUTES[phase]
    return ngettext("about %(n)d minute", "about %(n)d minutes", minutes) % {"n": minutes}


def until(viewer: Viewer, turn: Turn, phase: str) -> str:
    """Return until when a phase is open over several days, "" in the room."""
    moment = getattr(turn, f"{phase}_until", None)
    if moment is None:
        return ""
    values = {"day": short_day(moment, viewer.zone), "time": clock(moment, viewer.zone), "zone": zone_name(viewer.zone)}
    return _("until %(day)s, %(time)s (%(zone)s)") % values
