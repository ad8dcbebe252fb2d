"""Sổ cấp bản sao trích lục: the seven legal columns, by day and signer, printed and exported."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from counter import words
from counter.desk import Desk
from counter.gate import LEDGER_READERS, Visit, desk_of, signed_in
from forms.extract_templates import extract_template
from records.codes import IssueStatus
from records.errors import NotFound
from records.extracts import IssuedExtract

router = APIRouter()
COLUMNS = (
    "STT",
    "Ngày, tháng, năm cấp bản sao trích lục",
    "Họ, chữ đệm, tên, giấy tờ tùy thân của người yêu cầu cấp bản sao trích lục",
    "Loại bản sao trích lục",
    "Họ, chữ đệm, tên, chức vụ của người ký cấp bản sao trích lục",
    "Số lượng bản sao",
    "Ghi chú",
)
"""The columns of the book as practised under circulars 15/2015 and 04/2020/TT-BTP."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the book."""

    issued: IssuedExtract
    cells: tuple[str, str, str, str, str, str, str]
    struck: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are wanted."""

    year: int
    day: str = ""
    signer: str = ""
    misspelt: str = ""


@router.get("/so-cap")
def show(
    request: Request,
    visit: Annotated[Visit, Depends(signed_in(*LEDGER_READERS))],
    nam: str = "",
    ngay: str = "",
    ky: str = "",
) -> Response:
    """Show the book of a year."""
    desk = desk_of(request)
    wanted = _wanted(desk, nam, ngay, ky)
    all_lines = _book(desk, wanted.year)
    authority, _ = desk.house.office.on(_today(desk))
    return desk.page(
        request, "ledger.html", wanted=wanted, lines=_chosen(all_lines, wanted), total=len(all_lines), columns=COLUMNS,
        signers=sorted({line.issued.signer for line in all_lines}), authority=authority,
    )  # fmt: skip


@router.get("/so-cap.csv")
def export(
    request: Request,
    visit: Annotated[Visit, Depends(signed_in(*LEDGER_READERS))],
    nam: str = "",
    ngay: str = "",
    ky: str = "",
) -> Response:
    """Return the chosen lines as CSV that office programmes open with their marks (UTF-8 with signature)."""
    desk = desk_of(request)
    wanted = _wanted(desk, nam, ngay, ky)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows([_inert(cell) for cell in line.cells] for line in _chosen(_book(desk, wanted.year), wanted))
    name = f"so-cap-ban-sao-{wanted.year}.csv"
    return Response(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _inert(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula."""
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _today(desk: Desk) -> dt.date:
    return desk.today


def _wanted(desk: Desk, nam: str, ngay: str, ky: str) -> Wanted:
    year = int(nam) if nam.isascii() and nam.isdigit() and len(nam) == 4 else _today(desk).year
    if not ngay.strip():
        return Wanted(year, "", ky[:200])
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            day = dt.datetime.strptime(ngay.strip(), form).date()
        except ValueError:
            continue
        return Wanted(day.year, f"{day:%d/%m/%Y}", ky[:200])
    return Wanted(year, ngay.strip()[:20], ky[:200], "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 05/03/2026.")


def _book(desk: Desk, year: int) -> Sequence[Line]:
    authority, _ = desk.house.office.on(_today(desk))
    return [_line(issued) for issued in desk.house.register.issue_book(authority.code, year)]


def _chosen(lines: Sequence[Line], wanted: Wanted) -> Sequence[Line]:
    if wanted.misspelt:
        return []
    return [
        line
        for line in lines
        if (not wanted.day or line.cells[1] == wanted.day)
        and (not wanted.signer or line.issued.signer == wanted.signer)
    ]


def _line(issued: IssuedExtract) -> Line:
    try:
        kind = extract_template(issued.template).title.capitalize()
    except NotFound:
        kind = words.KINDS[issued.kind]
    note = {
        IssueStatus.ISSUED: "",
        IssueStatus.RESERVED: "Đang cấp, chưa xong",
        IssueStatus.SUPERSEDED: f"Đã thay bằng số {issued.superseded_by}. {issued.reason}".strip(),
        IssueStatus.CANCELLED: f"Đã hủy: {issued.reason}",
    }[issued.status]
    return Line(
        issued,
        (
            str(issued.number.number),
            words.day(issued.issued_at),
            f"{issued.applicant}, {issued.applicant_paper}",
            f"{kind}, số {issued.number}",
            f"{issued.signer}, {issued.signer_title}",
            str(issued.copies),
            note,
        ),
        issued.status in {IssueStatus.CANCELLED, IssueStatus.SUPERSEDED},
    )
