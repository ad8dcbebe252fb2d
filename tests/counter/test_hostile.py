"""What nobody should send, and what comes back: a page in plain words, and nothing done."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def test_every_answer_carries_the_security_headers(quiet_town: Any) -> None:
    for path in ("/dang-nhap", "/khong-co", "/static/desk.css", "/xac-minh"):
        headers = quiet_town.browser().get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_pages_of_persons_are_never_cached_and_static_files_are(town: Any) -> None:
    browser = town.browser("lan")
    assert browser.get(f"/muc/{town.entries[0].id}").headers["cache-control"] == "no-store"
    page = browser.get("/tra-cuu").text
    sheet = page[page.index("/static/desk.css?v=") :].split('"')[0]
    assert "immutable" in browser.get(sheet).headers["cache-control"]


def test_no_page_holds_script_or_style_of_its_own() -> None:
    for template in (ROOT / "counter" / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "<style" not in text
        assert ' style="' not in text
        assert " onclick" not in text
        assert text.count("<script") == text.count('<script src="{{ static(')
        assert "http://" not in text
        assert "https://" not in text


SCREENS = ["/tra-cuu", "/ky", "/so-cap", "/so-cap.csv", "/kiem-tra", "/tinh-trang", "/quet", "/muc/{}", "/muc/{}/soan",
           "/anh/muc/{}/trang/0", "/anh/muc/{}/o/nksHoTen", "/de-nghi/x", "/ban-sao/x",
           "/so-ho-tich", "/so-ho-tich/cac-quyen", "/so-ho-tich/quyen/giao-thu"]  # fmt: skip


@pytest.mark.parametrize("path", SCREENS)
def test_nothing_is_shown_to_who_is_not_signed_in(quiet_town: Any, path: str) -> None:
    answer = quiet_town.browser().get(path.format(quiet_town.entries[0].id))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/dang-nhap?tiep=")
    assert "Hương" not in answer.text


MAY_NOT = [
    ("khoa", "GET", "/ky"),
    ("lan", "GET", "/ky"),
    ("lan", "POST", "/ky/0"),
    ("binh", "POST", "/muc/{}/truong/nksHoTen"),
    ("binh", "POST", "/muc/{}/xac-nhan"),
    ("binh", "GET", "/muc/{}/soan"),
    ("khoa", "GET", "/muc/{}/soan"),
    ("khoa", "GET", "/so-cap"),
    ("luu", "POST", "/muc/{}/truong/nksHoTen"),
    ("quan", "GET", "/tra-cuu"),
    ("quan", "GET", "/muc/{}"),
    ("lan", "GET", "/so-ho-tich"),
    ("dao", "POST", "/so-ho-tich/quyen/giao-thu/khoa"),
    ("quan", "GET", "/anh/muc/{}/o/nksHoTen"),
]


@pytest.mark.parametrize(("who", "method", "path"), MAY_NOT)
def test_each_role_does_its_own_work_only(quiet_town: Any, who: str, method: str, path: str) -> None:
    browser = quiet_town.browser(who)
    where = path.format(quiet_town.entries[0].id)
    answer = browser.get(where) if method == "GET" else browser.post(where, {"viec": "dung", "phien_ban": "1"})
    assert answer.status_code == 403
    assert "DESK_NOT_ALLOWED" in answer.text
    assert quiet_town.house.entry(quiet_town.entries[0].id).version == 1


POSTS = ["/dang-xuat", "/muc/{}/truong/nksHoTen", "/muc/{}/xac-nhan", "/muc/{}/soan", "/kiem-tra"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "khác"])
def test_a_form_of_another_site_does_nothing(quiet_town: Any, path: str, token: str | None) -> None:
    browser = quiet_town.browser("lan")
    data = {"viec": "dung", "phien_ban": "1"} | ({"csrf": token} if token is not None else {})
    answer = browser.ask("POST", path.format(quiet_town.entries[0].id), data=data)
    assert answer.status_code == 403
    assert "DESK_FOREIGN_FORM" in answer.text
    assert quiet_town.house.entry(quiet_town.entries[0].id).version == 1
    assert browser.get("/tra-cuu").status_code == 200


def test_the_token_of_another_session_is_worth_nothing(town: Any) -> None:
    other = town.browser("minh").csrf()
    answer = town.browser("lan").ask("POST", "/dang-xuat", data={"csrf": other})
    assert answer.status_code == 403


PATHS = [
    "/muc/..%2f..%2fetc%2fpasswd",
    "/muc/KS-%00",
    "/muc/KS-0000000000",
    "/muc/" + "K" * 5000,
    "/muc/KS-' OR 1=1 --",
    "/anh/muc/KS-0000000000/trang/0",
    "/anh/muc/{}/trang/99",
    "/anh/muc/{}/trang/-1",
    "/anh/muc/{}/o/..%2f..%2fx",
    "/anh/muc/{}/o/khongCo",
    "/de-nghi/..%2f..%2fx",
    "/ban-sao/%00",
    "/ban-sao/" + "A" * 500,
    "/static/..%2f..%2fpyproject.toml",
    "/static/%2e%2e/app.py",
]


@pytest.mark.parametrize("path", PATHS)
def test_what_does_not_exist_is_a_plain_404(quiet_town: Any, path: str) -> None:
    answer = quiet_town.browser("lan").get(path.format(quiet_town.entries[0].id))
    assert answer.status_code == 404
    assert "(Mã: " in answer.text
    assert "Traceback" not in answer.text


def test_a_page_number_that_is_none_is_refused_in_plain_words(quiet_town: Any) -> None:
    answer = quiet_town.browser("lan").get(f"/anh/muc/{quiet_town.entries[0].id}/trang/một")
    assert answer.status_code == 422
    assert "DESK_BAD_REQUEST" in answer.text


def test_a_form_of_ten_megabytes_is_refused(quiet_town: Any) -> None:
    answer = quiet_town.browser("lan").post("/muc/KS-0000000000/soan", {"applicant": "a" * 10_000_000})
    assert answer.status_code == 413
    assert "DESK_TOO_LARGE" in answer.text


def test_a_body_that_does_not_say_its_length_is_refused_when_it_grows(town: Any) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"a=" + b"b" * 100_000 + b"&"

    answer = town.browser("lan").ask(
        "POST", "/dang-xuat", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413


def test_text_from_a_scan_is_shown_and_never_run(town: Any) -> None:
    entry = town.add({"nksHoTen": f"Nguyễn {EVIL}", "nksNgaySinh": "12/02/2016", "so": EVIL}, notes=(EVIL,), seed=7)
    browser = town.browser("minh")
    for path in (
        f"/muc/{entry.id}",
        f"/muc/{entry.id}?sua=nksHoTen",
        "/tra-cuu?q=nguyen",
        f"/tra-cuu?q={EVIL}&nam={EVIL}",
    ):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;" in browser.get(f"/muc/{entry.id}").text


def test_control_characters_never_reach_the_ledger(town: Any) -> None:
    entry = town.entries[0]
    answer = town.browser("lan").post(
        f"/muc/{entry.id}/truong/nksHoTen",
        {"viec": "sua", "text": "Nguyễn\x00 Thị\u202e Hương", "phien_ban": str(entry.version)},
    )
    assert answer.status_code == 303
    assert town.house.entry(entry.id).text("nksHoTen") == "Nguyễn Thị Hương"


def test_a_failure_nobody_foresaw_gives_a_number_and_no_details(town: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    town.house.doctor = broken
    with caplog.at_level(logging.ERROR):
        answer = town.browser("quan").get("/tinh-trang")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Những gì đã lưu trước đó vẫn còn nguyên" in answer.text
    number = answer.text.split("số sự cố ")[1][:6]
    assert any(number in record.getMessage() for record in caplog.records)


def test_the_public_page_gives_nothing_away_and_cannot_be_hammered(town: Any) -> None:
    browser = town.browser()
    for n in range(20):
        answer = browser.get(f"/xac-minh?so={n}&ma=AAAAA-AAAAA-AAAAA-AAAAA")
        assert answer.status_code == 200
        assert "Không có bản sao nào khớp" in answer.text
    answer = browser.get("/xac-minh?so=1&ma=AAAAA-AAAAA-AAAAA-AAAAA")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_the_desk_starts_without_the_scheduler(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from wiring import Settings, open_house; from counter import create_desk;"
        f"create_desk(open_house(Settings(home=Path({str(tmp_path)!r}))));"
        "print(sorted(m for m in ('prefect', 'cv2', 'onnxruntime', 'tesserocr') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
