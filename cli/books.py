"""``book``: whether books are complete, and how they add up to the district's total."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from cli.screen import Json, account, notice, opened, out, print_json, table
from cli.tables import BOOK_KINDS, kind_words, points_tables
from records.books import BookAccount, Explanation, Place, Point, Stated
from records.closing import NAMES, ClosingPage, ReadFigure
from records.codes import RegisterKind
from records.entries import Book
from records.pages import PageProblem
from records.suggesting import contradictions, stated_figure
from wiring.bookkeeping import District, Shelf

book_app = typer.Typer(help="Sổ đã đủ chưa, còn thiếu gì. Whether books are complete.", no_args_is_help=True)

Named = Annotated[
    str, typer.Argument(metavar="BOOK", help="Id of a book or of one of its deliveries, or a label that only one has.")
]
By = Annotated[str, typer.Option("--by", help="Who says so; default: the account of this machine.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(book_app, name="book")


@book_app.command("report")
def report(named: Named, as_json: Json = False) -> None:
    """Xem sổ đã đủ số chưa. Show what stands in a book, what is missing and what contradicts."""
    _tell(opened().books.account(named), as_json=as_json)


@book_app.command("expect")
def expect(
    named: Named,
    first: Annotated[int | None, typer.Option("--first", help="First entry number of the book.")] = None,
    last: Annotated[int | None, typer.Option("--last", help="Last entry number of the book.")] = None,
    events: Annotated[int | None, typer.Option("--events", help="Events, as the closing page states them.")] = None,
    pages: Annotated[int | None, typer.Option("--pages", help="Pages, as the closing page states them.")] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Ghi số đầu, số cuối, tổng số của sổ. Say which numbers a book should hold."""
    _tell(opened().books.expect(named, Stated(first, last, events, pages), by=account(by)), as_json=as_json)


@book_app.command("cover")
def cover(
    named: Named,
    authority: Annotated[str, typer.Option("--authority", help="Who kept the book.")] = "",
    kind: Annotated[RegisterKind, typer.Option("--kind", help="Kind of register.")] = RegisterKind.OTHER,
    year: Annotated[int, typer.Option("--year", help="Year in which it was opened.", min=0, max=2100)] = 0,
    number: Annotated[str, typer.Option("--number", help="Number of the book (quyển số).")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Ghi bìa sổ: cơ quan, loại sổ, năm, quyển số. Say what the cover of a book says."""
    books, who = opened().books, account(by)
    said = books.revise(named, Book("", authority, kind, year, number), by=who)
    _tell(books.account(said.id), as_json=as_json)


@book_app.command("add")
def add(
    named: Named,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="A delivery that belongs to the book.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Ghép một đợt nhận vào sổ. Make a delivery part of a book."""
    house, who = opened(), account(by)
    house.gather(house.books.open(named, by=who).id, delivery, by=who)
    _tell(house.books.account(named), as_json=as_json)


@book_app.command("bring")
def bring(
    named: Named,
    pages: Annotated[list[str], typer.Argument(metavar="PAGE...", help="Pages, as the report names them.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Chuyển mục của các trang từ sổ khác về sổ này. Bring the entries of pages here from another book."""
    house, who = opened(), account(by)
    for page in pages:
        house.bring_page(named, page, by=who)
    _tell(house.books.account(named), as_json=as_json)


@book_app.command("tie")
def tie(
    named: Named,
    page: Annotated[str, typer.Argument(metavar="PAGE", help="The loose slip, as the report names it.")],
    to: Annotated[str, typer.Argument(metavar="NUMBER|ENTRY", help="Its entry: 15, 15b, 15/1998, or the entry's id.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Ghép tờ rời vào mục của nó. Tie a loose slip to its entry, where it is a note that somebody has to read."""
    house, who = opened(), account(by)
    entry = house.tie_slip(named, page, to, by=who)
    notice(f"Đã ghép tờ rời {page} vào mục {entry.id}; nội dung tờ đó là một ghi chú chưa đọc của mục.")
    _tell(house.books.account(named), as_json=as_json)


@book_app.command("untie")
def untie(
    named: Named,
    page: Annotated[str, typer.Argument(metavar="PAGE", help="The slip, as the report names it.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Gỡ tờ rời ghép nhầm. Take a slip from an entry to which it does not belong."""
    house, who = opened(), account(by)
    house.untie_slip(named, page, by=who)
    notice(f"Đã gỡ tờ rời {page}; tờ này lại chờ người ghép vào đúng mục.")
    _tell(house.books.account(named), as_json=as_json)


@book_app.command("explain")
def explain(
    named: Named,
    what: Annotated[
        str, typer.Argument(metavar="NUMBER|RANGE|PAGE", help="As the report names it: 7, 15b, 5-9, 5-9/2018, a file.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays in the audit chain with who said it.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Giải trình số thiếu, số trùng, trang không có mục. Explain a gap, a repeat or a page."""
    _tell(opened().books.explain(named, what, reason, by=account(by)), as_json=as_json)


@book_app.command("close")
def close(named: Named, by: By = "", as_json: Json = False) -> None:
    """Khóa sổ khi mọi chỗ đều đã rõ. Close a book in which everything is found or explained."""
    _tell(opened().books.close(named, by=account(by)), as_json=as_json)


@book_app.command("reopen")
def reopen(named: Named, by: By = "", as_json: Json = False) -> None:
    """Mở lại sổ đã khóa. Open a closed book again."""
    _tell(opened().books.reopen(named, by=account(by)), as_json=as_json)


@book_app.command("list")
def list_(as_json: Json = False) -> None:
    """Liệt kê các sổ. List all books."""
    shelves = opened().books.shelves()
    if as_json:
        print_json({"books": [_shelf(one) for one in shelves]})
        return
    shown = table(
        f"{len(shelves)} sổ", "Mã sổ", "Cơ quan", "Loại sổ", "Năm", "Quyển", "Mục", "Đợt nhận", "Trạng thái",
        right=("Năm", "Mục", "Đợt nhận"), whole=("Mã sổ",),
    )  # fmt: skip
    for one in shelves:
        cells = (one.book.id, one.book.authority, kind_words(one.kind), str(one.year or ""), one.book.number)
        shown.add_row(*cells, str(one.entries), str(len(one.deliveries)), "✓ đã khóa" if one.closed else "… chưa khóa")
    out.print(shown)


@book_app.command("total")
def total(as_json: Json = False) -> None:
    """Đếm mục theo phường, năm, loại sổ, so với tổng của quận. Count entries by ward, year and kind."""
    house = opened()
    district = house.books.district(house.settings.office.district_entries)
    if as_json:
        print_json(_district(district))
        return
    shown = table(
        f"{district.entries} mục", "Cơ quan", "Năm", "Loại sổ", "Mục", "Đã xác nhận", "Sổ đã khóa",
        right=("Năm", "Mục", "Đã xác nhận", "Sổ đã khóa"),
    )  # fmt: skip
    for cell in district.cells:
        where = (cell.authority or "(chưa ghi cơ quan)", str(cell.year or "chưa rõ"), kind_words(cell.kind))
        shown.add_row(*where, str(cell.entries), str(cell.verified), f"{cell.closed} / {len(cell.books)}")
    out.print(shown)
    notice(difference(district))


def difference(district: District) -> str:
    """Return by how much the entries miss the target, in words."""
    counted = f"Có {district.entries} mục, quận ghi {district.target} mục:"
    if district.missing == 0:
        return f"{counted} khớp."
    return f"{counted} {'còn thiếu' if district.missing > 0 else 'thừa'} {abs(district.missing)} mục."


def _tell(found: BookAccount, *, as_json: bool) -> None:
    if as_json:
        print_json(book_json(found))
    else:
        _show(found)


def _show(found: BookAccount) -> None:
    book, told, standing = found.book, found.report, found.standing
    register = kind_words(told.kind) if told.kind is not RegisterKind.OTHER else ""
    year, number = f"năm {found.year}" if found.year else "", f"quyển {book.number}" if book.number else ""
    cover = ", ".join(fact for fact in (register, book.authority, year, number) if fact)
    notice(f"Sổ {book.id}{f' ({cover})' if cover else ''}: {told.pages} trang, {len(found.deliveries)} đợt nhận.")
    for run in told.runs:
        year = f"Năm {run.year}: " if run.year else ""
        span = f"từ số {run.first} đến số {run.last}" if run.last >= run.first else "chưa có số"
        notice(f"  {year}{span}, cần {run.expected} số, có {len(run.found)} số.")
    for shown in points_tables(told.points):
        out.print(shown)
    for line in closing_lines(found):
        notice(line)
    if standing.closed:
        notice(f"Sổ đã do {standing.closed_by} khóa.")
    if told.open:
        notice(f"Còn {len(told.open)} chỗ phải quét bổ sung, sửa số đọc sai, hoặc giải trình rồi mới khóa được sổ:")
        notice(f"  khongcho book explain {book.id} SỐ-HOẶC-TRANG --reason LÝ-DO")
    elif not standing.closed:
        notice("Không còn chỗ nào phải giải trình; có thể khóa sổ.")


def closing_lines(found: BookAccount) -> Iterator[str]:
    """Yield what the closing pages suggest, what contradicts it, and the command by which a person states it."""
    stated = found.standing.stated
    for page in found.closing:
        if page.silent is not None:
            yield page.silent.message().vi
            continue
        read = [one for one in page.figures if one.suggested is not None]
        told = ", ".join(f"{NAMES[one.figure]} {one.suggested} ({min(one.confidence, 0.99):.0%})" for one in read)
        yield f"Máy đọc trang khóa sổ {page.file}: {told}. Đây là gợi ý: xem ảnh trang rồi tự ghi."
        against = [problem for one in read for problem in contradictions(one, stated, found.report)]
        yield from (problem.message().vi for problem in (*against, *((page.at_odds,) if page.at_odds else ())))
        open_ = [one for one in read if stated_figure(stated, one.figure) is None]
        if open_ and not found.standing.closed:
            options = " ".join(f"--{one.figure.value} {one.suggested}" for one in open_)
            yield f"  khongcho book expect {found.book.id} {options}"


# --- published keys ------------------------------------------------------------------------------


def book_json(found: BookAccount) -> dict[str, Any]:
    """Return a book under its published keys."""
    book, told, standing = found.book, found.report, found.standing
    lists = {name: [_point(point) for point in told.of(kind)] for kind, name in BOOK_KINDS.items()}
    return {
        "book": book.id,
        "authority": book.authority,
        "kind": told.kind,
        "year": found.year or None,
        "number": book.number,
        "deliveries": [one.id for one in found.deliveries],
        "pages": told.pages,
        "expected": told.expected,
        "found": told.found,
        **lists,
        "runs": [
            {"year": r.year or None, "first": r.first, "last": r.last, "expected": r.expected, "found": len(r.found)}
            for r in told.runs
        ],
        "stated": standing.stated,
        "closing": [_closing(page, found) for page in found.closing],
        "open": len(told.open),
        "closed": standing.closed,
        "closed_by": standing.closed_by,
        "closed_at": standing.closed_at,
        "explanations": [_explanation(one) for one in found.explanations],
    }


def _point(point: Point) -> dict[str, Any]:
    words, said = point.why.message(), point.explanation
    first = point.places[0] if point.places else None
    return {
        "number": point.numbers,
        "first": point.span.first.serial if point.span else None,
        "last": point.span.last.serial if point.span else None,
        "count": point.size or (1 if point.numbers else 0),
        "page": first.page if first else None,
        "file": first.name if first else None,
        "pages": [_place(place) for place in point.places],
        "code": point.why.code,
        "same_sheet": point.same_sheet,
        "reason": words.vi,
        "reason_en": words.en,
        "explanation": said.reason if said else None,
        "explained_by": said.by if said else None,
        "explained_at": said.at if said else None,
    }


def _closing(page: ClosingPage, found: BookAccount) -> dict[str, Any]:
    return {
        "page": page.page,
        "file": page.file,
        "read": page.read,
        "figures": [_figure(one, found) for one in page.figures],
        "nothing_suggested": _problem(page.silent),
        "at_odds": _problem(page.at_odds),
    }


def _figure(one: ReadFigure, found: BookAccount) -> dict[str, Any]:
    evidence = one.evidence
    return {
        "figure": one.figure,
        "presence": one.presence,
        "text": one.text,
        "suggested": one.suggested,
        "confidence": one.confidence,
        "outline": [[p.x, p.y] for p in evidence.polygon.points] if evidence else None,
        "stated": stated_figure(found.standing.stated, one.figure),
        "contradictions": [_problem(p) for p in contradictions(one, found.standing.stated, found.report)],
    }


def _problem(problem: PageProblem | None) -> dict[str, str] | None:
    if problem is None:
        return None
    words = problem.message()
    return {"code": problem.code, "reason": words.vi, "reason_en": words.en}


def _place(place: Place) -> dict[str, Any]:
    told = {"page": place.page, "file": place.name, "entry": place.entry or None}
    return {**told, "proposal": place.proposal or None}


def _explanation(one: Explanation) -> dict[str, Any]:
    what = {"kind": one.kind, "number": one.numbers, "pages": one.pages}
    return {**what, "reason": one.reason, "by": one.by, "at": one.at}


def _shelf(one: Shelf) -> dict[str, Any]:
    book = one.book
    return {
        "book": book.id,
        "authority": book.authority,
        "kind": one.kind,
        "year": one.year or None,
        "number": book.number,
        "entries": one.entries,
        "deliveries": [delivery.id for delivery in one.deliveries],
        "closed": one.closed,
    }


def _district(district: District) -> dict[str, Any]:
    rows = [
        {
            "authority": cell.authority,
            "year": cell.year or None,
            "kind": cell.kind,
            "entries": cell.entries,
            "verified": cell.verified,
            "books": len(cell.books),
            "closed_books": cell.closed,
        }
        for cell in district.cells
    ]
    totals = {"entries": district.entries, "verified": district.verified, "entries_in_closed_books": district.closed}
    return {**totals, "target": district.target, "missing": district.missing, "rows": rows}
