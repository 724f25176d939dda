"""How contributions are shown: each made ready here, since a page holds up to 200 of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Contribution
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.queries.contribution import HELD, WITHDRAWN, Voice
from lernet_xblock.templatetags.lernet_show import clock, short_day

Kind = Contribution.Kind

TITLES = {
    Kind.QUESTION: gettext_lazy("Clarifying questions"),
    Kind.ANSWER: gettext_lazy("Answers"),
    Kind.REFLECTION: gettext_lazy("Reflections"),
    Kind.SUGGESTION: gettext_lazy("Suggestions"),
    Kind.EXPERIENCE: gettext_lazy("Own experience"),
    Kind.RESOURCE: gettext_lazy("Resources"),
    Kind.APPRECIATION: gettext_lazy("Appreciation"),
}


# Filled in here and not by a template, which takes longer for 60 of these than everything else on the page does. What
# goes into them is escaped, and `words` was made safe by rules.prose.
_VOICE = """<div class="lnx-thread"%(marks)s>
<div class="lnx-row lnx-soft"><b>%(name)s</b><span>%(when)s</span>%(note)s%(more)s</div>
<div class="lnx-prose">%(words)s</div>%(helps)s
</div>"""
_PLACE = """<div class="lnx-thread"%(marks)s><p class="lnx-soft">%(note)s</p></div>"""
_TAG = """<span class="lnx-tag">%s</span>"""
_MORE = """<a class="lnx-plain" href="#%(id)s/%(at)s" target="_self" data-panel="%(at)s"\
 aria-controls="%(id)s-panel">%(more)s</a>"""
_HELPED = """<form class="lnx-row" data-action="contribution.helped">%(tag)s\
<input type="hidden" name="about" value="%(key)s">\
<input type="hidden" name="helped" value="%(next)s">\
<button class="lnx-plain" type="submit" id="%(id)s-helped-%(key)s">%(label)s</button></form>"""
_MARKS = {
    (False, False): "",
    (True, False): " data-mine",
    (False, True): " data-answer",
    (True, True): " data-mine data-answer",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A voice, ready. answering: the box that stands below it, if any: a refused form or the key of a light one."""

    html: SafeString
    answering: Mapping[str, Any] | None = None


def joined(voices: Iterable[Shown]) -> list[Shown]:
    """Return the same with neighbours put together that have no box below them: a template asks for each."""
    found, run = [], list[str]()
    for one in voices:
        run.append(one.html)
        if one.answering:
            found.append(Shown(mark_safe("\n".join(run)), one.answering))  # noqa: S308 - see _VOICE
            run = []
    return [*found, Shown(mark_safe("\n".join(run)))] if run else found  # noqa: S308 - see _VOICE


class Showing:
    """Makes the voices of one scene ready; what they have in common is put into words once."""

    def __init__(self, scene: CaseScene) -> None:
        self._id, self._page = scene.viewer.html_id, f"cases?case={scene.case.key}&amp;voice="
        self._zone, self._today = scene.viewer.zone, scene.viewer.now.astimezone(scene.viewer.zone).date()
        self._days: dict[date, str] = {}
        self._you, self._former = escape(_("You")), escape(_("A former member"))
        self._more, self._edited = escape(_("More")), escape(_("edited"))
        owner = scene.line.owner
        self._helped_them = escape(
            _("This helped %(name)s") % {"name": owner} if owner else _("This helped the case giver")
        )
        self._helped_me, self._take_back = escape(_("This helped me")), escape(_("Take back"))
        self._notes = {
            WITHDRAWN: (_("Withdrawn by its author."), _("Withdrawn. Only you can read it.")),
            HELD: (
                _("This was reported and is being looked at."),
                _("Reported. Only few can read it until it is decided."),
            ),
        }

    def thread(self, voice: Voice, answering: Mapping[str, Any] | None = None) -> Iterator[Shown]:
        """Yield the voice and its answers, one after the other. answering: the box that stands below the last."""
        last = len(voice.answers)
        for number, one in enumerate((voice, *voice.answers)):
            yield Shown(self.voice(one, answer=number > 0), answering if number == last else None)

    def voice(self, voice: Voice, *, answer: bool = False, linked: bool = True) -> SafeString:
        """Return the voice alone. answer: it stands below a question; linked: to its own page."""
        marks = _MARKS[voice.mine, answer]
        note = escape(self._notes[voice.gone][bool(voice.html)]) if voice.gone else ""
        if not voice.html:
            return mark_safe(_PLACE % {"marks": marks, "note": note})  # noqa: S308 - see _VOICE
        at = {"id": self._id, "at": self._page + voice.key, "more": self._more}
        when = self.moment(voice.posted_at)
        parts = {
            "marks": marks,
            "name": self._you if voice.mine else escape(voice.author) or self._former,
            "when": f"{when} · {self._edited}" if voice.edited else when,
            "note": _TAG % note if note else "",
            "helps": self._helps(voice),
            "more": _MORE % at if linked else "",
            "words": voice.html,
        }
        return mark_safe(_VOICE % parts)  # noqa: S308 - see _VOICE

    def moment(self, at: datetime) -> str:
        """Return "14:05" for today and "Tue 2 Mar" for every other day, escaped."""
        there = at.astimezone(self._zone)
        day = there.date()
        if day == self._today:
            return escape(clock(there, self._zone))
        if day not in self._days:
            self._days[day] = escape(short_day(there, self._zone))
        return self._days[day]

    def _helps(self, voice: Voice) -> str:
        """Return what the two see of it: a word for the author, a button for the case giver."""
        if voice.helps is None:
            return ""
        if voice.mine:
            return f"<p>{_TAG % self._helped_them}</p>"
        label, following = (self._take_back, "no") if voice.helps else (self._helped_me, "yes")
        tag = _TAG % self._helped_me if voice.helps else ""
        return _HELPED % {"id": self._id, "key": voice.key, "next": following, "label": label, "tag": tag}
