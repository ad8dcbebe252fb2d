"""``check``: whether the register is whole, down to every value."""

from dataclasses import asdict

import typer

from cli.screen import Json, notice, opened, out, print_json, table
from records.errors import ExitCode
from records.messages import message
from records.provenance import LedgerCheck


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("check")(check)


def check(as_json: Json = False) -> None:
    """Kiểm tra toàn bộ sổ: nhật ký, từng giá trị, từng số. Check the whole register; reads all of it once."""
    found = opened().check()
    if as_json:
        print_json({"whole": found.whole, **asdict(found)})
    else:
        show(found)
    if not found.whole:
        raise typer.Exit(int(ExitCode.INTEGRITY))


def show(found: LedgerCheck) -> None:
    """Show each question with its answer, then what to do."""
    chain = found.chain
    broken = () if chain.whole else (f"đứt tại sự kiện {chain.broken_at}",)
    shown = table("Kiểm tra sổ", "Câu hỏi", "Trả lời", "Ở đâu")
    for asked, places in (
        (f"Nhật ký sự kiện ({chain.length} sự kiện đầu) nguyên vẹn", broken),
        ("Cơ sở dữ liệu không hỏng", found.damages),
        ("Không mục, bản sao hay quyển sổ nào bị sửa hoặc mất ngoài chương trình", found.altered),
        ("Sổ cấp bản sao không thiếu số", found.gaps),
    ):
        shown.add_row(asked, "✗ không" if places else "✓ đúng", "\n".join(places))
    out.print(shown)
    notice("Kết luận: sổ nguyên vẹn." if found.whole else message("REGISTER_NOT_WHOLE").vi)
