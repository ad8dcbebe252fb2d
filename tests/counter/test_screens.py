"""The screens, one by one, without scripts: what stands on them and what they do."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from PIL import Image

from counter.screens.checking import answers
from records.codes import DeliveryKind, EntryState, PageStatus, Presence
from records.errors import PartUnavailable
from records.extracts import VerificationReport
from records.messages import message
from records.pages import DeliveredPage, Delivery, PageImage, StageResult, page_id


def test_search_finds_without_marks_and_says_why(town: Any) -> None:
    text = town.browser("lan").get("/tra-cuu?q=nguyen thi thanh huong&nam=2017&lech=2").text
    assert "Nguyễn Thị Thanh Hương" in text
    assert "12/02/2016" in text
    assert "Trần Thị Lan" in text
    assert "quyển 01/2016" in text
    assert message("WHY_FOLDED").vi in text
    assert message("WHY_YEAR_NEAR").vi in text
    assert "Chưa xác nhận" in text


def test_search_as_one_types_sends_the_results_alone(town: Any) -> None:
    answer = town.browser("lan").get("/tra-cuu?q=huong", headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert "Nguyễn Thị Thanh Hương" in answer.text


def test_a_paper_is_found_and_shown_beside_its_text(town: Any) -> None:
    drawn = io.BytesIO()
    Image.new("L", (600, 800), 240).save(drawn, "PNG")
    data = town.house.archive.put(drawn.getvalue(), "image/png")
    page = page_id(data, 1)
    placed = DeliveredPage("papers", 1, "to-trinh.png", PageImage(page, data, 1, 600, 800, None), PageStatus.DONE)
    received = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
    town.house.register.open_delivery(Delivery("papers", DeliveryKind.DOSSIER, "thanh-ly", received), [placed])
    words = [["Thanh", 10, 10, 60, 20, 0.9, 1], ["lý", 80, 10, 20, 20, 0.9, 1]]
    engine = {"name": "tesseract", "version": "5", "model": "", "calibrated": False}
    town.house.register.record_stage(StageResult(page, "prepare", "x", {"words": words, "engine": engine}, 1.0))
    town.house.project_delivery("papers")
    browser = town.browser("lan")
    found = browser.get("/tra-cuu", params={"q": "thanh ly"}).text
    assert f'href="/giay/{page}"' in found
    assert "to-trinh.png" in found
    shown = browser.get(f"/giay/{page}").text
    assert "Thanh lý" in shown
    assert browser.get(f"/anh/giay/{page}").headers["content-type"] == "image/jpeg"
    assert browser.get("/giay/nothing").status_code == 404
    entry = town.entries[0]
    assert browser.get(f"/anh/giay/{entry.pages[0]}").status_code == 404  # a page of a book has people on it


def test_nothing_found_says_what_was_tried_and_what_next(town: Any) -> None:
    text = town.browser("lan").get("/tra-cuu?q=Hoàng Khôi&nam=1950").text
    assert "Không tìm thấy “Hoàng Khôi”, sinh năm 1950" in text
    assert "Đã thử" in text
    assert "bỏ năm sinh" in text


def test_a_misspelt_year_is_told_beside_its_box(town: Any) -> None:
    text = town.browser("lan").get("/tra-cuu?q=huong&nam=88").text
    assert "bốn chữ số" in text
    assert 'aria-invalid="true"' in text


def test_an_entry_opens_by_its_id(town: Any) -> None:
    entry = town.entries[0]
    assert town.browser("lan").get(f"/tra-cuu?q={entry.id}").headers["location"] == f"/muc/{entry.id}"


def test_a_silent_index_is_told_with_what_still_works(town: Any) -> None:
    def silent(_: object) -> None:
        raise PartUnavailable("DESK_ASSETS_MISSING", files="x")

    town.house.find = silent
    answer = town.browser("lan").get("/tra-cuu?q=huong")
    assert answer.status_code == 503
    assert "Vẫn mở được một mục bằng mã mục" in answer.text


def test_a_value_never_stands_without_its_state(town: Any) -> None:
    text = town.browser("lan").get(f"/muc/{town.entries[0].id}").text
    rows = re.findall(r'<li class="row.*?</li>', text, re.S)
    assert len(rows) == len(town.entries[0].fields)
    for row in rows:
        assert re.search(r'class="state state-\w+"><span class="sign" aria-hidden="true">[✓○?–✗…]</span> \w', row)
        assert "/anh/muc/" in row


def test_looking_at_an_entry_is_written_into_the_chain(town: Any) -> None:
    entry = town.entries[0]
    browser = town.browser("binh")
    browser.get(f"/anh/muc/{entry.id}/o/nksHoTen")
    browser.get(f"/muc/{entry.id}")
    browser.get(f"/anh/muc/{entry.id}/trang/0")
    seen = [c.event for c in town.house.register.events(entry.id) if c.event.event_type == "access"]
    assert [(e.agent, e.detail["screen"]) for e in seen] == [("binh", "crop"), ("binh", "entry")]
    assert town.house.register.verify_chain().whole


def test_a_field_is_confirmed_corrected_blank_or_illegible(town: Any) -> None:
    entry, browser = town.entries[0], town.browser("khoa")

    def decide(column: str, **form: str) -> None:
        version = town.house.entry(entry.id).version
        answer = browser.post(f"/muc/{entry.id}/truong/{column}", {"phien_ban": str(version), **form})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"/muc/{entry.id}?o=")

    decide("nksHoTen", viec="dung")
    decide("meHoTen", viec="sua", text="  Trần Thị Lân ")
    decide("chaHoTen", viec="trong")
    decide("nksQueQuan", viec="mo")
    now = town.house.entry(entry.id)
    assert [now.text(c) for c in ("nksHoTen", "meHoTen")] == ["Nguyễn Thị Thanh Hương", "Trần Thị Lân"]
    assert now.field("chaHoTen").presence is Presence.BLANK
    assert now.field("nksQueQuan").presence is Presence.ILLEGIBLE
    assert all(now.field(c).decision.by == "khoa" for c in ("nksHoTen", "meHoTen", "chaHoTen", "nksQueQuan"))


def test_an_empty_correction_is_refused_beside_its_box(town: Any) -> None:
    entry = town.entries[0]
    answer = town.browser("lan").post(
        f"/muc/{entry.id}/truong/nksHoTen", {"viec": "sua", "text": "  ", "phien_ban": str(entry.version)}
    )
    assert answer.status_code == 422
    assert 'id="sai-nksHoTen"' in answer.text
    assert town.house.entry(entry.id).version == entry.version


@pytest.mark.parametrize("partial", [False, True])
def test_who_comes_second_sees_both_versions_and_overwrites_nothing(town: Any, partial: bool) -> None:
    entry = town.entries[0]
    second = town.browser("khoa")
    csrf = second.csrf()
    town.house.confirm_field(
        entry.id, "nksHoTen", Presence.WRITTEN, "Nguyễn Thị Thanh Hường", by="lan", expected_version=entry.version
    )
    form = {"csrf": csrf, "viec": "sua", "text": "Nguyễn Thị Thanh Hưởng", "phien_ban": str(entry.version)}
    headers = {"hx-request": "true"} if partial else {}
    answer = second.ask("POST", f"/muc/{entry.id}/truong/nksHoTen", data=form, headers=headers)
    assert answer.status_code == 409
    assert "Lê Thị Lan</strong>" in answer.text or "Lê Thị Lan vừa thay đổi" in answer.text
    assert "<dd>Nguyễn Thị Thanh Hường</dd>" in answer.text
    assert "<dd>Nguyễn Thị Thanh Hưởng</dd>" in answer.text
    assert town.house.entry(entry.id).text("nksHoTen") == "Nguyễn Thị Thanh Hường"
    version = re.search(r'name="phien_ban" value="(\d+)"', answer.text)
    assert version is not None
    again = second.post(f"/muc/{entry.id}/truong/nksHoTen", form | {"phien_ban": version[1]})
    assert again.status_code == 303
    assert town.house.entry(entry.id).text("nksHoTen") == "Nguyễn Thị Thanh Hưởng"


def test_an_entry_is_verified_only_when_nothing_is_open(town: Any) -> None:
    entry = town.add({"nksHoTen": "Vũ Thị Mai", "nksNgaySinh": "01/01/2017"}, notes=("Cải chính năm sinh",), seed=3)
    browser = town.browser("lan")
    assert 'id="xac-nhan-muc" disabled' in browser.get(f"/muc/{entry.id}").text
    assert browser.post(f"/muc/{entry.id}/xac-nhan", {"phien_ban": str(entry.version)}).status_code == 422
    now = entry
    for field in entry.fields:
        browser.post(f"/muc/{entry.id}/truong/{field.column}", {"viec": "dung", "phien_ban": str(now.version)})
        now = town.house.entry(entry.id)
    assert now.open_questions() == ("note:n0",)
    nothing = browser.post(f"/muc/{entry.id}/ghi-chu/n0", {"text": " ", "phien_ban": str(now.version)})
    assert (nothing.status_code, "NOTE_TEXT_MISSING" in nothing.text) == (422, True)
    assert town.house.entry(entry.id).open_questions() == ("note:n0",)
    note = {"text": "Cải chính năm sinh", "phien_ban": str(now.version)}
    assert browser.post(f"/muc/{entry.id}/ghi-chu/n0", note).status_code == 303
    version = str(town.house.entry(entry.id).version)
    assert browser.post(f"/muc/{entry.id}/xac-nhan", {"phien_ban": version}).status_code == 303
    assert town.house.entry(entry.id).state is EntryState.VERIFIED


def test_a_stain_that_was_taken_for_a_note_is_said_to_have_no_words(town: Any) -> None:
    entry = town.add({"nksHoTen": "Vũ Thị Mai"}, notes=("",), seed=5)
    stain = {"text": "", "khong_chu": "1", "phien_ban": str(entry.version)}
    assert town.browser("lan").post(f"/muc/{entry.id}/ghi-chu/n0", stain).status_code == 303
    assert "note:n0" not in town.house.entry(entry.id).open_questions()


def test_a_note_that_changes_a_field_is_read_with_its_paper(town: Any) -> None:
    entry = town.add({"nksHoTen": "Vũ Thị Mai", "nksNgaySinh": "01/01/2017"}, notes=("Đổi tên",), seed=4)
    browser, place = town.browser("lan"), f"/muc/{entry.id}/ghi-chu/n0"
    change = {"text": "Đổi tên thành Vũ Thị Hoa", "viec": "doi", "cot": "nksHoTen", "ngay": "03/2020"}
    paper = {"giay": "Quyết định", "so": "12/QĐ-UBND", "co_quan": "UBND quận", "ngay_giay": "02/03/2020"}
    for wrong, code in (
        ({"ngay": "31/02/2020"}, "AMENDMENT_DAY"),
        ({"moi": "Vũ Thị Mai"}, "AMENDMENT_CHANGES_NOTHING"),
        ({"cot": "khongCo", "moi": "x"}, "AMENDMENT_CHANGES_NOTHING"),
        ({"viec": "ly-hon"}, "AMENDMENT_DIVORCE"),
    ):
        answer = browser.post(place, {**change, "moi": "Vũ Thị Hoa", **wrong, "phien_ban": str(entry.version)})
        assert answer.status_code == 422
        assert code in answer.text
        assert "Đổi tên thành Vũ Thị Hoa" in answer.text
    assert town.house.entry(entry.id) == entry
    told = change | paper | {"moi": "Vũ Thị Hoa", "phien_ban": str(entry.version)}
    assert browser.post(place, told).status_code == 303
    now = town.house.entry(entry.id)
    (amendment,) = now.notes[0].amendments
    assert (amendment.old, amendment.text, amendment.value) == ("Vũ Thị Mai", "Vũ Thị Hoa", "Vũ Thị Hoa")
    assert amendment.basis.said() == "Quyết định số 12/QĐ-UBND ngày 02/03/2020 của UBND quận"
    assert now.text("nksHoTen") == "Vũ Thị Mai"
    page = browser.get(f"/muc/{entry.id}").text
    assert "Nay là, theo ghi chú: <strong>Vũ Thị Hoa</strong>" in page
    assert "ghi ngày 03/2020, theo Quyết định" in page
    more = {"text": "x", "viec": "doi", "cot": "nksGioiTinh", "moi": "Nam", "them": "1", "phien_ban": str(now.version)}
    assert browser.post(place, more).status_code == 303
    assert [change.column for change in town.house.entry(entry.id).notes[0].amendments] == ["nksHoTen", "nksGioiTinh"]


def test_the_crop_of_a_note_is_shown_to_those_who_may_look(town: Any) -> None:
    entry = town.add({"nksHoTen": "Vũ Thị Mai"}, notes=("Đổi tên",), seed=5)
    place, browser = f"/anh/muc/{entry.id}/ghi-chu/n0", town.browser("lan")
    assert place in browser.get(f"/muc/{entry.id}").text
    assert browser.get(place).headers["content-type"] == "image/png"
    assert browser.get(f"/anh/muc/{entry.id}/ghi-chu/khong").status_code == 404
    assert town.browser().get(place).status_code == 303


def test_a_draft_needs_a_verified_entry_and_a_full_form(town: Any) -> None:
    entry, browser = town.entries[0], town.browser("lan")
    assert browser.get(f"/muc/{entry.id}/soan").status_code == 422
    town.verify(entry)
    answer = browser.post(f"/muc/{entry.id}/soan", {"applicant": "Lê Văn Thử", "copies": "0"})
    assert answer.status_code == 422
    assert 'value="Lê Văn Thử"' in answer.text
    assert {"paper-sai", "relation-sai", "copies-sai"} <= set(re.findall(r'id="([a-z]+-sai)"', answer.text))


def _handed_over(town: Any, by: str = "lan") -> tuple[Any, str]:
    entry = town.verify(town.entries[0])
    clerk = town.browser(by)
    form = {"applicant": "Lê Văn Thử", "paper": "Căn cước 1", "relation": "cha", "copies": "2"}
    where = clerk.post(f"/muc/{entry.id}/soan", form).headers["location"]
    key = where.rsplit("/", 1)[1]
    assert clerk.get(f"{where}/trang.png").content.startswith(b"\x89PNG")
    assert clerk.post(f"{where}/gui-ky").status_code == 303
    return entry, key


def _columns(page: str) -> list[str]:
    return re.findall(r'name="da_xem" value="(\w+)"', page)


def test_nothing_is_signed_before_every_value_was_seen(town: Any) -> None:
    entry, key = _handed_over(town)
    officer = town.browser("binh")
    assert key in officer.get("/ky").text
    columns = _columns(officer.get(f"/ky/{key}").text)
    assert len(columns) >= 20
    answer = officer.post(f"/ky/{key}", {"viec": "ky", "phien_ban": str(entry.version), "da_xem": columns[:-1]})
    assert answer.status_code == 422
    assert "SIGN_NOT_ALL_SEEN" in answer.text
    assert answer.text.count("checked") == len(columns) - 1
    assert town.house.register.issue_book("MINHHOA", 2026) == []


def test_nobody_signs_what_they_asked_for_themselves(town: Any) -> None:
    entry, key = _handed_over(town, by="minh")
    asker = town.browser("minh")
    columns = _columns(asker.get(f"/ky/{key}").text)
    form = {"viec": "ky", "phien_ban": str(entry.version), "da_xem": columns}
    answer = asker.post(f"/ky/{key}", form)
    assert answer.status_code == 403
    assert "SIGN_OWN_REQUEST" in answer.text
    assert town.house.register.issue_book("MINHHOA", 2026) == []
    assert town.browser("binh").post(f"/ky/{key}", form).status_code == 303


def test_an_entry_changed_while_it_was_compared_is_not_signed(town: Any) -> None:
    entry, key = _handed_over(town)
    officer = town.browser("binh")
    columns = _columns(officer.get(f"/ky/{key}").text)
    town.house.confirm_field(
        entry.id, "meHoTen", Presence.WRITTEN, "Trần Thị Lân", by="lan", expected_version=entry.version
    )
    now = town.house.entry(entry.id)
    town.house.verify_entry(entry.id, by="lan", expected_version=now.version)
    answer = officer.post(f"/ky/{key}", {"viec": "ky", "phien_ban": str(entry.version), "da_xem": columns})
    assert answer.status_code == 409
    assert "SIGN_ENTRY_CHANGED" in answer.text
    assert "Trần Thị Lân" in answer.text


def test_a_request_goes_back_with_its_reason(town: Any) -> None:
    entry, key = _handed_over(town)
    officer = town.browser("binh")
    form = {"viec": "tra-lai", "phien_ban": str(entry.version)}
    assert officer.post(f"/ky/{key}", form).status_code == 422
    assert officer.post(f"/ky/{key}", form | {"ly_do": "Thiếu giấy ủy quyền"}).status_code == 303
    page = town.browser("lan").get(f"/de-nghi/{key}").text
    assert "Đỗ Thanh Bình đã trả lại: Thiếu giấy ủy quyền" in page
    assert officer.post(f"/ky/{key}", form).status_code == 409


def test_signed_downloaded_verified_and_in_the_book(town: Any) -> None:
    entry, key = _handed_over(town)
    officer = town.browser("binh")
    columns = _columns(officer.get(f"/ky/{key}").text)
    form = {"viec": "ky", "phien_ban": str(entry.version), "da_xem": columns}
    where = officer.post(f"/ky/{key}", form).headers["location"]
    assert officer.post(f"/ky/{key}", form).headers["location"] == where, "a double click signs once"
    page = officer.get(where).text
    assert "Đã cấp bản sao số 1/TLKS-BS" in page
    file = officer.get(f"{where}/tep.pdf")
    assert file.headers["content-disposition"].startswith('attachment; filename="TLKS-BS-')
    assert file.content.startswith(b"%PDF")

    def check(data: bytes) -> str:
        upload = {"tep": ("ban sao.pdf", data, "application/pdf")}
        return str(town.browser("quan").post("/kiem-tra", files=upload).text)

    assert "chỉ là bản chạy thử" in check(file.content)
    spoilt = bytearray(file.content)
    spoilt[len(spoilt) // 2] ^= 1
    for altered in (bytes(spoilt), file.content + b"\n"):
        said = check(altered)
        assert "Không dùng được tệp này" in said
        assert "Số có trong sổ, nhưng không phải đúng tệp này" in said
        assert "Không tìm thấy trong sổ" not in said
    said = check(b"not a pdf")
    assert "Không dùng được tệp này" in said
    assert "Không tìm thấy trong sổ cấp bản sao" in said
    assert _answer_to(said, "Chưa bị thay thế") == ("?", "Không xác định")

    code = where.rsplit("/", 1)[1]
    public = town.browser()
    for number in ("1", "1/TLKS-BS", " 1/tlks-bs "):
        text = public.get("/xac-minh", params={"so": number, "ma": code.lower()}).text
        assert "Còn giá trị" in text
        assert "ỦY BAN NHÂN DÂN PHƯỜNG MINH HỌA" in text
        assert not any(name in text for name in ("Hương", "Lê Văn Thử", "Trần Thị Lan", "Người Ký"))
    assert "Không có bản sao nào khớp" in public.get("/xac-minh", params={"so": "2", "ma": code}).text
    assert "Không có bản sao nào khớp" in public.get("/xac-minh", params={"so": "1", "ma": "A" * 20}).text

    book = officer.get("/so-cap").text
    assert book.count('<th scope="col"') == 7
    assert "Lê Văn Thử, Căn cước 1" in book
    rows = list(csv.reader(io.StringIO(officer.get("/so-cap.csv").content.decode("utf-8-sig"))))
    assert [len(row) for row in rows] == [7, 7]
    assert rows[1][0] == "1"
    assert rows[1][5] == "2"
    assert "Không có dòng nào khớp" in officer.get("/so-cap?ngay=01/01/2026&nam=2026").text
    assert "ngày/tháng/năm" in officer.get("/so-cap?ngay=hôm nay").text


def _answer_to(page: str, question: str) -> tuple[str, str]:
    """Return sign and words of the answer to a question about a file."""
    found = re.search(
        rf'"sign"[^>]*>(.)</span><span class="question">{question}[^<]*</span><span class="said">(.*?)<', page
    )
    assert found, question
    return found.group(1), found.group(2)


@pytest.mark.parametrize(
    ("finding", "known", "holds"),
    [
        (None, "Có", (True, "Chưa")),
        ("EXTRACT_SUPERSEDED", "Có", (False, "Đã bị thay thế")),
        ("EXTRACT_CANCELLED", "Không: số này đã bị hủy", (False, "Đã bị hủy")),
        ("EXTRACT_BYTES_DIFFER", "Số có trong sổ", (None, "Không xác định")),
        ("EXTRACT_UNKNOWN", "Không tìm thấy trong sổ", (None, "Không xác định")),
        ("EXTRACT_REGISTER_SILENT", "Không xác định", (None, "Không xác định")),
    ],
)
def test_nothing_is_answered_that_nobody_can_know(
    finding: str | None, known: str, holds: tuple[bool | None, str]
) -> None:
    in_book = finding in {None, "EXTRACT_SUPERSEDED"}
    report = VerificationReport(
        True, True, True, True, in_book, finding == "EXTRACT_SUPERSEDED", findings=(finding,) if finding else ()
    )
    *_, of_book, of_standing = answers(report)
    assert (of_book.good, of_book.said.startswith(known)) == (in_book, True)
    assert (of_standing.good, of_standing.said.startswith(holds[1])) == (holds[0], True)


def test_no_cell_of_the_export_is_a_formula(town: Any) -> None:
    from counter.screens.ledger import _inert

    assert [_inert(c)[0] for c in ("=1+1", "+1", "-1", "@x", "\t=1")] == ["'"] * 5
    assert _inert("Lê Văn Thử") == "Lê Văn Thử"


def test_the_state_of_every_part_is_told_in_words(town: Any) -> None:
    text = town.browser("quan").get("/tinh-trang").text
    for word in ("Thư mục dữ liệu", "Chuỗi nhật ký", "Hoạt động"):
        assert word in text


def test_every_code_the_desk_uses_has_its_words() -> None:
    from pathlib import Path

    from records.messages import catalogue

    source = "".join(p.read_text(encoding="utf-8") for p in Path("counter").rglob("*.py"))
    used = set(re.findall(r'"([A-Z]{3,}(?:_[A-Z]+)+)"', source)) - {"LEAST_PASSWORD"}
    assert len(used) > 15
    assert used <= set(catalogue())
