"""Released figures as pictures: where the dots, the line and the words of a small drawing go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Whole numbers only, for scales of 3 and 5 and their halves: a template would write 1.5 as 1,5 in Dutch.
WIDTH = 330
STEP = 14
FOOT = 24
HEAD = 12


@dataclass(frozen=True)
class Picture:
    """Places in a drawing of `width` by `height`; `axis` is the height of its base line.

    dots: centres, one for each answer. marker: across, of the median or the mean. bar: from where to where.
    labels: words below the base line, each with its place.
    """

    width: int
    height: int
    axis: int
    labels: tuple[tuple[int, str], ...]
    dots: tuple[tuple[int, int], ...] = ()
    marker: int | None = None
    bar: tuple[int, int] | None = None


def draw(item: Mapping[str, Any], labels: Sequence[str]) -> Picture | None:
    """Return the picture of a released item, as `ItemRelease.as_dict` gives it; None if nothing is shown.

    labels: a word for each value of the scale.
    """
    if item["shown"] == "nothing":
        return None
    counts = item.get("dots", ())
    axis = HEAD + STEP * max(*counts, 1) if counts else HEAD + STEP
    middle = item.get("median", item.get("mean"))
    return Picture(
        width=WIDTH,
        height=axis + FOOT,
        axis=axis,
        labels=tuple((_across(value, len(labels)), label) for value, label in enumerate(labels, start=1)),
        dots=_stacks(counts, axis),
        marker=None if middle is None else _across(middle, len(labels)),
        bar=_bar(item["band"], len(labels)) if item["shown"] == "band" else None,
    )


def _across(value: float, scale: int) -> int:
    return int(WIDTH * (2 * value - 1) / (2 * scale))


def _bar(band: Sequence[int], scale: int) -> tuple[int, int]:
    low, high = band
    return _across(low, scale), _across(high, scale)


def _stacks(counts: Sequence[int], axis: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (_across(value, len(counts)), axis - STEP * place - STEP // 2)
        for value, count in enumerate(counts, start=1)
        for place in range(count)
    )
