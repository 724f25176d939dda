"""Who may do what: predicates on viewer and rows. Handlers decide nothing by themselves."""

from datetime import datetime

from lernet_xblock.models import Case, Cohort, Membership, Session
from lernet_xblock.viewer import Viewer


def is_known(viewer: Viewer) -> bool:
    """Somebody who is logged in."""
    return viewer.actor.user_id is not None


def is_learner(viewer: Viewer) -> bool:
    """Somebody enrolled in the course, now and not only when they joined."""
    return is_known(viewer) and viewer.actor.enrolled


def is_admin(viewer: Viewer) -> bool:
    """A member of the course team who sizes and forms the cohorts."""
    return is_known(viewer) and viewer.actor.is_admin


def is_author(viewer: Viewer) -> bool:
    """Somebody who may change the block in Studio."""
    return is_known(viewer) and viewer.actor.is_author


def is_member(viewer: Viewer) -> bool:
    """An enrolled person with a place in a cohort."""
    return is_learner(viewer) and viewer.membership is not None


def is_facilitator(viewer: Viewer) -> bool:
    """Facilitator or deputy of a cohort of this network."""
    return is_known(viewer) and bool(viewer.facilitations)


def belongs(viewer: Viewer) -> bool:
    """Member or facilitator: somebody a cohort knows."""
    return is_member(viewer) or is_facilitator(viewer)


def takes_part(viewer: Viewer) -> bool:
    """Member, facilitator or admin: somebody the dates and results concern."""
    return belongs(viewer) or (is_admin(viewer) and viewer.network is not None)


def may_apply(viewer: Viewer) -> bool:
    """An enrolled person without a place and without a part in running the network."""
    return is_learner(viewer) and viewer.network is not None and not belongs(viewer) and not is_admin(viewer)


def guides(viewer: Viewer, cohort: Cohort) -> bool:
    """Facilitator or deputy of this very cohort."""
    return is_known(viewer) and cohort.pk in viewer.guided_ids


def leads(viewer: Viewer, cohort: Cohort) -> bool:
    """Facilitator or deputy of this very cohort, and not only for one session."""
    return is_known(viewer) and cohort.pk in viewer.led_ids


def may_run(viewer: Viewer, cohort: Cohort) -> bool:
    """Those who guide the cohort for good and the admins: they say who is in it, who pauses and who stands in."""
    return may_see_cohort(viewer, cohort) and (leads(viewer, cohort) or is_admin(viewer))


def may_see_cohort(viewer: Viewer, cohort: Cohort) -> bool:
    """Its members, those who guide it, and the admins of its network."""
    if viewer.network is None or cohort.network_id != viewer.network.pk:
        return False
    own = is_member(viewer) and viewer.membership is not None and viewer.membership.cohort_id == cohort.pk
    return own or guides(viewer, cohort) or is_admin(viewer)


def may_plan(viewer: Viewer, cohort: Cohort) -> bool:
    """Those who guide the cohort and the admins change its sessions."""
    return may_see_cohort(viewer, cohort) and (guides(viewer, cohort) or is_admin(viewer))


def may_change_session(viewer: Viewer, session: Session) -> bool:
    """Who may plan its cohort; somebody who stands in for one session changes that one only."""
    if not may_plan(viewer, session.cohort):
        return False
    own = any(row.session_id == session.pk for row in viewer.facilitations)
    return own or may_run(viewer, session.cohort)


def keeps_cases(viewer: Viewer) -> bool:
    """Somebody in person who can have cases: of a group now, or an enrolled person who left one."""
    return viewer.may_write and viewer.network is not None and (belongs(viewer) or is_learner(viewer))


def may_read_case(viewer: Viewer, case: Case) -> bool:
    """The owner; once shared, who guided the cohort and the members who were there when it was shared.

    Members whose cohort was merged or split go on reading, as long as they have a place in the network. Admins are
    not readers, and neither is staff behind a masquerade: text was shared with colleagues.
    """
    if not viewer.may_write:
        return False
    if case.owner_id == viewer.user_id:
        return is_known(viewer)
    if case.state != Case.State.SHARED or case.shared_at is None:
        return False
    if any(row.cohort_id == case.cohort_id and row.since <= case.shared_at for row in viewer.facilitations):
        return True
    return is_member(viewer) and _was_audience(viewer, case, case.shared_at)


def _was_audience(viewer: Viewer, case: Case, at: datetime) -> bool:
    own = viewer.membership
    if own is not None and own.cohort_id == case.cohort_id and was_there(own, at):
        return True
    return any(row.cohort_id == case.cohort_id and was_there(row, at) for row in viewer.former)


def was_there(membership: Membership, at: datetime) -> bool:
    """Tell whether the membership held at this moment."""
    return membership.joined_at <= at and (membership.left_at is None or at <= membership.left_at)
