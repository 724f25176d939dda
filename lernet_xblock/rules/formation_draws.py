"""Random numbers that follow from a seed alone, the same in every version of numpy.

numpy promises that the raw words of PCG64 stay as they are, and nothing of the kind for its distributions.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

_GUMBEL_STEPS = 1 << 12


@cache
def _gumbel_steps() -> NDArray[np.float32]:
    # Rounded, so that the last digit of a machine's logarithm decides nothing.
    middles = ((step + 0.5) / _GUMBEL_STEPS for step in range(_GUMBEL_STEPS))
    return np.array([round(-math.log(-math.log(share)), 4) for share in middles], np.float32)


class Draws:
    """A stream of draws; each call takes the next words of it."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)
        self._noise: NDArray[np.float32] = np.zeros(0, np.float32)

    def words(self, count: int) -> NDArray[np.uint64]:
        """Return count words, even over 0 … 2**64 - 1."""
        return np.asarray(self._bits.random_raw(count), np.uint64).reshape(count)

    def below(self, limit: int) -> int:
        """Return a whole number 0 … limit - 1, even to within 2**-40 for limits up to 2**24."""
        return int(self.words(1)[0] >> np.uint64(11)) % limit

    def shares(self, count: int) -> NDArray[np.float64]:
        """Return count numbers, even over 0 … 1, without 1."""
        return (self.words(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def order(self, count: int) -> NDArray[np.int64]:
        """Return 0 … count - 1 shuffled."""
        return np.argsort(self.words(count), kind="stable")

    def noise(self, count: int) -> NDArray[np.float32]:
        """Return count draws of the standard Gumbel distribution, to 1/4096 of its distribution.

        Adding them, times a temperature, to the values of choices and taking the largest draws each choice with
        the odds of a heat bath. They come from a window of one pool, so calls share numbers, in another place.
        """
        if len(self._noise) < 2 * count:
            words = self.words(max(count, 1 << 14)).view(np.uint16)
            self._noise = _gumbel_steps()[words & np.uint16(_GUMBEL_STEPS - 1)]
        start = self.below(len(self._noise) - count + 1)
        return self._noise[start : start + count]
