"""What messages say: for a mail in the person's language and zone, and in the same words for the page.

A mail names every date with its end and its zone, and never holds a link to a meeting: it leads to the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from lernet_xblock.host import Letter, Reader
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext, supported
from lernet_xblock.panels.report_words import LETTER_FIRST, LETTER_SUBJECTS
from lernet_xblock.panels.turn_letter import TURN_FIRST, TURN_SUBJECTS, turn_values
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.queries.message import GUIDE, PLEASE_ANSWER, REMINDERS, STAND_IN, Meeting, Note
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.text import clean
from lernet_xblock.rules.zones import zone
from lernet_xblock.templatetags.lernet_show import clock, day, when, zone_name
from lernet_xblock.viewer import FALLBACK_ZONE

LONGEST_SUBJECT = 200

# What is new comes first: on a phone, little more is read of a subject.
SUBJECTS: Mapping[str, Any] = {
    "session_moved": gettext_lazy("The session is on %(day)s at %(time)s now"),
    "session_cancelled": gettext_lazy("The session on %(day)s is cancelled"),
    "session_replaced": gettext_lazy("Another session instead, on %(day)s at %(time)s"),
    "session_merged": gettext_lazy("A session is cancelled and becomes part of the one on %(day)s"),
    "session_not_held": gettext_lazy("The session on %(day)s was not held"),
    "plan_changed": gettext_lazy("Your dates have changed"),
    "plan_made": gettext_lazy("Your dates"),
    "reminder_7d": gettext_lazy("Session on %(day)s at %(time)s"),
    "reminder_1d": gettext_lazy("Session on %(day)s at %(time)s"),
    "reminder_1h": gettext_lazy("Session today at %(time)s"),
    "please_answer": gettext_lazy("Are you coming on %(day)s?"),
    "poll_asked": gettext_lazy("When can you meet?"),
    **LETTER_SUBJECTS,
    **TURN_SUBJECTS,
    "charter_drafted": gettext_lazy("A new text for the charter of your group"),
    "charter_in_force": gettext_lazy("Your group has a new charter"),
}
SUBJECT_UNKNOWN = gettext_lazy("Something has changed")

FIRST: Mapping[str, Any] = {
    "session_moved": gettext_lazy("The session of %(group)s was moved. It is on %(when)s now."),
    "session_cancelled": gettext_lazy("The session of %(group)s on %(when)s is cancelled."),
    "session_replaced": gettext_lazy("A session of %(group)s is cancelled. The group meets instead on %(when)s."),
    "session_merged": gettext_lazy(
        "A session of %(group)s is cancelled. What it was about becomes part of the session on %(when)s."
    ),
    "session_not_held": gettext_lazy("The session of %(group)s on %(when)s was not held. Nobody counts as absent."),
    "plan_changed": gettext_lazy("The dates of %(group)s have changed."),
    "plan_made": gettext_lazy("%(group)s has its dates. We look forward to seeing you."),
    "reminder_7d": gettext_lazy("%(group)s meets on %(when)s."),
    "reminder_1d": gettext_lazy("%(group)s meets on %(when)s."),
    "reminder_1h": gettext_lazy("%(group)s meets soon: on %(when)s."),
    "please_answer": gettext_lazy(
        "%(group)s meets on %(when)s. Are you coming? Please say so on the page: the others plan with it."
    ),
    "poll_asked": gettext_lazy("%(group)s is looking for dates. Please say on the page when you can come."),
    **LETTER_FIRST,
    **TURN_FIRST,
    "charter_drafted": gettext_lazy(
        "%(group)s looks at a new text for its charter. Members say on the page whether they support it."
    ),
    "charter_in_force": gettext_lazy(
        "%(group)s agreed on a new charter. Members read it on the page and accept it anew; until then they find only"
        " their own cases there."
    ),
}
FIRST_UNKNOWN = gettext_lazy("Something has changed for %(group)s. Please look at the page.")

BEFORE: Mapping[str, Any] = {
    "session_moved": gettext_lazy("It was planned for %(moment)s."),
    "session_replaced": gettext_lazy("Cancelled is the session on %(moment)s."),
    "session_merged": gettext_lazy("Cancelled is the session on %(moment)s."),
}
WHY: Mapping[str, Any] = {
    GUIDE: gettext_lazy("You get this message because you guide %(group)s in the learning network “%(network)s”."),
    STAND_IN: gettext_lazy(
        "You get this message because you stand in for a session of %(group)s in the learning network “%(network)s”."
    ),
}
WHY_MEMBER = gettext_lazy(
    "You get this message because you are a member of %(group)s in the learning network “%(network)s”."
)

TAKES_PLACE = ("session_moved", "session_replaced", "session_merged", *REMINDERS)
ASKED_AGAIN = ("session_moved", "session_replaced")
IN_CALENDARS = ("session_moved", "session_cancelled", "session_replaced", "session_merged", "plan_changed")


@dataclass(frozen=True)
class Said:
    """What a message says. lines: whole sentences, the first says most; dates: a list that the last one leads to."""

    subject: str
    lines: tuple[str, ...]
    dates: tuple[str, ...]


def zone_of(reader: Reader, note: Note) -> ZoneInfo:
    """Return the person's zone, else the network's."""
    for name in (reader.time_zone, note.plan.time_zone, FALLBACK_ZONE):
        try:
            return zone(name or "")
        except Refused:
            continue
    raise AssertionError(FALLBACK_ZONE)


def letter(note: Note, reader: Reader, *, name: str, url: str) -> Letter:
    """Return the mail in the person's language. name: of the person; url: of the page."""
    with translation.override(supported(reader.language)):
        told = said(note, zone_of(reader, note))
        parts = [
            _("Hello %(name)s,") % {"name": one_line(name)},
            "\n".join([*told.lines, *(f"- {one}" for one in told.dates)]),
            "\n".join(_afterwards(note, url)),
            "\n".join(_footer(note)),
        ]
        text = "\n\n".join(part for part in parts if part)
        return Letter(reader.user_id, told.subject, f"{text}\n", note.key)


def said(note: Note, there: tzinfo) -> Said:
    """Return what the message says, in the active language and in this zone."""
    values = _values(note, there)
    news = str(SUBJECTS.get(note.kind, SUBJECT_UNKNOWN)) % values
    subject = one_line(f"{news} – {values['network']}")
    first = str(FIRST.get(note.kind, FIRST_UNKNOWN)) % values
    lines = [first, *_before(note, there), *_elsewhere(note, there), *_reason(note), *_details(note)]
    lines += _changes(note, there)
    dates = tuple(_when(one, there) for one in note.ahead)
    if dates:
        lines.append(_("These are the next dates:"))
    return Said(subject[:LONGEST_SUBJECT], tuple(one_line(line) for line in lines), dates)


def one_line(text: str) -> str:
    """Return the text on one line, without what mails break on."""
    return " ".join(clean(text).split())


def _values(note: Note, there: tzinfo) -> dict[str, str]:
    values = {"network": one_line(note.title), "group": _group(note), "day": "", "time": "", "when": ""}
    values |= turn_values(note, there)
    one = note.meeting
    if one is not None:
        values |= {"day": day(one.starts_at, there), "time": clock(one.starts_at, there), "when": _when(one, there)}
    return values


def _group(note: Note) -> str:
    return one_line(note.group) or group_label(note.number)


def _when(one: Meeting, there: tzinfo) -> str:
    return str(when(one.starts_at, one.ends_at, there))


def _moment(text: Any, there: tzinfo) -> str:
    """Return "Tuesday 2 March 2027, 13:30 (Brussels)" for an instant as JSON has it, "" for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return ""
    return f"{day(moment, there)}, {clock(moment, there)} ({zone_name(there)})"


def _before(note: Note, there: tzinfo) -> list[str]:
    moment = _moment(note.facts.get("before"), there)
    return [str(BEFORE[note.kind]) % {"moment": moment}] if moment and note.kind in BEFORE else []


def _elsewhere(note: Note, there: tzinfo) -> list[str]:
    """Say what the clock shows where the session is held, for somebody far away."""
    one = note.meeting
    if one is None or note.kind not in TAKES_PLACE:
        return []
    local = zone(one.zone)
    if one.starts_at.astimezone(local).utcoffset() == one.starts_at.astimezone(there).utcoffset():
        return []
    return [_("There it is %(when)s.") % {"when": _when(one, local)}]


def _reason(note: Note) -> list[str]:
    reason = note.facts.get("reason")
    return [_("The reason: %(reason)s") % {"reason": reason}] if isinstance(reason, str) and reason.strip() else []


def _details(note: Note) -> list[str]:
    """Return where it is, and how long to prepare."""
    one = note.meeting
    if one is None or note.kind not in TAKES_PLACE:
        return []
    lines = [_("Place: %(place)s") % {"place": one.place}] if one.place else []
    if one.online:
        lines.append(_("The link to the online meeting is on the page from 24 hours before the session."))
    minutes = note.plan.preparation_minutes or 0
    if minutes > 0:
        lines.append(
            ngettext("Please take %(n)d minute to prepare.", "Please take %(n)d minutes to prepare.", minutes)
            % {"n": minutes}
        )
    return lines


def _changes(note: Note, there: tzinfo) -> list[str]:
    """Return what became of the dates of a plan."""
    moved = [pair for pair in _listed(note, "moved") if isinstance(pair, list) and len(pair) == len(("from", "to"))]
    pairs = [(_moment(before, there), _moment(after, there)) for before, after in moved]
    gone = [_moment(one, there) for one in _listed(note, "cancelled")]
    return [
        *(_("Moved: %(before)s is %(after)s now.") % {"before": one, "after": other} for one, other in pairs),
        *(_("Cancelled: %(moment)s.") % {"moment": one} for one in gone),
    ]


def _listed(note: Note, name: str) -> list[Any]:
    found = note.facts.get(name)
    return found if isinstance(found, list) else []


def _afterwards(note: Note, url: str) -> list[str]:
    """Return what to do now, and where."""
    lines = []
    unsaid = note.part not in (GUIDE, STAND_IN) and note.answer == ""
    if note.kind in ASKED_AGAIN and unsaid:
        lines.append(_("Please say anew whether you are coming: earlier answers are gone."))
    if note.kind in REMINDERS and note.kind != PLEASE_ANSWER and unsaid:
        lines.append(_("You have not said yet whether you are coming. Please do so on the page."))
    if note.kind in IN_CALENDARS:
        lines.append(_("Calendars that follow your dates may take up to a day to show the change."))
    if note.kind == "plan_made":
        lines.append(_("On the page you can add them to your calendar, where they stay up to date."))
    return [*lines, _("Your page: %(url)s") % {"url": url}]


def _footer(note: Note) -> list[str]:
    values = {"group": _group(note), "network": one_line(note.title)}
    contact = one_line(note.plan.support_contact or "")
    asked = [_("Questions? Please ask %(contact)s.") % {"contact": contact}] if contact else []
    return [*asked, str(WHY.get(note.part, WHY_MEMBER)) % values]
