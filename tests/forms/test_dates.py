"""Dates: in digits, in words, and as far as they are known."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import date_in_words, folded, normalise, parse_date, parse_date_words
from forms.words import UNITS, below_hundred
from records.codes import ValueKind
from records.dates import PartialDate

DAYS = st.dates(dt.date(1956, 1, 1), dt.date(2021, 12, 31))


def partial(day: dt.date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


@st.composite
def dates(draw: st.DrawFn) -> PartialDate:
    """A day, a month or a year."""
    day = draw(st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31)))
    known = draw(st.integers(1, 3))
    return PartialDate(day.year, day.month if known > 1 else None, day.day if known > 2 else None)


@given(dates())
def test_every_form_is_read_back(date: PartialDate) -> None:
    assert PartialDate.parse(date.shown()) == date
    assert PartialDate.parse(date.ministry()) == date
    assert PartialDate.parse(date.iso()) == date
    assert parse_date(date.shown()) == date
    assert parse_date(date.ministry()) == date


@given(DAYS)
def test_what_a_clerk_writes_is_one_date(day: dt.date) -> None:
    ways = [
        f"ngày {day.day} tháng {day.month} năm {day.year}",
        f"Ngày {day.day:02d} tháng {day.month:02d} năm {day.year}.",
        f"{day.day}/{day.month}/{day.year}",
        f" {day.day} - {day.month} - {day.year}",
    ]
    assert {parse_date(way) for way in ways} == {partial(day)}


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    for read in (parse_date, parse_date_words):
        found = read(text)
        assert found is None or PartialDate.parse(found.iso()) == found


@pytest.mark.parametrize("text", ["", "1/13/2017", "30/2/2017", "0/1/2017", "12/2017/1", "năm", "1.1.17", "32/1/2000"])
def test_no_date_is_invented(text: str) -> None:
    assert parse_date(text) is None
    assert normalise(ValueKind.DATE, text) == ""


def test_a_day_needs_its_month() -> None:
    for parts in ((2017, None, 3), (2017, 2, 29), (2017, 0, 1), (17, 1, 1)):
        with pytest.raises(ValueError):
            PartialDate(*parts)


@given(DAYS)
def test_words_are_read_back(day: dt.date) -> None:
    said = date_in_words(partial(day))
    assert parse_date_words(said) == partial(day)
    assert parse_date_words(said.upper()) == partial(day)
    assert parse_date_words(said.replace("nghìn", "ngàn").replace("mồng", "mùng")) == partial(day)
    assert parse_date_words(said.replace(" ", "  ,")) == partial(day)


def test_every_year_of_the_books_is_read_back() -> None:
    for year in range(1900, 2100):
        for date in (PartialDate(year), PartialDate(year, 4), PartialDate(year, 12)):
            assert parse_date_words(date_in_words(date)) == date


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("Ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm", PartialDate(1975, 4, 3)),
        ("ngày mùng ba tháng bốn năm một ngàn chín trăm bảy lăm", PartialDate(1975, 4, 3)),
        ("ngày hai mươi mốt tháng giêng năm hai nghìn không trăm linh một", PartialDate(2001, 1, 21)),
        ("hai mốt tháng chạp năm hai nghìn lẻ một", PartialDate(2001, 12, 21)),
        ("tháng mười một năm hai nghìn không trăm mười lăm", PartialDate(2015, 11)),
        ("năm một nghìn chín trăm năm mươi lăm", PartialDate(1955)),
        ("Ngày ba mươi mốt tháng hai năm hai nghìn", None),
        ("ngày rằm tháng bảy", None),
    ],
)
def test_usual_variants(said: str, date: PartialDate | None) -> None:
    assert parse_date_words(said) == date


def test_numbers_below_hundred_differ() -> None:
    assert len({below_hundred(n) for n in range(100)}) == 100
    assert [below_hundred(n) for n in (4, 14, 24, 5, 15, 25, 11, 21)] == [
        *("bốn", "mười bốn", "hai mươi tư", "năm", "mười lăm", "hai mươi lăm"),
        *("mười một", "hai mươi mốt"),
    ]
    assert len(set(UNITS)) == 10


@given(DAYS, st.data())
def test_one_wrong_letter_gives_no_other_date_unless_it_makes_another_word(day: dt.date, data: st.DataObject) -> None:
    """A letter wrong within a word may turn it into another word of dates, which nobody can tell; else never."""
    from forms.words import _VOCABULARY

    words = date_in_words(partial(day)).split()
    at = data.draw(st.integers(0, len(words) - 1))
    letter = data.draw(st.integers(0, len(words[at]) - 1))
    with_ = data.draw(st.sampled_from("abcdeghiklmnopqrstuvxy"))
    wrong = words[at][:letter] + with_ + words[at][letter + 1 :]
    if folded(wrong) in _VOCABULARY and folded(wrong) != folded(words[at]):
        return
    said = " ".join([*words[:at], wrong, *words[at + 1 :]])
    assert parse_date_words(said) in (None, partial(day)), said
