"""Whether all pages of a book are of its years: pure rules, on what the entries of each page tell."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from records.books import Point, PointKind
from records.entries import Book
from records.pages import PageProblem
from records.sequence import Numbered, year_of
from records.text import listed


def years_apart(book: Book, items: Sequence[Numbered]) -> Iterator[Point]:
    """Tell of pages all of whose entries tell one year that cannot be: before the book's, amid another, or years off.

    One entry's year is often misread, those of a whole page are not. They stay in the book: the sheet may be out of
    order, which who looks at the picture knows.
    """
    pages = [list(page) for _, page in groupby(items, key=lambda item: item.place.key)]
    told = [Counter(year_of(item.claim) for item in page) for page in pages]
    years = [max(count, key=count.__getitem__) for count in told]
    whole = [len(count) == 1 and len(page) > 1 for count, page in zip(told, pages, strict=True)]
    size = Counter(years)
    early = sum(0 < year < book.year for year in years)
    opened = book.year if 2 * early <= len(years) else 0  # else it is the cover's year that was misread
    for n, (page, year) in enumerate(zip(pages, years, strict=True)):
        if not year or not whole[n]:
            continue
        before = next((y for y in reversed(years[:n]) if y not in {0, year}), 0)
        after = next((y for y in years[n + 1 :] if y not in {0, year}), 0)
        if year < opened:
            around = {"around": f"sổ mở năm {opened}", "around_code": f"the book was opened in {opened}"}
        elif before and before == after and size[year] < size[before]:
            around = {
                "around": f"trước và sau đó là năm {before}",
                "around_code": f"those before and after tell {before}",
            }
        elif (not before or not after) and (beside := before or after) and _apart(year, beside, size):
            around = {"around": f"trang kế bên ghi năm {beside}", "around_code": f"those beside it tell {beside}"}
        else:
            continue
        facts = {"number": listed(str(i.number) for i in page), "entries": listed(i.claim.entry for i in page)}
        why = PageProblem("BOOK_PAGE_OTHER_YEAR", {"year": str(year), **facts, **around})
        yield Point(PointKind.YEAR, why, places=tuple(item.place for item in page))


def _apart(year: int, beside: int, size: Mapping[int, int]) -> bool:
    """Whether pages of *year*, first or last in a book, lie years off from the more numerous ones of *beside*."""
    return abs(year - beside) > 1 and size[year] < size[beside]
