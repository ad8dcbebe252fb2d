"""The screens of books, without scripts: what stands on them, who may do what, and that the chain knows of it."""

import re
from dataclasses import replace
from typing import Any

import pytest

from forms import Leaf
from tests.register.shelving import closes, hand_in, loose

BOOK = "/so-ho-tich/quyen/d1"


@pytest.fixture
def shelf(town: Any) -> Any:
    """A town with a book that lacks number 3, has 5 twice and a page without an entry."""
    hand_in(town.house.register, town.house.archive, "d1", ["1", "2", "4", "5", "5", None])
    return town


def test_years_stand_by_ward_and_kind_with_what_is_missing_in_all(shelf: Any) -> None:
    text = shelf.browser("dao").get("/so-ho-tich").text
    for words in ("UBND phường A", "Khai sinh", "501.363", "501.357", "Còn thiếu"):
        assert words in text
    tile = re.search(r'<a href="([^"]+nam=2017)" class="tile tile-part">.*?2017.*?<b>5</b>.*?….*?chưa khóa', text)
    assert tile, text
    where = shelf.browser("dao").get(tile[1].replace("&amp;", "&"))
    assert (where.status_code, where.headers["location"]) == (303, BOOK)


def test_a_book_without_entries_can_still_be_reached(shelf: Any) -> None:
    hand_in(shelf.house.register, shelf.house.archive, "d7", [None, None])
    browser = shelf.browser("luu")
    assert '<a href="/so-ho-tich/quyen/d7">d7</a>' in browser.get("/so-ho-tich").text
    assert "Trang không có mục" in browser.get("/so-ho-tich/quyen/d7").text
    assert "BOOK_NOT_EXPLAINED" in browser.post("/so-ho-tich/quyen/d7/khoa").text


def test_a_year_in_several_books_lists_them(shelf: Any) -> None:
    hand_in(shelf.house.register, shelf.house.archive, "d2", ["6", "7"])
    browser = shelf.browser("luu")
    listed = browser.get("/so-ho-tich/cac-quyen?co_quan=UBND phường A&loai=KS&nam=2017").text
    assert f'href="{BOOK}"' in listed and 'href="/so-ho-tich/quyen/d2"' in listed
    assert "2 quyển" in listed
    assert "Không có quyển nào" in browser.get("/so-ho-tich/cac-quyen?co_quan=x&loai=KS&nam=1990").text


def test_a_book_shows_its_numbers_and_leads_to_its_pages(shelf: Any) -> None:
    browser = shelf.browser("luu")
    text = browser.get(BOOK).text
    assert 'href="#gap-3" class="number number-missing"' in text
    assert 'href="#repeat-5" class="number number-twice"' in text
    assert 'id="gap-3"' in text and 'id="repeat-5"' in text
    assert "d1-04.png" in text and "d1-05.png" in text
    (picture,) = set(re.findall(rf'href="({BOOK}/anh/[^"]+)"', text))
    assert browser.get(picture).headers["content-type"] == "image/jpeg"
    entry = re.search(r'href="(/muc/KS-[^"]+)"', text)
    assert entry and browser.get(entry[1]).status_code == 200
    page = picture.rsplit("/", 1)[1]
    assert [e.event.agent for e in shelf.house.register.events(page) if e.event.event_type == "access"] == ["luu"]
    other = shelf.entries[0].pages[0]
    assert browser.get(f"{BOOK}/anh/{other}").status_code == 404


def test_what_is_missing_is_explained_and_the_book_is_closed(shelf: Any) -> None:
    browser = shelf.browser("luu")
    refused = browser.post(f"{BOOK}/khoa")
    assert (refused.status_code, "BOOK_NOT_EXPLAINED" in refused.text) == (422, True)
    empty = browser.post(f"{BOOK}/giai-trinh", {"cho": "3", "ly_do": " "})
    assert (empty.status_code, "BOOK_REASON_MISSING" in empty.text) == (422, True)
    wrong = browser.post(f"{BOOK}/giai-trinh", {"cho": "77", "ly_do": "Số hủy"})
    assert (wrong.status_code, "BOOK_NOTHING_TO_EXPLAIN" in wrong.text) == (422, True)
    for _ in range(4):  # the last is the end, which nobody stated
        named = re.search(r'name="cho" value="([^"]+)"', browser.get(BOOK).text)
        assert named
        form = {"cho": named[1], "ly_do": "Trang gạch chéo"}
        assert browser.post(f"{BOOK}/giai-trinh", form).headers["location"] == f"{BOOK}?tiep=1"
    text = browser.get(BOOK).text
    assert text.count("Đã giải trình") == 4 and "Vũ Thị Lưu" in text
    assert browser.post(f"{BOOK}/khoa").status_code == 303
    text = browser.get(BOOK).text
    assert "Vũ Thị Lưu đã khóa sổ" in text and 'action="/so-ho-tich/quyen/d1/giai-trinh"' not in text
    assert 'class="tile tile-whole"' in browser.get("/so-ho-tich").text
    told = [e.event.event_type for e in shelf.house.register.events("d1")]
    assert told.count("book explained") == 4 and told[-1] == "book closed"
    assert browser.post(f"{BOOK}/mo-lai").status_code == 303
    assert "đã khóa sổ" not in browser.get(BOOK).text


def test_the_cover_and_the_closing_page_are_kept(shelf: Any) -> None:
    browser = shelf.browser("luu")
    form = {"co_quan": "UBND phường B", "loai": "KS", "nam": "2017", "quyen": "02", "so_dau": "1", "su_kien": "8"}
    assert browser.post(f"{BOOK}/bia", form).status_code == 303
    text = browser.get(BOOK).text
    assert "UBND phường B" in text and "quyển số 02" in text
    assert 'id="gap-6-8"' in text and "ghi 8 sự kiện" in text
    wrong = browser.post(f"{BOOK}/bia", {"so_dau": "9", "so_cuoi": "3"})
    assert (wrong.status_code, "BOOK_RANGE_WRONG" in wrong.text) == (422, True)


def test_leaders_look_and_archivists_work(shelf: Any) -> None:
    leader = shelf.browser("dao")
    assert "Ghi lý do" not in leader.get(BOOK).text
    for path in ("giai-trinh", "khoa", "mo-lai", "bia"):
        assert leader.post(f"{BOOK}/{path}").status_code == 403
    for name in ("lan", "quan", "binh"):
        assert shelf.browser(name).get("/so-ho-tich").status_code == 403
        assert 'href="/so-ho-tich"' not in shelf.browser(name).get("/kiem-tra").text
    assert shelf.browser().get(BOOK).status_code == 303


def test_what_does_not_exist_is_a_plain_404(shelf: Any) -> None:
    for path in (
        "/so-ho-tich/quyen/x",
        "/so-ho-tich/quyen/%00",
        f"{BOOK}/anh/nothing",
        "/so-ho-tich/quyen/" + "k" * 3000,
    ):
        answer = shelf.browser("luu").get(f"/so-ho-tich/{path}")
        assert (answer.status_code, "(Mã: " in answer.text) == (404, True)


def test_names_are_shown_and_never_run(town: Any) -> None:
    evil = "<script>alert(1)</script>"
    hand_in(town.house.register, town.house.archive, "d1", ["1", None], authority=evil)
    browser = town.browser("luu")
    browser.post(f"{BOOK}/giai-trinh", {"cho": "d1-02.png", "ly_do": evil})
    for path in ("/so-ho-tich", "/so-ho-tich/cac-quyen", BOOK):
        assert evil not in browser.get(path).text
        assert "&lt;script&gt;" in browser.get(path).text


def test_an_empty_shelf_says_what_comes() -> None:
    from counter.shelf import wards
    from wiring.bookkeeping import District

    assert wards(District((), 10)) == []


@pytest.mark.slow
def test_a_sheet_scanned_twice_is_named_with_both_its_pages(town: Any) -> None:
    from tests.counter.test_scanning import another_sheet, other_bytes, page_picture

    sheets = {1: page_picture(), 2: other_bytes(page_picture()), 3: another_sheet(), 4: page_picture(1250, 1760)}
    hand_in(town.house.register, town.house.archive, "d1", ["5", "5", "6", "6", "7"], pictures=sheets)
    text = town.browser("luu").get(BOOK).text
    (sheet,) = re.findall(r'<li id="sheet-5".*?</li>\s*(?=<li id|</ol>)', text, re.S)
    assert "Tờ quét trùng" in sheet and "d1-02.png là ảnh quét lại của d1-01.png" in sheet
    entry = town.house.books.account("d1").report.points[0].places[1].entry
    assert f"khongcho withdraw {entry}" in sheet and f'href="/muc/{entry}"' in sheet
    assert 'href="#sheet-5" class="number number-twice"' in text
    assert 'id="repeat-6"' in text and "Nhiều mục cùng mang số 6" in text
    town.house.withdraw_entry(entry, "Quét trùng", by="luu")
    assert 'id="sheet-5"' not in town.browser("luu").get(BOOK).text


def test_half_a_table_is_named_as_such(town: Any) -> None:
    from pipeline.leaves import alone

    hand_in(town.house.register, town.house.archive, "d1", ["1", "2"])
    page = town.house.register.delivered_pages("d1")[0]
    town.house.register.settle_page(replace(page, problem=alone(Leaf.LEFT)))
    text = town.browser("luu").get(BOOK).text
    assert "Thiếu nửa bảng" in text and "không thấy trang phải ngay cạnh" in text
    assert "ingest book --book" in text and "Trang không có mục" not in text


@pytest.fixture
def closed_off(town: Any) -> Any:
    """A town with a book of three entries and its closing page, read as stating 3 events and 4 as its last number."""
    hand_in(town.house.register, town.house.archive, "d1", ["1", "2", "3", None])
    closes(town.house.register, "d1", 4, last=(4, 0.9), events=(3, 0.97), pages=None)
    return town


def stated(town: Any) -> tuple[int | None, ...]:
    said = town.house.books.account("d1").standing.stated
    return said.first, said.last, said.events, said.pages


def test_what_a_closing_page_states_stands_beside_its_picture(closed_off: Any) -> None:
    keeper, leader = closed_off.browser("luu"), closed_off.browser("dao")
    text = keeper.get(BOOK).text
    assert 'id="khoa-so"' in text and "chắc 90%" in text and "để trống" in text
    assert "Số lớn nhất thấy trong sổ là 3" in text
    assert text.count("data-take") == 2
    (crop, *_) = re.findall(r'<img src="([^"]+/khoa-so/[^"]+/last)"', text)
    assert keeper.get(crop).headers["content-type"] == "image/png"
    assert keeper.get(crop.replace("/last", "/first")).status_code == 404
    assert keeper.get(crop.replace("/d1/", "/d2/")).status_code == 404
    assert "data-take" not in leader.get(BOOK).text and leader.get(crop).status_code == 200
    assert closed_off.browser("lan").get(crop).status_code == 403
    assert stated(closed_off) == (None, None, None, None)


def test_a_suggestion_is_taken_by_a_person_alone_and_replaces_nobody(closed_off: Any) -> None:
    register, keeper = closed_off.house.register, closed_off.browser("luu")
    took = keeper.post(f"{BOOK}/khoa-so", {"o": "events", "so": "3"})
    assert (took.status_code, stated(closed_off)) == (303, (None, None, 3, None))
    told = [e.event for e in register.events("d1") if e.event.event_type == "book expected"]
    assert [(e.agent, e.detail["events"]) for e in told] == [("luu", "3")]
    text = keeper.get(took.headers["location"]).text
    assert "Đã ghi 3" in text and text.count("data-take") == 1 and 'data-take="last" autofocus' in text
    again = keeper.post(f"{BOOK}/khoa-so", {"o": "events", "so": "3"})
    assert (again.status_code, "CLOSING_ALREADY_STATED" in again.text) == (422, True)
    other = keeper.post(f"{BOOK}/khoa-so", {"o": "last", "so": "9"})
    assert (other.status_code, "CLOSING_NOT_SUGGESTED" in other.text) == (422, True)
    assert closed_off.browser("dao").post(f"{BOOK}/khoa-so", {"o": "last", "so": "4"}).status_code == 403
    keeper.post(f"{BOOK}/bia", {"so_cuoi": "3"})
    text = keeper.get(BOOK).text
    assert "người giữ sổ đã ghi 3: số đã ghi vẫn giữ nguyên" in text and "data-take" not in text
    for odd in ({}, {"o": "nothing", "so": "1"}, {"o": "last", "so": "x"}):
        assert keeper.post(f"{BOOK}/khoa-so", odd).status_code in {303, 422}
    assert stated(closed_off) == (None, 3, 3, None)


def test_a_closing_page_that_suggests_nothing_says_so(town: Any) -> None:
    hand_in(town.house.register, town.house.archive, "d1", ["1", None, None])
    closes(town.house.register, "d1", 2, last=None)
    closes(town.house.register, "d1", 3)
    text = town.browser("luu").get(BOOK).text
    assert "d1-02.png không ghi số nào" in text and "nộp lại đợt nhận đó" in text
    assert "data-take" not in text


def test_a_closed_book_takes_nothing_over(closed_off: Any) -> None:
    keeper = closed_off.browser("luu")
    keeper.post(f"{BOOK}/bia", {"so_cuoi": "3"})
    closed_off.house.books.close("d1", by="luu")
    assert "data-take" not in keeper.get(BOOK).text
    assert "BOOK_CLOSED" in keeper.post(f"{BOOK}/khoa-so", {"o": "events", "so": "3"}).text


def test_a_loose_slip_is_tied_to_the_entry_whose_number_is_typed(town: Any) -> None:
    hand_in(town.house.register, town.house.archive, "d1", ["1", "2", None])
    page = loose(town.house.register, "d1", 3, "Giấy báo không ghi số")
    town.house.settle_book("d1")
    luu = town.browser("luu")
    text = luu.get(BOOK).text
    assert f'name="to_roi" value="{page.page.id}"' in text
    assert "Tờ rời chưa ghép" in text and "Tờ rời của mục số" in text
    refused = luu.post(f"{BOOK}/to-roi", data={"trang": BOOK, "to_roi": page.page.id, "so": "77"})
    assert refused.status_code == 422
    assert 'value="77"' in refused.text and "SLIP_NO_SUCH_ENTRY" in refused.text
    assert luu.post(f"{BOOK}/to-roi", data={"trang": BOOK, "to_roi": page.page.id, "so": "2"}).status_code == 303
    (entry,) = [e for e in town.house.register.entries() if e.notes]
    assert entry.value("so") == "2"
    text = luu.get(BOOK).text
    assert "Tờ rời đã ghép" in text and f"/muc/{entry.id}" in text
    lan = town.browser("lan")
    assert lan.get(f"/anh/muc/{entry.id}/trang/1").headers["content-type"] == "image/jpeg"
    assert lan.get(f"/anh/muc/{entry.id}/ghi-chu/{entry.notes[0].id}").status_code == 200
    assert (
        town.browser("dao").post(f"{BOOK}/to-roi", data={"trang": BOOK, "to_roi": page.page.id, "go": "1"}).status_code
        == 403
    )
    luu.post(f"{BOOK}/to-roi", data={"trang": BOOK, "to_roi": page.page.id, "go": "1"})
    assert town.house.entry(entry.id).notes == ()
