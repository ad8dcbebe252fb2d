"""Pages whose entries tell a year that cannot be their book's."""

from dataclasses import replace

import pytest

from records.books import BookPage, PointKind, Stated
from records.codes import RegisterKind
from records.entries import Book
from records.explaining import explain
from records.pages import PageId
from tests.records.test_completeness import AT, BOOK, claim, look, page


def rows_of(*years: int) -> list[BookPage]:
    """Pages of a table with three entries each, registered in these years; numbers grow within a year."""
    last = dict.fromkeys(years, 0)
    out = []
    for n, year in enumerate(years, start=1):
        own = [claim(10 * n + k, str(last[year] + k), registered=f"{year}-02-0{n}") for k in (1, 2, 3)]
        last[year] += 3
        out.append(page(n, *(replace(one, pages=(PageId(f"p-{n:04d}"),)) for one in own)))
    return out


@pytest.mark.parametrize(
    ("opened", "years", "odd"),
    [
        (0, (1991, 1991, 1988, 1991), "0003.png"),  # amid pages of another year
        (1991, (1988, 1991, 1991), "0001.png"),  # before the book was opened
        (0, (1988, 1991, 1991), "0001.png"),  # years off, at an end of the book
        (0, (1991, 1991, 1995), "0003.png"),
        (0, (1990, 1990, 1991, 1991, 1992), ""),
        (1990, (1990, 1991), ""),
    ],
)
def test_a_page_whose_entries_all_tell_a_year_that_cannot_be_is_told(
    opened: int, years: tuple[int, ...], odd: str
) -> None:
    given = rows_of(*years)
    book = Book("so-1", "", RegisterKind.BIRTH, opened, "")
    report = look(given, Stated(last=30), book=book)
    found = report.of(PointKind.YEAR)
    assert [(point.why.code, point.places[0].file) for point in found] == [("BOOK_PAGE_OTHER_YEAR", odd)] * bool(odd)
    if odd:
        assert found[0] in report.open
        told = {place for point in found for place in point.places}
        assert not any(told.issuperset(hint.places) for hint in report.of(PointKind.HINT))
        said = explain(report, "so-1", odd, "Tờ đóng sai chỗ", "luu", AT)
        assert not look(given, Stated(last=30), said, book=book).of(PointKind.YEAR)[0].open
        assert report.found == 3 * len(years)


def test_before_and_after_the_numbers_of_a_page_gone_astray_nothing_is_missing() -> None:
    astray = page(1, *(claim(10 + k, str(122 + k), registered="1988-02-01") for k in (1, 2, 3)))
    own = rows_of(1990, 1991, 1991)
    report = look([astray, *own[1:]], Stated(first=1, last=6), book=replace(BOOK, year=1991))
    assert len(report.of(PointKind.YEAR)) == 1
    assert report.of(PointKind.GAP) == () == report.of(PointKind.ENDS)
    assert (report.found, report.expected) == (9, 9)
    assert [(run.year, run.first, run.last) for run in report.runs] == [(1988, 123, 125), (1991, 1, 6)]


def test_a_page_of_an_earlier_year_on_which_the_book_is_said_to_begin_is_one_of_it() -> None:
    early = page(1, *(claim(10 + k, str(122 + k), registered="1990-12-01") for k in (1, 2, 3)))
    report = look([early, *rows_of(1990, 1991, 1991)[1:]], Stated(first=120, last=6), book=replace(BOOK, year=1991))
    assert [point.numbers for point in report.of(PointKind.GAP)] == ["120-122/1990"]


def test_several_pages_of_an_earlier_year_are_a_piece_of_a_book_whose_first_numbers_may_lack() -> None:
    early = [page(n, *(claim(10 * n + k, str(3 * n + k), registered="1990-12-01") for k in (1, 2, 3))) for n in (1, 2)]
    report = look([*early, *rows_of(1990, 1990, *[1991] * 5)[2:]], Stated(last=15), book=replace(BOOK, year=1991))
    assert len(report.of(PointKind.YEAR)) == 2
    assert [point.numbers for point in report.of(PointKind.GAP)] == ["1-3/1990"]


def test_one_entry_of_another_year_among_others_of_its_page_is_a_misread_figure() -> None:
    given = rows_of(1991, 1991, 1991)
    odd = replace(given[1].claims[1], registered="1988-02-02")
    given[1] = replace(given[1], claims=(given[1].claims[0], odd, given[1].claims[2]))
    assert look(given, Stated(last=9), book=replace(BOOK, year=1991)).of(PointKind.YEAR) == ()
