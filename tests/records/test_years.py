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


def sheet(n: int, first: int, count: int, year: int) -> BookPage:
    """A page of so many entries, numbered from *first*, registered in one year."""
    return page(n, *(claim(20 * n + k, str(first + k), registered=f"{year}-02-0{n % 9 + 1}") for k in range(count)))


OPENED = replace(BOOK, year=1991)


def gaps(*pages: BookPage, stated: Stated, book: Book = OPENED) -> list[str]:
    return [point.numbers for point in look(list(pages), stated, book=book).of(PointKind.GAP)]


@pytest.mark.parametrize("astray", [[sheet(1, 123, 3, 1988)], [sheet(1, 123, 3, 1988), sheet(2, 126, 3, 1988)]])
def test_before_and_after_the_numbers_of_a_sheet_gone_astray_nothing_is_missing(astray: list[BookPage]) -> None:
    report = look([*astray, sheet(3, 1, 3, 1991), sheet(4, 4, 3, 1991)], Stated(first=1, last=6), book=OPENED)
    assert len(report.of(PointKind.YEAR)) == len(astray)
    assert report.of(PointKind.GAP) == () == report.of(PointKind.ENDS)
    assert report.found == report.expected == 6 + 3 * len(astray)
    assert [(run.year, run.first) for run in report.runs] == [(1988, 123), (1991, 1)]


def test_what_is_missing_beside_a_page_gone_astray_is_told() -> None:
    own = [sheet(2, 121, 3, 1991), sheet(3, 127, 3, 1991)]
    book = replace(OPENED, number="2")
    assert gaps(*own, sheet(4, 123, 3, 1995), stated=Stated(121, 132), book=book) == ["124-126/1991", "130-132/1991"]
    assert gaps(sheet(1, 123, 3, 1988), *own, stated=Stated(121, 129), book=book) == ["124-126/1991"]
    assert gaps(sheet(1, 123, 3, 1988), sheet(2, 4, 3, 1991), stated=Stated()) == ["1-3/1991"]


def test_a_year_later_with_which_the_book_is_said_to_end_is_one_of_it() -> None:
    pages = [sheet(1, 1, 3, 1991), sheet(2, 7, 6, 1991), sheet(3, 1, 2, 1993)]
    assert gaps(*pages, stated=Stated(first=1, last=4)) == ["4-6/1991", "3-4/1993"]


def test_a_page_of_the_year_before_may_begin_the_book() -> None:
    pages = [sheet(1, 123, 3, 1990), sheet(2, 1, 3, 1991), sheet(3, 4, 3, 1991)]
    assert gaps(*pages, stated=Stated(first=100, last=6), book=replace(OPENED, number="2")) == ["100-122/1990"]


def test_a_total_that_only_pages_gone_astray_reach_differs() -> None:
    pages = [sheet(1, 1, 6, 1991), sheet(2, 7, 6, 1991), sheet(3, 40, 3, 1995)]
    (point,) = look(pages, Stated(events=15), book=OPENED).of(PointKind.TOTAL)
    assert (point.why.facts["stated"], point.why.facts["counted"]) == ("15", "12")


def test_one_entry_of_another_year_among_others_of_its_page_is_a_misread_figure() -> None:
    given = rows_of(1991, 1991, 1991)
    odd = replace(given[1].claims[1], registered="1988-02-02")
    given[1] = replace(given[1], claims=(given[1].claims[0], odd, given[1].claims[2]))
    assert look(given, Stated(last=9), book=replace(BOOK, year=1991)).of(PointKind.YEAR) == ()
