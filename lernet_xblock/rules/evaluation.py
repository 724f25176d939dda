"""What may be shown of a session's pulse, so that nobody learns another person's answer.

The law, against the strongest ordinary reader, a member who knows the own answer and this file:
whatever is published of an item, the answers of the others are never fixed to one value. Two
things are needed. (1) Figures are withheld when all answers, or all but one, are the same: the one
who differs would know everybody else's. (2) The withholding must not tell either: the band shown
instead is drawn among those that hold the commonest answer, so that each band leaves several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from statistics import median
from typing import Literal

from lernet_xblock.rules.drawing import draw_index, draw_key
from lernet_xblock.rules.refusals import Refused

RATINGS = ("useful", "safety", "voice", "new_idea", "transfer")
RATING_SCALE = 5
PACE = "pace"
PACE_SCALE = 3
DOTS_FROM = 8
_BANDS = ((1, 3), (2, 4), (3, 5))


@dataclass(frozen=True)
class ItemRelease:
    """What is shown of one item; scale: answers run from 1 to it.

    nothing: fewer answers than the threshold, not even their number is told.
    band: (low, high), most answers lie between the two, both included.
    coarse: mean, rounded half up to 0.5. dots: answers per value, length scale, and median.
    """

    item: str
    scale: int
    shown: Literal["nothing", "band", "coarse", "dots"]
    answered: int | None = None
    band: tuple[int, int] | None = None
    mean: float | None = None
    dots: tuple[int, ...] | None = None
    median: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the fields that say something, JSON-able."""
        named = {key: value for key, value in asdict(self).items() if value is not None}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in named.items()}


@dataclass(frozen=True)
class Release:
    """A pulse as published: released, or withheld with nothing but how many answered."""

    state: Literal["released", "withheld"]
    answered: int
    threshold: int
    items: tuple[ItemRelease, ...] = ()
    comments: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the release as JSON-able values."""
        return {
            "state": self.state,
            "answered": self.answered,
            "threshold": self.threshold,
            "items": [item.as_dict() for item in self.items],
            "comments": list(self.comments),
        }


def release(
    answers: Sequence[Mapping[str, int | None]],
    comments: Sequence[str],
    *,
    threshold: int,
    seed: int,
    extra_items: Sequence[str] = (),
) -> Release:
    """Return what may be published of the answers of one session, once and for good.

    answers: one mapping per person, item → 1…5 (pace: 1 too slow, 2 right, 3 too fast) or None
    for no answer. comments: in any order, blank ones are left out. extra_items: the author's own
    1…5 ratings. seed: 128 random bits that are kept nowhere; whoever knows it can undo the draws.
    The order of answers and comments has no effect, nor who gave which two answers together.
    Raises Refused answer_invalid for an unknown item or a value outside its scale.
    """
    scales = dict.fromkeys((*RATINGS, *extra_items), RATING_SCALE) | {PACE: PACE_SCALE}
    for answer in answers:
        _check(answer, scales)
    if len(answers) < threshold:
        return Release("withheld", len(answers), threshold)
    items = tuple(_release_item(item, scale, _given(answers, item), threshold, seed) for item, scale in scales.items())
    return Release("released", len(answers), threshold, items, _shuffled(comments, seed))


def _check(answer: Mapping[str, int | None], scales: Mapping[str, int]) -> None:
    for item, value in answer.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if item not in scales or not (value is None or (whole and 1 <= value <= scales[item])):
            raise Refused("answer_invalid", item)


def _given(answers: Sequence[Mapping[str, int | None]], item: str) -> list[int]:
    values = (answer.get(item) for answer in answers)
    return sorted(value for value in values if value is not None)


def _shuffled(comments: Sequence[str], seed: int) -> tuple[str, ...]:
    kept = [comment for comment in comments if comment.strip()]
    return tuple(sorted(kept, key=lambda comment: draw_key(seed, "comment", comment)))


def _release_item(item: str, scale: int, values: list[int], threshold: int, seed: int) -> ItemRelease:
    answered = len(values)
    if answered < threshold:
        return ItemRelease(item, scale, "nothing")
    if _all_but_one_agree(values) or (answered < DOTS_FROM and _only_way(values, scale)):
        band = _band(values, scale, draw_index(seed, len(_BANDS) * 2, "band", item))
        return ItemRelease(item, scale, "band", answered, band=band)
    if answered < DOTS_FROM:
        return ItemRelease(item, scale, "coarse", answered, mean=_coarse_mean(values))
    dots = tuple(values.count(value) for value in range(1, scale + 1))
    return ItemRelease(item, scale, "dots", answered, dots=dots, median=float(median(values)))


def _all_but_one_agree(values: Sequence[int]) -> bool:
    return max(values.count(value) for value in set(values)) >= len(values) - 1


def _coarse_mean(values: Sequence[int]) -> float:
    """Return the mean rounded half up to 0.5, in whole numbers up to the last step."""
    return (4 * sum(values) + len(values)) // (2 * len(values)) / 2


def _only_way(values: Sequence[int], scale: int) -> bool:
    """Tell whether the coarse mean leaves these answers alone (1, 1, 2, 2 of four is such a one)."""
    mean = _coarse_mean(values)
    everything = combinations_with_replacement(range(1, scale + 1), len(values))
    ways = (way for way in everything if _coarse_mean(way) == mean and not _all_but_one_agree(way))
    return sum(1 for _ in ways) <= 1


def _band(values: Sequence[int], scale: int, draw: int) -> tuple[int, int]:
    """Return one of the bands within the scale that hold the commonest answer, by the draw."""
    commonest = max(sorted(set(values)), key=values.count)
    holding = [band for band in _BANDS if band[0] <= commonest <= band[1] <= scale]
    return holding[draw % len(holding)]
