"""Leaving messages for people: rows of an outbox, sent later by whoever empties it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lernet_xblock.models import Cohort, Session


def announce(
    session: Session,
    *,
    kind: str,
    now: datetime,
    by: int | None = None,
    facts: Mapping[str, Any] | None = None,
    urgent: bool = False,
    to: Iterable[int] | None = None,
) -> None:
    """Stub: helper MSG writes it."""


def announce_cohort(
    cohort: Cohort,
    *,
    kind: str,
    mark: str,
    now: datetime,
    by: int | None = None,
    facts: Mapping[str, Any] | None = None,
    urgent: bool = False,
) -> None:
    """Stub: helper MSG writes it."""


def drop_reminders(session_ids: Iterable[int], *, now: datetime) -> None:
    """Stub: helper MSG writes it."""
