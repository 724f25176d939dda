"""The one next step of somebody without a place in a group: to apply, to wait, to answer, or to look back."""

from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.home_steps import Step, on, preparation_step
from lernet_xblock.queries.application import JoinPage, join_page
from lernet_xblock.queries.departure import FormerMember, former_member
from lernet_xblock.viewer import Viewer


def applicant_step(viewer: Viewer) -> Step:
    """Return the step of somebody without a place in a group: two queries."""
    if viewer.network is None:
        return preparation_step(viewer)
    page = join_page(viewer.network, user_id=viewer.user_id, now=viewer.now)
    name = page.stage
    if name in {"submitted", "waitlisted"}:
        return _applied(viewer, page)
    if name == "offered":
        return Step("offered", _("A place is free for you."))
    if name in {"left", "closed"} and page.has_left and (former := former_member(viewer)) is not None:
        return _former(former)
    if name in {"early", "closed", "left", "without_place"}:
        return _not_now(viewer, name)
    return _invitation(viewer, page, name)


def _applied(viewer: Viewer, page: JoinPage) -> Step:
    plan = viewer.plan
    hears = on(_("You will hear by %(day)s."), plan.decision_date)
    if page.late:
        hears = _("The groups are not formed yet. You will hear as soon as they are.")
    if page.place:
        text = _("When somebody withdraws, you move up.")
        title = _("You are number %(place)d on the waiting list.") % {"place": page.place}
        return Step("waiting", title, f"{text} {hears}".strip(), _("See your application"), "join")
    first = on(_("The groups are formed then, and the first session is on %(day)s."), plan.first_date)
    first = "" if page.late else first
    return Step("applied", _("You have applied."), f"{hears} {first}".strip(), _("See your application"), "join")


def _former(former: FormerMember) -> Step:
    title = _("You were part of a group of this network.")
    if not former.has_cases:
        return Step("left", title, label=_("Read about it"), address="join")
    text = _("What you told there stays yours: you can read your own cases, and withdraw them.")
    return Step("left", title, text, _("Your cases"), "cases")


def _not_now(viewer: Viewer, name: str) -> Step:
    about = _("Read about it")
    if name == "early":
        title = on(_("Applications open on %(day)s."), viewer.plan.applications_open)
        return Step("early", title, label=about, address="join")
    titles = {
        "closed": _("Applications are closed."),
        "left": _("You were part of a group of this network."),
        "without_place": _("The groups have started, and there is no place for you so far."),
    }
    return Step(name, titles[name], label=about, address="join")


def _invitation(viewer: Viewer, page: JoinPage, name: str) -> Step:
    until = on(_("Applications close on %(day)s."), viewer.plan.applications_close)
    if name == "invited":
        text = _("You decide: accept, or say no.")
        title = _("You were put forward by the organiser.")
        return Step("invited", title, f"{text} {until}".strip(), _("Give your answer"), "join")
    full = _("All places are taken; you can join the waiting list.") if page.full else ""
    title = _("Would you like to take part?")
    return Step("apply", title, f"{full} {until}".strip(), _("Read more and apply"), "join")
