"""A book as a whole: its pages, the numbers they claim, what people say of it, and what an examination finds."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from records.closing import ClosingPage
from records.codes import PageRole, PageStatus, Presence, RegisterKind
from records.entries import Book
from records.errors import WrongUse
from records.numbers import EntryNumber, Span
from records.pages import Delivery, PageId, PageProblem
from records.printing import Printed


@dataclass(frozen=True, slots=True)
class NumberClaim:
    """The number that an entry says it has, as far as it was read, and what else tells its place in the book."""

    entry: str
    kind: RegisterKind
    pages: tuple[PageId, ...]
    presence: Presence
    text: str = ""
    """Verbatim; *value* is the normalised number."""
    value: str = ""
    alternatives: tuple[str, ...] = ()
    """Other readings of the machine, the likeliest first."""
    decided: bool = False
    """Whether a person said what the number is."""
    registered: str = ""
    """Date of registration: ISO 8601 as far as known; empty where it was not read."""
    book_number: str = ""
    """The number of the book, as the page says it."""
    book_decided: bool = False
    authority: str = ""
    """Who registered it, where a person said so."""
    blank: bool = False
    """The number stands on the page, and nothing else was written there."""
    at: tuple[float, float] = (0.0, 0.0)
    """Where the number stands on its page: x and y in master pixels."""


@dataclass(frozen=True, slots=True)
class BookPage:
    """A page handed in for a book, in its order, with what its entries claim."""

    file: str
    page: PageId | None
    """None for a file that could not be opened."""
    delivery: str
    page_in_file: int = 1
    of_pages: int = 1
    """Pages of its file."""
    status: PageStatus = PageStatus.DONE
    role: PageRole | None = None
    problem: PageProblem | None = None
    claims: tuple[NumberClaim, ...] = ()
    printed: tuple[Printed, ...] = ()
    """Where the labels of each form on it stand; empty where that was not noted."""
    sealed_by: str = ""
    """Another ward than the book's, whose seal is on it; empty where its seal is the book's, or was not read."""

    @property
    def is_slip(self) -> bool:
        """Whether it is a loose slip: no page that the book would count."""
        return self.problem is not None and self.problem.code in {SLIP, SLIP_LEFT, SLIP_TIED}

    @property
    def name(self) -> str:
        """The page as people name it."""
        return Place(self.file, self.page, "", self.page_in_file, self.of_pages).name


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says that a book holds; None where nobody said it."""

    first: int | None = None
    last: int | None = None
    """First and last entry number."""
    events: int | None = None
    pages: int | None = None
    """Totals as its closing page states them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a book stands: what is expected of it, and who closed it, if it is closed."""

    stated: Stated = Stated()
    closed_by: str = ""
    closed_at: dt.datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether somebody closed the book and nobody opened it again."""
        return self.closed_at is not None

    def refuse_closed(self, book: str) -> None:
        """Raise WrongUse BOOK_CLOSED where the book is closed."""
        if self.closed:
            raise WrongUse("BOOK_CLOSED", book=book, by=self.closed_by)


HALVES = frozenset({"LEAF_ALONE", "LEAF_LATE", "LEAVES_DIFFER", "LEAVES_UNPAIRED"})
"""Codes of a page that is one half of a table whose other half lacks, or is not in its entries."""
PART_UNREAD = "PART_UNREAD"
"""Code of a page of which one half was read, and the other one holds writing that was not."""
SEEN_BEFORE = "PAGE_SEEN_BEFORE"
"""Code of a page that was handed in before; its entries are those of the first time."""
REPLACED = "PAGE_REPLACED"
"""Code of a page that was scanned again; the good picture of it was handed in as well."""
PAGE_GIVEN = "PAGE_GIVEN"
"""Code of a page whose entries a person gave to another book, to which it was handed in as well."""
SLIP, SLIP_LEFT, SLIP_TIED = "PAGE_SLIP", "PAGE_SLIP_LEFT", "PAGE_SLIP_TIED"
"""Codes of a loose slip: one whose entry is not known, one whose entry was withdrawn, and one that is a note of its
entry."""
UNKNOWN_FORM = frozenset({"EDITION_UNKNOWN", "KIND_NOT_KNOWN"})
"""Codes of pages of no known form."""
MAY_BE_SLIP = frozenset({*UNKNOWN_FORM, "LABELS_TOO_FEW", SLIP, SLIP_LEFT})
"""Codes of waiting pages that a person may tie to an entry."""
SHEET_TWICE = "BOOK_SHEET_TWICE"
"""Code of a repeat whose pages are pictures of one sheet."""


class PointKind(StrEnum):
    """What an examination of a book finds. The first twelve keep a book from being closed until they are explained."""

    GAP = "gap"
    REPEAT = "repeat"
    JUMP = "jump"
    UNREAD = "unread"
    NO_ENTRY = "no_entry"
    STRANGER = "stranger"
    PRINT = "print"
    """The page's form is printed unlike that of most pages, so that it may be of another book."""
    SEAL = "seal"
    """The page bears the seal of another ward than the book's, so that it may be of another book."""
    YEAR = "year"
    """All entries of a page tell a year that cannot be this book's there, so that it may be of another book."""
    VOLUMES = "volumes"
    """Several pages name one other volume (quyển số)."""
    ENDS = "ends"
    """Nobody said with which number the book begins or ends, so that pages may lack there unnoticed."""
    TOTAL = "total"
    BLANK = "blank"
    SLIP = "slip"
    """A loose slip that is a note of its entry."""
    AGAIN = "again"
    ORDER = "order"
    DATE = "date"
    HINT = "hint"
    """One sign that a page is of another book: often it is a misread figure."""

    @property
    def weighs(self) -> bool:
        """Whether a book with such a point needs an explanation before it is closed."""
        return self in _WEIGH


_WEIGH = frozenset(list(PointKind)[:12])


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person said of a point of a book. It holds as long as the point concerns the same numbers and pages."""

    kind: PointKind
    numbers: str
    """A :class:`Span` as text; empty where the point is a page."""
    pages: tuple[str, ...]
    """Names of the pages concerned; empty for a gap."""
    reason: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A page that a point speaks of, with its entry, and the reading that would fit the sequence there."""

    file: str
    page: PageId | None = None
    entry: str = ""
    page_in_file: int = 1
    of_pages: int = 1
    proposal: str = ""
    """An alternative reading of the number; nothing is ever changed by it."""

    @property
    def name(self) -> str:
        """The page as people name it: its file, with the page in it where the file has several."""
        return f"{self.file}:{self.page_in_file}" if self.of_pages > 1 else self.file

    @property
    def key(self) -> str:
        """What the page is known by in explanations."""
        return self.page or self.file


@dataclass(frozen=True, slots=True)
class Point:
    """Something about a book that a person should know, or has to explain."""

    kind: PointKind
    why: PageProblem
    """Code and facts for the message catalogue."""
    span: Span | None = None
    places: tuple[Place, ...] = ()
    explanation: Explanation | None = None

    @property
    def numbers(self) -> str:
        """The number or numbers concerned; empty where there is none."""
        return str(self.span) if self.span else ""

    @property
    def size(self) -> int:
        """How many numbers a gap has; 0 for every other point."""
        return self.span.last.serial - self.span.first.serial + 1 if self.kind is PointKind.GAP and self.span else 0

    @property
    def open(self) -> bool:
        """Whether it keeps the book from being closed."""
        return self.kind.weighs and self.explanation is None

    @property
    def same_sheet(self) -> bool:
        """Whether its pages are pictures of one sheet, so that all but one of them are too many."""
        return self.why.code == SHEET_TWICE

    @property
    def word(self) -> str:
        """Code of the message that says what it is called."""
        if self.kind is PointKind.NO_ENTRY and self.why.code in {*HALVES, SLIP, SLIP_LEFT}:
            return "POINT_HALF" if self.why.code in HALVES else "POINT_SLIP_LOOSE"
        return "POINT_SHEET" if self.same_sheet else f"POINT_{self.kind.name}"


@dataclass(frozen=True, slots=True)
class Found:
    """A number that stands in the book, on the page where it stands."""

    number: EntryNumber
    place: Place
    decided: bool = False
    blank: bool = False
    registered: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The numbers of one year in a book: they begin again with each year."""

    year: int
    """0 where nothing tells it."""
    first: int
    last: int
    """The numbers expected; *last* is below *first* where none is."""
    found: tuple[Found, ...]
    """By number."""
    expected: int
    """How many: the numbers from *first* to *last*, and those with a further suffix that were found."""


@dataclass(frozen=True, slots=True)
class BookReport:
    """What an examination of a book found."""

    kind: RegisterKind
    """As its cover says, else that of most entries."""
    runs: tuple[Run, ...]
    points: tuple[Point, ...]
    pages: int
    """Different pages handed in, and files that could not be opened."""
    written_pages: int = 0
    """Those of them that hold entries."""

    @property
    def expected(self) -> int:
        """How many numbers the book should have; always those found and those missing."""
        return sum(run.expected for run in self.runs)

    @property
    def found(self) -> int:
        """How many numbers stand in the book."""
        return sum(len(run.found) for run in self.runs)

    def of(self, *kinds: PointKind) -> tuple[Point, ...]:
        """Return the points of the kinds named."""
        return tuple(point for point in self.points if point.kind in kinds)

    @property
    def open(self) -> tuple[Point, ...]:
        """What keeps the book from being closed."""
        return tuple(point for point in self.points if point.open)


@dataclass(frozen=True, slots=True)
class BookAccount:
    """A book in the ledger with everything that is known of it."""

    book: Book
    standing: Standing
    deliveries: tuple[Delivery, ...]
    report: BookReport
    explanations: tuple[Explanation, ...] = field(default=())
    """All that was ever said, oldest first."""
    closing: tuple[ClosingPage, ...] = ()
    """What its closing pages state, as read: suggestions to the person who says what the book holds."""

    @property
    def year(self) -> int:
        """Its year as its cover says it, else that of most of its numbers; 0 where neither tells."""
        most = max(self.report.runs, key=lambda run: len(run.found), default=None)
        return self.book.year or (most.year if most else 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries of one kind and year a book has: counted by the ledger's database, without reading them."""

    book: str
    authority: str
    kind: RegisterKind
    year: int
    """0 where nothing tells it."""
    entries: int
    verified: int
