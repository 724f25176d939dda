"""Home: the one next step, the next session, the line of the network, who to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Network
from lernet_xblock.panels.applicant_steps import applicant_step
from lernet_xblock.panels.delivery import ask_for_delivery
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.home_steps import (
    Step,
    admin_step,
    guide_step,
    outside_step,
    preparation_step,
    report_step,
    still_step,
)
from lernet_xblock.panels.member_steps import member_step
from lernet_xblock.panels.notice import news
from lernet_xblock.panels.offer import offer_parts, refusal
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.pulse import release_form
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.queries.circle import own_circles
from lernet_xblock.queries.home import GroupHome, admin_home, guide_home, member_home, people_ready
from lernet_xblock.queries.network import card
from lernet_xblock.queries.pause import network_pauses
from lernet_xblock.queries.session import PLANNED
from lernet_xblock.rules.trajectory_schedule import FEWEST_SESSIONS, session_kinds
from lernet_xblock.services.pulse import GRACE
from lernet_xblock.viewer import Viewer

BEFORE_GROUPS = (Network.State.OPEN, Network.State.FORMING)


@dataclass(frozen=True)
class Date:
    """A session that follows from the settings, before any group has its own."""

    starts_at: datetime
    kind: str
    state: str = PLANNED


@panel("home", title=gettext_lazy("Home"), visible=permissions.is_known)
def home(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what the home panel shows: exactly one next step, and what there is to know below it."""
    if guides_or_runs(viewer):
        ask_for_delivery(viewer)
    step, group = _for(viewer)
    offer = offer_parts(viewer, forms) if step.kind == "offered" else {}
    closes_at = group.unpublished if group else None
    return {
        "step": step,
        "group": group,
        "line": group.lines if group else _dates(viewer),
        "contact": viewer.plan.support_contact,
        "belongs": permissions.belongs(viewer),
        **_circle(viewer, group),
        "release": release_form(viewer, forms, due=closes_at is not None and viewer.now > closes_at + GRACE),
        "offer_refused": "" if "offer" in offer else refusal(forms),
        **offer,
        **news(viewer, forms),
    }


def _circle(viewer: Viewer, group: GroupHome | None) -> dict[str, Any]:
    """Return, while people can join the session, the own circle of a member, and for who guides it where to form them.

    A query or two then, none on other days.
    """
    if group is None or group.next is None or not group.next.running:
        return {}
    if group.standing is None:
        return {"forms_circles": guides_or_runs(viewer)}
    return {"own_circle": own_circles(viewer, [group.next]).get(group.next.key)}


def _for(viewer: Viewer) -> tuple[Step, GroupHome | None]:
    """Return the one step, and the group it is about, of somebody who may have several roles."""
    if viewer.network is None:
        return preparation_step(viewer), None
    if viewer.network.state == Network.State.CANCELLED or network_pauses(viewer):
        return _while_still(viewer), None
    if permissions.is_admin(viewer) and viewer.network.state in BEFORE_GROUPS:
        return admin_step(viewer, None, people_ready(viewer)), None
    return _in_group(viewer) or _beside(viewer)


def _while_still(viewer: Viewer) -> Step:
    """Return what is said while nothing goes on; who was offered a seat can answer all the same."""
    if viewer.network is not None and viewer.network.state == Network.State.PAUSED and permissions.may_apply(viewer):
        own = applicant_step(viewer)
        if own.kind == "offered":
            return own
    return still_step(viewer)


def _in_group(viewer: Viewer) -> tuple[Step, GroupHome] | None:
    """Return the step of a member, else of who guides a group; None for everybody else."""
    if viewer.cohort is not None and permissions.is_member(viewer):
        group = member_home(viewer, viewer.cohort)
        return report_step() if viewer.handles else member_step(viewer, group), group
    guided = guide_home(viewer)
    if guided is None:
        return None
    return report_step() if viewer.handles else guide_step(viewer, guided), guided


def _beside(viewer: Viewer) -> tuple[Step, GroupHome | None]:
    """Return the step of an admin, of an applicant, or of somebody who has no business here."""
    if permissions.is_admin(viewer):
        group = admin_home(viewer)
        return admin_step(viewer, group, 0), group
    return (applicant_step(viewer) if permissions.may_apply(viewer) else outside_step()), None


def _dates(viewer: Viewer) -> tuple[Date, ...]:
    """Return the dates of the settings, for those who are in no group; none once the groups go their own ways."""
    if viewer.network is None or viewer.network.state not in BEFORE_GROUPS:
        return ()
    sessions = card(viewer.plan).sessions
    if len(sessions) < FEWEST_SESSIONS:
        return ()
    kinds = session_kinds(len(sessions))
    return tuple(Date(at.starts_at, kind) for kind, at in zip(kinds, sessions, strict=True))
