"""Books as wholes: found by a name, examined, explained, closed, and counted against what the district has."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from forms import editions, short_name, ward_of, ward_on_seal
from records.books import (
    PAGE_GIVEN,
    SEEN_BEFORE,
    SLIP_LEFT,
    SLIP_TIED,
    BookAccount,
    BookPage,
    NumberClaim,
    Standing,
    Stated,
    Tally,
)
from records.closing import ClosingPage, Figure, closing_page
from records.codes import DeliveryKind, EntryState, PageRole, PageStatus, RegisterKind
from records.completeness import examine
from records.entries import Book, Entry
from records.errors import NotFound, StillOpen, WrongUse
from records.explaining import explain, shown_name
from records.pages import DeliveredPage, Delivery, PageId, PageProblem, StageResult
from records.ports import Register
from records.printing import Printed
from records.sheets import to_compare
from records.suggesting import stated_figure, with_figure
from records.text import single_spaced

_NAME = re.compile(r"[\w.-]{1,80}")
_SHOWN = 12
"""Points named in a refusal; the report has them all."""
_NO_CLOSING = frozenset({PageRole.ENTRY, PageRole.BLANK})
"""Roles of pages that state no totals."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A book on the shelf: what its cover says, its deliveries, and its entries as the database counts them."""

    book: Book
    deliveries: tuple[Delivery, ...]
    tallies: tuple[Tally, ...]
    closed: bool

    @property
    def entries(self) -> int:
        """How many entries it has, without those withdrawn."""
        return sum(tally.entries for tally in self.tallies)

    @property
    def kind(self) -> RegisterKind:
        """Its kind as its cover says it, else as most of its entries do."""
        most = max(self.tallies, key=lambda tally: tally.entries, default=None)
        return self.book.kind if self.book.kind is not RegisterKind.OTHER or most is None else most.kind

    @property
    def year(self) -> int:
        """Its year as its cover says it, else as most of its entries do; 0 where neither does."""
        most = max(self.tallies, key=lambda tally: tally.entries, default=None)
        return self.book.year or (most.year if most else 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """The entries of one ward, year and kind of register, and in how many books they stand."""

    authority: str
    year: int
    """0 where nothing tells it."""
    kind: RegisterKind
    entries: int
    verified: int
    books: tuple[str, ...]
    closed: int

    @property
    def whole(self) -> bool:
        """Whether all its books are closed."""
        return self.closed == len(self.books)


@dataclass(frozen=True, slots=True)
class District:
    """All entries by ward, year and kind, against what the district counts."""

    cells: tuple[Cell, ...]
    target: int

    @property
    def entries(self) -> int:
        """How many entries there are, without those withdrawn."""
        return sum(cell.entries for cell in self.cells)

    @property
    def verified(self) -> int:
        """How many of them are verified."""
        return sum(cell.verified for cell in self.cells)

    @property
    def closed(self) -> int:
        """How many of them stand in cells whose books are all closed."""
        return sum(cell.entries for cell in self.cells if cell.whole)

    @property
    def missing(self) -> int:
        """By how many the entries fall short of the target; negative where there are more."""
        return self.target - self.entries


class Bookkeeping:
    """What people do with books. A book is named by its id, by the id of one of its deliveries, or by a label.

    Raises NotFound BOOK_UNKNOWN, WrongUse BOOK_AMBIGUOUS for such a name, WrongUse BOOK_CLOSED for changes of a
    closed book.
    """

    def __init__(self, register: Register, same_sheet: Callable[[PageId, PageId], bool] | None = None) -> None:
        """*same_sheet* says of two pages whether they show one sheet; without it nothing is said of that."""
        self.register = register
        self._same_sheet = same_sheet or (lambda one, other: False)

    # --- which books there are ----------------------------------------------------------------------

    def named(self, named: str) -> Book:
        """Return the book of a name."""
        books, parts = self._all()
        if named in books:
            return books[named]
        deliveries = [one for some in parts.values() for one in some]
        found = {one.book or one.id for one in deliveries if one.id == named}
        labels = {named, short_name(named)}  # people name a folder as it stands on the disk
        found = found or {one.book or one.id for one in deliveries if one.label in labels}
        if not found:
            raise NotFound("BOOK_UNKNOWN", book=named)
        if len(found) > 1:
            raise WrongUse("BOOK_AMBIGUOUS", named=named, found=", ".join(sorted(found)))
        return books[found.pop()]

    def shelves(self) -> Sequence[Shelf]:
        """Return all books, by authority, kind, year, number and id; entries that belong to none are left out."""
        books, parts = self._all()
        tallies: defaultdict[str, list[Tally]] = defaultdict(list)
        for tally in self.register.tallies():
            tallies[tally.book].append(tally)
        closed = self.register.closed_books()
        shelves = [
            Shelf(book, tuple(parts[book.id]), tuple(tallies[book.id]), book.id in closed) for book in books.values()
        ]
        return sorted(shelves, key=lambda s: (s.book.authority, s.kind, s.year, s.book.number, s.book.id))

    def _all(self) -> tuple[dict[str, Book], defaultdict[str, list[Delivery]]]:
        books = {book.id: book for book in self.register.books()}
        parts: defaultdict[str, list[Delivery]] = defaultdict(list)
        for one in self.register.deliveries():
            if one.kind is DeliveryKind.BOOK:
                book = one.book or one.id
                books.setdefault(book, Book(book, one.authority, RegisterKind.OTHER, 0, ""))
                parts[book].append(one)
        return books, parts

    def without_entries(self, district: District) -> Sequence[Book]:
        """Return the books of which *district* counts no entry, by id."""
        counted = {book for cell in district.cells for book in cell.books}
        return [book for name, book in sorted(self._all()[0].items()) if name not in counted]

    def district(self, target: int) -> District:
        """Count all entries by ward, year and kind; the ledger's database counts, no entry is read."""
        closed = self.register.closed_books()
        grouped: defaultdict[tuple[str, int, RegisterKind], list[Tally]] = defaultdict(list)
        for tally in self.register.tallies():
            grouped[tally.authority, tally.year, tally.kind].append(tally)
        cells = []
        for (authority, year, kind), some in sorted(grouped.items()):
            books = tuple(sorted({tally.book for tally in some}))
            entries, verified = (sum(counts) for counts in zip(*((t.entries, t.verified) for t in some), strict=True))
            cells.append(Cell(authority, year, kind, entries, verified, books, len(closed.intersection(books))))
        return District(tuple(cells), target)

    # --- what a book is made of ----------------------------------------------------------------------

    def open(self, named: str, cover: Book | None = None, *, by: str) -> Book:
        """Return the book of a name, entered anew where there is none; it must not be closed.

        What *cover* says (its id counts for nothing) is kept. Raises WrongUse BOOK_NAME_WRONG, BOOK_YEAR_WRONG.
        """
        check_year(named, cover.year if cover else 0)
        try:
            found = self._entered(named, by)
        except NotFound:
            if not _NAME.fullmatch(named):
                raise WrongUse("BOOK_NAME_WRONG", named=named) from None
            found = self.register.add_book(Book(named, "", RegisterKind.OTHER, 0, ""), agent=by)
        self.register.standing(found.id).refuse_closed(found.id)
        return self.revise(found.id, cover, by=by) if cover else found

    def revise(self, named: str, cover: Book, *, by: str) -> Book:
        """Keep what *cover* says; what it leaves empty stays as it was. Raises WrongUse BOOK_YEAR_WRONG."""
        check_year(named, cover.year)
        book = self._entered(named, by)
        said = replace(
            book,
            authority=single_spaced(cover.authority) or book.authority,
            kind=cover.kind if cover.kind is not RegisterKind.OTHER else book.kind,
            year=cover.year or book.year,
            number=single_spaced(cover.number) or book.number,
        )
        return self.register.revise_book(said, agent=by)

    def gather(self, named: str, delivery: str, *, by: str) -> Book:
        """Make a delivery part of a book. Raises NotFound."""
        book = self._entered(named, by)
        self.register.bind_delivery(delivery, book.id, agent=by)
        return book

    def _entered(self, named: str, by: str) -> Book:
        """Return the book of a name; one that was only a delivery so far is entered."""
        return self.register.add_book(self.named(named), agent=by)

    # --- examining -----------------------------------------------------------------------------------

    def account(self, named: str) -> BookAccount:
        """Return all that is known of a book, examined now."""
        book = self.named(named)
        entered = any(one.id == book.id for one in self.register.books())
        standing = self.register.standing(book.id) if entered else Standing()
        explanations = self.register.explanations(book.id)
        deliveries = tuple(self._all()[1][book.id])
        pages = list(self._pages(book, deliveries))
        report = examine(book, pages, standing.stated, explanations)
        twins = {frozenset(pair) for pair in to_compare(report) if self._same_sheet(*pair)}
        if twins:
            report = examine(book, pages, standing.stated, explanations, twins)
        return BookAccount(book, standing, deliveries, report, tuple(explanations), tuple(self._closing(pages)))

    def _closing(self, pages: Sequence[BookPage]) -> Iterator[ClosingPage]:
        """Yield what the closing pages of a book state, in their order, each once; only pages without entries are."""
        seen: set[PageId] = set()
        for page in pages:
            if page.page is None or page.page in seen or page.claims or page.role in _NO_CLOSING:
                continue
            seen.add(page.page)
            read = self.register.newest_result(page.page, "read")
            payload = read.payload if read else {}
            if page.role is PageRole.CLOSING or payload.get("closing") is not None:
                yield closing_page(page.name, page.page, payload)

    def _pages(self, book: Book, deliveries: Sequence[Delivery]) -> Iterator[BookPage]:
        """Yield the pages of a book in the order in which they came, with their claims; then files never opened."""
        delivered = [page for one in deliveries for page in self.register.delivered_pages(one.id)]
        there = {page.page.id for page in delivered}
        claims: defaultdict[PageId, list[NumberClaim]] = defaultdict(list)
        for claim in self.register.claims([one.id for one in deliveries]):
            claims[next((page for page in claim.pages if page in there), claim.pages[0])].append(claim)
        of_pages = Counter((page.delivery, page.file) for page in delivered)
        forms = self.register.newest_results(there, "classify")  # a cover has a seal too
        for page in delivered:
            on_it = _in_reading_order(claims.pop(page.page.id, []), page)
            form = forms.get(page.page.id)
            placed = _page(page, of_pages[page.delivery, page.file], on_it)
            placed = replace(placed, printed=_printed(form), sealed_by=_sealed_by(form, book.authority))
            yield replace(placed, problem=self._untied(placed))
        for lost, some in claims.items():  # an entry whose page is in no delivery of the book any more
            yield BookPage(lost, lost, "", claims=tuple(some))
        opened = {(page.file, page.page.master) for page in delivered}
        for one in deliveries:
            for file, digest, told in one.quarantined:
                if (file, digest) not in opened:
                    yield BookPage(file, None, one.id, status=PageStatus.FAILED, problem=PageProblem.parse(told))

    def _untied(self, page: BookPage) -> PageProblem | None:
        """Return what is told of a page: of a slip that waits again, where its entry was withdrawn or lost the note."""
        if page.problem is None or page.problem.code != SLIP_TIED:
            return page.problem
        entry = self.register.entry(page.problem.facts["entry"])
        there = any(note.evidence is not None and note.evidence.page == page.page for note in entry.notes)
        left = entry.state is EntryState.WITHDRAWN or not there
        return PageProblem(SLIP_LEFT, page.problem.facts) if left else page.problem

    # --- deciding ------------------------------------------------------------------------------------

    def expect(self, named: str, stated: Stated, *, by: str) -> BookAccount:
        """Keep what a person says the book holds; what is None stays as it was. Raises WrongUse BOOK_RANGE_WRONG."""
        book = self._entered(named, by)
        old = self.register.standing(book.id).stated
        new = Stated(
            *(said if said is not None else known for said, known in zip(astuple(stated), astuple(old), strict=True))
        )
        self.register.expect(book.id, new, agent=by)
        return self.account(book.id)

    def take(self, named: str, figure: Figure, read: int, *, by: str) -> BookAccount:
        """Keep as a person's statement what a closing page suggests for *figure*, and that person saw: *read*.

        What somebody stated before is never replaced. Raises WrongUse CLOSING_ALREADY_STATED, CLOSING_NOT_SUGGESTED.
        """
        found = self.account(named)
        found.standing.refuse_closed(found.book.id)
        if (stated := stated_figure(found.standing.stated, figure)) is not None:
            raise WrongUse("CLOSING_ALREADY_STATED", stated=stated, read=read)
        if not any(one.figure is figure and one.suggested == read for page in found.closing for one in page.figures):
            raise WrongUse("CLOSING_NOT_SUGGESTED", book=found.book.id, read=read)
        return self.expect(found.book.id, with_figure(figure, read), by=by)

    def explain(self, named: str, what: str, reason: str, *, by: str) -> BookAccount:
        """Explain a number, a range of numbers or a page. Raises WrongUse where there is nothing to explain."""
        found = self.account(named)
        book = self._entered(found.book.id, by)
        said = explain(found.report, book.id, what.strip(), single_spaced(reason), by, _now())
        self.register.explain(book.id, said)
        return self.account(book.id)

    def parts_to_change(self, named: str, *, by: str) -> tuple[Book, list[str]]:
        """Return a book with its deliveries, in their order. Raises WrongUse BOOK_CLOSED."""
        book = self._entered(named, by)
        self.register.standing(book.id).refuse_closed(book.id)
        return book, [one.id for one in self._all()[1][book.id]]

    def bring(self, named: str, page: str, *, by: str) -> list[Entry]:
        """Move the entries of a *page* (its name in the report) that stand in another book to this one; return them.

        The page must have been handed in for this book too. An entry that was withdrawn there is a draft here. Raises
        WrongUse BOOK_PAGE_NOT_ELSEWHERE, BOOK_CLOSED.
        """
        book = self._entered(named, by)
        deliveries = {one.id for one in self._all()[1][book.id]}
        given: list[Entry] = []
        for here in (p for one in sorted(deliveries) for p in self.register.delivered_pages(one)):
            if here.problem is None or here.problem.code != SEEN_BEFORE or not here.goes_by(page):
                continue
            away = [e for e in self.register.entries(page=here.page.id) if e.delivery not in deliveries]
            for entry in away:
                why = f"trang {page} là của sổ {book.id}"
                given.append(self.register.give(entry.id, here.delivery, by, why, entry.version))
            for place in self.register.placings(here.page.id):
                if place.delivery in {entry.delivery for entry in away}:
                    told = PageProblem(PAGE_GIVEN, {"file": here.file, "delivery": here.delivery})
                    self.register.settle_page(replace(place, problem=told))
            if away:
                self.register.settle_page(replace(here, problem=None))
        if not given:
            raise WrongUse("BOOK_PAGE_NOT_ELSEWHERE", book=book.id, file=page)
        return given

    def close(self, named: str, *, by: str) -> BookAccount:
        """Close a book in which everything is found or explained.

        Raises StillOpen BOOK_NOT_EXPLAINED, WrongUse BOOK_EMPTY.
        """
        found = self.account(named)
        book = self._entered(found.book.id, by)
        if still := found.report.open:
            names = [shown_name(point) for point in still]
            more = f" … (+{len(names) - _SHOWN})" if len(names) > _SHOWN else ""
            told = ", ".join(names[:_SHOWN]) + more
            raise StillOpen("BOOK_NOT_EXPLAINED", book=book.id, count=len(names), open=told)
        if not found.report.found:
            raise WrongUse("BOOK_EMPTY", book=book.id)
        self.register.close_book(book.id, _now(), agent=by)
        return self.account(book.id)

    def reopen(self, named: str, *, by: str) -> BookAccount:
        """Open a closed book again."""
        book = self._entered(named, by)
        self.register.reopen_book(book.id, agent=by)
        return self.account(book.id)


def check_year(named: str, year: int) -> None:
    """Raise WrongUse BOOK_YEAR_WRONG for a year (0: none) before the first form that is known, or one to come."""
    first, last = min(form.valid_from for form in editions()).year, _now().year
    if year and not first <= year <= last:
        raise WrongUse("BOOK_YEAR_WRONG", book=named, year=year, first=first, last=last)


def _in_reading_order(claims: Sequence[NumberClaim], page: DeliveredPage) -> tuple[NumberClaim, ...]:
    """Return the entries of a page from top to bottom, of a double page the left half first."""
    return tuple(sorted(claims, key=lambda claim: (claim.at[0] > page.page.width / 2, claim.at[1])))


def _printed(classified: StageResult | None) -> tuple[Printed, ...]:
    """Return where the labels of each form on a page stand; none where that was not noted when it was read."""
    noted: Any = classified.payload.get("printed", []) if classified else []
    return tuple({name: (float(x), float(y)) for name, (x, y) in form.items()} for form in noted)


def _sealed_by(classified: StageResult | None, authority: str) -> str:
    """Return the other ward than that of *authority* whose seal a page bears; empty where one is its own, or unread."""
    own = ward_of(authority)
    texts: Any = classified.payload.get("seals", []) if classified else []
    wards = [ward for text in texts if (ward := ward_on_seal(text, authority)) is not None]
    if own is None or not wards or own.name in {ward.name for ward in wards}:
        return ""
    return f"{wards[0].kind.lower()} {wards[0].name}"


def _page(page: DeliveredPage, of_pages: int, claims: tuple[NumberClaim, ...]) -> BookPage:
    return BookPage(
        page.file,
        page.page.id,
        page.delivery,
        page.page.page_in_file,
        of_pages,
        page.status,
        page.role,
        page.problem,
        claims,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
