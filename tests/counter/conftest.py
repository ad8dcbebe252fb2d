"""A desk over a real house: real ledger, archive, index and signing; the entries are put in by hand.

``Town.desk`` answers through ASGI in the test's own process; no server runs.
"""

import asyncio
import datetime as dt
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image as Pil
from PIL import ImageDraw

import forms
from counter import create_desk, new_account
from records.codes import DeliveryKind, PageRole, PageStatus, Presence, RegisterKind, Role
from records.entries import Entry, FieldValue, Note
from records.errors import NotFound
from records.geometry import Box
from records.pages import DeliveredPage, Delivery, Evidence, PageImage, page_id
from records.readings import EngineIdentity, Reading
from wiring import House, Settings, open_house

PASSWORD = "mưa rào tháng sáu"
ENGINE = EngineIdentity("máy thử", "1", "0" * 64)
VALUES = {
    "so": "12",
    "quyenSo": "01/2016",
    "ngayDangKy": "05/03/2016",
    "nksHoTen": "Nguyễn Thị Thanh Hương",
    "nksNgaySinh": "12/02/2016",
    "nksNgaySinhBangChu": "Ngày mười hai tháng hai năm hai nghìn không trăm mười sáu",
    "nksGioiTinh": "Nữ",
    "nksDanToc": "Kinh",
    "nksQuocTich": "Việt Nam",
    "nksNoiSinh": "Bệnh viện Phụ sản Minh Họa",
    "nksQueQuan": "xã Minh Họa, huyện Minh Họa",
    "meHoTen": "Trần Thị Lan",
    "meNgaySinh": "1990",
    "chaHoTen": "Nguyễn Văn Đức",
    "chaNgaySinh": "1988",
}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


def _bytes(image: Pil.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@dataclass
class Town:
    """A house with people in it, and the desk they work at."""

    house: House
    clock: Clock
    desk: FastAPI
    entries: list[Entry] = field(default_factory=list)

    def browser(self, name: str = "", address: str = "10.0.0.1") -> "Browser":
        """Return a browser at *address*, signed in as *name* where given."""
        made = Browser(self.desk, address)
        if name:
            answer = made.sign_in(name)
            assert answer.status_code == 303, answer.text
        return made

    def add(self, values: dict[str, str], *, notes: tuple[str, ...] = (), seed: int = 0) -> Entry:
        """Put an entry with its drawn page into the house, as machine reading."""
        entry = add_entry(self.house, values, notes=notes, seed=seed)
        self.entries.append(entry)
        return entry

    def verify(self, entry: Entry, by: str = "lan") -> Entry:
        """Confirm every field as it was read, and the entry."""
        now = self.house.entry(entry.id)
        for one in now.fields:
            presence = Presence.BLANK if one.presence is Presence.NOT_READ else one.presence
            now = self.house.confirm_field(
                entry.id, one.column, presence, one.text, by=by, expected_version=now.version
            )
        for note in now.notes:
            now = self.house.read_note(entry.id, note.id, note.text, by=by, expected_version=now.version)
        return self.house.verify_entry(entry.id, by=by, expected_version=now.version).entry


class Browser:
    """A browser without scripts: it follows no redirect by itself and fills forms in from the page it was given."""

    def __init__(self, desk: FastAPI, address: str = "10.0.0.1") -> None:
        self._transport = httpx.ASGITransport(desk, raise_app_exceptions=False, client=(address, 50000))
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request; cookies are kept as a browser keeps them."""

        async def send() -> httpx.Response:
            client = httpx.AsyncClient(transport=self._transport, base_url="http://desk", cookies=self.cookies)
            async with client:
                answer = await client.request(method, path, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(send())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def sign_in(self, name: str, password: str = PASSWORD, path: str = "/dang-nhap") -> httpx.Response:
        page = self.get(path)
        return self.ask(
            "POST",
            "/dang-nhap",
            data={
                "csrf": hidden(page, "csrf"),
                "giu": hidden(page, "giu"),
                "tai_khoan": name,
                "mat_khau": password,
            },
        )

    def csrf(self) -> str:
        return hidden(self.get("/kiem-tra"), "csrf")

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Post a form with the token of this session."""
        return self.ask("POST", path, data={"csrf": self.csrf()} | (data or {}), **more)


def hidden(page: httpx.Response, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name} in\n{page.text[:2000]}"
    return found[1]


def add_entry(house: House, values: dict[str, str], *, notes: tuple[str, ...] = (), seed: int = 0) -> Entry:
    """Draw a page with *values*, deliver it, and record what a machine would have read."""
    columns = forms.edition("birth-2016").columns
    page = Pil.new("RGB", (1000, 80 + 44 * len(columns)), (250, 247, 240))
    pen = ImageDraw.Draw(page)
    boxes: dict[str, Box] = {}
    for n, column in enumerate(columns):
        box = Box(320, 40 + 44 * n, 640, 34)
        boxes[column] = box
        pen.text((40, box.y + 8), column, fill=(90, 90, 90))
        pen.line((box.x, box.bottom, box.right, box.bottom), fill=(150, 150, 150))
        pen.text((box.x + 8, box.y + 6), values.get(column, ""), fill=(30, 40, 120), font_size=22)
    pen.point((seed % 900, 2), fill=(0, 0, 0))
    data = _bytes(page, "PNG")
    digest = house.archive.put(data, "image/png")
    image = PageImage(page_id(digest, 1), digest, 1, page.width, page.height, 200.0)
    delivery = Delivery("giao-thu", DeliveryKind.BOOK, "Sổ thử", dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    try:
        seq = len(house.register.delivered_pages(delivery.id)) + 1
    except NotFound:
        seq = 1
    delivered = DeliveredPage(
        delivery.id, seq, f"page-{seq:04d}.png", image, PageStatus.DONE, None, PageRole.ENTRY,
        RegisterKind.BIRTH, "birth-2016",
    )  # fmt: skip
    house.register.open_delivery(delivery, [delivered])
    made = Entry(
        id=f"KS-{digest[:10]}",
        kind=RegisterKind.BIRTH,
        edition="birth-2016",
        pages=(image.id,),
        fields=tuple(
            _field(column, values.get(column), Evidence(image.id, boxes[column].polygon())) for column in columns
        ),
        notes=tuple(Note(f"n{i}", text, Evidence(image.id, boxes["ghiChu"].polygon())) for i, text in enumerate(notes)),
        delivery=delivery.id,
    )
    house.register.draft([made])
    house.project_delivery(delivery.id)
    return house.entry(made.id)


def _field(column: str, text: str | None, evidence: Evidence) -> FieldValue:
    if text is None:
        return FieldValue(column, Presence.BLANK, evidence=evidence, reading=Reading("", 0.97, ENGINE))
    kind = forms.edition("birth-2016").value_kind(column)
    return FieldValue(
        column, Presence.WRITTEN, text, forms.normalise(kind, text), evidence, Reading(text, 0.91, ENGINE)
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house built once, closed, for tests that change theirs to copy."""
    home = tmp_path_factory.mktemp("founded") / "home"
    for made in found_town(home, Clock()):
        close = getattr(made.house.register, "close", None)
        assert close is not None
        close()
    return home


@pytest.fixture
def town(tmp_path: Path, founded: Path, clock: Clock) -> Iterator[Town]:
    """A house with one entry and one account for each role; ``minh`` holds two."""
    home = tmp_path / "home"
    shutil.copytree(founded, home)
    house = open_house(Settings(home=home))
    made = Town(house, clock, create_desk(house, clock), list(house.register.entries()))
    yield made
    made.desk.state.desk.store.close()


@pytest.fixture(scope="module")
def quiet_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The same, shared by tests that change nothing."""
    yield from found_town(tmp_path_factory.mktemp("quiet") / "home", Clock())


def found_town(home: Path, clock: Clock) -> Iterator[Town]:
    """Build the house at *home*, its people and its first entry."""
    house = open_house(Settings(home=home))
    people = {
        "lan": ("Lê Thị Lan", {Role.CLERK}),
        "khoa": ("Phạm Văn Khoa", {Role.KEYER}),
        "binh": ("Đỗ Thanh Bình", {Role.OFFICER}),
        "luu": ("Vũ Thị Lưu", {Role.ARCHIVIST}),
        "dao": ("Bùi Quang Đạo", {Role.LEADER}),
        "quan": ("Hồ Văn Quản", {Role.OPERATOR}),
        "minh": ("Đặng Ngọc Minh", {Role.CLERK, Role.OFFICER}),
    }
    hashed = new_account("ai", "Ai", [Role.CLERK], PASSWORD).password_hash
    for name, (full, roles) in people.items():
        account = new_account(name, full, roles, PASSWORD) if name == "lan" else None
        house.register.put_account(account or replace(_account(name, full, frozenset(roles)), password_hash=hashed))
    made = Town(house, clock, create_desk(house, clock))
    made.add(VALUES)
    yield made
    made.desk.state.desk.store.close()


def _account(name: str, full: str, roles: frozenset[Role]):  # type: ignore[no-untyped-def]
    from records.accounts import Account

    return Account(name, full, roles, "")
