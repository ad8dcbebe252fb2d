"""What the terminal shows stays whole and can be typed and copied."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from cli import again, screen, tables
from cli.screen import table
from pipeline import BookReport, FieldScore

ENTRY = "KS-0123456789"
WORDY = "Đúng họ tên, không xét dấu; khác thứ tự hoặc chỉ một phần họ tên; đúng năm sinh"


def shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    console = Console(file=io.StringIO(), width=width, soft_wrap=True)
    monkeypatch.setattr(screen, "out", console)
    made = table("", "Mục", "Họ tên", "Ngày sinh", "Cha", "Mẹ", "Vì sao khớp", whole=("Mục", "Ngày sinh"))
    made.add_row(ENTRY, "Nguyễn Thị Minh Hương", "02/03/2016", "Nguyễn Văn Thành", "Trần Thị Bích", WORDY)
    console.print(made)
    said = console.file
    assert isinstance(said, io.StringIO)
    return said.getvalue()


def test_ids_and_dates_stand_in_one_line_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(80, monkeypatch)
    assert ENTRY in said and "02/03/2016" in said
    assert max(map(len, said.splitlines())) <= 80


def test_on_a_narrow_terminal_ids_are_broken_but_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    first = "".join(line.split("│")[1].strip() for line in shown(40, monkeypatch).splitlines() if line.startswith("│"))
    assert first == ENTRY


def test_the_command_is_printed_as_it_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programmes = tmp_path / "some where" / "bin"
    programmes.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(programmes / "python"))
    monkeypatch.chdir(tmp_path)
    assert again.command() == "'some where/bin/python' -m cli"
    (programmes / "khongcho").touch()
    assert again.command() == "'some where/bin/khongcho'"
    monkeypatch.chdir(programmes)
    assert again.command() == "./khongcho", "a bare name would be looked for on the path"
    far = tmp_path / "a" / "b" / "c" / "d" / "e"
    far.mkdir(parents=True)
    monkeypatch.chdir(far)
    monkeypatch.setattr(sys, "executable", "/v/bin/python")
    assert again.command() == "/v/bin/python -m cli"


def test_written_and_blank_fields_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    every = {"nksHoTen": FieldScore(4, 0.1, 0.5), "ghiChu": FieldScore(4, 0.0, 0.75), "loaiDangKy": FieldScore(2, 0, 1)}
    written = {"nksHoTen": FieldScore(4, 0.1, 0.5), "ghiChu": FieldScore(1, 0.0, 0.0)}
    reports = [BookReport(4, 4, of, exact, 0, 1.0) for of, exact in ((every, 0.7), (written, 0.4))]
    console = Console(file=io.StringIO(), width=120)
    console.print(tables.book_table(*reports))
    said = console.file
    assert isinstance(said, io.StringIO)
    rows = {
        cells[1]: cells[2:-1]
        for line in said.getvalue().splitlines()
        if len(cells := [cell.strip() for cell in line.split("│")]) > 2
    }
    assert rows["nksHoTen"] == ["Họ, chữ đệm, tên", "4", "10.0%", "50.0%", ""]
    assert rows["ghiChu"] == ["Ghi chú", "1", "0.0%", "0.0%", "3 / 3"]
    assert rows["loaiDangKy"] == ["Loại đăng ký", "0", "", "", "2 / 2"]
    assert "đúng cả ô 40.0% số ô có chữ" in said.getvalue()
    assert "kể cả ô trống" in str(tables.book_table(reports[0]).columns[2].header)
