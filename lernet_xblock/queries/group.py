"""A group as its people see it: who is in it, who guides it, and the charter they agreed on."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from lernet_xblock.models import Application, Charter, CharterConsent, Cohort, Facilitation, Membership, Session
from lernet_xblock.permissions import guides
from lernet_xblock.queries.charter import charter_in_force
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Colleague:
    """A member. What somebody never told is ""; so is `learning_question` for who does not guide the group."""

    name: str
    me: bool
    function: str
    organisation: str
    learning_question: str


@dataclass(frozen=True)
class GroupPage:
    """One group. guides: name and role; accepted: members of now who said yes to the charter in force.

    own: whether the reader is a member here; own_yes: whether the reader said yes; may_leave: whether the reader
    is a member and no session has begun.
    """

    key: str
    label: str
    members: tuple[Colleague, ...]
    guides: tuple[tuple[str, str], ...]
    charter: Charter | None
    accepted: int
    own: bool
    own_yes: bool
    may_leave: bool


def group_page(viewer: Viewer, cohort: Cohort) -> GroupPage:
    """Return the group, whose cohort the reader may see: six queries, whatever the number of people."""
    held = Session.objects.filter(cohort=OuterRef("cohort"), starts_at__lte=viewer.now)
    begun = dict(
        Membership.objects.filter(cohort=cohort, active=True)
        .annotate(begun=Exists(held.exclude(state=Session.State.CANCELLED)))
        .values_list("user_id", "begun")
    )
    members = list(begun)
    guiding = list(Facilitation.objects.filter(cohort=cohort).order_by("-role").values_list("user_id", "role"))
    told = {row.user_id: row for row in Application.objects.filter(network=cohort.network_id, user__in=members)}
    names = viewer.host.names([*members, *(user_id for user_id, _role in guiding)])
    charter = charter_in_force(cohort)
    yes = set(CharterConsent.objects.filter(charter=charter).values_list("user_id", flat=True))
    return GroupPage(
        key=cohort.key,
        label=cohort_label(cohort),
        members=_colleagues(viewer, members, told, names, reads=viewer.may_write and guides(viewer, cohort)),
        guides=tuple((names.get(user_id, "—"), role) for user_id, role in guiding),
        charter=charter,
        accepted=len(yes.intersection(members)),
        own=viewer.user_id in members,
        own_yes=viewer.user_id in yes,
        may_leave=viewer.may_write and not begun.get(viewer.user_id, True),
    )


def _colleagues(
    viewer: Viewer,
    members: list[int],
    told: Mapping[int, Application],
    names: Mapping[int, str],
    *,
    reads: bool,
) -> tuple[Colleague, ...]:
    rows = (
        Colleague(
            name=names.get(user_id, "—"),
            me=user_id == viewer.user_id,
            function=told[user_id].function if user_id in told else "",
            organisation=told[user_id].organisation if user_id in told else "",
            learning_question=told[user_id].learning_question if reads and user_id in told else "",
        )
        for user_id in members
    )
    return tuple(sorted(rows, key=lambda one: one.name.casefold()))
