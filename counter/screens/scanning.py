"""Quét: the picture of one page goes in, its verdict comes out, as a screen or as JSON. The page itself is not kept.

Pages of one book are sent one after the other under one name (``so``): each is compared with those before it.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from counter.failures import wants_json
from counter.gate import SCANNERS, Posted, Visit, desk_of, posted, signed_in
from counter.scan_runs import RunPage, ScanRun, digest_of
from counter.screens.pictures import picture_of
from records.errors import PageError
from records.text import single_spaced
from records.verdicts import Severity, Verdict
from wiring.scanning import judge_page

router = APIRouter()
PATH = "/quet"
Scanner = Annotated[Visit, Depends(signed_in(*SCANNERS))]
Form = Annotated[Posted, Depends(posted)]
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class _Sent:
    """A picture as it was sent: of which run, under which name."""

    run: str
    file: str
    data: bytes


@router.get(PATH)
def ask(request: Request, visit: Scanner, so: str = "") -> Response:
    """Show the place to drop a page of the book *so* on."""
    return _screen(request, _run(request, visit, _name(so)))


@router.post(PATH + "/so-moi")
def begin(request: Request, visit: Scanner, form: Form) -> Response:
    """Begin a book: pages sent under its name are compared with none that came before."""
    name = _name(form.text("so"))
    desk_of(request).scan_runs.begin(visit.account.name, name)
    return RedirectResponse(f"{PATH}?{urlencode({'so': name})}" if name else PATH, 303)


@router.post(PATH)
async def judge(request: Request, visit: Scanner, form: Form) -> Response:
    """Judge the picture in ``tep``, a page of the run ``so``; with ``Accept: application/json`` as one JSON object."""
    upload = form.files.get("tep")
    data = await upload.read() if upload else b""
    name = (upload.filename or "") if upload else ""
    sent = _Sent(_name(form.text("so")), name[:120], data)
    return await run_in_threadpool(_judged, request, visit, sent)


@router.get(PATH + "/anh/{name}")
def picture(request: Request, name: str, visit: Scanner) -> Response:
    """Return the marked picture of a page that this account sent."""
    return picture_of(request, desk_of(request).marked.get(visit.account.name, name), "image/jpeg")


def _name(given: str) -> str:
    return single_spaced(given)[:_LONGEST_NAME].strip()


def _run(request: Request, visit: Visit, name: str) -> ScanRun:
    return desk_of(request).scan_runs.find(visit.account.name, name)


def _judged(request: Request, visit: Visit, sent: _Sent) -> Response:
    desk, who = desk_of(request), visit.account.name
    digest = digest_of(sent.data)
    try:
        if not sent.data:
            raise PageError("SCAN_NO_FILE")
        with desk.marked.turn:
            run = _run(request, visit, sent.run)
            again, number = run.sent(digest), run.count + 1
            before = run.before(again)
            judged = judge_page(desk.house.settings, sent.data, before, desk.number_readers)
            if judged.verdict.ok and again is None:
                page = RunPage(number, digest, sent.file, judged.print, before.last, judged.last)
                desk.scan_runs.add(who, sent.run, page, desk.clock().timestamp())
                run = _run(request, visit, sent.run)
    except PageError as refused:
        if wants_json(request):
            told = refused.message()
            return JSONResponse({"error": {"code": told.code, "vi": told.vi, "en": told.en}}, status_code=422)
        run = _run(request, visit, sent.run)
        return _screen(request, run, status=422, said=refused.message().vi, code=refused.code)
    where = f"{PATH}/anh/{desk.marked.keep(who, judged.marked)}"
    if wants_json(request):
        counted = {"name": run.name, "pages": run.count, "last": run.last, "again": again is not None}
        return JSONResponse({"file": sent.file, **judged.verdict.as_json(), "picture": where, "run": counted})
    return _screen(request, run, file=sent.file, verdict=judged.verdict, where=where, again=again)


def _screen(
    request: Request, run: ScanRun, *, status: int = 200, verdict: Verdict | None = None, **gaps: Any
) -> Response:
    known = {"file": "", "where": "", "said": "", "code": "", "rescan": Severity.RESCAN, "again": None} | gaps
    return desk_of(request).page(request, "scan.html", status=status, verdict=verdict, run=run, **known)
