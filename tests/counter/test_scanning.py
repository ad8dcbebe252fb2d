"""The scanner's screen: a page picture goes in, a verdict comes out, for archivists alone."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil
from PIL import ImageDraw

JSON = {"accept": "application/json"}


def page_picture(width: int = 1240, height: int = 1754, kind: str = "JPEG") -> bytes:
    """A sharp page of print-like words."""
    page = Pil.new("RGB", (width, height), (238, 234, 224))
    pen = ImageDraw.Draw(page)
    for y in range(120, height - 160, 48):
        pen.text((110, y), "Nguyen Van Minh sinh ngay 12 thang 5 nam 1988 tai Ha Noi", fill=(20, 20, 30), font_size=28)
    out = io.BytesIO()
    page.save(out, kind)
    return out.getvalue()


def send(browser: Any, data: bytes, name: str = "trang.jpg", book: str = "", **more: Any) -> Any:
    return browser.post("/quet", {"so": book}, files={"tep": (name, data, "image/jpeg")}, **more)


@pytest.mark.slow
def test_a_good_page_is_accepted_as_json_with_its_picture(town: Any) -> None:
    browser = town.browser("luu")
    told = send(browser, page_picture(), headers=JSON)
    assert told.status_code == 200
    body = told.json()
    assert body["ok"] is True
    assert (body["file"], body["width"], body["height"]) == ("trang.jpg", 1240, 1754)
    picture = browser.get(body["picture"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert max(Pil.open(io.BytesIO(picture.content)).size) == 1400
    assert town.browser("luu").get("/quet/anh/" + "0" * 32, headers=JSON).json()["error"]["code"] == "SCAN_PICTURE_GONE"


@pytest.mark.slow
def test_a_bad_page_says_what_where_and_what_next(town: Any) -> None:
    picture = np.array(Pil.open(io.BytesIO(page_picture())))
    picture[900:1100, :500] = (190, 130, 105)  # a hand from the left
    out = io.BytesIO()
    Pil.fromarray(picture).save(out, "PNG")
    browser = town.browser("luu")
    body = send(browser, out.getvalue(), headers=JSON).json()
    assert body["ok"] is False
    (fault,) = [f for f in body["faults"] if f["code"] == "SCAN_COVERED"]
    xs, ys = zip(*fault["region"], strict=True)
    assert max(xs) == pytest.approx(500, abs=40)
    assert (min(ys), max(ys)) == (pytest.approx(900, abs=40), pytest.approx(1100, abs=40))
    text = send(browser, out.getvalue(), "trang <3>.png").text
    assert "Quét lại trang này" in text
    assert "Ngón tay hoặc vật khác che trang ở nửa trái" in text
    assert "(Mã: SCAN_COVERED)" in text
    assert "trang &lt;3&gt;.png" in text
    assert 'src="/quet/anh/' in text


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "SCAN_NO_FILE"), (b"junk", "FILE_NOT_AN_IMAGE"), (page_picture(30, 30, "PNG"), "IMAGE_TOO_SMALL")],
)
def test_bad_input_gets_the_words_of_the_catalogue(town: Any, data: bytes, code: str) -> None:
    browser = town.browser("luu")
    told = send(browser, data, headers=JSON)
    assert told.status_code == 422
    assert told.json()["error"]["code"] == code
    shown = send(browser, data)
    assert shown.status_code == 422
    assert code in shown.text


def test_a_file_of_several_pages_is_refused(town: Any) -> None:
    out = io.BytesIO()
    pages = [Pil.new("L", (300, 400), 255) for _ in range(3)]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    told = send(town.browser("luu"), out.getvalue(), headers=JSON).json()
    assert told["error"]["code"] == "SCAN_ONE_PAGE"
    assert "3 trang" in told["error"]["vi"]


def test_only_archivists_judge_and_only_with_their_own_form(quiet_town: Any) -> None:
    for name in ("lan", "khoa", "binh", "dao", "quan"):
        browser = quiet_town.browser(name)
        assert browser.get("/quet").status_code == 403
        assert send(browser, b"x", headers=JSON).status_code == 403
        assert 'href="/quet"' not in browser.get("/kiem-tra").text
    luu = quiet_town.browser("luu")
    assert 'href="/quet"' in luu.get("/kiem-tra").text
    forged = luu.ask("POST", "/quet", data={"csrf": "x"}, files={"tep": ("a.jpg", b"x", "image/jpeg")}, headers=JSON)
    assert (forged.status_code, forged.json()["error"]["code"]) == (403, "DESK_FOREIGN_FORM")
    assert quiet_town.browser().ask("POST", "/quet", data={"csrf": "x"}).status_code == 401


def test_too_large_a_picture_is_refused_before_it_is_read(quiet_town: Any) -> None:
    told = send(quiet_town.browser("luu"), bytes(26_000_000), headers=JSON)
    assert (told.status_code, told.json()["error"]["code"]) == (413, "DESK_TOO_LARGE")


def test_a_marked_picture_is_for_whom_sent_the_page() -> None:
    from counter.marked import Marked
    from records.errors import NotFound

    marked = Marked()
    name = marked.keep("luu", b"jpeg")
    assert marked.get("luu", name) == b"jpeg"
    with pytest.raises(NotFound):
        marked.get("lan", name)
    for n in range(40):
        marked.keep("luu", str(n).encode())
    with pytest.raises(NotFound):
        marked.get("luu", name)


# --- pages of one book, one after the other ------------------------------------------------------


def other_bytes(data: bytes) -> bytes:
    """The same sheet scanned again: a little lighter, in other bytes."""
    out = io.BytesIO()
    Pil.open(io.BytesIO(data)).point(lambda v: min(255, v + 4)).save(out, "JPEG", quality=82)
    return out.getvalue()


def another_sheet() -> bytes:
    """A sheet of the same size with other writing on it."""
    page = Pil.new("RGB", (1240, 1754), (238, 234, 224))
    pen = ImageDraw.Draw(page)
    for n, y in enumerate(range(120, 1754 - 160, 48)):
        pen.text(
            (110 + 37 * (n * n % 11), y), f"Tran Thi Lan {n * 7919 % 1000} Ha Nam {n}", fill=(20, 20, 30), font_size=28
        )
    out = io.BytesIO()
    page.save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The entry numbers that are read on the pages sent, in turn; on all further ones none."""
    from pipeline import numbering

    waiting: list[list[Any]] = []
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: waiting.pop(0) if waiting else [])
    return waiting


def codes(told: Any) -> list[str]:
    return [fault["code"] for fault in told.json()["faults"]]


@pytest.mark.slow
def test_the_same_sheet_twice_in_one_book_is_told_also_after_a_restart(town: Any, numbers: list[list[Any]]) -> None:
    from counter import create_desk
    from tests.counter.conftest import Browser

    browser, first = town.browser("luu"), page_picture()
    assert codes(send(browser, first, "a.jpg", book="KS 2016", headers=JSON)) == []
    told = send(browser, other_bytes(first), "b.jpg", book=" KS  2016 ", headers=JSON)
    assert (told.json()["ok"], codes(told)) == (True, ["SCAN_TWICE"])
    assert "(tệp a.jpg)" in told.json()["faults"][0]["vi"]
    assert told.json()["run"] == {"name": "KS 2016", "pages": 2, "last": None, "again": False}
    assert codes(send(browser, another_sheet(), "c.jpg", book="KS 2016", headers=JSON)) == []
    third = Browser(create_desk(town.house, town.clock))
    third.sign_in("luu")
    shown = send(third, other_bytes(other_bytes(first)), "d.jpg", book="KS 2016").text
    assert "Trang này đã quét rồi (tệp a.jpg)" in shown or "Trang này đã quét rồi (tệp b.jpg)" in shown
    assert "Sổ đang quét: <b>KS 2016</b>" in shown and "4 trang đạt" in shown
    assert 'name="so" value="KS 2016"' in shown


@pytest.mark.slow
def test_another_book_and_a_book_begun_anew_know_nothing_of_earlier_pages(town: Any, numbers: list[list[Any]]) -> None:
    browser, first = town.browser("luu"), page_picture()
    for book in ("1", "2"):
        assert codes(send(browser, other_bytes(first), book=book, headers=JSON)) == []
    begun = browser.post("/quet/so-moi", {"so": "1"})
    assert (begun.status_code, begun.headers["location"]) == (303, "/quet?so=1")
    assert "chưa có trang nào" in browser.get("/quet?so=1").text
    assert codes(send(browser, first, book="1", headers=JSON)) == []
    assert codes(send(browser, first, book="2", headers=JSON)) == ["SCAN_TWICE"]


@pytest.mark.slow
def test_the_very_same_file_sent_again_counts_once(town: Any, numbers: list[list[Any]]) -> None:
    browser, first = town.browser("luu"), page_picture()
    send(browser, first, headers=JSON)
    told = send(browser, first, headers=JSON)
    assert codes(told) == []
    assert told.json()["run"] == {"name": "", "pages": 1, "last": None, "again": True}
    assert "Đúng tệp này đã gửi rồi, là trang đạt thứ 1" in send(browser, first).text


@pytest.mark.slow
def test_a_number_left_out_is_told_on_the_screen(town: Any, numbers: list[list[Any]]) -> None:
    from tests.pipeline.test_numbering import number

    browser = town.browser("luu")
    numbers += [[number("11")], [number("13")], [number("13")]]
    assert "số cuối 11" in send(browser, page_picture(), "a.jpg").text
    shown = send(browser, another_sheet(), "b.jpg").text
    assert "Số trang nhảy từ 11 sang 13" in shown and "(Mã: SCAN_NUMBER_JUMP)" in shown
    told = send(browser, another_sheet(), "b.jpg", headers=JSON)  # tried again, it hears the same
    assert (codes(told), told.json()["run"]["last"]) == (["SCAN_NUMBER_JUMP"], 13)


@pytest.mark.slow
def test_a_page_to_be_scanned_again_is_no_page_of_the_book(town: Any, numbers: list[list[Any]]) -> None:
    browser = town.browser("luu")
    told = send(browser, page_picture(500, 700), headers=JSON).json()
    assert (told["ok"], told["run"]["pages"]) == (False, 0)


def test_only_archivists_begin_a_book(quiet_town: Any) -> None:
    assert quiet_town.browser("lan").post("/quet/so-moi", {"so": "x"}).status_code == 403
    forged = quiet_town.browser("luu").ask("POST", "/quet/so-moi", data={"csrf": "x", "so": "x"})
    assert forged.status_code == 403
    evil = quiet_town.browser("luu").get("/quet?so=<script>")
    assert "<script>" not in evil.text.split("<main", 1)[1]


def test_a_run_keeps_its_last_pages_and_forgets_old_ones(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from counter import scan_runs
    from counter.scan_runs import RunPage, ScanRuns
    from counter.store import Store

    monkeypatch.setattr(scan_runs, "MOST_PAGES", 3)
    monkeypatch.setattr(scan_runs, "MOST_OF_ACCOUNT", 4)
    runs = ScanRuns(Store(tmp_path / "desk.db"))

    def add(name: str, n: int, now: float) -> None:
        runs.add("luu", name, RunPage(0, f"{n}", "x.jpg", b"p", n - 1, n), now)

    for n in range(1, 6):
        add("a", n, float(n))
    run = runs.find("luu", "a")
    assert ([page.place for page in run.pages], run.count, run.last) == ([3, 4, 5], 5, 5)
    assert set(run.before().prints) == {"x.jpg (3)", "x.jpg (4)", "x.jpg (5)"}
    again = run.sent("4")
    assert again is not None
    assert (set(run.before(again).prints), run.before(again).last) == ({"x.jpg (3)"}, 3)
    assert runs.find("lan", "a").pages == ()
    for n in range(1, 4):
        add("b", n, 10.0 + n)
    assert [page.place for page in runs.find("luu", "a").pages] == [5]
    add("c", 1, 5.5 + scan_runs.KEPT_SECONDS)
    assert (runs.find("luu", "a").count, runs.find("luu", "b").count) == (0, 3)
