"""Finding words in texts without regard to letter case and accents.

A text is folded as Unicode's caseless matching has it (compatibility decomposition, full case folding, section
3.13), and loses its combining marks.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_WORDS = 8
BEFORE, LENGTH = 50, 180
_ELLIPSIS = "…"
_ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True)
class Piece:
    """A piece of an excerpt; hit: it is what was looked for."""

    text: str
    hit: bool = False


def fold(text: str) -> str:
    """Return the text as it is compared; folding it again changes nothing."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    # Nearly all accents stand here, and going through the rest one by one takes ten times as long.
    folded = _ACCENTS.sub("", folded)
    if folded.isascii():
        return folded
    return "".join([one for one in folded if not unicodedata.combining(one)])


def words_of(asked: str) -> tuple[str, ...]:
    """Return the different words of what somebody typed, folded and in order; at most MOST_WORDS."""
    parted = "".join(one if one.isalnum() else " " for one in fold(asked))
    return tuple(dict.fromkeys(parted.split()))[:MOST_WORDS]


def found_in(words: Sequence[str], text: str) -> frozenset[str]:
    """Return which of the words, of `words_of`, occur in the text, also inside longer ones."""
    folded = fold(text)
    return frozenset(word for word in words if word in folded)


def rank(words: Sequence[str], found: Sequence[frozenset[str]]) -> int | None:
    """Return how many places, the most telling first, have all words between them; None where words are missing.

    found: for each place, which words occur there. The lower, the better: 1 when the first place has them all.
    """
    seen: frozenset[str] = frozenset()
    for number, here in enumerate(found, start=1):
        seen |= here
        if seen.issuperset(words):
            return number
    return None


def mark(words: Sequence[str], text: str) -> tuple[Piece, ...]:
    """Return the whole text in pieces, every occurrence of a word a hit; the pieces together are the text."""
    folded, origin = _folded(text)
    hits = [False] * len(text)
    for word in words:
        at = folded.find(word) if word else -1
        while at >= 0:
            for place in range(at, at + len(word)):
                hits[origin[place]] = True
            at = folded.find(word, at + 1)
    return _pieces(text, hits)


def excerpt(words: Sequence[str], text: str) -> tuple[Piece, ...]:
    """Return about LENGTH characters of the text around the first word that occurs, cut at spaces, on one line."""
    line = " ".join(text.split())
    folded, origin = _folded(line)
    first = min((at for at in (folded.find(word) for word in words) if at >= 0), default=0)
    start = _start(line, origin[first] if origin else 0)
    end = _end(line, start + LENGTH)
    opening = (Piece(_ELLIPSIS),) if start else ()
    closing = (Piece(_ELLIPSIS),) if end < len(line) else ()
    return (*opening, *mark(words, line[start:end]), *closing)


def _start(line: str, at: int) -> int:
    if at <= BEFORE:
        return 0
    space = line.find(" ", at - BEFORE, at)
    return space + 1 if space >= 0 else at


def _end(line: str, limit: int) -> int:
    if limit >= len(line):
        return len(line)
    space = line.rfind(" ", limit - LENGTH // 2, limit)
    return space if space >= 0 else limit


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters the place in the text it comes from."""
    parts = [fold(one) for one in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _one in part]


def _pieces(text: str, hits: Sequence[bool]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or hits[place] != hits[start]:
            pieces.append(Piece(text[start:place], hits[start]))
            start = place
    return tuple(pieces)
