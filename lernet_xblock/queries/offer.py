"""Offers of a seat: the one that somebody is asked about, and those an admin waits for."""

from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Charter, Network, Offer
from lernet_xblock.queries.charter import charter_in_force
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.session import SessionLine, session_lines
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class OfferPage:
    """A seat that is held for the reader. sessions: those still ahead; charter: None while the cohort has none."""

    key: str
    label: str
    expires_at: datetime
    sessions: tuple[SessionLine, ...]
    charter: Charter | None


@dataclass(frozen=True)
class OpenOffer:
    """An offer that nobody answered yet. over: its time is up, and nobody noticed it so far."""

    key: str
    name: str
    label: str
    expires_at: datetime
    over: bool


def own_offer(viewer: Viewer) -> OfferPage | None:
    """Return the offer that the reader can answer now: one query, and two more when there is one."""
    rows = Offer.objects.filter(
        network=viewer.network,
        application__user_id=viewer.user_id,
        open=True,
        expires_at__gt=viewer.now,
    )
    row = rows.select_related("cohort").first()
    if row is None:
        return None
    lines = session_lines(viewer, [row.cohort])[row.cohort.pk]
    ahead = tuple(line for line in lines if line.starts_at > viewer.now and line.state != "cancelled")
    return OfferPage(row.key, cohort_label(row.cohort), row.expires_at, ahead, charter_in_force(row.cohort))


def open_offers(viewer: Viewer, network: Network) -> tuple[OpenOffer, ...]:
    """Return the offers that wait for an answer, the first to end first: two queries."""
    rows = list(
        Offer.objects.filter(network=network, open=True)
        .select_related("cohort", "application")
        .order_by("expires_at", "pk")
    )
    names = viewer.host.names(row.application.user_id for row in rows) if rows else {}
    return tuple(
        OpenOffer(
            key=row.key,
            name=names.get(row.application.user_id, "—"),
            label=cohort_label(row.cohort),
            expires_at=row.expires_at,
            over=row.expires_at <= viewer.now,
        )
        for row in rows
    )


def due_offers(now: datetime, network: Network | None = None) -> list[Offer]:
    """Return the open offers whose time is over, of one network or of all, the first to end first."""
    rows = Offer.objects.filter(open=True, expires_at__lte=now).select_related("cohort").order_by("expires_at", "pk")
    return list(rows if network is None else rows.filter(network=network))
