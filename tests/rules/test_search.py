"""Finding words without regard to letter case and accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.search import LENGTH, MOST_WORDS, Piece, excerpt, fold, found_in, mark, rank, words_of

TEXTS = st.text(max_size=60)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Übergabe", "ubergabe"),
        ("ÉQUIPE", "équipe"),
        ("cœur", "CŒUR"),
        ("Straße", "STRASSE"),
        ("été", "e\u0301te\u0301"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
        ("Ελλάς", "ΕΛΛΑΣ"),
        ("مُدَرِّس", "مدرس"),
    ],
)
def test_letter_case_accents_and_ligatures_make_no_difference(written, typed):
    assert fold(written) == fold(typed)
    assert found_in(words_of(typed), f"x {written} y") == frozenset(words_of(typed))


@given(TEXTS)
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_the_pieces_together_are_the_text(text):
    assert "".join(piece.text for piece in mark(words_of("e a ß 1"), text)) == text


@given(TEXTS, st.text(min_size=1, max_size=10), TEXTS)
def test_what_was_typed_is_found_and_marked_where_it_stands(before, word, after):
    asked = words_of(word)
    text = before + word + after
    assert found_in(asked, text) == frozenset(asked)
    hits = "".join(piece.text for piece in mark(asked, text) if piece.hit)
    assert all(word in fold(hits) for word in asked)


@given(st.text(max_size=2000), st.text(min_size=1, max_size=10))
def test_an_excerpt_is_short_and_of_the_text(text, word):
    pieces = excerpt(words_of(word), text)
    shown = "".join(piece.text for piece in pieces)
    assert len(shown) <= LENGTH + 2
    assert shown.removeprefix("…").removesuffix("…") in " ".join(text.split()) or "…" in text


def test_words_are_parted_by_punctuation_and_counted_once():
    assert words_of("L'équipe, la-nuit: l'ÉQUIPE?") == ("l", "equipe", "la", "nuit")
    assert words_of(" ?! ") == ()
    assert len(words_of(" ".join(f"w{n}" for n in range(20)))) == MOST_WORDS


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([{"a", "b"}, set(), set(), set()], 1),
        ([{"a"}, {"b"}, set(), set()], 2),
        ([set(), set(), {"a", "b"}, set()], 3),
        ([{"a"}, set(), set(), {"b"}], 4),
        ([{"a"}, {"a"}, set(), set()], None),
    ],
)
def test_the_more_telling_the_places_that_have_all_words_the_better(places, expected):
    assert rank(("a", "b"), [frozenset(place) for place in places]) == expected


def test_a_hit_is_marked_as_it_was_written():
    assert mark(("equipe",), "Mon Équipe.") == (Piece("Mon "), Piece("Équipe", hit=True), Piece("."))


def test_an_excerpt_stands_around_the_first_hit_and_is_cut_at_spaces():
    text = "word " * 60 + "needle " + "tail " * 60
    pieces = excerpt(("needle",), text)
    assert (pieces[0], pieces[-1]) == (Piece("…"), Piece("…"))
    assert Piece("needle", hit=True) in pieces
    assert not any(cut in piece.text.split() for piece in pieces for cut in ("wor", "ord", "tai", "ail"))
