"""Draws by a seed, the same on every machine and in every version of Python.

The order of `random.Random.shuffle` is no promise of Python's; a hash is.
"""

import hashlib
import json


def draw_key(seed: int, *parts: str) -> bytes:
    """Return 32 bytes that look random but follow from the seed and the parts alone.

    Sort by it to shuffle; without the seed the order tells nothing about the parts.
    """
    written = json.dumps([seed, *parts], ensure_ascii=True)
    return hashlib.sha256(written.encode("ascii")).digest()


def draw_index(seed: int, choices: int, *parts: str) -> int:
    """Return one of 0 … choices - 1, evenly to within 2**-200."""
    return int.from_bytes(draw_key(seed, *parts), "big") % choices
