"""Quét: the picture of one page goes in, its verdict comes out, as a screen or as JSON. The page itself is not kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from counter.failures import wants_json
from counter.gate import SCANNERS, Posted, Visit, desk_of, posted, signed_in
from counter.screens.pictures import picture_of
from records.errors import PageError
from records.verdicts import Severity, Verdict
from wiring.scanning import judge_page

router = APIRouter()
PATH = "/quet"


@router.get(PATH)
def ask(request: Request, visit: Annotated[Visit, Depends(signed_in(*SCANNERS))]) -> Response:
    """Show the place to drop a page on."""
    return _screen(request)


@router.post(PATH)
async def judge(
    request: Request, visit: Annotated[Visit, Depends(signed_in(*SCANNERS))], form: Annotated[Posted, Depends(posted)]
) -> Response:
    """Judge the picture in ``tep``; with ``Accept: application/json`` the answer is one JSON object."""
    upload = form.files.get("tep")
    data = await upload.read() if upload else b""
    name = (upload.filename or "") if upload else ""
    return await run_in_threadpool(_judged, request, visit, name[:120], data)


@router.get(PATH + "/anh/{name}")
def picture(request: Request, name: str, visit: Annotated[Visit, Depends(signed_in(*SCANNERS))]) -> Response:
    """Return the marked picture of a page that this account sent."""
    return picture_of(request, desk_of(request).marked.get(visit.account.name, name), "image/jpeg")


def _judged(request: Request, visit: Visit, name: str, data: bytes) -> Response:
    desk = desk_of(request)
    try:
        if not data:
            raise PageError("SCAN_NO_FILE")
        with desk.marked.turn:
            verdict, jpeg = judge_page(desk.house.settings, data)
    except PageError as refused:
        if wants_json(request):
            told = refused.message()
            return JSONResponse({"error": {"code": told.code, "vi": told.vi, "en": told.en}}, status_code=422)
        return _screen(request, status=422, said=refused.message().vi, code=refused.code)
    where = f"{PATH}/anh/{desk.marked.keep(visit.account.name, jpeg)}"
    if wants_json(request):
        return JSONResponse({"file": name, **verdict.as_json(), "picture": where})
    return _screen(request, file=name, verdict=verdict, where=where)


def _screen(request: Request, *, status: int = 200, verdict: Verdict | None = None, **gaps: Any) -> Response:
    known = {"file": "", "where": "", "said": "", "code": "", "rescan": Severity.RESCAN} | gaps
    return desk_of(request).page(request, "scan.html", status=status, verdict=verdict, **known)
