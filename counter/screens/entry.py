"""Mục hộ tịch: the scan beside the fields, each confirmed or corrected in place."""

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from counter import present, words
from counter.amending import FIELDS, amendments_of
from counter.desk import Desk
from counter.gate import CONFIRMERS, DRAFTERS, LOOKERS, Posted, Visit, desk_of, posted, signed_in
from records.codes import EntryState, Presence
from records.entries import Entry, FieldValue
from records.errors import Conflict, KhongChoError, NotFound, WrongUse
from records.pages import PageId

router = APIRouter()
_ID = re.compile(r"[A-Za-z]{1,10}-[0-9A-Za-z]{1,40}")


NOTHING = dict.fromkeys(("id", *FIELDS), "")
"""The form of a note before anybody typed into it."""


def known_entry(desk: Desk, entry_id: str) -> Entry:
    """Return an entry. An id that cannot be one is not even looked for. Raises NotFound."""
    if not _ID.fullmatch(entry_id):
        raise NotFound("ENTRY_UNKNOWN", entry=entry_id[:60])
    return desk.house.entry(entry_id)


@router.get("/muc/{entry_id}")
def show(
    request: Request, entry_id: str, visit: Annotated[Visit, Depends(signed_in(*LOOKERS))], sua: str = "", o: str = ""
) -> Response:
    """Show an entry; *sua* is the column being corrected, *o* the one to stand at."""
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    if request.headers.get("hx-request") != "true":
        desk.opened(entry.id, visit, "entry")
    editing = sua if visit.confirms and entry.field(sua) else ""
    kept = desk.sessions.take_kept(
        visit.session, f"{request.url.path}?{request.url.query}" if sua else request.url.path
    )
    return _page(request, entry, editing=editing, current=editing or o, typed=kept.get("text"))


@router.post("/muc/{entry_id}/truong/{column}")
def decide(
    request: Request,
    entry_id: str,
    column: str,
    visit: Annotated[Visit, Depends(signed_in(*CONFIRMERS))],
    form: Annotated[Posted, Depends(posted)],
) -> Response:
    """Keep what a person says stands in a field."""
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    field = entry.field(column)
    if field is None:
        raise NotFound("FIELD_UNKNOWN", entry=entry.id, column=column[:60])
    version = form.number("phien_ban")
    presence, text = _said(form, field)
    try:
        decided = desk.house.confirm_field(
            entry.id, column, presence, text, by=visit.account.name, expected_version=-1 if version is None else version
        )
    except Conflict:
        now = known_entry(desk, entry_id)
        clash = {"column": column, "text": text, "presence": presence}
        return _page(request, now, current=column, clash=clash, status=409)
    except WrongUse as e:
        return _page(request, entry, editing=column, current=column, typed=text, refused=e, status=422)
    following = _next_open(decided, column)
    if request.headers.get("hx-request") == "true":
        return _page(request, decided, current=following, said=f"Đã lưu: {present.label(decided.edition, column)}.")
    return RedirectResponse(f"/muc/{entry.id}?o={following}#o-{following}", 303)


def _said(form: Posted, field: FieldValue) -> tuple[Presence, str]:
    match form.text("viec"):
        case "trong":
            return Presence.BLANK, ""
        case "mo":
            return Presence.ILLEGIBLE, ""
        case "dung":  # as the screen showed it, which the version holds fast
            return field.presence, field.text
        case _:
            return Presence.WRITTEN, form.text("text")


@router.post("/muc/{entry_id}/ghi-chu/{note_id}")
def read_note(
    request: Request,
    entry_id: str,
    note_id: str,
    visit: Annotated[Visit, Depends(signed_in(*CONFIRMERS))],
    form: Annotated[Posted, Depends(posted)],
) -> Response:
    """Keep that a note was read, with its words and what it changes; *them* adds to what was said of it before."""
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    version = form.number("phien_ban")
    note = next((note for note in entry.notes if note.id == note_id), None)
    if note is None:
        raise NotFound("NOTE_UNKNOWN", entry=entry.id, note=note_id[:60])
    try:
        changes = amendments_of(form, entry, entry.current(desk.today))
        now = desk.house.read_note(
            entry.id,
            note_id,
            form.text("text"),
            by=visit.account.name,
            expected_version=-1 if version is None else version,
            amendments=(*(note.amendments if form.text("them") else ()), *changes),
            wordless=bool(form.text("khong_chu")),
        )
    except WrongUse as e:
        typed = {name: form.text(name) for name in FIELDS}
        return _page(request, entry, note_form=typed | {"id": note_id}, refused=e, status=422)
    if request.headers.get("hx-request") == "true":
        return _page(request, now, said="Đã lưu ghi chú.")
    return RedirectResponse(f"/muc/{entry.id}#ghi-chu", 303)


@router.post("/muc/{entry_id}/xac-nhan")
def verify(
    request: Request,
    entry_id: str,
    visit: Annotated[Visit, Depends(signed_in(*CONFIRMERS))],
    form: Annotated[Posted, Depends(posted)],
) -> Response:
    """Make an entry with no open questions verified."""
    desk = desk_of(request)
    entry = known_entry(desk, entry_id)
    version = form.number("phien_ban")
    desk.house.verify_entry(entry.id, by=visit.account.name, expected_version=-1 if version is None else version)
    return RedirectResponse(f"/muc/{entry.id}", 303)


def _next_open(entry: Entry, column: str) -> str:
    columns = [f.column for f in entry.fields]
    at = columns.index(column)
    order = columns[at + 1 :] + columns[:at]
    still = {f.column for f in entry.fields if not f.decided}
    return next((c for c in order if c in still), column)


def _page(
    request: Request,
    entry: Entry,
    *,
    editing: str = "",
    current: str = "",
    typed: str | None = None,
    clash: dict[str, Any] | None = None,
    refused: KhongChoError | None = None,
    note_form: dict[str, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    desk = desk_of(request)
    visit: Visit = request.state.visit
    partial = request.headers.get("hx-request") == "true"
    open_columns = entry.open_questions()
    decided = sum(f.decided for f in entry.fields)
    sections = present.sections(entry, desk.today)
    lines = [line for section in sections for line in section.rows]
    if clash is not None:
        before = next(line for line in lines if line.column == clash["column"])
        clash["by"] = desk.full_name(before.by) if before.by else ""
    return desk.page(
        request, "fields.html" if partial else "entry.html", status=status,
        entry=entry, title=present.headline(entry), kind=words.KINDS[entry.kind], state=words.STATES[entry.state],
        sections=sections, editing=editing, current=current or (open_columns[0] if open_columns else ""),
        typed=typed, clash=clash, refused=refused,
        note_form=note_form or NOTHING, nothing=NOTHING, said=said, open_questions=open_columns, decided=decided,
        scans=json.dumps(scans(desk, entry)), people={line.by: desk.full_name(line.by) for line in lines if line.by},
        history=[] if partial else _history(desk, entry), requests=[] if partial else desk.waiting.of_entry(entry.id),
        may_confirm=visit.confirms and entry.state is not EntryState.WITHDRAWN,
        may_draft=visit.may(*DRAFTERS) and entry.state is EntryState.VERIFIED,
    )  # fmt: skip


def scans(desk: Desk, entry: Entry) -> list[dict[str, Any]]:
    """Return for each page of an entry its address, its size and the outlines of its fields (x, y, w, h in pixels)."""
    out: list[dict[str, Any]] = []
    for n, page in enumerate(entry.seen_on):
        image = desk.house.register.page(page).page
        out.append(
            {
                "src": f"/anh/muc/{entry.id}/trang/{n}",
                "w": image.width,
                "h": image.height,
                "fields": _outlines(entry, page),
            }
        )
    return out


def _outlines(entry: Entry, page: PageId) -> dict[str, list[float]]:
    found = {}
    for field in entry.fields:
        if field.evidence is not None and field.evidence.page == page:
            box = field.evidence.polygon.box()
            found[field.column] = [round(box.x, 1), round(box.y, 1), round(box.w, 1), round(box.h, 1)]
    return found


def _history(desk: Desk, entry: Entry) -> list[dict[str, Any]]:
    told = {
        "access": "mở xem",
        "field decided": "xác nhận trường",
        "verification": "xác nhận mục",
        "issue": "cấp bản sao",
        "ingestion": "nhận ảnh",
        "note read": "đọc ghi chú",
        "note tied": "ghép tờ rời",
        "note untied": "gỡ tờ rời",
        "withdrawal": "rút mục",
        "given to a book": "chuyển về đúng sổ",
    }
    made: list[dict[str, Any]] = []
    for chained in desk.house.register.events(entry.id, limit=200):
        event = chained.event
        column = event.detail.get("column", "")
        made.append(
            {
                "at": event.at,
                "who": desk.full_name(event.agent),
                "what": told.get(event.event_type, event.event_type),
                "of": present.label(entry.edition, column) if column else "",
            }
        )
    return sorted(made, key=lambda line: line["at"], reverse=True)[:30]
