"""Tra cứu: one box, a year and how far off it may be, a kind; results as one types."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from counter import words
from counter.gate import LOOKERS, Visit, desk_of, signed_in
from records.codes import RegisterKind
from records.errors import NotFound, PartUnavailable
from records.finding import Answer, Question
from records.text import single_spaced

router = APIRouter()
_LEEWAY = (0, 1, 2, 5)
_ENTRY = re.compile(r"[A-Z]{2,5}-[0-9A-Za-z]{10}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the search form."""

    text: str = ""
    year: str = ""
    within: int = 0
    kind: str = ""
    misspelt: str = ""
    """What is wrong with the year, in words."""

    @property
    def question(self) -> Question | None:
        """The question for the index; None while there is nothing to ask."""
        if not self.text or self.misspelt:
            return None
        year = int(self.year) if self.year else None
        kind = RegisterKind(self.kind) if self.kind else None
        return Question(self.text, year, self.within if year else 0, kind, limit=30)


@router.get("/tra-cuu")
def find(
    request: Request,
    visit: Annotated[Visit, Depends(signed_in(*LOOKERS))],
    q: str = "",
    nam: str = "",
    lech: str = "0",
    loai: str = "",
) -> Response:
    """Answer a question; the whole page, or only its results when asked for as one types."""
    desk = desk_of(request)
    asked = _asked(q, nam, lech, loai)
    partial = request.headers.get("hx-request") == "true"
    if not partial and _ENTRY.fullmatch(asked.text) and _stands(request, asked.text):
        return RedirectResponse(f"/muc/{asked.text}", 303)
    answer, silent = Answer((), 0), ""
    if (question := asked.question) is not None:
        try:
            answer = desk.house.find(question)
        except PartUnavailable as e:
            silent = f"{e.message().vi} (Mã: {e.code})"
    counts = desk.house.counts() if asked.question is None else {}
    return desk.page(
        request, "found.html" if partial else "find.html", status=503 if silent and not partial else 200,
        asked=asked, answer=answer, silent=silent, counts=counts, leeway=_LEEWAY,
        kinds={k.value: v for k, v in words.KINDS.items()},
    )  # fmt: skip


def _asked(q: str, nam: str, lech: str, loai: str) -> Asked:
    text, year = single_spaced(q)[:200], single_spaced(nam)[:10]
    misspelt = ""
    if year and not re.fullmatch(r"(1[89]|20)[0-9]{2}", year):
        misspelt = "Năm sinh phải gồm bốn chữ số, ví dụ 1988."
    within = int(lech) if lech in {str(n) for n in _LEEWAY} else 0
    kind = loai if loai in {k.value for k in RegisterKind} else ""
    return Asked(text, year, within, kind, misspelt)


def _stands(request: Request, entry_id: str) -> bool:
    try:
        desk_of(request).house.entry(entry_id)
    except NotFound:
        return False
    return True
