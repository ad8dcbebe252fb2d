"""Which number a book has as its pages say it (quyển số), and whether they are pages of two books in one folder.

Pure rules. A page that names another volume may be misread; several that agree on one are no single misreading.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from records.books import Point, PointKind
from records.entries import Book
from records.pages import PageProblem
from records.sequence import Numbered
from records.text import comparable, listed

_YEAR = re.compile(r"/.*|[-–.\s]+(?:19|20)\d\d(?!\d).*")
"""What follows a volume's number: its year, and the kind of register."""
_MOST = 0.6
"""Share of pages that must name one book for a page that names another to be a stranger."""
_SEVERAL = 3
"""Pages that name another volume alike from which they are told: one hand's figure is misread twice at times."""
_MANY = 0.25
"""Share of pages from which another volume is told though its numbers stand among those of the book."""


def plain(number: str) -> str:
    """Return the number of a book without its year and leading zeros: 01/2017, 01-2017 and 1 are the same."""
    head = _YEAR.sub("", comparable(number)).strip()
    digits = re.search(r"\d+", head)
    return head.lstrip("0") if digits is None or head[0].isdigit() else digits[0].lstrip("0")


def number_of(book: Book, items: Sequence[Numbered]) -> str:
    """Return the book's number as its cover says, else as most of its pages do; empty where neither tells."""
    if book.number:
        return plain(book.number)
    said = Counter(plain(item.claim.book_number) for item in items if item.claim.book_number)
    ((number, count),) = said.most_common(1) or [("", 0)]
    return number if count >= _MOST * said.total() else ""


def names_other(item: Numbered, number: str) -> bool:
    """Whether a page names another volume than *number*."""
    said = plain(item.claim.book_number)
    return bool(said and number and said != number)


def volumes_told(book: Book, items: Sequence[Numbered]) -> Iterator[Point]:
    """Tell of each further volume that several pages name: their numbers stand apart, or the pages are many."""
    said: defaultdict[str, list[Numbered]] = defaultdict(list)
    for item in items:
        if volume := plain(item.claim.book_number):
            said[volume].append(item)
    if not said:
        return
    own = plain(book.number) or max(said, key=lambda volume: len(said[volume]))
    of_own = said.pop(own, [])
    total = len(of_own) + sum(map(len, said.values()))
    for volume, some in sorted(said.items()):
        if len(some) >= _SEVERAL and (len(some) >= _MANY * total or _apart(some, of_own)):
            facts = {
                "said": volume,
                "count": str(len(some)),
                "pages": listed(item.place.name for item in some),
                "own": own,
            }
            facts |= {"own_count": str(len(of_own)), "own_pages": listed(item.place.name for item in of_own)}
            places = tuple(item.place for item in some)
            yield Point(PointKind.VOLUMES, PageProblem("BOOK_VOLUMES_DIFFER", facts), places=places)


def _apart(some: Sequence[Numbered], own: Sequence[Numbered]) -> bool:
    """Whether all numbers of *some* lie before or behind those of *own*, or stand in both."""
    serials = {item.number.serial for item in own}
    if not serials:
        return True
    low, high = min(serials), max(serials)
    return all(n in serials or not low < n < high for n in (item.number.serial for item in some))
