import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from records.codes import DeliveryKind, PageStatus, Presence, RegisterKind
from records.entries import Entry, FieldValue, Note
from records.geometry import Box
from records.pages import DeliveredPage, Delivery, Digest, Evidence, PageImage, page_id
from records.readings import EngineIdentity, Reading
from wiring import House, Settings, open_house

MASTER = Digest("ab" * 32)
PAGE = page_id(MASTER, 1)
WRITTEN = {
    "so": "12",
    "quyenSo": "01/2017",
    "ngayDangKy": "13/3/2017",
    "nksHoTen": "Nguyễn Thị Hường",
    "nksNgaySinh": "1/3/2017",
}


def draft_entry(entry_id: str = "KS-0000000001") -> Entry:
    """A birth entry as the machine leaves it: one name misread, one field blank, one not read, one note."""
    engine = EngineIdentity("test", "1", "0" * 64)
    where = Evidence(PAGE, Box(10, 10, 100, 20).polygon())
    fields = [
        FieldValue(column, Presence.WRITTEN, text, text, where, Reading(text, 0.9, engine))
        for column, text in WRITTEN.items()
    ]
    fields.append(FieldValue("nksDanToc", Presence.BLANK, evidence=where))
    fields.append(FieldValue("nksGioiTinh", Presence.NOT_READ, evidence=where))
    return Entry(
        entry_id,
        RegisterKind.BIRTH,
        "birth-2016",
        (PAGE,),
        tuple(fields),
        notes=(Note("n1", "Ghi chú máy đọc", where),),
        delivery="d1",
    )


def with_delivery(house: House, *entries: Entry) -> None:
    page = PageImage(PAGE, MASTER, 1, 2480, 3508, 300.0)
    delivery = Delivery("d1", DeliveryKind.BOOK, "sổ thử", dt.datetime.now(dt.UTC))
    house.register.open_delivery(delivery, [DeliveredPage("d1", 1, "p1.jpg", page, PageStatus.DONE)])
    house.register.draft(list(entries))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house on SQLite and the embedded index, with one draft entry that is in the index."""
    made = open_house(Settings(home=tmp_path / "home"))
    with_delivery(made, draft_entry())
    made.project_delivery("d1")
    return made


def silent(house: House) -> House:
    """The same house with a search engine that does not answer."""
    search = replace(house.settings.search, engine="elasticsearch", url="http://127.0.0.1:9")
    return open_house(replace(house.settings, search=search))
