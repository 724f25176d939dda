"""Text that people typed, made safe for files, feeds and databases without changing its meaning."""

import re
import unicodedata

# C0 and C1 controls but tab and newline; among them NUL, on which a calendar feed breaks.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Embeddings, overrides and isolates reorder what follows them, even in other people's lines.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CLOSING = "\"')]}»”’\u203a"
# Latin, full width, Arabic, and the doubled forms; NFC turns the Greek mark into a semicolon.
_QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u2047", "\u2048", "\u2049", "\u203d")


def clean(text: str) -> str:
    """Return the text in NFC with LF line ends, without control and bidi override characters.

    Lone surrogates, which no file can hold, become U+FFFD. Emoji with joiners, directional marks
    (U+200E, U+200F) and right-to-left text in NFC come back unchanged. clean(clean(t)) == clean(t).
    """
    text = _SURROGATES.sub("\ufffd", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _BIDI_CONTROLS.sub("", _CONTROLS.sub("", text))
    return unicodedata.normalize("NFC", text)


def is_question(text: str) -> bool:
    """Tell whether the text ends as a question, spaces and closing quotes or brackets aside."""
    ending = text.rstrip()
    while ending and ending[-1] in _CLOSING:
        ending = ending[:-1].rstrip()
    return ending.endswith(_QUESTION_MARKS)
