"""Ký cấp: each value of the copy beside its crop; signed only after all were seen."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from counter import present, words
from counter.gate import LEDGER_READERS, SIGNERS, Posted, Visit, desk_of, posted, signed_in
from counter.screens.checking import answers
from counter.screens.entry import known_entry
from counter.waiting import Stand, Waiting
from forms.extract_templates import extract_template, template_for
from records.codes import IssueStatus
from records.entries import Entry, VerifiedEntry
from records.errors import Conflict, NotFound
from records.extracts import IssuedExtract
from records.messages import Message, message

router = APIRouter()


@router.get("/ky")
def queue(request: Request, visit: Annotated[Visit, Depends(signed_in(*SIGNERS))]) -> Response:
    """Show what waits for a signature, the oldest first."""
    desk = desk_of(request)
    waiting = desk.waiting.standing(Stand.WAITING)
    people = {w.by: desk.full_name(w.by) for w in waiting}
    return desk.page(request, "queue.html", waiting=waiting, people=people)


@router.get("/ky/{key}")
def compare(request: Request, key: str, visit: Annotated[Visit, Depends(signed_in(*SIGNERS))]) -> Response:
    """Show each value of the copy beside its crop."""
    desk = desk_of(request)
    waiting = desk.waiting.get(key)
    if waiting.stand is not Stand.WAITING:
        return RedirectResponse(f"/de-nghi/{waiting.id}", 303)
    entry = known_entry(desk, waiting.entry)
    desk.opened(entry.id, visit, "sign")
    kept = desk.sessions.take_kept(visit.session, request.url.path)
    own = message("SIGN_OWN_REQUEST") if _own(request, waiting, visit) else None
    return _evidence(request, waiting, entry, seen=frozenset(kept.get("da_xem", "").split()), said=own)


@router.post("/ky/{key}")
def sign(
    request: Request,
    key: str,
    visit: Annotated[Visit, Depends(signed_in(*SIGNERS))],
    form: Annotated[Posted, Depends(posted)],
) -> Response:
    """Sign, or give the request back with a reason."""
    desk = desk_of(request)
    waiting = desk.waiting.get(key)
    if waiting.stand is Stand.ISSUED:  # a double click: the copy is there
        return RedirectResponse(f"/ban-sao/{waiting.code}", 303)
    if waiting.stand is not Stand.WAITING:
        raise Conflict("REQUEST_SETTLED", request=key, name=waiting.name)
    entry = known_entry(desk, waiting.entry)
    seen = frozenset(form.all("da_xem"))
    if form.text("viec") == "tra-lai":
        reason = form.text("ly_do", 500)
        if not reason:
            told = message("REQUEST_INCOMPLETE", fields="lý do trả lại")
            return _evidence(request, waiting, entry, seen=seen, said=told, status=422)
        desk.waiting.give_back(key, visit.account.name, desk.clock(), reason)
        return RedirectResponse("/ky", 303)
    if _own(request, waiting, visit):
        return _evidence(request, waiting, entry, seen=seen, said=message("SIGN_OWN_REQUEST"), status=403)
    if form.number("phien_ban") != entry.version:
        return _evidence(request, waiting, entry, seen=frozenset(), said=message("SIGN_ENTRY_CHANGED"), status=409)
    if left := [line for line in _rows(request, entry) if line.column not in seen]:
        names = ", ".join(line.label for line in left[:4]) + ("…" if len(left) > 4 else "")
        told = message("SIGN_NOT_ALL_SEEN", left=len(left), fields=names)
        return _evidence(request, waiting, entry, seen=seen, said=told, status=422)
    copy = desk.house.issue(waiting.asked, by=visit.account.name)
    desk.waiting.issued(key, visit.account.name, desk.clock(), copy.issued.number)
    return RedirectResponse(f"/ban-sao/{copy.issued.number.code}", 303)


def _own(request: Request, waiting: Waiting, visit: Visit) -> bool:
    """Tell whether this person asked for the copy, in an office where nobody signs what they asked for."""
    return desk_of(request).house.settings.office.four_eyes and waiting.by == visit.account.name


def _rows(request: Request, entry: Entry) -> list[present.Row]:
    day = desk_of(request).today
    return list(present.rows(entry, day, template_for(entry.kind, day).columns))


def _evidence(
    request: Request,
    waiting: Waiting,
    entry: Entry,
    *,
    seen: frozenset[str],
    said: Message | None = None,
    status: int = 200,
) -> Response:
    desk = desk_of(request)
    VerifiedEntry(entry)
    template = template_for(entry.kind, desk.today)
    lines = _rows(request, entry)
    return desk.page(
        request, "sign.html", status=status, waiting=waiting, entry=entry, title=present.headline(entry), rows=lines,
        seen=seen, said=said, template=template, clerk=desk.full_name(waiting.by),
        checkers={line.by: desk.full_name(line.by) for line in lines if line.by},
        changed=entry.version != waiting.entry_version,
    )  # fmt: skip


@router.get("/ban-sao/{code}")
def issued(request: Request, code: str, visit: Annotated[Visit, Depends(signed_in(*LEDGER_READERS))]) -> Response:
    """Show an issued copy: its number, its file, and what verification says about that very file."""
    desk = desk_of(request)
    found = _issued(request, code)
    report = None
    if found.pdf is not None:
        report = desk.house.verify_file(desk.house.archive.get(found.pdf))
    entry = known_entry(desk, found.entry_id)
    desk.opened(entry.id, visit, "issued copy")
    return desk.page(
        request, "issued.html", issued=found, title=present.headline(entry), status_word=words.ISSUES[found.status],
        template=extract_template(found.template), report=report, answers=answers(report) if report else (),
        findings=[message(c) for c in report.findings] if report else [],
        good=found.status is IssueStatus.ISSUED and report is not None and report.ok,
    )  # fmt: skip


@router.get("/ban-sao/{code}/tep.pdf")
def download(request: Request, code: str, visit: Annotated[Visit, Depends(signed_in(*LEDGER_READERS))]) -> Response:
    """Hand out the signed file, byte for byte as it was signed."""
    desk = desk_of(request)
    found = _issued(request, code)
    if found.pdf is None:
        raise NotFound("ISSUED_UNKNOWN")
    desk.opened(found.entry_id, visit, "download")
    number = found.number
    name = f"{number.suffix}-{number.year}-{number.number}.pdf"
    return Response(
        desk.house.archive.get(found.pdf),
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _issued(request: Request, code: str) -> IssuedExtract:
    found = desk_of(request).house.register.issued(code=code) if 0 < len(code) <= 40 else None
    if found is None:
        raise NotFound("ISSUED_UNKNOWN")
    return found
