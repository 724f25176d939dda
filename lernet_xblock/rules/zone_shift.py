"""What new time-zone data do to a session: the wall clock stays, and the instant may be another one."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Shift:
    """A session that begins at another instant. cohort, session: keys; local: the naive wall clock, which stays."""

    cohort: str
    session: str
    local: datetime
    zone: str
    before: datetime
    after: datetime

    def __str__(self) -> str:
        """Return a line of a report."""
        at = f"{self.local:%Y-%m-%d %H:%M} {self.zone}"
        return f"cohort {self.cohort}, session {self.session}, {at}: {_instant(self.before)} -> {_instant(self.after)}"


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
