"""Who reads a case once it is shared: what the screen says is what the tables enforce."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, Q, Value

from lernet_xblock.models import Case, Facilitation, Membership, Session, Substitution
from lernet_xblock.standing import SUBSTITUTE_STAYS
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Readers:
    """Who will read a case once it is shared: so many other members, and these people who guide the group."""

    others: int
    guides: tuple[str, ...]


def readers(viewer: Viewer, case: Case) -> Readers:
    """Return who reads the case, its owner aside: those who were there when it was shared, or are there now."""
    at = case.shared_at or viewer.now
    there = Membership.objects.filter(cohort=case.cohort_id, joined_at__lte=at).exclude(user_id=viewer.user_id)
    still = Membership.objects.filter(network=OuterRef("network"), user=OuterRef("user"), active=True)
    kept = Q(end__in=Membership.KEEPS_READING, left_at__gte=at) & Exists(still)
    others = there.filter(Q(active=True) | kept).values("user_id").distinct().count()
    guides = _guides_at(viewer, case, at)
    names = viewer.host.names(guides)
    return Readers(others, tuple(names[guide] for guide in guides if guide in names))


def _guides_at(viewer: Viewer, case: Case, at: datetime) -> list[int]:
    """Return who guides the cohort since this moment, facilitator first, then who stands in now: one query."""
    lasting = Facilitation.objects.filter(cohort=case.cohort_id, since__lte=at).annotate(as_role=F("role"))
    once = Substitution.objects.filter(
        cohort=case.cohort_id, since__lte=at, ended_at=None, session__ends_at__gt=viewer.now - SUBSTITUTE_STAYS
    ).exclude(session__state=Session.State.CANCELLED)
    once = once.annotate(as_role=Value("", output_field=CharField()))
    rows = lasting.values_list("user_id", "as_role").union(once.values_list("user_id", "as_role"))
    return [user_id for user_id, _role in sorted(rows, key=lambda row: row[1], reverse=True)]
