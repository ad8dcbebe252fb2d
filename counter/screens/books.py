"""Sổ hộ tịch: which books there are by ward, year and kind; what is missing in one; explaining and closing it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from counter import shelf
from counter.gate import BOOK_KEEPERS, BOOK_READERS, Posted, Visit, desk_of, posted, signed_in
from counter.screens.pictures import PAGE_SIDE, picture_of
from records.books import BookAccount, Point, Stated
from records.closing import Figure
from records.codes import RegisterKind
from records.entries import Book
from records.errors import KhongChoError, NotFound
from records.messages import Message
from records.pages import PageId
from wiring.bookkeeping import Shelf

router = APIRouter(prefix=shelf.PATH)
Reader = Annotated[Visit, Depends(signed_in(*BOOK_READERS))]
Keeper = Annotated[Visit, Depends(signed_in(*BOOK_KEEPERS))]
Form = Annotated[Posted, Depends(posted)]
REASONS = (
    "Số bỏ trống, không đăng ký",
    "Số hủy, có ghi chú trong sổ",
    "Trang gạch chéo theo quy định",
    "Trang rách, mất trước khi quét",
    "Quét trùng trang",
)
"""What is often the reason; anything else can be typed."""
CROP_HEIGHT, CROP_MARGIN = 64, 0.5
"""Of the crop of a figure: pixels, and room round it as a part of its height."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was refused, as it was typed, and why."""

    what: str
    reason: str
    said: Message
    slip: bool = False
    """Whether a slip was to be tied: *reason* is what was typed as its entry's number."""


@router.get("")
def district(request: Request, visit: Reader, co_quan: str | None = None) -> Response:
    """Show all wards with their years and kinds, against what the district counts."""
    desk = desk_of(request)
    found = desk.house.books.district(desk.house.settings.office.district_entries)
    return desk.page(
        request, "books.html", district=found, wards=shelf.wards(found, co_quan or None), chosen=co_quan or "",
        names=sorted({cell.authority for cell in found.cells if cell.authority}), grouped=shelf.grouped,
        other=desk.house.books.without_entries(found), book_path=shelf.book_path,
    )  # fmt: skip


@router.get("/cac-quyen")
def books(
    request: Request, visit: Reader, co_quan: str | None = None, loai: str | None = None, nam: str | None = None
) -> Response:
    """Show the books that hold entries of a ward, kind and year; where it is one, the book itself."""
    desk = desk_of(request)
    found = [one for one in desk.house.books.shelves() if _holds(one, co_quan, loai, nam)]
    if len(found) == 1 and nam is not None:
        return RedirectResponse(shelf.book_path(found[0].book.id), 303)
    kind = next((kind for kind in RegisterKind if kind.value == loai), None)
    told = (shelf.kind_word(kind).lower() if kind else "", f"năm {nam}" if nam and nam != "0" else "", co_quan or "")
    return desk.page(
        request, "book_list.html", shelves=found, told=", ".join(word for word in told if word), shelf=shelf,
    )  # fmt: skip


def _holds(one: Shelf, authority: str | None, kind: str | None, year: str | None) -> bool:
    return not (authority or kind or year) or any(
        tally.authority == (authority or "") and kind in {None, tally.kind.value} and year in {None, str(tally.year)}
        for tally in one.tallies
    )


@router.get("/quyen/{book_id}")
def show(request: Request, book_id: str, visit: Reader, tiep: str = "") -> Response:
    """Show a book: what needs an explanation, its numbers, what was said.

    *tiep*: stand at the next point, or (``khoa-so``) at the next figure of the closing page.
    """
    return _page(
        request, visit, _account(request, book_id), go_on=bool(tiep) and tiep != "khoa-so", taking=tiep == "khoa-so"
    )


@router.get("/quyen/{book_id}/anh/{page_id}")
def picture(request: Request, book_id: str, page_id: str, visit: Reader) -> Response:
    """Return a page of a book as JPEG."""
    desk = desk_of(request)
    account = _account(request, book_id)
    wanted = PageId(page_id)
    mine = {one.id for one in account.deliveries}
    if not mine.intersection(place.delivery for place in desk.house.register.placings(wanted)):
        raise NotFound("PAGE_UNKNOWN", page=page_id[:60])
    desk.opened(wanted, visit, "page", picture=True)
    made = desk.picture((wanted,), lambda: desk.house.pictures.page(wanted, PAGE_SIDE))
    return picture_of(request, made, "image/jpeg")


@router.get("/quyen/{book_id}/khoa-so/{page_id}/{figure}")
def closing_crop(request: Request, book_id: str, page_id: str, figure: str, visit: Reader) -> Response:
    """Return the crop of a figure on a closing page as PNG."""
    desk = desk_of(request)
    pages = [page for page in _account(request, book_id).closing if page.page == page_id]
    told = next((one.evidence for page in pages for one in page.figures if one.figure == figure), None)
    if told is None:
        raise NotFound("PAGE_UNKNOWN", page=page_id[:60])
    desk.opened(told.page, visit, "crop", picture=True)
    made = desk.picture(
        (told, CROP_HEIGHT),
        lambda: desk.house.pictures.crop(told.page, told.polygon, margin=CROP_MARGIN, height=CROP_HEIGHT),
    )
    return picture_of(request, made, "image/png")


@router.post("/quyen/{book_id}/khoa-so")
def take(request: Request, book_id: str, visit: Keeper, form: Form) -> Response:
    """Keep a suggested figure of the closing page, as the screen showed it, as this person's statement."""
    account = _account(request, book_id)
    figure = next((one for one in Figure if one.value == form.text("o")), None)
    read = form.number("so")
    if figure is None or read is None:
        return _back(account, "#khoa-so")
    try:
        desk_of(request).house.books.take(account.book.id, figure, read, by=visit.account.name)
    except KhongChoError as error:
        return _page(request, visit, account, Typed("", "", error.message()))
    return _back(account, "?tiep=khoa-so")


@router.post("/quyen/{book_id}/giai-trinh")
def explain(request: Request, book_id: str, visit: Keeper, form: Form) -> Response:
    """Keep the reason of a gap, a repeat or a page."""
    account = _account(request, book_id)
    what, reason = form.text("cho", 200), form.text("ly_do", 500)
    try:
        desk_of(request).house.books.explain(account.book.id, what, reason, by=visit.account.name)
    except KhongChoError as error:
        return _page(request, visit, account, Typed(what, reason, error.message()))
    return _back(account, "?tiep=1")


@router.post("/quyen/{book_id}/to-roi")
def slip(request: Request, book_id: str, visit: Keeper, form: Form) -> Response:
    """Tie a loose slip to the entry whose number (or id) was typed; without one, take it from its entry."""
    account, house = _account(request, book_id), desk_of(request).house
    page, to = form.text("to_roi", 200), form.text("so", 40)
    try:
        if form.text("go"):
            house.untie_slip(account.book.id, page, by=visit.account.name)
        else:
            house.tie_slip(account.book.id, page, to, by=visit.account.name)
    except KhongChoError as error:
        return _page(request, visit, account, Typed(page, to, error.message(), slip=True))
    return _back(account, "?tiep=1")


@router.post("/quyen/{book_id}/khoa")
def close(request: Request, book_id: str, visit: Keeper, form: Form) -> Response:
    """Close a book."""
    account = _account(request, book_id)
    try:
        desk_of(request).house.books.close(account.book.id, by=visit.account.name)
    except KhongChoError as error:
        return _page(request, visit, account, Typed("", "", error.message()))
    return _back(account)


@router.post("/quyen/{book_id}/mo-lai")
def reopen(request: Request, book_id: str, visit: Keeper, form: Form) -> Response:
    """Open a closed book again."""
    account = _account(request, book_id)
    desk_of(request).house.books.reopen(account.book.id, by=visit.account.name)
    return _back(account)


@router.post("/quyen/{book_id}/bia")
def cover(request: Request, book_id: str, visit: Keeper, form: Form) -> Response:
    """Keep what the cover and the closing page of a book say; boxes left empty stay as they were."""
    account = _account(request, book_id)
    books, who = desk_of(request).house.books, visit.account.name
    kind = next((k for k in RegisterKind if k.value == form.text("loai")), RegisterKind.OTHER)
    said = Book("", form.text("co_quan", 200), kind, form.number("nam") or 0, form.text("quyen", 40))
    stated = Stated(*(form.number(name) for name in ("so_dau", "so_cuoi", "su_kien", "so_trang")))
    try:
        books.revise(account.book.id, said, by=who)
        books.expect(account.book.id, stated, by=who)
    except KhongChoError as error:
        return _page(request, visit, account, Typed("", "", error.message()))
    return _back(account)


def _account(request: Request, book_id: str) -> BookAccount:
    return desk_of(request).house.books.account(book_id)


def _back(account: BookAccount, to: str = "") -> Response:
    return RedirectResponse(shelf.book_path(account.book.id) + to, 303)


def _page(
    request: Request,
    visit: Visit,
    account: BookAccount,
    typed: Typed | None = None,
    *,
    go_on: bool = False,
    taking: bool = False,
) -> Response:
    desk = desk_of(request)
    told = account.report
    weighing: list[Point] = sorted((p for p in told.points if p.kind.weighs), key=lambda p: not p.open)
    people = {one.by for one in account.explanations} | {account.standing.closed_by}
    return desk.page(
        request, "book.html", status=422 if typed else 200, account=account, told=told, typed=typed, weighing=weighing,
        notices=[p for p in told.points if not p.kind.weighs], strip=shelf.strip(account), shelf=shelf,
        keeps=visit.may(*BOOK_KEEPERS) and not account.standing.closed, may_reopen=visit.may(*BOOK_KEEPERS),
        people={name: desk.full_name(name) for name in people if name}, reasons=REASONS, go_on=go_on, taking=taking,
        here=shelf.book_path(account.book.id), kinds=[k for k in RegisterKind if k is not RegisterKind.OTHER],
    )  # fmt: skip
