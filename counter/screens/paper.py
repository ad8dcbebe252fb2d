"""Giấy tờ: one page of a dossier, its picture beside the print that was read on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from counter.gate import LOOKERS, Visit, desk_of, signed_in
from counter.screens.pictures import PAGE_SIDE, picture_of
from records.pages import PageId

router = APIRouter()


@router.get("/giay/{page_id}")
def paper(request: Request, page_id: str, visit: Annotated[Visit, Depends(signed_in(*LOOKERS))]) -> Response:
    """Show a page of a dossier."""
    desk = desk_of(request)
    found = desk.house.paper(page_id)
    desk.opened(found.id, visit, "paper")
    return desk.page(request, "paper.html", paper=found)


@router.get("/anh/giay/{page_id}")
def picture(request: Request, page_id: str, visit: Annotated[Visit, Depends(signed_in(*LOOKERS))]) -> Response:
    """Return a page of a dossier as JPEG; a page of a book is shown by way of its entry alone."""
    desk = desk_of(request)
    wanted = PageId(desk.house.paper(page_id).id)
    desk.opened(wanted, visit, "page", picture=True)
    made = desk.picture((wanted,), lambda: desk.house.pictures.page(wanted, PAGE_SIDE))
    return picture_of(request, made, "image/jpeg")
