"""What differs between two versions of a text, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
# Beyond this many lines that differ, the time to match them would grow with their square.
MOST_TO_MATCH = 300


@dataclass(frozen=True)
class Line:
    """A line of either text. kind: SAME in both, GONE from the old one, NEW in the new one."""

    kind: str
    text: str


def compare(old: str, new: str) -> tuple[Line, ...]:
    """Return the lines of both texts in order, those that are gone before those that took their place.

    Blank lines and spaces at the end of a line are left out: they mean nothing to who reads.
    """
    before, after = _lines(old), _lines(new)
    first = _shared(before, after)
    last = _shared(before[first:][::-1], after[first:][::-1])
    middle = _middle(before[first : len(before) - last], after[first : len(after) - last])
    head = (Line(SAME, text) for text in before[:first])
    return (*head, *middle, *(Line(SAME, text) for text in before[len(before) - last :]))


def differs(old: str, new: str) -> bool:
    """Tell whether a reader sees any difference."""
    return _lines(old) != _lines(new)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _middle(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    if max(len(before), len(after)) > MOST_TO_MATCH:
        yield from _replaced(before, after)
        return
    for kind, at, until, there, to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(SAME, text) for text in before[at:until])
        else:
            yield from _replaced(before[at:until], after[there:to])


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    yield from (Line(GONE, text) for text in before)
    yield from (Line(NEW, text) for text in after)
