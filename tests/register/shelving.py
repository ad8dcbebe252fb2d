"""Deliveries of books made by hand: pages with the numbers that a machine would have read."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from PIL import Image

from records.codes import DeliveryKind, PageRole, PageStatus, Presence, RegisterKind
from records.entries import Entry, FieldValue
from records.geometry import Box
from records.pages import DeliveredPage, Delivery, Evidence, PageImage, PageProblem, StageResult, page_id
from records.ports import Archive, Register
from records.readings import Alternative, EngineIdentity, Reading

ENGINE = EngineIdentity("test", "1", "0" * 64)


def drawn(archive: Archive, name: str) -> PageImage:
    """Keep a small page of its own for *name*."""
    out = io.BytesIO()
    page = Image.new("RGB", (80, 120), (250, 247, 240))
    page.putdata([(n % 256, n // 7 % 256, 90) for n in name.encode() * 4])  # bytes of its own
    page.save(out, "PNG")
    master = archive.put(out.getvalue(), "image/png")
    return PageImage(page_id(master, 1), master, 1, 80, 120, 300.0)


def _shown(archive: Archive, picture: bytes) -> PageImage:
    master = archive.put(picture, "image/jpeg")
    width, height = Image.open(io.BytesIO(picture)).size
    return PageImage(page_id(master, 1), master, 1, width, height, 150.0)


def drafted(page: PageImage, number: str, delivery: str, *, others: Sequence[str] = (), **columns: str) -> Entry:
    """An entry whose number the machine read, with its *others*, further readings."""
    where = Evidence(page.id, Box(1, 1, 10, 4).polygon())
    read = Reading(number, 0.9, ENGINE, tuple(Alternative(text, 0.05) for text in others))
    fields = [FieldValue("so", Presence.WRITTEN, number, number, where, read)]
    fields += [FieldValue(column, Presence.WRITTEN, text, text, where) for column, text in columns.items()]
    return Entry(f"KS-{page.id[:10]}", RegisterKind.BIRTH, "birth-2016", (page.id,), tuple(fields), delivery=delivery)


def hand_in(
    register: Register,
    archive: Archive,
    delivery: str,
    numbers: Sequence[str | None],
    *,
    day: int = 1,
    label: str = "sổ",
    authority: str = "UBND phường A",
    pictures: Mapping[int, bytes] = MappingProxyType({}),
    **columns: str,
) -> None:
    """Hand in a delivery whose pages have the numbers given; None is a page that holds no entry.

    *pictures* are the pages, by place from 1, that show something.
    """
    pages, entries = [], []
    for seq, number in enumerate(numbers, start=1):
        page = _shown(archive, pictures[seq]) if seq in pictures else drawn(archive, f"{delivery}-{seq}")
        file = f"{delivery}-{seq:02d}.png"
        placed = DeliveredPage(delivery, seq, file, page, PageStatus.DONE, role=PageRole.ENTRY)
        if number is None:
            placed = replace(placed, role=PageRole.BLANK, problem=PageProblem("PAGE_BLANK"))
        else:
            written = {"nksHoTen": "Nguyễn Thị Lan", "ngayDangKy": f"2017-01-{min(seq, 28):02d}"} | columns
            entries.append(drafted(page, number, delivery, **written))
        pages.append(placed)
    at = dt.datetime(2026, 11, day, 8, tzinfo=dt.UTC)
    register.open_delivery(Delivery(delivery, DeliveryKind.BOOK, label, at, (), authority), pages)
    register.draft(entries)


def closes(register: Register, delivery: str, seq: int, **figures: tuple[int | None, float] | None) -> DeliveredPage:
    """Make a page without an entry the closing page of its book, on which a machine read *figures*.

    Each is (number, confidence), or None where the room for it was left blank. Without any, nobody read the page.
    """
    (page,) = register.delivered_pages(delivery, seq=seq)
    page = replace(page, role=PageRole.CLOSING, problem=None)
    register.settle_page(page)
    rows = []
    for k, (name, said) in enumerate(figures.items()):
        number, sure = said or (None, 0.0)
        row = {"figure": name, "presence": "written" if said else "blank", "text": str(number or "")}
        outline = [[5.0, 10.0 + 9 * k], [40.0, 10.0 + 9 * k], [40.0, 18.0 + 9 * k], [5.0, 18.0 + 9 * k]]
        rows.append(row | {"number": number, "confidence": sure, "reading": None, "outline": outline})
    payload: dict[str, object] = {"entries": [], "closing": {"figures": rows}} if figures else {"entries": []}
    register.record_stage(StageResult(page.page.id, "read", "12" if figures else "9", payload, 0.1))
    return page


def loose(register: Register, delivery: str, seq: int, text: str, *, size: float = 0.5) -> DeliveredPage:
    """Make a page without an entry a sheet of no known form that says *text*; it is *size* of a page high."""
    for page in register.delivered_pages(delivery):
        if page.seq != seq and page.role is PageRole.ENTRY:
            _sheet(register, page, "", 1.0)
            register.settle_page(replace(page, edition="birth-2016"))
    (page,) = register.delivered_pages(delivery, seq=seq)
    _sheet(register, page, text, size)
    unknown = PageProblem("EDITION_UNKNOWN")
    page = replace(page, role=PageRole.OTHER, status=PageStatus.WAITING, problem=unknown, edition=None)
    register.settle_page(page)
    return page


def _sheet(register: Register, page: DeliveredPage, text: str, size: float) -> None:
    """Keep what preparation saw of a page: its paper, and its printed words."""
    words = [[word, 10.0 * k, 5.0, 9.0, 4.0, 0.9, 0] for k, word in enumerate(text.split())]
    box = Box(0, 0, page.page.width, size * page.page.height).polygon()
    engine = {"name": "test", "version": "1", "model": "", "calibrated": False}
    told: dict[str, object] = {"words": words, "engine": engine, "sheet": [[p.x, p.y] for p in box.points]}
    register.record_stage(StageResult(page.page.id, "prepare", "test", told, 0.1))
