"""``ingest``: take a delivery in and read it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import forms
from cli.screen import Json, TerminalProgress, account, notice, opened, out, print_json, table
from records.codes import DeliveryKind, RegisterKind
from records.entries import Book
from records.errors import ExitCode
from records.messages import message
from records.progress import Progress
from wiring import House
from wiring.bookkeeping import check_year

if TYPE_CHECKING:
    from pipeline import DeliveryReport

ingest_app = typer.Typer(help="Nhận và đọc bản quét. Take in and read scans.", no_args_is_help=True)

Delivered = Annotated[Path, typer.Argument(exists=True, help="A folder, an image or a PDF.")]
Authority = Annotated[
    str,
    typer.Option("--authority", help="Who kept the book, as its cover says; a person confirms it in every entry."),
]
OfBook = Annotated[
    str,
    typer.Option(
        "--book", help="Book that the delivery is part of, entered where there is none; default: a book of its own."
    ),
]
Year = Annotated[int, typer.Option("--year", help="Year in which the book was opened.", min=0, max=2100)]
Number = Annotated[str, typer.Option("--number", help="Number of the book (quyển số).")]
NoPrefect = Annotated[bool, typer.Option("--no-prefect", help="Run the same stages in a plain loop.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(ingest_app, name="ingest")


@ingest_app.command("book")
def book(
    path: Delivered,
    authority: Authority = "",
    of_book: OfBook = "",
    year: Year = 0,
    number: Number = "",
    no_prefect: NoPrefect = False,
    as_json: Json = False,
) -> None:
    """Số hóa một sổ hộ tịch. Digitise a register book."""
    house, who = opened(), account("")
    cover = Book("", authority, RegisterKind.OTHER, year, number)
    check_year(of_book or path.name, year)
    if of_book:  # before any work: a closed book takes nothing
        of_book = house.books.open(of_book, cover, by=who).id
    report = digitise(house, path, DeliveryKind.BOOK, TerminalProgress(), authority, no_prefect=no_prefect)
    if of_book:
        house.gather(of_book, report.delivery, by=who)
    else:
        house.settle_book(report.delivery)
        if year or number:
            house.books.revise(report.delivery, cover, by=who)
    next_step = f"Xem sổ còn thiếu số nào, trang nào: khongcho book report {of_book or report.delivery}"
    _tell(house, house.digitiser.report(report.delivery), next_step, as_json=as_json)


@ingest_app.command("dossier")
def dossier(path: Delivered, no_prefect: NoPrefect = False, as_json: Json = False) -> None:
    """Số hóa một tập hồ sơ. Digitise a stack of dossier papers."""
    house = opened()
    report = digitise(house, path, DeliveryKind.DOSSIER, TerminalProgress(), no_prefect=no_prefect)
    _tell(house, report, as_json=as_json)


def _tell(house: House, report: "DeliveryReport", next_step: str = "", *, as_json: bool) -> None:
    unindexed = house.unindexed(report.delivery)
    if as_json:
        print_json({**report.as_json(), "unindexed": unindexed})
    else:
        show(report)
        if next_step:
            notice(next_step)
    if unindexed:
        notice(message("SEARCH_BEHIND", entries=unindexed).vi)
        raise typer.Exit(int(ExitCode.PART_MISSING))
    if report.waiting or report.failed:
        raise typer.Exit(int(ExitCode.NEEDS_PERSON))


def digitise(
    house: House, path: Path, kind: DeliveryKind, progress: Progress, authority: str = "", *, no_prefect: bool
) -> "DeliveryReport":
    """Digitise a delivery through Prefect, or in a plain loop; the stages and the result are the same."""
    if not no_prefect:
        from flows import digitise_with_prefect

        return digitise_with_prefect(house, path, kind, progress, authority)
    return house.digitise(path, kind, progress, authority)


def show(report: "DeliveryReport") -> None:
    """Show a delivery's report as tables."""
    counts = table(f"Đợt nhận {report.delivery}", "Trang", "Xong", "Chờ người xem", "Hỏng", "Mục", "Giây")
    counts.add_row(
        *(str(n) for n in (report.pages, report.done, report.waiting, len(report.failed), report.entries)),
        f"{report.seconds:.1f}",
    )
    out.print(counts)
    for edition, pages in sorted(report.editions.items(), key=lambda item: -item[1]):
        notice(f"Mẫu sổ: {forms.edition(edition).name} ({edition}), {pages} trang")
    if len(report.editions) > 1:
        notice("Trang theo hơn một mẫu sổ: nếu sổ không được ghi tiếp trên mẫu mới, hãy xem lại các trang ít hơn.")
    show_pages(report)


def show_pages(report: "DeliveryReport") -> None:
    """Show the pages that need a person, each with its file and reason."""
    for title, pages in (
        ("Trang hỏng: cần quét lại hoặc gửi lại tệp", report.failed),
        ("Trang chờ người xem", report.listed),
        ("Trang đã đọc, cần lưu ý", report.notices),
    ):
        if pages:
            listed = table(title, "Tệp", "Trang", "Lý do", "Mã")
            for page in pages:
                listed.add_row(page.file, str(page.page or ""), page.message, page.code)
            out.print(listed)
    if report.waiting or report.failed:
        notice("Không trang nào bị mất: bản gốc của mọi tệp đều nằm trong kho lưu trữ.")
