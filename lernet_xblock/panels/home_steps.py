"""The one next step of each kind of person, in words: what, why, and the one button."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.models import Network
from lernet_xblock.permissions import is_admin, is_author
from lernet_xblock.queries.home import GroupHome
from lernet_xblock.queries.session import MeetingLink, SessionLine
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Step:
    """kind: a word for tests and styles; label and address: the button to a panel; link: the button that leads out."""

    kind: str
    title: str
    text: str = ""
    label: str = ""
    address: str = ""
    link: MeetingLink | None = None


def preparation_step(viewer: Viewer) -> Step:
    """Return the step while nobody opened the network."""
    if is_admin(viewer):
        return Step(
            "open",
            _("Applications are not open yet."),
            _("Read what the author set, and open applications when it is complete."),
            _("Open applications"),
            "opening",
        )
    if is_author(viewer):
        text = _("You set it up in Studio. When it is complete, the course team opens applications here.")
        return Step("studio", _("In preparation"), text)
    text = _("This learning network is in preparation. You can read about it and apply here soon.")
    return Step("preparation", _("In preparation"), text)


def outside_step() -> Step:
    """Return the step of somebody who is not enrolled, or not any more."""
    text = _("Learning networks are for people who take the course. Enrol, and you find yourself here again.")
    return Step("outside", _("You are not enrolled in this course."), text)


def still_step(viewer: Viewer) -> Step:
    """Return the step of everybody while the network pauses, or when it does not take place."""
    network = viewer.network
    if network is not None and network.state == Network.State.PAUSED and network.paused_until:
        title = _("This learning network pauses until %(day)s.") % {"day": day(network.paused_until)}
        text = _("You read here when it goes on.")
        if is_admin(viewer):
            return Step("paused", title, text, _("See the groups"), "cohorts")
        return Step("paused", title, text)
    return Step("cancelled", _("This learning network does not take place."))


def running_step(viewer: Viewer, session: SessionLine, begun: str) -> Step:
    """Return the step while people can join. begun: how it is said that the session has."""
    begins = _("Your session begins at %(time)s.") % {"time": clock(session.starts_at, viewer.zone)}
    title = begun if viewer.now >= session.starts_at else begins
    return Step("session", title, session.place, _("See the session"), "sessions", link=session.link)


def results_step(viewer: Viewer, session: SessionLine) -> Step:
    """Return the step to results that came out lately."""
    on = {"day": day(session.starts_at, viewer.zone)}
    title = _("The results of the session on %(day)s are there.") % on
    return Step("results", title, label=_("See the results"), address="results")


def finished_step(group: GroupHome) -> Step:
    """Return the step of a group that has no session ahead."""
    if not group.lines:
        return Step(
            "no_dates", _("The dates of your group are not set yet."), label=_("See the group"), address="group"
        )
    text = _("What the group said about them stays here.")
    return Step("finished", _("All sessions are over."), text, _("See the results"), "results")


def report_step() -> Step:
    """Return the step of whoever a report waits for: two people hope for an answer."""
    title = _("Something was reported, and waits for you.")
    text = _("It is held until you decide. Both sides hope for an answer within two working days.")
    return Step("report", title, text, _("See the report"), "reports")


def guide_step(viewer: Viewer, group: GroupHome) -> Step:
    """Return the step of who guides a group: the session, where it is, or its results."""
    session = group.next
    if session and session.running:
        return running_step(viewer, session, _("The session of your group has begun."))
    if group.unrecorded:
        return _record(viewer, group.unrecorded)
    if session is None:
        return finished_step(group)
    return _before_session(viewer, group, session)


def _before_session(viewer: Viewer, group: GroupHome, session: SessionLine) -> Step:
    """Return what who guides a group sees to before its next session."""
    on, address = {"day": day(session.starts_at, viewer.zone), "group": group.label}, f"sessions?cohort={group.key}"
    if not session.place and not session.online:
        title = _("Where does %(group)s meet on %(day)s?") % on
        text = _("There is no place and no link yet. Members see them here as soon as you save them.")
        return Step("where", title, text, _("Say where"), address)
    if group.undecided:
        title = _("Choose whose case comes next.")
        text = _("No case has its turn in the session on %(day)s yet.") % on
        return Step("turn", title, text, _("Choose a case"), f"turn?cohort={group.key}")
    if group.released:
        return results_step(viewer, group.released)
    text = _("Check the place and the link. Members see the link from 24 hours before the start.")
    return Step("check", _("%(group)s meets on %(day)s.") % on, text, _("Check place and link"), address)


def _record(viewer: Viewer, session: SessionLine) -> Step:
    title = _("Who was there on %(day)s?") % {"day": day(session.starts_at, viewer.zone)}
    text = _("It takes a minute, and members find the hours they attended.")
    return Step("attendance", title, text, _("Record the attendance"), f"attendance?session={session.key}")


def admin_step(viewer: Viewer, group: GroupHome | None, applied: int) -> Step:
    """Return the step of an admin. group: None before there are groups; applied: people who wait to be placed."""
    if group is None:
        return _people(viewer, applied)
    if group.reported:
        return report_step()
    if group.unguided:
        title = _("Nobody guides %(group)s yet.") % {"group": group.unguided}
        text = _("A group needs somebody who opens its sessions and keeps an eye on the charter.")
        return Step("guide", title, text, _("Choose a facilitator"), "cohorts")
    if group.next is None:
        return finished_step(group)
    on = {"day": day(group.next.starts_at, viewer.zone), "group": group.label}
    return Step("dates", _("%(group)s meets on %(day)s.") % on, label=_("See all dates"), address="plan")


def _people(viewer: Viewer, applied: int) -> Step:
    network = viewer.network
    until = on(_("Applications close on %(day)s."), viewer.plan.applications_close)
    if network is None or not applied:
        return Step("empty", _("Nobody has applied yet."), until, _("See the people"), "cohorts")
    title = ngettext("%(n)d person applied.", "%(n)d people applied.", applied) % {"n": applied}
    if applied < network.minimum_size:
        return Step("few", title, until, _("See the people"), "cohorts")
    return Step("form", title, _("Form the groups when you have everybody."), _("Form the groups"), "cohorts")


def on(sentence: str, moment: date | None) -> Any:
    """Return the sentence with its day, "" where there is no day."""
    return sentence % {"day": day(moment)} if moment else ""
