"""``scan``: the verdict on pages while they still lie on the glass."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.screen import Json, notice, opened, out, print_json, table
from records.errors import ExitCode, WrongUse
from records.verdicts import Severity, Verdict
from wiring import read_settings
from wiring.scanning import judge_file, number_run, scan_log, watch_of

if TYPE_CHECKING:
    from pipeline.scan_log import LoggedPage, ScanLog

scan_app = typer.Typer(help="Kiểm tra ảnh ngay khi quét. Verdict on pages at the scanner.", no_args_is_help=True)
POLL_SECONDS = 0.5
_SIGN = {True: "✓ ĐẠT", False: "✗ QUÉT LẠI"}

Numbers = Annotated[
    bool, typer.Option("--numbers/--no-numbers", help="Read the entry numbers too, and tell where they jump.")
]
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder that the scanner writes to.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(scan_app, name="scan")


@scan_app.command("check")
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Pictures or PDFs of pages.")
    ],
    marked: Annotated[
        Path | None, typer.Option("--marked", file_okay=False, help="Folder for the pictures with marked faults.")
    ] = None,
    numbers: Numbers = True,
    as_json: Json = False,
) -> None:
    """Xem từng trang đạt hay phải quét lại. Say of each page whether it must be scanned again."""
    settings = read_settings()
    told: list[dict[str, Any]] = []
    earlier: dict[str, Any] = {}
    run = number_run(settings) if numbers else None
    for file in files:
        for number, page in enumerate(judge_file(settings, _bytes(file), earlier, run), start=1):
            name = str(file) if page.of == 1 else f"{file} ({number})"
            row: dict[str, Any] = {"file": str(file), "page": number, **page.verdict.as_json()}
            if marked is not None and page.image is not None:
                row["marked"] = str(_marked(marked, f"{len(told) + 1:04d}-{file.stem}.jpg", page.image, page.verdict))
            if page.verdict.ok and page.print is not None:
                earlier[name] = page.print
            told.append(row)
            if not as_json:
                _tell(name, page.verdict)
    if as_json:
        print_json({"ok": all(row["ok"] for row in told), "pages": told})
    if not all(row["ok"] for row in told):
        raise typer.Exit(int(ExitCode.NEEDS_PERSON))


@scan_app.command("watch")
def watch(
    folder: Folder,
    once: Annotated[bool, typer.Option("--once", help="End when every file that is there now is judged.")] = False,
    numbers: Numbers = True,
    as_json: Json = False,
) -> None:
    """Theo dõi thư mục máy quét, báo ngay từng trang. Watch a scanner's folder; stop with Ctrl+C.

    Only reads the folder. A page scanned anew takes the place of its bad picture; `ingest book` of the folder then
    makes entries of the good ones alone.
    """
    house = opened()
    over = watch_of(house, folder, numbers=numbers)
    with over.log.held():
        notice(f"Đang theo dõi {folder} (dừng bằng Ctrl+C)")
        try:
            while True:
                for seen in over.look():
                    if not as_json:
                        _tell(seen.page.name, seen.verdict)
                    for file, _, _ in seen.replaces:
                        notice(f"  {seen.page.name} thay cho bản quét trước của {file}")
                if once and not over.unsettled:
                    break
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            notice("Đã dừng theo dõi.")
    _sum_up(over.log, as_json=as_json)


@scan_app.command("list")
def listed(folder: Folder, as_json: Json = False) -> None:
    """Liệt kê trang còn phải quét lại, và trang nào thay trang nào. List what is still bad, and what replaced what."""
    _sum_up(scan_log(read_settings(), folder), as_json=as_json)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongUse("FILE_UNREADABLE", file=file, detail=error.strerror or str(error)) from error


def _marked(folder: Path, name: str, image: Any, verdict: Verdict) -> Path:
    from pipeline.marking import marked

    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(marked(image, verdict))
    return folder / name


def _tell(name: str, verdict: Verdict) -> None:
    """Tell one page in as many lines as it has faults, and one."""
    out.print(f"{_SIGN[verdict.ok]}  {name}", markup=False)
    for number, fault in enumerate(verdict.faults, start=1):
        weight = "" if fault.severity is Severity.RESCAN else "Lưu ý: "
        out.print(f"    {number}. {weight}{fault.message().vi} (Mã: {fault.code})", markup=False)


def _sum_up(log: "ScanLog", *, as_json: bool) -> None:
    there = log.files()
    standing = [page for page in log.standing() if page.file in there]
    gone = [page.name for page in log.standing() if page.file not in there and not page.ok]
    bad = [page for page in standing if not page.ok]
    replaced = log.replaced()
    if as_json:
        rows = [{"file": old[0], "page": old[2], "digest": old[1], "by": new[0]} for old, new in replaced.items()]
        pages = [{"file": page.file, "page": page.page, **page.verdict} for page in standing]
        print_json({"ok": not bad, "pages": pages, "replaced": rows, "gone": gone})
    else:
        _show_bad(log, bad)
        if replaced:
            shown = table("Trang đã được quét lại", "Bản cũ (vẫn giữ)", "Thay bằng")
            for old, new in replaced.items():
                shown.add_row(old[0], new[0])
            out.print(shown)
        if gone:
            notice(f"Đã bị bỏ khỏi thư mục mà chưa thấy bản quét lại (kho vẫn giữ bản sao): {', '.join(gone)}")
        notice(f"Đã kiểm tra {len(standing)} trang đang dùng, {len(bad)} trang còn phải quét lại.")
    if bad:
        raise typer.Exit(int(ExitCode.NEEDS_PERSON))


def _show_bad(log: "ScanLog", bad: "Iterable[LoggedPage]") -> None:
    rows = list(bad)
    if not rows:
        return
    shown = table("Trang còn phải quét lại", "Trang", "Lý do", "Ảnh đánh dấu")
    for page in rows:
        why = "\n".join(fault["vi"] for fault in page.verdict["faults"] if fault["severity"] == Severity.RESCAN.value)
        picture = log.marked_file(page)
        shown.add_row(page.name, why, str(picture) if picture.is_file() else "")
    out.print(shown)
