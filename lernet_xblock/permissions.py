"""Who may do what: predicates on viewer and rows. Handlers decide nothing by themselves."""

from datetime import datetime

from lernet_xblock.models import Case, Cohort, Contribution, Membership, Session, Takeaway, Turn
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
    """The owner; once shared, those of its audience, who guide the group, and those the owner opened it to.

    While it is held after a report, the owner, who reported it and who handles the report. Members whose cohort was
    merged or split go on reading, as long as they have a place in the network. Admins are not readers, and neither is
    staff behind a masquerade: text was shared with colleagues.
    """
    if not viewer.may_write or not is_known(viewer):
        return False
    if case.owner_id == viewer.user_id:
        return True
    if case.state != Case.State.SHARED or case.shared_at is None:
        return False
    if not _in_audience(viewer, case):
        return False
    return case.held_at is None or case.key in viewer.held_keys


def held_from(viewer: Viewer, case: Case) -> bool:
    """Somebody who would read this shared case, were it not held after a report: they learn that one is, not which."""
    if case.held_at is None or case.state != Case.State.SHARED or not viewer.may_write or not is_known(viewer):
        return False
    return not may_read_case(viewer, case) and _in_audience(viewer, case)


def _in_audience(viewer: Viewer, case: Case) -> bool:
    return guided_then(viewer, case) or in_first_audience(viewer, case) or opened_to(viewer, case)


def guided_then(viewer: Viewer, case: Case) -> bool:
    """Somebody who guides the cohort of the case since before it was shared."""
    at = case.shared_at
    return at is not None and any(row.cohort_id == case.cohort_id and row.since <= at for row in viewer.facilitations)


def in_first_audience(viewer: Viewer, case: Case) -> bool:
    """A member of the audience that was pinned when the case was shared; for a circle, of the one that has it."""
    if not is_member(viewer) or case.shared_at is None or case.audience == Case.Audience.FACILITATOR:
        return False
    if not _was_audience(viewer, case, case.shared_at):
        return False
    return case.audience == Case.Audience.COHORT or case.circle_id in viewer.circle_ids


def opened_to(viewer: Viewer, case: Case) -> bool:
    """Somebody of the cohort to which the owner opened the case for those who come later, or who guides it.

    Who was in it since then, and was merged or split off, goes on reading.
    """
    if case.open_to_id is None or case.opened_at is None:
        return False
    if case.open_to_id in viewer.guided_ids:
        return True
    if case.audience == Case.Audience.FACILITATOR or not _is_of_opened(viewer, case.open_to_id, case.opened_at):
        return False
    return case.audience == Case.Audience.COHORT or case.circle_id in viewer.circle_ids


def _is_of_opened(viewer: Viewer, cohort_id: int, since: datetime) -> bool:
    own = viewer.membership
    if own is None or not is_member(viewer):
        return False
    if own.cohort_id == cohort_id:
        return True
    return any(row.cohort_id == cohort_id and row.left_at is not None and row.left_at >= since for row in viewer.former)


def may_read_contribution(viewer: Viewer, case: Case, one: Contribution) -> bool:
    """Who reads the case and was in the audience of these words when they were posted; it never grows.

    The case is one that the viewer may read. Withdrawn words are their author's alone; held ones are also for who
    reported them and who handles the report. Who reads a case only since its owner opened it reads what came since.
    """
    if one.author_id is not None and one.author_id == viewer.user_id:
        return True
    if one.withdrawn_at is not None:
        return False
    if one.held_at is not None and one.key not in viewer.held_keys:
        return False
    return was_addressed(viewer, case, one)


def was_addressed(viewer: Viewer, case: Case, one: Contribution) -> bool:
    """Who was in the audience of these words, whatever became of them since; the viewer may read the case."""
    if case.owner_id == viewer.user_id or guided_then(viewer, case):
        return True
    came_since = case.opened_at is not None and one.posted_at >= case.opened_at
    if came_since and case.open_to_id in viewer.guided_ids:
        return True
    if one.audience == Case.Audience.FACILITATOR:
        return False
    if one.audience == Case.Audience.CIRCLE and one.circle_id not in viewer.circle_ids:
        return False
    return came_since or in_first_audience(viewer, case)


def keeps_journal(viewer: Viewer) -> bool:
    """An enrolled person, as themselves: their lines stay theirs when they leave their group."""
    return viewer.may_write and viewer.network is not None and is_learner(viewer)


def may_read_takeaway(viewer: Viewer, case: Case, one: Takeaway) -> bool:
    """Its owner; as far as they chose, the owner of the case it is about, or those of their group who read the case.

    The case is one that the viewer may read. What was dropped is its owner's alone again. Who reads a case only since
    its owner opened it reads what came since.
    """
    if not viewer.may_write or not is_known(viewer):
        return False
    if one.user_id == viewer.user_id:
        return True
    if one.case_id != case.pk or one.visibility == Takeaway.Visibility.ME or one.state == Takeaway.State.DROPPED:
        return False
    if case.owner_id == viewer.user_id:
        return True
    if one.visibility != Takeaway.Visibility.COHORT or not _of_group(viewer, one.cohort_id, one.made_at):
        return False
    since = guided_then(viewer, case) or in_first_audience(viewer, case)
    return since or (case.opened_at is not None and one.made_at >= case.opened_at)


def _of_group(viewer: Viewer, cohort_id: int, at: datetime) -> bool:
    """Tell whether the viewer is of the group, or was of it then where it was merged or split."""
    own = is_member(viewer) and viewer.membership is not None and viewer.membership.cohort_id == cohort_id
    if own or cohort_id in viewer.guided_ids:
        return True
    return is_member(viewer) and any(row.cohort_id == cohort_id and was_there(row, at) for row in viewer.former)


def may_lead_turn(viewer: Viewer, turn: Turn) -> bool:
    """Those who guide the cohort, and the moderator of the circle that works on the case."""
    if not viewer.may_write:
        return False
    moderates = turn.circle is not None and turn.circle.moderator_id == viewer.user_id
    return turn.cohort_id in viewer.guided_ids or (moderates and is_member(viewer))


def _was_audience(viewer: Viewer, case: Case, at: datetime) -> bool:
    own = viewer.membership
    if own is not None and own.cohort_id == case.cohort_id and was_there(own, at):
        return True
    return any(row.cohort_id == case.cohort_id and was_there(row, at) for row in viewer.former)


def was_there(membership: Membership, at: datetime) -> bool:
    """Tell whether the membership held at this moment."""
    return membership.joined_at <= at and (membership.left_at is None or at <= membership.left_at)
