"""One walk through the desk in Chromium, with the keyboard alone; every screen on the way is looked at by axe-core."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.register.shelving import closes, hand_in

pytestmark = [pytest.mark.servers, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "mưa rào tháng sáu"


@pytest.fixture
def address(town: Any) -> Iterator[str]:
    """The desk behind a real server on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(town.desk, host="127.0.0.1", port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started, "the desk did not start within 30 seconds"
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of 1366 x 768 in the system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
        context.set_default_timeout(60_000)
        yield context.new_page()
        browser.close()


class Walker:
    """Somebody without a mouse."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", lambda m: self.faults.append(m.text) if "Content Security Policy" in m.text else None)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, what: str) -> None:
        """Press Tab until the element *what* has the focus: nothing may be out of the keyboard's reach."""
        for _ in range(120):
            if self.page.evaluate("(what) => document.activeElement?.matches(what)", what):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never reached {what} on {self.page.url}")

    def look(self) -> None:
        """Let axe-core look at the screen."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        told = self.page.evaluate("axe.run().then((told) => told.violations)")
        assert told == [], f"{self.page.url}: " + "; ".join(f"{v['id']}: {v['nodes'][0]['html']}" for v in told)

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/")
        self.page.keyboard.type(name)
        self.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url("**/tra-cuu")

    def sign_out(self) -> None:
        self.tab_to('form[action="/dang-xuat"] button')
        self.press("Enter")
        self.page.wait_for_url("**/dang-nhap")


def test_the_whole_road_with_the_keyboard_alone(town: Any, page: Any, address: str, tmp_path: Path) -> None:
    entry = town.entries[0]
    walker = Walker(page, address)

    # sign in
    page.goto(address)
    walker.look()
    walker.sign_in("lan")
    walker.look()

    # find without diacritics, as one types
    page.keyboard.type("nguyen thi thanh huong")
    page.wait_for_selector(".hit-name")
    walker.look()
    page.wait_for_url("**/tra-cuu?q=nguyen*")
    walker.press("ArrowDown", "Enter")
    page.wait_for_url(f"**/muc/{entry.id}")
    page.wait_for_selector(".row:focus")
    walker.press("Escape")
    page.wait_for_selector(".hit-name")
    assert page.input_value("#q") == "nguyen thi thanh huong"
    walker.tab_to(".hit-name")
    walker.press("Enter")
    page.wait_for_url(f"**/muc/{entry.id}")

    # compare and confirm: the first by Enter's long way (correct), all others as they stand in the book
    page.wait_for_selector(".openseadragon-canvas")
    walker.look()
    walker.press("Space")
    page.wait_for_selector(".row.is-zoomed")
    walker.press("Space", "j", "k", "p", "e")
    page.wait_for_selector("[data-edit]:focus")
    walker.look()
    page.keyboard.type("13")
    walker.press("Enter")
    page.wait_for_selector("#o-so .state-verified")
    assert town.house.entry(entry.id).text("so") == "13"
    for done in range(2, len(entry.fields) + 1):
        walker.press("c")
        page.wait_for_selector(f'progress[value="{done}"]')
        page.wait_for_selector("#muc:not(.htmx-settling) .row.is-current")
    assert town.house.entry(entry.id).open_questions() == ()
    walker.tab_to("#xac-nhan-muc")
    walker.press("Enter")
    page.wait_for_selector(f'a[href="/muc/{entry.id}/soan"]')
    walker.look()

    # draft
    walker.tab_to(f'a[href="/muc/{entry.id}/soan"]')
    walker.press("Enter")
    page.wait_for_url("**/soan")
    walker.look()
    for text in ("Lê Văn Thử", "Căn cước 001000000001", "cha"):
        page.keyboard.type(text)
        walker.press("Tab")
    walker.tab_to("button.primary")
    walker.press("Enter")
    page.wait_for_url("**/de-nghi/*")
    walker.look()
    assert page.evaluate("document.querySelector('.paper').naturalWidth") > 0
    walker.press("Enter")
    page.wait_for_selector(".notice-verified")
    walker.sign_out()

    # the officer compares each value and signs
    walker.sign_in("binh")
    page.goto(f"{address}/ky")
    walker.look()
    walker.press("Enter")
    page.wait_for_url("**/ky/*")
    walker.look()
    count = page.locator(".compare li").count()
    walker.press("s")
    page.wait_for_selector("[role=alert]")
    for _ in range(count):
        walker.press("ArrowRight")
    assert "có thể ký" in page.locator("#dem").inner_text()
    walker.press("s")
    page.wait_for_url("**/ban-sao/*")
    walker.look()

    # download, and verify that very file
    with page.expect_download() as download:
        walker.press("Enter")
    file = tmp_path / "ban-sao.pdf"
    download.value.save_as(file)
    for path in ("/so-cap", "/tinh-trang", "/kiem-tra"):
        page.goto(address + path)
        walker.look()
    page.set_input_files("#tep", file)
    walker.tab_to("form.stack button.primary")
    walker.press("Enter")
    page.wait_for_selector(".verdict.good")
    walker.look()
    done = town.desk.state.desk.waiting.of_entry(entry.id)[0]
    page.goto(f"{address}/xac-minh?so={done.number}&ma={done.code}")
    page.wait_for_selector(".verdict.good")
    walker.look()
    assert walker.faults == []


def test_a_book_is_explained_and_closed_with_the_keyboard_alone(town: Any, page: Any, address: str) -> None:
    hand_in(town.house.register, town.house.archive, "d1", ["1", "2", "4", None])
    walker = Walker(page, address)
    page.goto(address)
    walker.sign_in("luu")
    walker.tab_to('a[href="/so-ho-tich"]')
    walker.press("Enter")
    page.wait_for_url("**/so-ho-tich")
    walker.look()
    walker.tab_to('.tile[href*="nam=2017"]')
    walker.press("Enter")
    page.wait_for_url("**/so-ho-tich/quyen/d1")
    walker.look()
    walker.tab_to('input[name="ly_do"]')
    for reason in ("Số hủy", "Trang gạch chéo", "Sổ hết ở số 4"):  # after each the hands stand at the next
        page.wait_for_selector('input[name="ly_do"]:focus')
        page.keyboard.type(reason)
        with page.expect_navigation():
            walker.press("Enter")
    page.wait_for_selector(".closing button:focus")
    walker.press("Enter")
    page.wait_for_selector(".entry-head .state-verified")
    walker.look()
    assert town.house.register.closed_books() == {"d1"}
    assert walker.faults == []


def test_the_totals_of_a_closing_page_are_taken_over_with_the_keyboard_alone(
    town: Any, page: Any, address: str
) -> None:
    hand_in(town.house.register, town.house.archive, "d1", ["1", "2", "3", None])
    closes(town.house.register, "d1", 4, first=(1, 0.8), last=(4, 0.9), events=(3, 0.97), pages=None)
    walker = Walker(page, address)
    page.goto(address)
    walker.sign_in("luu")
    page.goto(f"{address}/so-ho-tich/quyen/d1")
    walker.look()
    walker.press("t")
    page.wait_for_selector("[data-take=first]:focus")
    walker.press("t", "t")
    page.wait_for_selector("[data-take=events]:focus")
    with page.expect_navigation():
        walker.press("Enter")
    page.wait_for_selector("[data-take=first]:focus")
    with page.expect_navigation():
        walker.press("Enter")
    page.wait_for_selector("[data-take=last]:focus")
    walker.look()
    said = town.house.books.account("d1").standing.stated
    assert (said.first, said.last, said.events, said.pages) == (1, None, 3, None)
    assert walker.faults == []


def test_a_book_is_scanned_page_by_page_with_the_keyboard_alone(
    town: Any, page: Any, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import numbering
    from tests.counter.test_scanning import another_sheet, other_bytes, page_picture
    from tests.pipeline.test_numbering import number

    waiting = [[number("11")], [number("13")], [number("11")], [number("14")]]
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: waiting.pop(0))
    sheets = {"t1.jpg": page_picture(), "t2.jpg": another_sheet(), "t3.jpg": other_bytes(page_picture())}
    for name, data in sheets.items():
        (tmp_path / name).write_bytes(data)
    walker = Walker(page, address)
    page.goto(address)
    walker.sign_in("luu")
    walker.tab_to('a[href="/quet"]')
    walker.press("Enter")
    page.wait_for_url("**/quet")
    walker.look()
    walker.press("n")
    page.wait_for_selector("#so-moi:focus")
    page.keyboard.type("Khai sinh 2016, quyển n")
    walker.press("Enter")
    page.wait_for_url("**/quet?so=*")
    for name, words in (("t1.jpg", "1 trang đạt"), ("t2.jpg", "từ 11 sang 13"), ("t3.jpg", "đã quét rồi (tệp t1.jpg)")):
        walker.tab_to("#tep")
        with page.expect_navigation():
            page.set_input_files("#tep", str(tmp_path / name))
        page.wait_for_selector(".verdict:focus")
        walker.look()
        assert words in page.inner_text("main")
        assert "Sổ đang quét: Khai sinh 2016, quyển n" in page.inner_text(".run")
    walker.press("n")
    page.wait_for_selector("#so-moi:focus")
    with page.expect_navigation():  # the address may be the same before and after
        walker.press("Enter")  # a book without a name
    assert "chưa có trang nào" in page.inner_text(".run")
    assert walker.faults == []
