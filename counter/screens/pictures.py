"""Pictures of an entry: its pages and the crop of each field, only ever by way of the entry (a look is a look)."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from counter.gate import LOOKERS, Visit, desk_of, signed_in
from counter.screens.entry import known_entry
from records.entries import Entry
from records.errors import NotFound
from records.pages import Evidence

router = APIRouter()
PAGE_SIDE = 2600
"""Longest side of a page sent to the browser, in pixels: handwriting stays legible at twice its size."""
_HEIGHTS = {"": 96, "lon": 240}
_NOTE_HEIGHTS = {False: 160, True: 640}
"""Of the crop of a note in pixels: of one that lies, and of one that stands upright in a margin or is a loose slip."""
_MARGIN = 0.2
"""Room round a crop, as a part of its height."""
_KEEP = "private, max-age=300"


@router.get("/anh/muc/{entry_id}/trang/{n}")
def page(request: Request, entry_id: str, n: int, visit: Annotated[Visit, Depends(signed_in(*LOOKERS))]) -> Response:
    """Return page *n* (from 0) of an entry, or of its loose slips behind them, as JPEG."""
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    if not 0 <= n < len(entry.seen_on):
        raise NotFound("PICTURE_MISSING", entry=entry.id)
    desk.opened(entry.id, visit, "page", picture=True)
    wanted = entry.seen_on[n]
    made = desk.picture((wanted,), lambda: desk.house.pictures.page(wanted, PAGE_SIDE))
    return picture_of(request, made, "image/jpeg")


@router.get("/anh/muc/{entry_id}/o/{column}")
def crop(
    request: Request, entry_id: str, column: str, visit: Annotated[Visit, Depends(signed_in(*LOOKERS))], co: str = ""
) -> Response:
    """Return the crop of a field as PNG; *co* = ``lon`` is the large one."""
    entry = known_entry(desk_of(request), entry_id)
    field = entry.field(column)
    return _cut(request, visit, entry, field.evidence if field else None, _HEIGHTS.get(co, _HEIGHTS[""]))


@router.get("/anh/muc/{entry_id}/ghi-chu/{note_id}")
def note(
    request: Request, entry_id: str, note_id: str, visit: Annotated[Visit, Depends(signed_in(*LOOKERS))]
) -> Response:
    """Return the crop of a note as PNG, tall enough to read one that was written upright."""
    entry = known_entry(desk_of(request), entry_id)
    found = next((note for note in entry.notes if note.id == note_id), None)
    evidence = found.evidence if found else None
    tall = evidence is not None and (evidence.page not in entry.pages or (box := evidence.polygon.box()).h > box.w)
    return _cut(request, visit, entry, evidence, _NOTE_HEIGHTS[tall])


def _cut(request: Request, visit: Visit, entry: Entry, told: Evidence | None, height: int) -> Response:
    desk = desk_of(request)
    if told is None:
        raise NotFound("PICTURE_MISSING", entry=entry.id)
    desk.opened(entry.id, visit, "crop", picture=True)
    made = desk.picture(
        (told, height), lambda: desk.house.pictures.crop(told.page, told.polygon, margin=_MARGIN, height=height)
    )
    return picture_of(request, made, "image/png")


def picture_of(request: Request, data: bytes, media_type: str) -> Response:
    """Answer with a picture, or that the browser has it already."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
    headers = {"cache-control": _KEEP, "etag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)
