"""Telling people what happened to their place: a notice in the course, seen once."""

from collections.abc import Iterable
from datetime import date, datetime

from lernet_xblock.models import Cohort, Network, Notice, Session


def tell(
    network: Network,
    user_ids: Iterable[int],
    *,
    kind: str,
    now: datetime,
    cohort: Cohort | None = None,
    session: Session | None = None,
    day: date | None = None,
) -> None:
    """Leave each person a notice. kind: a code of sentences.NOTICES; cohort, session, day: what its sentence names."""
    Notice.objects.bulk_create(
        [
            Notice(network=network, user_id=user_id, kind=kind, at=now, cohort=cohort, session=session, day=day)
            for user_id in sorted(set(user_ids))
        ]
    )


def mark_seen(network: Network, *, user_id: int, keys: Iterable[str], now: datetime) -> None:
    """Keep that the person read these notices; those of others are left alone."""
    Notice.objects.filter(network=network, user_id=user_id, key__in=list(keys), seen_at=None).update(seen_at=now)
