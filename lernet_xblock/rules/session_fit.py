"""Where a session can stand in time: among the others of its group, and how soon (rules S1 to S4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LONGEST_MINUTES = 480
# A session that begins sooner, before or after the change, is changed only by somebody who says that they know.
SUDDEN = timedelta(hours=48)
# Nobody plans further ahead than a schedule rule reaches.
FARTHEST_DAYS = 5 * 366

LAUNCH, REGULAR, CLOSING = "launch", "regular", "closing"


@dataclass(frozen=True)
class Span:
    """A session in time. day: its local date."""

    kind: str
    day: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Misfit:
    """Why a session cannot stand there, and the other one that is in the way.

    code: overlap, launch_first (it is the launch), before_launch, closing_last (it is the closing), after_closing.
    """

    code: str
    other: Span


def misfit(span: Span, others: Iterable[Span]) -> Misfit | None:
    """Return the first thing in the way, in order of time; None where the session fits.

    others: those of the same group that take place.
    """
    found = ((_clash(span, other), other) for other in sorted(others, key=lambda other: other.starts_at))
    return next((Misfit(code, other) for code, other in found if code), None)


def _clash(span: Span, other: Span) -> str:
    if other.starts_at < span.ends_at and span.starts_at < other.ends_at:
        return "overlap"
    if other.starts_at < span.starts_at:
        return _wrong_after(span, other)
    return _wrong_before(span, other)


def _wrong_after(span: Span, other: Span) -> str:
    """Return what is wrong with a session that comes after the other one."""
    if span.kind == LAUNCH:
        return "launch_first"
    return "after_closing" if other.kind == CLOSING else ""


def _wrong_before(span: Span, other: Span) -> str:
    """Return what is wrong with a session that comes before the other one."""
    if span.kind == CLOSING:
        return "closing_last"
    return "before_launch" if other.kind == LAUNCH else ""


def may_go(span: Span) -> bool:
    """Tell whether a session may be left out at all: the launch and the closing are always held."""
    return span.kind == REGULAR


def leaves_regular(rest: Iterable[Span]) -> bool:
    """Tell whether a session between launch and closing is left among those that would still be held."""
    return any(span.kind == REGULAR for span in rest)


def may_become_part(span: Span, target: Span, others: Sequence[Span]) -> bool:
    """Tell whether the order is kept when a session becomes part of another one.

    The launch goes into the next, the closing into the one before. others: all that are held besides, the target too.
    """
    if span.kind == LAUNCH:
        return target.starts_at == min(other.starts_at for other in others)
    if span.kind == CLOSING:
        return target.starts_at == max(other.starts_at for other in others)
    return True


def left_by_merger(span: Span, target: Span, others: Sequence[Span]) -> list[Span]:
    """Return what keeps its kind when a session becomes part of the target, which may take over launch or closing."""
    gone = span if span.kind == REGULAR else target
    return [one for one in (span, *others) if one != gone]


def is_sudden(*starts: datetime, now: datetime) -> bool:
    """Tell whether one of these moments is less than 48 hours ahead."""
    return any(at - now < SUDDEN for at in starts)


def is_too_far(day: date, *, now: datetime) -> bool:
    """Tell whether a day lies beyond all planning."""
    return day > now.date() + timedelta(days=FARTHEST_DAYS)
