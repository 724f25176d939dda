"""The ways to cancel a session: which are possible, and why the others are not. No query of its own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lernet_xblock.models import Session
from lernet_xblock.queries.session_change import Scene, span
from lernet_xblock.rules.session_fit import (
    Misfit,
    is_sudden,
    leaves_regular,
    left_by_merger,
    may_become_part,
    may_go,
    misfit,
)
from lernet_xblock.viewer import Viewer

# Why a session cannot be left out, or go into another one.
FIXED, LAST, NOWHERE = "fixed", "last", "nowhere"


@dataclass(frozen=True)
class Target:
    """A session that another one can become part of. minutes: how long it is; sudden: less than 48 hours ahead."""

    key: str
    number: int
    title: str
    starts_at: datetime
    minutes: int
    version: int
    sudden: bool

    def ends_at(self, minutes: int) -> datetime:
        """Return when it would end if it took so long."""
        return self.starts_at + timedelta(minutes=minutes)


@dataclass(frozen=True)
class CancelWays:
    """drop, merge: why this way is closed, "" where it is open; into: where the session can go."""

    drop: str
    merge: str
    into: tuple[Target, ...]


def cancel_ways(viewer: Viewer, here: Scene) -> CancelWays:
    """Return what can become of a session that is ahead and is cancelled; another day instead is always possible."""
    own, others = span(here.session), [span(row) for row in here.others]
    ahead = [row for row in here.others if row.starts_at > viewer.now and may_become_part(own, span(row), others)]
    into = [row for row in ahead if leaves_regular(left_by_merger(own, span(row), others))]
    drop = "" if leaves_regular(others) else LAST
    closed = LAST if ahead else NOWHERE
    return CancelWays(
        drop=drop if may_go(own) else FIXED,
        merge="" if into else closed,
        into=tuple(_target(viewer, row) for row in into),
    )


def in_its_way(here: Scene, into: Target, minutes: int) -> Misfit | None:
    """Return the session that stands in the way of the target when it takes so long."""
    target = next(row for row in here.others if row.key == into.key)
    longer = replace(span(target), ends_at=into.ends_at(minutes))
    return misfit(longer, (span(row) for row in here.others if row.key != into.key))


def _target(viewer: Viewer, row: Session) -> Target:
    sudden = is_sudden(row.starts_at, now=viewer.now)
    return Target(row.key, row.number or 0, row.title, row.starts_at, row.duration_minutes, row.version, sudden)
