import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.numbers import EntryNumber, Span, read_number


@pytest.mark.parametrize(
    ("text", "serial", "suffix", "year"),
    [
        ("7", 7, "", None),
        ("007", 7, "", None),
        ("số 7", 7, "", None),
        ("Số: 15b", 15, "b", None),
        ("15 B", 15, "b", None),
        ("12 bis", 12, "bis", None),
        ("15/2018", 15, "", 2018),
        ("15b/2018", 15, "b", 2018),
        ("15/98", 15, "", 1998),
        ("15-2018", 15, "", 2018),
        ("07/KS-2018", 7, "", 2018),
        ("7/TP", 7, "", None),
    ],
)
def test_numbers_as_books_have_them(text: str, serial: int, suffix: str, year: int | None) -> None:
    assert read_number(text) == (EntryNumber(serial, suffix), year)


@pytest.mark.parametrize("text", ["", "0", "000/2018", "số", "l2", "1234567", "12/3/2018", "Nguyễn Văn A", "7 8"])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_a_suffix_follows_its_number() -> None:
    assert EntryNumber(15) < EntryNumber(15, "b") < EntryNumber(16)


@pytest.mark.parametrize("text", ["5", "15b", "5-9", "5-9/2018", "15b/2018"])
def test_a_span_is_written_as_it_is_read(text: str) -> None:
    assert str(Span.parse(text)) == text


@pytest.mark.parametrize("text", ["9-5", "", "trang-0001.png", "15b-17", "5-"])
def test_what_is_no_span(text: str) -> None:
    assert Span.parse(text) is None


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    read = read_number(text)
    assert read is None or read[0].serial > 0
    span = Span.parse(text)
    assert span is None or span.first <= span.last
