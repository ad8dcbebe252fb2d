"""Take the pictures of the desk and of an extract: ``python tools/screenshots.py [--out docs/images]``.

Only pictures that a page shows are taken. A sample book is made, digitised and searched in a house of its own that is
thrown away afterwards; one entry is confirmed from the known truth by a simulated keyer, one copy is issued. Needs
Chromium (``/usr/bin/chromium``).
"""

import argparse
import json
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import uvicorn
from pdf2image import convert_from_path
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from counter import create_desk, new_account  # noqa: E402
from forms import folded  # noqa: E402
from records.codes import DeliveryKind, Presence, Role  # noqa: E402
from records.entries import Entry  # noqa: E402
from records.progress import SilentProgress  # noqa: E402
from records.text import comparable  # noqa: E402
from samples.book import make_book  # noqa: E402
from samples.faults import spoil  # noqa: E402
from wiring import House, Settings, open_house  # noqa: E402

ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = secrets.token_urlsafe(16)
NAME = "nksHoTen"
NAMES = (NAME, "meHoTen", "chaHoTen")


@dataclass(frozen=True, slots=True)
class Furnished:
    """A house with a digitised sample book: one entry verified, the others as the machine left them."""

    house: House
    verified: Entry
    drafts: tuple[Entry, ...]
    names: dict[tuple[str, str], str]
    """(Entry, column) -> the name that truly stands there."""
    bad_scan: Path
    """A page with a finger on it."""
    book: str

    @property
    def misread(self) -> tuple[str, str]:
        """A name of a draft that was read wrong: in a mark if there is one, else in anything, else the last read."""
        read = {(e.id, column): e.text(column) for e in self.drafts for column in NAMES if e.text(column)}
        wrong = [at for at, text in read.items() if comparable(text) != comparable(self.names[at])]
        in_a_mark = [at for at in wrong if folded(read[at]) == folded(self.names[at])]
        return next(iter(in_a_mark + wrong), list(read)[-1])


def furnished(home: Path) -> Furnished:
    """Return a house with a digitised sample book, its first entry verified, and three accounts; a page is missing."""
    book = make_book(home / "book", cases=5, seed=5, formats=("jpeg",))
    (home / "scans").mkdir()
    entries = [t["file"] for t in map(json.loads, book.truth.read_text(encoding="utf-8").splitlines()) if t["entries"]]
    bad = home / "trang-co-ngon-tay.jpg"
    cv2.imwrite(
        str(bad), spoil(np.asarray(cv2.imread(str(home / "book" / entries[1])), np.uint8), "finger", 0.6, seed=4)
    )
    for image in book.images:
        if image.name != entries[2]:  # a page is missing
            image.rename(home / "scans" / image.name)
    house = open_house(Settings(home=home / "house"))
    taken = house.digitise(home / "scans", DeliveryKind.BOOK, SilentProgress(), book.authority)
    people = [("lan", "Lê Thị Lan", Role.CLERK), ("binh", "Đỗ Thanh Bình", Role.OFFICER)]
    people += [("son", "Vũ Thanh Sơn", Role.ARCHIVIST)]
    for name, full, role in people:
        house.register.put_account(new_account(name, full, [role], PASSWORD))
    truths = {t["file"]: t for t in map(json.loads, book.truth.read_text(encoding="utf-8").splitlines())}
    first, *drafts = house.every_entry()
    if not drafts:
        raise SystemExit("screenshots: the sample book gave too few entries")
    verify(house, first, fields_of(house, first, truths))
    names = {(e.id, column): str(fields_of(house, e, truths)[column]["text"]) for e in drafts for column in NAMES}
    return Furnished(house, house.entry(first.id), tuple(drafts), names, bad, taken.delivery)


def fields_of(house: House, entry: Entry, truths: dict[str, Any]) -> dict[str, Any]:
    """Return what truly stands in the fields of *entry*."""
    found: dict[str, Any] = truths[house.register.page(entry.pages[0]).file]["entries"][0]["fields"]
    return found


def verify(house: House, entry: Entry, fields: dict[str, Any]) -> None:
    """Confirm *entry* from the truth, as the simulated keyer does."""
    now = entry
    for field in entry.fields:
        text = fields.get(field.column, {"text": field.text})["text"]
        presence = Presence.WRITTEN if text else Presence.BLANK
        now = house.confirm_field(
            entry.id, field.column, presence, text, by="lan", expected_version=now.version, simulated=True
        )
    for note in now.notes:
        now = house.read_note(entry.id, note.id, note.text, by="lan", expected_version=now.version, simulated=True)
    house.verify_entry(entry.id, by="lan", expected_version=now.version)


@contextmanager
def served(house: House) -> Iterator[str]:
    """Serve the desk on a free port of loopback for the length of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_desk(house), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


def slim(file: Path, most: int = 400_000) -> None:
    """Write a picture of more than *most* bytes anew with a palette of 256 colours."""
    if file.stat().st_size > most:
        with Image.open(file) as picture:
            few = picture.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, kmeans=2)
        few.save(file, optimize=True)


class Camera:
    """Walks the desk and keeps a picture of each screen."""

    def __init__(self, page: Page, address: str, out: Path) -> None:
        self.page, self.address, self.out = page, address, out

    def go(self, path: str) -> None:
        """Open a screen."""
        self.page.goto(self.address + path)

    def take(self, name: str) -> None:
        """Keep a picture as ``desk-NAME.png``."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(600)
        self.page.screenshot(path=str(self.out / f"desk-{name}.png"))
        slim(self.out / f"desk-{name}.png")

    def sign_in(self, name: str) -> None:
        """Sign in as *name* in a fresh session."""
        self.page.context.clear_cookies()
        self.go("/dang-nhap")
        self.page.fill("#tai_khoan", name)
        self.page.fill("#mat_khau", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/tra-cuu")

    def walk(self, shown: Furnished, folder: Path) -> None:
        """Take all pictures. The issued extract is kept in *folder* under the name that the desk gives it."""
        ready = shown.verified
        self.sign_in("lan")
        self.go(f"/tra-cuu?q={folded(ready.text(NAME)).split()[0]}")  # as a hurried clerk types it: no marks
        self.take("tra-cuu")
        self.go(f"/muc/{shown.drafts[-1].id}?o={NAME}")
        self.take("muc")
        entry, column = shown.misread
        self.go(f"/muc/{entry}?sua={column}")
        self.page.fill("[data-edit]", shown.names[entry, column])  # the box opens with what the machine read
        self.page.click("[data-scan=field]")
        self.take("sua")
        self.go(f"/muc/{ready.id}/soan")
        for box, text in (
            ("applicant", "Người Yêu Cầu Minh Họa"),
            ("paper", "Căn cước 000000000000"),
            ("relation", "mẹ"),
        ):
            self.page.fill(f"#{box}", text)
        self.page.click("form.stack button.primary")
        self.page.wait_for_url("**/de-nghi/*")
        self.page.click("form.acts button.primary")
        self.page.wait_for_selector(".notice-verified")
        self.sign_in("binh")
        self.go("/ky")
        self.page.click(".hit-name")
        self.page.wait_for_url("**/ky/*")
        self.page.wait_for_load_state("networkidle")
        for _ in range(3):
            self.page.keyboard.press("ArrowRight")
        self.take("ky")
        for _ in range(self.page.locator(".compare li").count()):
            self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("s")
        self.page.wait_for_url("**/ban-sao/*")
        with self.page.expect_download() as download:
            self.page.click("#tai-ve")
        file = folder / download.value.suggested_filename  # the browser keeps it under a name nobody knows
        download.value.save_as(file)
        convert_from_path(file, dpi=90)[0].save(self.out / "extract.png")
        self.go("/kiem-tra")
        self.page.set_input_files("#tep", file)
        self.page.click("form.stack button.primary")
        self.page.wait_for_selector(".verdict")
        self.take("kiem-tra")
        self.sign_in("son")
        self.go("/quet")
        self.page.set_input_files("#tep", shown.bad_scan)
        self.page.wait_for_selector(".verdict, .notice, [class*=fault]")
        self.take("quet")
        self.go("/so-ho-tich")
        self.take("so-ho-tich")
        self.go(f"/so-ho-tich/quyen/{shown.book}")
        self.take("quyen")


def main() -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        shown = furnished(Path(home))
        with served(shown.house) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(60_000)
            Camera(page, address, out).walk(shown, Path(home))
            browser.close()
    print(f"screenshots: {len(list(out.glob('desk-*.png')))} pictures in {out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
