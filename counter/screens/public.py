"""Xác minh: anyone asks with number and code, and learns whether the copy is valid. Nothing more."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from counter.desk import Desk
from counter.gate import desk_of
from counter.throttle import PUBLIC_QUESTIONS
from counter.words import ISSUES
from records.codes import IssueStatus
from records.extracts import IssuedExtract
from records.messages import message
from records.text import clean

router = APIRouter()


@router.get("/xac-minh")
def verify(request: Request, so: str = "", ma: str = "") -> Response:
    """Answer number and code; both must be right, and neither alone gives anything away."""
    desk = desk_of(request)
    number, code = clean(so).strip()[:40], clean(ma).strip()[:60]
    if not number and not code:
        return desk.page(request, "public.html", number="", code="", asked=False, found=None, said="")
    address = request.client.host if request.client else "?"
    now = desk.clock().timestamp()
    if wait := desk.throttle.take([f"public:{address}"], PUBLIC_QUESTIONS, now):
        said = message("PUBLIC_WAIT", seconds=wait)
        return desk.page(
            request, "public.html", status=429, headers={"retry-after": str(wait)}, number=number, code=code,
            asked=False, found=None, said=f"{said.vi} (Mã: {said.code})",
        )  # fmt: skip
    found = _known(desk.house.register.issued(code=_as_kept(code)), number) if code else None
    told = {IssueStatus.ISSUED: "Còn giá trị", IssueStatus.CANCELLED: "Đã bị thu hồi"} | {
        IssueStatus.SUPERSEDED: ISSUES[IssueStatus.SUPERSEDED]
    }
    authority = _authority(desk, found) if found else ""
    return desk.page(
        request, "public.html", number=number, code=code, asked=True, found=found, said="",
        status_word=told[found.status] if found else "", valid=bool(found and found.status is IssueStatus.ISSUED),
        authority=authority,
    )  # fmt: skip


def _known(found: IssuedExtract | None, number: str) -> IssuedExtract | None:
    """Return *found* if it carries *number* ("12" or "12/TLKS-BS") and was handed out."""
    if found is None or found.status is IssueStatus.RESERVED:
        return None
    typed = "".join(number.split()).casefold()
    return found if typed in {str(found.number).casefold(), str(found.number.number)} else None


def _as_kept(code: str) -> str:
    """Return a code however it was typed as it is kept: capitals in groups of five."""
    signs = "".join(c for c in code.upper() if c.isalnum())
    return "-".join(signs[i : i + 5] for i in range(0, len(signs), 5))


def _authority(desk: Desk, found: IssuedExtract) -> str:
    """Return who issued it: the office's name on that day, or its code where the name is no longer known."""
    for authority, term in desk.house.office.authorities:
        if authority.code == found.number.authority and term.holds(found.issued_at.date()):
            return " ".join(authority.name_lines)
    return found.number.authority
