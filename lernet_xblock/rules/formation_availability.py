"""When people are free, as masks of the 35 weekly slots."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from lernet_xblock.rules.formation_problem import SLOTS, Masks
from lernet_xblock.rules.refusals import Refused

DAYS = ("MO", "TU", "WE", "TH", "FR")
BLOCKS_OF_A_DAY = SLOTS // len(DAYS)
# Which of a day's seven blocks a half-day covers.
BLOCKS = {"am": (0, 1, 2), "pm": (3, 4, 5), "evening": (6,)}
HALF_DAYS = {
    f"{day}-{half}": sum(1 << number * BLOCKS_OF_A_DAY + block for block in blocks)
    for number, day in enumerate(DAYS)
    for half, blocks in BLOCKS.items()
}
EVERY_SLOT = (1 << SLOTS) - 1
_HEX = re.compile("[0-9a-fA-F]{1,16}")


def mask_of_half_days(half_days: Iterable[str]) -> int:
    """Return the mask of half-days such as "TU-am", 0 for none. Raises Refused half_day_unknown (names)."""
    named = set(half_days)
    unknown = sorted(named - HALF_DAYS.keys())
    if unknown:
        raise Refused("half_day_unknown", "availability", {"names": unknown})
    return sum(HALF_DAYS[half_day] for half_day in named)


def half_days_of(slots: Iterable[int]) -> tuple[str, ...]:
    """Return the half-days all of whose slots are among these, in the order of the week."""
    mask = sum(1 << slot for slot in set(slots))
    return tuple(half_day for half_day, needed in HALF_DAYS.items() if mask & needed == needed)


def mask_of_hex(written: str) -> int | None:
    """Return the mask written in hexadecimal digits; 0 for an empty text, None when it is no mask of 35 slots."""
    if not written:
        return 0
    mask = int(written, 16) if _HEX.fullmatch(written) else -1
    return mask if 0 <= mask <= EVERY_SLOT else None


def as_masks(masks: Masks | Sequence[int]) -> Masks:
    """Return the masks as an array; those outside of int64 become -1, which is no mask either."""
    if isinstance(masks, np.ndarray):
        return masks.astype(np.int64)
    return np.array([mask if 0 <= mask <= EVERY_SLOT else -1 for mask in masks], np.int64)
