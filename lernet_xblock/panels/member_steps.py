"""The one next step of a member, in words."""

from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.home_steps import Step, finished_step, results_step, running_step
from lernet_xblock.panels.panel import PANELS
from lernet_xblock.panels.turn_steps import own_step, working_step
from lernet_xblock.queries.home import GroupHome
from lernet_xblock.queries.home_standing import OpenPulse, Standing
from lernet_xblock.queries.session import SessionLine
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer


def member_step(viewer: Viewer, group: GroupHome) -> Step:
    """Return the step of a member: charter, session, evaluation, dates, a case, the results, or to be ready."""
    standing = group.standing
    if standing and standing.must_accept:
        return _charter()
    if group.next and group.next.running:
        return _in_session(viewer, group.next, standing)
    asked = _asked(viewer, standing) if standing else None
    if asked:
        return asked
    if group.next is None:
        return finished_step(group)
    if standing and not standing.has_shared and not standing.without_cases and _opens(viewer, "cases"):
        return _case(standing)
    return results_step(viewer, group.released) if group.released else _ready(viewer, standing)


def _in_session(viewer: Viewer, session: SessionLine, standing: Standing | None) -> Step:
    """Return the case that the group works on in the room; who joins online joins first."""
    working = working_step(standing.turns) if standing and not session.link else None
    return working or running_step(viewer, session, _("Your session has begun."))


def _charter() -> Step:
    return Step(
        "accept",
        _("Read the charter of your group, and accept it."),
        _("Cases are told in confidence: you read and share them once you have accepted."),
        _("Read the charter"),
        "group",
    )


def _asked(viewer: Viewer, standing: Standing) -> Step | None:
    """Return what the group waits for from this member: an evaluation, dates, whether they come."""
    if standing.pulse:
        return _pulse(viewer, standing.pulse)
    if standing.asked_for_dates and viewer.may_write:
        return _dates()
    turn = own_step(standing.turns) or working_step(standing.turns)
    if turn:
        return turn
    if standing.to_tell:
        return _commitment()
    return _rsvp(viewer, standing.to_rsvp) if standing.to_rsvp else None


def _pulse(viewer: Viewer, pulse: OpenPulse) -> Step:
    until = {"day": day(pulse.closes_at, viewer.zone), "time": clock(pulse.closes_at, viewer.zone)}
    return Step(
        "pulse",
        _("How was the session on %(day)s?") % {"day": day(pulse.session.starts_at, viewer.zone)},
        _("It takes a minute, and nobody sees who answered what. Open until %(day)s, %(time)s.") % until,
        _("Answer now"),
        f"results?pulse={pulse.session.key}",
    )


def _dates() -> Step:
    title = _("When can you meet?")
    text = _("Your group looks for dates. Say what suits you: every answer is saved at once.")
    return Step("poll", title, text, _("Answer the date poll"), "poll")


def _commitment() -> Step:
    text = _("You set out to do something. Say how it went, or that you leave it: you are asked this once.")
    return Step("commitment", _("What came of it?"), text, _("Answer now"), "journal")


def _rsvp(viewer: Viewer, session: SessionLine) -> Step:
    title = _("Will you come on %(day)s?") % {"day": day(session.starts_at, viewer.zone)}
    text = _("Your group plans with you. If you cannot come, say so early.")
    return Step("rsvp", title, text, _("Answer now"), "sessions")


def _case(standing: Standing) -> Step:
    if standing.has_draft:
        text = _("Only you can read it so far. Share it when it is ready.")
        return Step("draft", _("Your case is still a draft."), text, _("Go on with your case"), "cases")
    text = _("A case is a question from your own work that the group thinks about together.")
    return Step("case", _("What would you like to bring to your group?"), text, _("Write a case"), "cases")


def _ready(viewer: Viewer, standing: Standing | None) -> Step:
    title = _("You are ready for the next session.")
    if standing and standing.sent_until:
        text = _("The results are there from %(day)s on, if enough people answered.")
        text %= {"day": day(standing.sent_until, viewer.zone)}
        return Step("answered", _("Thank you for your evaluation."), text, _("See the sessions"), "sessions")
    if not _opens(viewer, "cases") or (standing and standing.without_cases):
        return Step("ready", title, label=_("See the sessions"), address="sessions")
    text = _("Read what your colleagues shared, and ask what is not clear to you yet.")
    return Step("ready", title, text, _("Read the cases"), "cases")


def _opens(viewer: Viewer, name: str) -> bool:
    return name in PANELS and PANELS[name].visible(viewer)
