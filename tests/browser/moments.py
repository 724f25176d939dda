"""Moments of the demo, and the text of the cookie that makes one of them now."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from lernet_xblock.workbench.clock import write_shift

BEGINS = """
    SELECT session.starts_at FROM lernet_xblock_session session
    JOIN lernet_xblock_case told ON told.cohort_id = session.cohort_id
    WHERE told.title = ? AND session.number = ?
"""


def session_begins(folder: Path, *, case: str, number: int) -> datetime:
    """Return when a session of the group begins in which the case was told. folder: of the demo's data."""
    with closing(sqlite3.connect(folder / "workbench.sqlite3")) as database:
        (text,) = database.execute(BEGINS, (case, number)).fetchone()
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock_at(moment: datetime) -> str:
    """Return the text for `Visitor.clock` that makes it this moment now."""
    return write_shift(moment - datetime.now(UTC))
