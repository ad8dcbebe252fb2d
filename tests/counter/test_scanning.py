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


def send(browser: Any, data: bytes, name: str = "trang.jpg", **more: Any) -> Any:
    return browser.post("/quet", files={"tep": (name, data, "image/jpeg")}, **more)


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
