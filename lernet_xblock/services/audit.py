"""The log of operations: who did what, when and why; never what was written."""

from datetime import datetime

from lernet_xblock.models import AuditEntry, Network


def record(network: Network, verb: str, *, by: int | None, now: datetime, subject: str = "", reason: str = "") -> None:
    """Add one line. `subject` is the key of the row concerned."""
    AuditEntry.objects.create(network=network, verb=verb, actor_id=by, at=now, subject=subject, reason=reason)
