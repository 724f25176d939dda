# ruff: noqa: RUF001 - scripts whose letters look alike are the point
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.text import clean, is_question

TEXTS = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\rb\r\nc\nd", "a\nb\nc\nd"),
        ("a\tb", "a\tb"),
        ("a\0b\x07c\x0bd\x0ce\x1bf\x7fg", "abcdefg"),
        ("a\x80b\x85c\x9fd", "abcd"),
        ("e\u0301te\u0301", "été"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("\u2066a\u2067b\u2068c\u2069", "abc"),
        ("\u202aa\u202bb\u202dc", "abc"),
        ("  kept  ", "  kept  "),
        ("", ""),
    ],
)
def test_what_breaks_files_goes_and_the_rest_stays(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🚒 and 👨\u200d👩\u200d👧 and 🏳️\u200d🌈",
        "שלום עולם\u200f!",
        "مرحبا\u200e (1)",
        "zero\u200bwidth and می\u200cخواهم",
        "Où ça ? – „Grüße“",
    ],
)
def test_emoji_and_right_to_left_text_stay_byte_for_byte(text: str) -> None:
    assert clean(text).encode() == text.encode()


@given(TEXTS)
def test_cleaned_text_can_be_written_and_is_clean(text: str) -> None:
    cleaned = clean(text)

    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    kinds = {unicodedata.category(character) for character in cleaned if character not in "\n\t"}
    assert not kinds & {"Cc", "Cs"}


@pytest.mark.parametrize(
    "text",
    [
        "?", "Why?", "Pourquoi ?", "Why? \n", "(Why?)", "He asked “why?”", "« Pourquoi ? »", "Really?!?",
        "لماذا؟", "なぜ？", "Why\u2048",
    ],
)  # fmt: skip
def test_a_question_ends_as_one(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["", "Why? Because.", "I wonder", "...", "(", ' "', "Why?!"])
def test_a_mark_further_up_makes_no_question(text: str) -> None:
    assert not is_question(text)
