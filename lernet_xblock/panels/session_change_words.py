"""What the previews of a changed session say: facts by term, what to think about, and why it cannot be done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.operation_words import Fact, listed
from lernet_xblock.queries.session_change import BEFORE_COURSE, PAST, SAME, Announced, Scene, SessionTimes
from lernet_xblock.queries.session_change_clashes import Clash
from lernet_xblock.queries.session_change_dates import DateNotes
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services.session_change import misfit_sentence
from lernet_xblock.templatetags.lernet_show import clock, day, when
from lernet_xblock.viewer import Viewer

OBSTACLES: dict[str, Any] = {
    PAST: gettext_lazy("This date lies in the past. Please choose one that is ahead."),
    SAME: gettext_lazy("The session is at this time already: nothing to change."),
    BEFORE_COURSE: gettext_lazy("The course has not begun by then. Please choose a later date."),
}
UP_TO_A_DAY = gettext_lazy("Calendars can take up to a day to show it, so the message goes out at once.")


def previewed(times: SessionTimes, facts: list[Fact], local: datetime) -> dict[str, Any]:
    """Return what the template of a preview gets."""
    obstacle = str(OBSTACLES.get(times.obstacle, ""))
    if times.in_the_way is not None and not obstacle:
        obstacle = misfit_sentence(times.in_the_way)
    return {"facts": facts, "warnings": warnings(times, local), "obstacle": obstacle}


def held_at(viewer: Viewer, starts_at: datetime, ends_at: datetime, there: ZoneInfo | None) -> list[str]:
    """Return when a session is, in the reader's zone, and in the group's where its clock differs."""
    lines = [when(starts_at, ends_at, viewer.zone)]
    if there is not None:
        text = _("Where the group meets, that is %(there)s.")
        lines.append(text % {"there": when(starts_at, ends_at, there)})
    return lines


def now_fact(viewer: Viewer, here: Scene) -> Fact:
    """Return when the session is held as planned."""
    return _("Now"), held_at(viewer, here.line.starts_at, here.line.ends_at, here.line.there)


def then_fact(viewer: Viewer, times: SessionTimes, term: str) -> Fact:
    """Return when it would be held. term: what that is called."""
    return term, held_at(viewer, times.starts_at, times.ends_at, times.there)


def announced_fact(said: Announced, *, asked_again: bool) -> Fact:
    """Return who said to come and who not. asked_again: the answers go."""
    lines = []
    if said.coming:
        lines.append(_("Coming: %(names)s.") % {"names": listed(said.coming)})
    if said.not_coming:
        lines.append(_("Not coming: %(names)s.") % {"names": listed(said.not_coming)})
    if said.silent:
        text = ngettext("%(n)d member has not said.", "%(n)d members have not said.", said.silent)
        lines.append(text % {"n": said.silent})
    if asked_again and (said.coming or said.not_coming):
        lines.append(_("Everybody is asked again."))
    return _("Who said to come"), lines or [_("This group has no members now.")]


def evaluation_fact(viewer: Viewer, ends_at: datetime) -> Fact:
    """Return when the evaluation opens."""
    text = _("It opens when the session ends, on %(day)s at %(time)s.")
    return _("Evaluation"), [text % {"day": day(ends_at, viewer.zone), "time": clock(ends_at, viewer.zone)}]


def calendar_fact(text: str, *, sudden: bool) -> Fact:
    """Return what calendars show. sudden: it is less than 48 hours ahead."""
    return _("Calendars"), [text, str(UP_TO_A_DAY)] if sudden else [text]


def told_fact(here: Scene) -> Fact:
    """Return how many people are told, and by what."""
    if not here.told:
        return _("Who is told"), [_("Nobody: there is nobody in this group but you.")]
    text = ngettext(
        "%(n)d person, once: by a message, and by a line in the course. The reason stands in it.",
        "%(n)d people, once each: by a message, and by a line in the course. The reason stands in it.",
        here.told,
    )
    return _("Who is told"), [text % {"n": here.told}]


def warnings(times: SessionTimes, local: datetime) -> list[str]:
    """Return what to think about; nothing of it stands in the way."""
    return [*_about_the_date(times.notes, local), *_about_people(times.clashes)]


def _about_the_date(notes: DateNotes, local: datetime) -> list[str]:
    found = []
    if notes.holiday:
        found.append(sentence_of("session_on_holiday", {"date": local.date(), "holiday": notes.holiday}))
    elif notes.free:
        found.append(_("The plan leaves %(day)s free.") % {"day": day(local.date())})
    if notes.clock:
        found.append(sentence_of(f"session_in_clock_{notes.clock}", {"local": local}))
    if notes.after_end is not None:
        found.append(_("The network ends on %(day)s, before this session.") % {"day": day(notes.after_end)})
    if notes.after_course is not None:
        found.append(_("The course ends on %(day)s, before this session.") % {"day": day(notes.after_course)})
    return found


def _about_people(found: Sequence[Clash]) -> list[str]:
    return [_clash(clash) % {"n": clash.people, "title": clash.title} for clash in found]


def _clash(clash: Clash) -> str:
    if not clash.title:
        return ngettext(
            "%(n)d person of this group is in a session of another group of this network at that time.",
            "%(n)d people of this group are in a session of another group of this network at that time.",
            clash.people,
        )
    return ngettext(
        "%(n)d person of this group is in a session of “%(title)s” at that time.",
        "%(n)d people of this group are in a session of “%(title)s” at that time.",
        clash.people,
    )
