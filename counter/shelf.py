"""What the screens of books show: a ward's years as tiles, a book's numbers as a strip. Pure: values in, values out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from counter import words
from records import explaining
from records.books import MAY_BE_SLIP, BookAccount, Found, Place, Point, PointKind, Run
from records.closing import NAMES, ClosingPage
from records.codes import Presence, RegisterKind
from records.messages import message
from records.suggesting import contradictions, stated_figure
from wiring.bookkeeping import Cell, District

PATH = "/so-ho-tich"


@dataclass(frozen=True, slots=True)
class Tile:
    """A year of one kind of register in a ward, or a number of a book: what it says, how it looks, where it leads."""

    head: str
    body: str
    sign: str
    word: str
    style: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with its years by kind of register."""

    name: str
    entries: int
    kinds: tuple[tuple[str, int, tuple[Tile, ...]], ...]
    """(kind, entries, a tile for each year)."""


def grouped(n: int) -> str:
    """Return a number with its thousands apart, as office papers have it: 501.363."""
    return f"{n:,}".replace(",", ".")


def kind_word(kind: RegisterKind) -> str:
    """Return what a kind of register is called."""
    return words.KINDS[kind] if kind is not RegisterKind.OTHER else "Chưa rõ loại sổ"


def book_path(book: str) -> str:
    """Return where a book is shown."""
    return f"{PATH}/quyen/{quote(book, safe='')}"


def wards(district: District, only: str | None = None) -> Sequence[Ward]:
    """Return the wards of a district (or *only* one) in the order of their names."""
    by_ward: defaultdict[str, defaultdict[RegisterKind, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in district.cells:
        by_ward[cell.authority][cell.kind].append(cell)
    return [
        Ward(
            name or "Chưa ghi cơ quan",
            sum(cell.entries for cells in kinds.values() for cell in cells),
            tuple(
                (kind_word(k), sum(c.entries for c in cells), tuple(map(_year, cells))) for k, cells in kinds.items()
            ),
        )
        for name, kinds in by_ward.items()
        if only in {None, name}
    ]


def _year(cell: Cell) -> Tile:
    sign, word, style = ("✓", "đã khóa", "whole") if cell.whole else ("…", "chưa khóa", "part")
    if 0 < cell.closed < len(cell.books):
        word = f"đã khóa {cell.closed}/{len(cell.books)} quyển"
    asked = urlencode({"co_quan": cell.authority, "loai": cell.kind.value, "nam": cell.year})
    href = f"{PATH}/cac-quyen?{asked}" if any(cell.books) else ""
    return Tile(str(cell.year or "chưa rõ"), grouped(cell.entries), sign, word, style, href)


# --- one book ------------------------------------------------------------------------------------


def strip(account: BookAccount) -> Sequence[tuple[Run, Sequence[Tile]]]:
    """Return the numbers of each year of a book in order: those found, those missing, those in doubt."""
    return [(run, tuple(_numbers(account, run))) for run in account.report.runs]


def _numbers(account: BookAccount, run: Run) -> Iterator[Tile]:
    of_run = [p for p in account.report.points if p.span and p.span.year in {None, run.year}]
    gaps = [p for p in of_run if p.kind is PointKind.GAP]
    twice = {p.span.first: p for p in of_run if p.span and p.kind is PointKind.REPEAT}
    tiles = [((p.span.first, ""), _gap(p)) for p in gaps if p.span]
    tiles += [((one.number, "x"), _found(account, one, twice.get(one.number))) for one in run.found]
    yield from (tile for _, tile in sorted(tiles, key=lambda pair: pair[0]))


def _gap(point: Point) -> Tile:
    if point.explanation:
        return Tile(
            point.numbers, "", "≡", f"thiếu, lý do: {point.explanation.reason}", "explained", f"#{anchor(point)}"
        )
    return Tile(point.numbers, "", "✗", "thiếu", "missing", f"#{anchor(point)}")


def _found(account: BookAccount, one: Found, twice: Point | None) -> Tile:
    number, href = str(one.number), place_path(account, one.place)
    if twice:
        word = "trùng, đã có lý do" if twice.explanation else "trùng"
        return Tile(number, "", "!", word, "explained" if twice.explanation else "twice", f"#{anchor(twice)}")
    if one.blank:
        return Tile(number, "", "–", "bỏ trống", "blank", href)
    return Tile(number, "", "✓" if one.decided else "", "đã xác nhận" if one.decided else "máy đọc", "found", href)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A figure of a closing page as the screen shows it, and whether a person may take it over."""

    word: str
    figure: str
    read: int | None
    text: str
    """Verbatim, where it says no number that is sure enough."""
    presence: Presence
    percent: int
    stated: int | None
    crop: str
    against: tuple[str, ...]
    """What contradicts it, in words."""

    @property
    def takes(self) -> bool:
        """Whether there is a number to take, where nobody stated one."""
        return self.read is not None and self.stated is None


def suggestions(account: BookAccount, page: ClosingPage) -> Sequence[Suggestion]:
    """Return the figures that a closing page has room for, in the order in which a person states them."""
    stated = account.standing.stated
    return [
        Suggestion(
            NAMES[one.figure].capitalize(),
            one.figure.value,
            one.suggested,
            one.text,
            one.presence,
            min(99, round(100 * one.confidence)),
            stated_figure(stated, one.figure),
            f"{book_path(account.book.id)}/khoa-so/{page.page}/{one.figure.value}" if one.evidence else "",
            tuple(problem.message().vi for problem in contradictions(one, stated, account.report)),
        )
        for one in page.figures
    ]


def anchor(point: Point) -> str:
    """Return the name under which a point can be jumped to on its page."""
    named = point.numbers or (point.places[0].key if point.places else point.why.code)
    kind = "sheet" if point.same_sheet else point.kind.value
    return f"{kind}-{named.replace('/', '.').replace(' ', '.')}"


def name_of(point: Point) -> str:
    """Return what a point is named by in the form that explains it."""
    return explaining.name_of(point)


def may_be_tied(point: Point) -> bool:
    """Whether a point is a page that waits and may be a loose slip of an entry."""
    return point.why.code in MAY_BE_SLIP and len(point.places) == 1


def place_path(account: BookAccount, place: Place) -> str:
    """Return where a page of a book is shown: with its entry, else its picture; empty where it cannot be."""
    if place.entry:
        return f"/muc/{place.entry}"
    return f"{book_path(account.book.id)}/anh/{place.page}" if place.page else ""


def point_word(point: Point) -> str:
    """Return what a point is called."""
    return message(point.word).vi
