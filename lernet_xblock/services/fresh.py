"""Writes that two people can make carry the version they were opened with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from lernet_xblock.errors import StaleVersion


class Versioned(Protocol):
    """A row with a version."""

    version: int


class Signed(Versioned, Protocol):
    """A versioned row that says who changed it last, and when."""

    changed_by_id: int | None
    changed_at: datetime


def check_fresh(row: Versioned, opened: int, *, theirs: Mapping[str, str] | None = None) -> None:
    """Raise StaleVersion unless the locked row still has the version the form was opened with.

    theirs: the stored values to show beside what was typed, by the form's field name.
    """
    if row.version != opened:
        raise StaleVersion(
            version=row.version,
            theirs=theirs,
            by_id=getattr(row, "changed_by_id", None),
            at=getattr(row, "changed_at", None),
        )


def touch(row: Signed, *, by: int, now: datetime) -> None:
    """Mark the row as changed by this person now; the caller saves it."""
    row.version += 1
    row.changed_by_id = by
    row.changed_at = now
