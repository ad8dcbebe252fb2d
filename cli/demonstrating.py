"""``demo``: the whole road once, on embedded defaults, in a folder of its own."""

import shlex
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cli import story
from cli.again import command, near
from cli.ingesting import digitise, show_pages
from cli.issuing import file_name, show_verification, write_extract
from cli.sampling import make
from cli.screen import TerminalProgress, notice, out, table
from cli.tables import STAGES, book_table, entry_table, hit_tables
from records.codes import DeliveryKind
from records.entries import Entry
from records.errors import IntegrityError
from records.extracts import ExtractRequest
from records.finding import Question
from wiring import House, read_settings

if TYPE_CHECKING:
    from samples import BookSample

CONFIRMED = 3


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("demo")(demo)


def demo(
    cases: Annotated[int, typer.Option("--cases", min=CONFIRMED, help="Cases in the synthetic book.")] = 24,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same book.")] = 2016,
    no_prefect: Annotated[bool, typer.Option("--no-prefect", help="Run the same stages in a plain loop.")] = False,
) -> None:
    """Đi hết con đường một lần: từ sổ quét đến bản sao có chữ ký. Walk the whole road once."""
    started = time.monotonic()
    settings = read_settings()
    if aside := story.move_aside(settings):
        notice(f"Lần minh họa trước được chuyển sang {near(aside)}; không có gì bị xóa.")
    house = story.demo_house(settings)
    home = house.settings.home
    made = _make_book(home, cases, seed)
    book = made.folder
    delivery = _digitise(house, made, no_prefect=no_prefect)
    confirmed = _confirm(house, delivery, book)
    _find(house, confirmed[0])
    paper = _issue(house, confirmed[0])
    _forge(house, paper)
    _farewell(home, book, paper, time.monotonic() - started)


def _step(number: int, title: str) -> None:
    out.rule(f"[bold]{number}. {title}[/bold]", align="left")


def _make_book(home: Path, cases: int, seed: int) -> "BookSample":
    _step(1, f"Làm một sổ khai sinh giả lập gồm {cases} trường hợp")
    made = make(home / "book", TerminalProgress(), cases=cases, seed=seed, formats=("jpeg", "pdf"))
    if made.pdf is not None:  # beside the images it would be taken in as a second copy of every page
        made.pdf.rename(home / "book.pdf")
        made.pdf.parent.rmdir()
    notice(f"Sổ giả lập, không có người thật nào trong đó: {made.folder} (ảnh) và {home / 'book.pdf'}")
    return made


def _digitise(house: House, book: "BookSample", *, no_prefect: bool) -> str:
    from pipeline import evaluate_delivery

    _step(2, "Số hóa" + ("" if no_prefect else " qua luồng Prefect"))
    if not no_prefect:
        notice("Máy chủ Prefect riêng đang khởi động (10 đến 45 giây) …")
    report = digitise(house, book.folder, DeliveryKind.BOOK, TerminalProgress(), book.authority, no_prefect=no_prefect)
    counts = table("Kết quả số hóa", "Trang", "Mục", "Ô đã đọc", "Chờ người xem", "Hỏng", "Giây/trang")
    read = sum(1 for entry in house.every_entry(report.delivery) for field in entry.fields if field.reading)
    per_page = f"{report.seconds / max(1, report.pages):.2f}"
    counts.add_row(
        *(str(n) for n in (report.pages, report.entries, read, report.waiting, len(report.failed))), per_page
    )
    out.print(counts)
    stages = table("Giây mỗi trang theo công đoạn", *(STAGES.get(name, name) for name in report.stages))
    stages.add_row(*(f"{seconds / max(1, report.pages):.2f}" for seconds in report.stages.values()))
    out.print(stages)
    with tempfile.TemporaryDirectory() as folder:
        written = evaluate_delivery(house.register, report.delivery, story.without_blanks(book.folder, Path(folder)))
    out.print(book_table(evaluate_delivery(house.register, report.delivery, book.folder), written))
    show_pages(report)
    return report.delivery


def _confirm(house: House, delivery: str, book: Path) -> list[Entry]:
    _step(3, f"Người {story.KEYER.upper()} xác nhận {CONFIRMED} mục theo sự thật đã biết")
    notice("Đây không phải người thật; mọi quyết định như vậy đều ghi rõ là mô phỏng trong sổ.")
    pairs = story.entries_with_truth(house, delivery, story.read_truth(book))[:CONFIRMED]
    if len(pairs) < CONFIRMED:
        raise IntegrityError("DEMO_TOO_FEW_ENTRIES", found=len(pairs), wanted=CONFIRMED)
    confirmed = [story.key_from_truth(house, entry, truth) for entry, truth in pairs]
    out.print(entry_table(confirmed[0]))
    return confirmed


def _find(house: House, entry: Entry) -> None:
    name, year = entry.text("nksHoTen"), entry.value("nksNgaySinh")[:4]
    asked = story.without_marks(name)
    _step(4, f"Tra cứu không dấu, không cần số: {asked}, năm {year}")
    started = time.perf_counter()
    answer = house.find(Question(asked, year=int(year)))
    ms = (time.perf_counter() - started) * 1000
    for shown in hit_tables(answer, ms, limit=5):
        out.print(shown)
    if entry.id not in {hit.document.entry for hit in answer.hits}:
        raise IntegrityError("DEMO_NOT_FOUND", entry=entry.id, asked=asked)


def _issue(house: House, entry: Entry) -> Path:
    _step(5, "Cấp Trích lục khai sinh (bản sao), đánh số và ký số")
    request = ExtractRequest(
        entry.id,
        applicant="Người Yêu Cầu Minh Họa",
        applicant_paper="CCCD 000000000000 (minh họa)",
        relation="Bản thân",
        requested_by=story.OFFICER,
        request_id=f"demo-{entry.id}",
    )
    certified = house.issue(request, by=story.OFFICER)
    path = write_extract(certified, house.settings.home / "extracts" / file_name(certified))
    number = certified.issued.number
    notice(f"Số {number}, mã xác minh {number.code}: {path}")
    report = house.verify_file(path.read_bytes())
    show_verification(report, "Kiểm tra tệp vừa cấp")
    if not report.ok:
        raise IntegrityError("DEMO_EXTRACT_REFUSED", file=str(path))
    return path


def _forge(house: House, paper: Path) -> None:
    _step(6, "Đổi một bit trong tệp: việc kiểm tra phải phát hiện")
    forged = paper.with_stem(f"{paper.stem}-bi-sua")
    forged.write_bytes(story.with_one_byte_flipped(paper.read_bytes()))
    report = house.verify_file(forged.read_bytes())
    show_verification(report, "Kiểm tra tệp bị sửa")
    if report.ok:
        raise IntegrityError("DEMO_FORGERY_MISSED", file=str(forged))
    notice("Đã phát hiện tệp bị sửa, đúng như phải thế.")


def _farewell(home: Path, book: Path, paper: Path, seconds: float) -> None:
    _step(7, f"Xong sau {seconds:.0f} giây. Mọi thứ nằm ở đâu")
    for what, where in (
        ("Dữ liệu của lần minh họa (KHONGCHO_HOME)", home),
        ("Sổ giả lập và sự thật", book),
        ("Bản quét gốc, giữ theo mã băm nên sửa là biết", home / "archive"),
        ("Sổ dữ liệu", home / "register.db"),
        ("Chỉ mục tra cứu", home / "index"),
        ("Bản sao đã ký", paper),
    ):
        out.print(Text(f"{what}:\n  {where}"))  # no table: a path stays whole, however narrow the terminal
    again = command()
    notice("Mở bàn làm việc trên dữ liệu này:")
    notice(f"  export KHONGCHO_HOME={shlex.quote(str(home))}")
    notice(f"  {again} account add canbo --full-name 'Cán bộ thử' --role clerk --role keyer")
    notice(f"  {again} account add lanhdao --full-name 'Người ký thử' --role officer  # người đề nghị không tự ký")
    notice(f"  {again} account add luutru --full-name 'Lưu trữ thử' --role archivist  # quét trang, sổ hộ tịch")
    notice(f"  {again} serve")
