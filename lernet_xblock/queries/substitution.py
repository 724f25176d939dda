"""Who stands in for which session of a cohort."""

from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Cohort, Session, Substitution
from lernet_xblock.standing import SUBSTITUTE_STAYS
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class SessionAhead:
    """A session that somebody can be named for."""

    key: str
    starts_at: datetime


@dataclass(frozen=True)
class StandIn:
    """Somebody who stands in for a session; until: when the access ends."""

    key: str
    name: str
    starts_at: datetime
    until: datetime


def sessions_ahead(viewer: Viewer, cohort: Cohort) -> tuple[SessionAhead, ...]:
    """Return the planned sessions of the cohort that are not over, in order: one query."""
    rows = Session.objects.filter(cohort=cohort, state=Session.State.PLANNED, ends_at__gt=viewer.now)
    return tuple(SessionAhead(row.key, row.starts_at) for row in rows.order_by("starts_at", "number"))


def stand_ins(viewer: Viewer, cohort: Cohort) -> tuple[StandIn, ...]:
    """Return who stands in for sessions of the cohort and has access now, in the order of sessions: two queries."""
    rows = Substitution.objects.filter(
        cohort=cohort,
        ended_at=None,
        session__ends_at__gt=viewer.now - SUBSTITUTE_STAYS,
    ).exclude(session__state=Session.State.CANCELLED)
    found = list(rows.select_related("session").order_by("session__starts_at", "pk"))
    names = viewer.host.names(row.user_id for row in found) if found else {}
    return tuple(
        StandIn(
            row.key,
            names.get(row.user_id, "—"),
            row.session.starts_at,
            row.session.ends_at + SUBSTITUTE_STAYS,
        )
        for row in found
    )
