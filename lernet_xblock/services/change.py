"""The book of operations on cohorts: what was done, by whom and why, and until when it can be undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from lernet_xblock.models import Change, Cohort, Network
from lernet_xblock.services.audit import record

UNDO_HOURS = 24


def keep_change(
    network: Network,
    kind: str,
    *,
    by: int,
    now: datetime,
    cohort: Cohort | None = None,
    reason: str = "",
    done: Mapping[str, Sequence[int]] | None = None,
    can_be_undone: bool = True,
) -> Change:
    """Write the operation down, for the history and the undo window of 24 hours, and in the audit log.

    done: row numbers by kind of row, such as {"ended": [memberships], "made": [memberships]}; what undo needs.
    """
    record(network, f"cohort.{kind}", by=by, now=now, subject=cohort.key if cohort else network.key, reason=reason)
    return Change.objects.create(
        network=network,
        cohort=cohort,
        kind=kind,
        by_id=by,
        at=now,
        reason=reason,
        done=dict(done or {}),
        undo_until=now + timedelta(hours=UNDO_HOURS) if can_be_undone else None,
    )
