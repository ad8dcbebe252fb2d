"""Soạn bản sao: what the applicant asks for, the draft as it would print, and handing it to the officer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from counter import paper, present
from counter.gate import DRAFTERS, SIGNERS, Posted, Visit, desk_of, posted, signed_in
from counter.screens.entry import known_entry
from counter.waiting import Stand
from forms.extract_templates import template_for
from records.entries import VerifiedEntry
from records.extracts import ExtractRequest
from records.messages import message
from records.text import single_spaced

router = APIRouter()
MOST_COPIES = 50
"""More in one request is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed."""

    applicant: str = ""
    paper: str = ""
    relation: str = ""
    copies: str = "1"

    def missing(self) -> dict[str, str]:
        """Return what is missing or wrong: name of the box -> what to do."""
        wrong = {}
        if not self.applicant:
            wrong["applicant"] = "Hãy ghi họ, chữ đệm, tên người yêu cầu."
        if not self.paper:
            wrong["paper"] = "Hãy ghi loại và số giấy tờ người yêu cầu đã xuất trình."
        if not self.relation:
            wrong["relation"] = "Hãy ghi quan hệ với người có tên trong mục, hoặc “chính người đó”."
        if not (self.copies.isascii() and self.copies.isdigit() and 1 <= int(self.copies[:4]) <= MOST_COPIES):
            wrong["copies"] = f"Số bản sao phải là số từ 1 đến {MOST_COPIES}."
        return wrong


@router.get("/muc/{entry_id}/soan")
def ask(request: Request, entry_id: str, visit: Annotated[Visit, Depends(signed_in(*DRAFTERS))]) -> Response:
    """Show the form for a copy of a verified entry. Raises WrongUse where the entry is not verified."""
    desk = desk_of(request)
    kept = desk.sessions.take_kept(visit.session, request.url.path)
    typed = Typed(**{k: v for k, v in kept.items() if k in Typed.__dataclass_fields__})
    return _form(request, entry_id, visit, typed, {})


@router.post("/muc/{entry_id}/soan")
def draw_up(
    request: Request,
    entry_id: str,
    visit: Annotated[Visit, Depends(signed_in(*DRAFTERS))],
    form: Annotated[Posted, Depends(posted)],
) -> Response:
    """Keep the request as a draft and show it."""
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    VerifiedEntry(entry)
    typed = Typed(*(single_spaced(form.text(name, 200)) for name in ("applicant", "paper", "relation", "copies")))
    if wrong := typed.missing():
        return _form(request, entry_id, visit, typed, wrong, status=422)
    asked = ExtractRequest(
        entry.id, typed.applicant, typed.paper, typed.relation, int(typed.copies), visit.account.name
    )
    made = desk.waiting.draw_up(entry, present.headline(entry), asked, visit.account.name, desk.clock())
    return RedirectResponse(f"/de-nghi/{made.id}", 303)


def _form(
    request: Request, entry_id: str, visit: Visit, typed: Typed, wrong: dict[str, str], status: int = 200
) -> Response:
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    VerifiedEntry(entry)
    desk.opened(entry.id, visit, "draft")
    template = template_for(entry.kind, desk.today)
    said = message("REQUEST_INCOMPLETE", fields=", ".join(_BOXES[name] for name in wrong)) if wrong else None
    return desk.page(
        request, "draft.html", status=status, entry=entry, title=present.headline(entry), typed=typed, wrong=wrong,
        said=said, template=template, rows=present.rows(entry, desk.today, template.columns), most=MOST_COPIES,
    )  # fmt: skip


_BOXES = {"applicant": "người yêu cầu", "paper": "giấy tờ", "relation": "quan hệ", "copies": "số bản sao"}


@router.get("/de-nghi/{key}")
def draft(request: Request, key: str, visit: Annotated[Visit, Depends(signed_in(*DRAFTERS, *SIGNERS))]) -> Response:
    """Show the draft as it would print, beside what was asked."""
    desk = desk_of(request)
    waiting = desk.waiting.get(key)
    if waiting.stand is Stand.ISSUED:
        return RedirectResponse(f"/ban-sao/{waiting.code}", 303)
    entry = known_entry(desk, waiting.entry)
    desk.opened(entry.id, visit, "draft")
    template = template_for(entry.kind, desk.today)
    return desk.page(
        request, "drafted.html", waiting=waiting, entry=entry, title=present.headline(entry), template=template,
        rows=present.rows(entry, desk.today, template.columns), clerk=desk.full_name(waiting.by),
        returned_by=desk.full_name(waiting.settled_by) if waiting.settled_by else "",
    )  # fmt: skip


@router.get("/de-nghi/{key}/trang.png")
def picture(request: Request, key: str, visit: Annotated[Visit, Depends(signed_in(*DRAFTERS, *SIGNERS))]) -> Response:
    """Return the draft's page as a picture."""
    desk = desk_of(request)
    waiting = desk.waiting.get(key)
    desk.opened(waiting.entry, visit, "draft", picture=True)
    return Response(paper.first_page(desk.house.preview(waiting.asked)), media_type="image/png")


@router.post("/de-nghi/{key}/gui-ky")
def hand_over(
    request: Request,
    key: str,
    visit: Annotated[Visit, Depends(signed_in(*DRAFTERS))],
    _: Annotated[Posted, Depends(posted)],
) -> Response:
    """Give the draft to the officer."""
    desk = desk_of(request)
    desk.waiting.hand_over(desk.waiting.get(key).id)
    return RedirectResponse(f"/de-nghi/{key}", 303)
