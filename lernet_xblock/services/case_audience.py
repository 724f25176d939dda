"""Who may read a shared case: its owner narrows it at any time, and nobody else ever widens it (rule A2)."""

from datetime import datetime

from lernet_xblock.errors import NotFound, StaleVersion
from lernet_xblock.models import Case, Cohort
from lernet_xblock.models.turn import circle_at_work
from lernet_xblock.services.audit import record
from lernet_xblock.services.case import locked_case, require_consent, require_place

# Widest first.
WIDTHS = tuple(Case.Audience.values)


def change_audience(
    case: Case,
    *,
    audience: str,
    open_to: Cohort | None,
    opened_version: int,
    now: datetime,
) -> Case:
    """Let others read the case from now on: `audience`, of those with whom it was shared, and the cohort `open_to`.

    open_to: the owner's present cohort, whose people may read it then, also those who join later; the one it is open
    to already; or None. What was contributed before stays with those who could read it then. Narrowing is possible at
    any time; widening needs a place in the network and its charter accepted. Raises StaleVersion, NotFound.
    """
    row = locked_case(case, Case.State.SHARED)
    opens = open_to.pk if open_to else None
    if (row.audience, row.open_to_id) == (audience, opens):
        return row
    if row.version != opened_version:
        theirs = {"audience": row.audience, "open_to": row.open_to.key if row.open_to else ""}
        raise StaleVersion(version=row.version, theirs=theirs, by_id=row.owner_id, at=row.saved_at)
    if opens is not None and opens != row.open_to_id:
        _open(row, opens, now=now)
    elif opens is None:
        row.open_to, row.opened_at = None, None
    if WIDTHS.index(audience) < WIDTHS.index(row.audience):
        require_consent(require_place(row).cohort_id, row.owner_id, now=now)
    row.audience = audience
    row.circle_id = circle_at_work(row) if audience == Case.Audience.CIRCLE else None
    row.version += 1
    row.saved_at = now
    row.save(update_fields=["audience", "circle", "open_to", "opened_at", "version", "saved_at"])
    record(row.cohort.network, "case.audience", by=row.owner_id, now=now, subject=row.key)
    return row


def _open(row: Case, cohort_id: int, *, now: datetime) -> None:
    """Open the locked case to the owner's present cohort. Raises NotFound for any other."""
    place = require_place(row)
    if place.cohort_id != cohort_id:
        raise NotFound
    require_consent(cohort_id, row.owner_id, now=now)
    row.open_to_id, row.opened_at = cohort_id, now
