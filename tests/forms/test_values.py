"""Normalised values and text as the house keeps it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import folded, is_valid, nearest, normalise
from records.codes import ValueKind
from records.text import clean, comparable, single_spaced

VIETNAMESE = st.text(
    "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵdđ AĐÊƯ 0123456789/.-,", max_size=40
)
TEXT = st.text(max_size=60) | VIETNAMESE


@given(st.sampled_from(ValueKind), TEXT)
def test_a_value_normalised_twice_is_the_same(kind: ValueKind, text: str) -> None:
    once = normalise(kind, text)
    if kind is ValueKind.DATE_WORDS:  # words become ISO 8601, which is not said in words
        assert normalise(ValueKind.DATE, once) in (once, "")
    elif kind is not ValueKind.SEX:
        again = normalise(kind, once)
        assert again in (once, "") if kind is ValueKind.DATE else again == once


@given(TEXT)
def test_clean_text_is_stable_and_composed(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not [c for c in once if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
    assert clean(unicodedata.normalize("NFD", text)) == clean(unicodedata.normalize("NFC", text))


@given(TEXT)
def test_comparing_forgives_case_spaces_and_composition(text: str) -> None:
    form = comparable(text)
    assert comparable(form) == form
    assert comparable(f"  {unicodedata.normalize('NFD', text)} \t") == form
    assert comparable(single_spaced(text)) == form


@given(VIETNAMESE)
def test_folded_text_has_no_marks(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert once.isascii()
    assert folded(text.upper()) == once


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ValueKind.ENTRY_NUMBER, " 012 / 2017", "12/2017"),
        (ValueKind.ENTRY_NUMBER, "05A", "5a"),
        (ValueKind.ENTRY_NUMBER, "000/0100", "0/100"),
        (ValueKind.ENTRY_NUMBER, "9" * 5000, "9" * 5000),
        (ValueKind.DATE, "3/4/1975", "1975-04-03"),
        (ValueKind.DATE, "1975", "1975"),
        (ValueKind.DATE_WORDS, "ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm", "1975-04-03"),
        (ValueKind.PERSONAL_ID, "001 217 000 123", "001217000123"),
        (ValueKind.NAME, " Nguyễn  Thị\u00a0Lan ", "Nguyễn Thị Lan"),
        (ValueKind.SEX, "không rõ", ""),
    ],
)
def test_known_values(kind: ValueKind, text: str, value: str) -> None:
    assert normalise(kind, text) == value


def test_sex_by_any_spelling() -> None:
    assert normalise(ValueKind.SEX, "NỮ") == normalise(ValueKind.SEX, "nu") != ""
    assert normalise(ValueKind.SEX, "Nam") not in ("", normalise(ValueKind.SEX, "Nữ"))


LISTS = (ValueKind.SEX, ValueKind.ETHNIC_GROUP, ValueKind.NATIONALITY)


@given(st.sampled_from(ValueKind), TEXT)
def test_the_nearest_value_of_a_list_is_in_the_list(kind: ValueKind, text: str) -> None:
    found = nearest(kind, text)
    if found is not None:
        assert kind in LISTS
        assert is_valid(kind, found)
        assert nearest(kind, found) == found


@given(st.sampled_from(ValueKind), TEXT)
def test_what_is_valid_has_a_value(kind: ValueKind, text: str) -> None:
    if is_valid(kind, text):
        assert normalise(kind, text)
