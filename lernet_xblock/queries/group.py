"""A group as its people see it: who is in it, who guides it, and the charter they agreed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, DateTimeField, F, Value

from lernet_xblock.models import (
    Application,
    Charter,
    Cohort,
    Facilitation,
    Membership,
    Session,
    Substitution,
)
from lernet_xblock.permissions import guides, leads
from lernet_xblock.queries.charter import charter_in_force, said_to
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.pause import today_in
from lernet_xblock.rules.zones import zone
from lernet_xblock.standing import SUBSTITUTE
from lernet_xblock.viewer import Viewer

FACILITATOR = Facilitation.Role.FACILITATOR


@dataclass(frozen=True)
class Colleague:
    """A member. What somebody never told is ""; so is `learning_question` for who does not guide the group for good.

    paused_until: the last day of a pause that goes on, else None.
    """

    name: str
    me: bool
    function: str
    organisation: str
    learning_question: str
    paused_until: date | None


@dataclass(frozen=True)
class GroupPage:
    """One group. guides: name and role; accepted: members of now who said yes to the charter in force.

    own: whether the reader is a member here; own_yes, own_no: what the reader said to the charter; paused_until: the
    last day of the reader's own pause. stand_ins: who stands in for a session, and when it begins. beside: for those
    who guide the group, the members who take part without cases (rule C3).
    """

    key: str
    label: str
    members: tuple[Colleague, ...]
    guides: tuple[tuple[str, str], ...]
    charter: Charter | None
    accepted: int
    own: bool
    own_yes: bool
    own_no: bool
    paused_until: date | None
    stand_ins: tuple[tuple[str, datetime], ...]
    beside: tuple[str, ...]


def group_page(viewer: Viewer, cohort: Cohort) -> GroupPage:
    """Return the group, whose cohort the reader may see: six queries, whatever the number of people."""
    rows = list(Membership.objects.filter(cohort=cohort, active=True))
    members = [row.user_id for row in rows]
    paused = {row.user_id: until for row in rows if (until := _pauses(viewer, row)) is not None}
    guiding = _guiding(viewer, cohort)
    told = {row.user_id: row for row in Application.objects.filter(network=cohort.network_id, user__in=members)}
    names = viewer.host.names([*members, *(user_id for user_id, _role, _at in guiding)])
    charter = charter_in_force(cohort)
    reads = viewer.may_write and leads(viewer, cohort)
    said = said_to(charter)
    hears = viewer.may_write and guides(viewer, cohort)
    return GroupPage(
        key=cohort.key,
        label=cohort_label(cohort),
        members=_colleagues(viewer, members, told, names, reads=reads, paused=paused),
        guides=tuple((names.get(user_id, "—"), role) for user_id, role, at in guiding if at is None),
        charter=charter,
        accepted=sum(said.get(user_id, False) for user_id in members),
        own=viewer.user_id in members,
        own_yes=said.get(viewer.user_id) is True,
        own_no=said.get(viewer.user_id) is False,
        paused_until=paused.get(viewer.user_id),
        stand_ins=tuple((names.get(user_id, "—"), at) for user_id, _role, at in guiding if at is not None),
        beside=tuple(sorted(names.get(one, "—") for one in members if hears and said.get(one) is False)),
    )


def _pauses(viewer: Viewer, row: Membership) -> date | None:
    """Return the last day of the member's pause while it goes on, by the calendar of the network."""
    today = today_in(zone(viewer.plan.time_zone or ""), viewer.now)
    return row.paused_until if row.paused_until is not None and today <= row.paused_until else None


def _guiding(viewer: Viewer, cohort: Cohort) -> list[tuple[int, str, datetime | None]]:
    """Return who guides the cohort and with which role, then who stands in and from when: one query for both."""
    lasting = Facilitation.objects.filter(cohort=cohort).annotate(
        as_role=F("role"), at=Value(None, output_field=DateTimeField())
    )
    once = Substitution.objects.filter(cohort=cohort, ended_at=None, session__ends_at__gt=viewer.now)
    once = once.filter(session__state=Session.State.PLANNED)
    once = once.annotate(as_role=Value(SUBSTITUTE, output_field=CharField()), at=F("session__starts_at"))
    columns = ("user_id", "as_role", "at")
    rows = list(lasting.values_list(*columns).union(once.values_list(*columns), all=True))
    return sorted(rows, key=lambda row: (row[2] is not None, row[2] or viewer.now, row[1] != FACILITATOR))


def _colleagues(
    viewer: Viewer,
    members: list[int],
    told: Mapping[int, Application],
    names: Mapping[int, str],
    *,
    reads: bool,
    paused: Mapping[int, date],
) -> tuple[Colleague, ...]:
    rows = (
        Colleague(
            name=names.get(user_id, "—"),
            me=user_id == viewer.user_id,
            function=told[user_id].function if user_id in told else "",
            organisation=told[user_id].organisation if user_id in told else "",
            learning_question=told[user_id].learning_question if reads and user_id in told else "",
            paused_until=paused.get(user_id),
        )
        for user_id in members
    )
    return tuple(sorted(rows, key=lambda one: one.name.casefold()))
