"""Kiểm tra tệp: a PDF goes in, plain answers come out. Nothing of it is kept."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from counter.gate import Posted, Visit, desk_of, posted, signed_in
from records.extracts import VerificationReport
from records.messages import message

router = APIRouter()
PATH = "/kiem-tra"
_OTHERWISE = "Không tìm thấy trong sổ cấp bản sao"
_KNOWN = {
    "EXTRACT_BYTES_DIFFER": "Số có trong sổ, nhưng không phải đúng tệp này",
    "EXTRACT_NUMBER_DIFFERS": "Tệp có trong sổ, nhưng số ghi trong tệp không phải số của nó",
    "EXTRACT_CANCELLED": "Không: số này đã bị hủy hoặc thu hồi",
    "EXTRACT_NOT_COMPLETE": "Không: số này chưa được cấp xong",
    "EXTRACT_REGISTER_SILENT": "Không xác định: sổ cấp bản sao không trả lời",
}
"""What the book of issued extracts says of a file that is not in it as issued, by the finding of the verification."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about a file, and its answer."""

    good: bool | None
    """None where nobody can tell: neither yes nor no."""
    question: str
    said: str


def answers(report: VerificationReport) -> tuple[Answer, ...]:
    """Return the six questions and their answers, each by itself, in the order of the checks."""
    return (
        Answer(
            report.covers_whole_file,
            "Chữ ký bao trùm toàn bộ tệp",
            "Có" if report.covers_whole_file else "Không: có phần nằm ngoài chữ ký hoặc không có chữ ký",
        ),
        Answer(
            report.intact,
            "Nội dung nguyên vẹn từ khi ký",
            "Có" if report.intact else "Không: nội dung đã bị thay đổi, hoặc không xác định được",
        ),
        Answer(report.valid, "Chữ ký số đúng", "Có" if report.valid else "Không"),
        Answer(
            report.trusted,
            "Chứng thư của người ký được tin cậy",
            "Có" if report.trusted else "Không: không dẫn tới nơi cấp chứng thư mà cơ quan này tin cậy",
        ),
        Answer(
            report.known_number,
            "Số này do cơ quan cấp, đúng tệp này",
            "Có" if report.known_number else next((_KNOWN[f] for f in report.findings if f in _KNOWN), _OTHERWISE),
        ),
        _still_holds(report),
    )


def _still_holds(report: VerificationReport) -> Answer:
    """Answer whether another copy took its place. Of a file that is no issued copy nobody can say that."""
    asked = "Chưa bị thay thế hoặc thu hồi"
    if report.superseded or "EXTRACT_CANCELLED" in report.findings:
        return Answer(False, asked, "Đã bị thay thế" if report.superseded else "Đã bị hủy hoặc thu hồi")
    return Answer(True, asked, "Chưa") if report.known_number else Answer(None, asked, "Không xác định")


@router.get(PATH)
def ask(request: Request, visit: Annotated[Visit, Depends(signed_in())]) -> Response:
    """Show the form."""
    return desk_of(request).page(request, "check.html", report=None, file="", said="")


@router.post(PATH)
async def check(
    request: Request, visit: Annotated[Visit, Depends(signed_in())], form: Annotated[Posted, Depends(posted)]
) -> Response:
    """Verify the file."""
    upload = form.files.get("tep")
    data = await upload.read() if upload else b""
    return await run_in_threadpool(_checked, request, (upload.filename or "") if upload else "", data)


def _checked(request: Request, name: str, data: bytes) -> Response:
    desk = desk_of(request)
    if not data:
        said = "Chưa có tệp nào được chọn, hoặc tệp rỗng. Hãy chọn tệp PDF của bản sao rồi kiểm tra lại."
        return desk.page(request, "check.html", status=422, report=None, file="", said=said)
    report = desk.house.verify_file(data)
    return desk.page(
        request, "check.html", report=report, file=name[:120], said="", answers=answers(report),
        findings=[message(code) for code in report.findings],
    )  # fmt: skip
