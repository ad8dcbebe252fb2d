"""Properties of our folding: what must be equal is equal, what tells two names apart stays apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from search.folding import fold, letters, marked, marks, natural, one_edit, syllables, variant

ONSETS = ["", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph",
          "qu", "r", "s", "t", "th", "tr", "v", "x"]  # fmt: skip
VOWELS = ["a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "oa", "oe", "uy", "uê", "iê", "ươ", "yê", "uô"]
CODAS = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"]
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]


@st.composite
def vietnamese(draw: st.DrawFn) -> tuple[str, str]:
    """One syllable with its tone mark on two different vowels, where it has two."""
    onset, vowel, coda, tone = (draw(st.sampled_from(part)) for part in (ONSETS, VOWELS, CODAS, TONES))
    first = onset + vowel[0] + tone + vowel[1:] + coda
    last = onset + vowel + tone + coda
    return unicodedata.normalize("NFC", first), unicodedata.normalize("NFC", last)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert variant(variant(text)) == variant(text)
    assert marked(marked(text)) == marked(text)


@given(st.text())
def test_composed_and_decomposed_are_one(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    for form in (fold, variant, marked, syllables):
        assert form(composed) == form(decomposed)


@given(vietnamese())
def test_case_and_the_place_of_the_tone_do_not_count(pair: tuple[str, str]) -> None:
    first, last = pair
    assert marked(first) == marked(last) == marked(first.upper()) == marked(last.title())
    assert fold(first) == fold(last) == fold(first.upper())
    assert fold(first).isascii()


@given(vietnamese())
def test_the_keys_agree_with_the_text_they_come_from(pair: tuple[str, str]) -> None:
    (only,) = syllables(pair[0])
    assert only == pair[0]
    assert marks(only) == marked(pair[0])
    assert letters(only) == variant(fold(pair[0]))
    assert fold(marks(only)) == fold(only)


@given(
    st.lists(vietnamese(), min_size=1, max_size=5),
    st.sampled_from([" ", "  ", "\t", "\n", "-", " - ", "'", "’", "\u00a0"]),
)
def test_syllables_are_found_whatever_parts_them(pairs: list[tuple[str, str]], mark: str) -> None:
    words = [first for first, _ in pairs]
    assert syllables(mark + mark.join(words) + mark) == tuple(words)


@given(st.text())
def test_syllables_hold_letters_and_digits_only(text: str) -> None:
    for syllable in syllables(text):
        assert 0 < len(syllable) <= 60
        assert all(c.isalnum() or unicodedata.combining(c) or "\u0300" <= c <= "\u036f" for c in syllable)
        assert not set(letters(syllable)) & set(" ._")


@pytest.mark.parametrize(
    ("one", "other"),
    [("hòa", "hoà"), ("thúy", "thuý"), ("Đặng", "ĐẶNG"), ("Đặng", "Ðặng"), ("Đ", "d\u0335"), ("Nguуễn", "Nguyễn"),
     ("Ngu\u200byễn", "Nguyễn"), ("Ngu\x00yễn", "Nguyễn"), ("ＡＮ", "an"), ("Hưng", "H\u0075\u031bng"),
     ("ngoéo", "ngóeo")],
)  # fmt: skip
def test_equal_with_all_marks(one: str, other: str) -> None:
    assert marked(one) == marked(other)
    assert letters(one) == letters(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Hùng", "Hưng"), ("Đung", "Dung"), ("hoa", "hóa"), ("Lý", "Lí"), ("Ân", "Ăn")]
)
def test_apart_with_marks_equal_without(one: str, other: str) -> None:
    assert marked(one) != marked(other)
    assert letters(one) == letters(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Lý", "Lí"), ("Mỹ", "Mĩ"), ("Kỳ", "Kì"), ("Quý", "Quí"), ("Y", "I"), ("Vy", "Vi"), ("Thy", "Thi"), ("Sỹ", "Sĩ")],
)
def test_y_and_i_are_one_sound(one: str, other: str) -> None:
    assert variant(one) == variant(other)
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Mây", "Mai"), ("Thúy", "Thúi"), ("Tây", "Tai"), ("Yên", "Iên"), ("Duy", "Dui")]
)
def test_y_and_i_tell_names_apart(one: str, other: str) -> None:
    assert variant(one) != variant(other)


@given(st.text("abcghnuy", min_size=1, max_size=6), st.text("abcghnuy", min_size=1, max_size=6))
def test_one_edit_is_what_damerau_says(one: str, other: str) -> None:
    near = min(len(one), len(other)) >= 3 and OSA.distance(one, other) == 1
    assert (other in one_edit(one)) == near == (one in one_edit(other))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["", "a", "b", "/1987", "/2018"])), min_size=2))
def test_entry_numbers_sort_as_numbers(written: list[tuple[int, str]]) -> None:
    by_key = sorted(written, key=lambda n: natural(f"{n[0]}{n[1]}"))
    assert [n for n, _ in by_key] == sorted(n for n, _ in written)
    assert natural("9") < natural("15") < natural("15b") < natural("16")
    assert natural("01/2018") == natural("1/2018")
