"""Books at the terminal: handed in with --book, examined, explained, closed, counted; on a real house."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from records.codes import EntryState, Presence, RegisterKind
from records.geometry import Box
from records.pages import Evidence, PageProblem, StageResult
from tests.cli.conftest import Command
from tests.register.shelving import closes, drafted, hand_in, loose
from wiring import House, Settings, open_house

KEYS = {"expected", "found", "gaps", "repeats", "blank", "pages_without_entry", "closed"}
Hand = Callable[..., None]


@pytest.fixture
def house(home: Path) -> House:
    return open_house(Settings(home=home))


@pytest.fixture
def hand(house: House) -> Hand:
    """Hand in a delivery whose pages have the numbers given; None is a page that holds no entry."""

    def give(delivery: str, numbers: Sequence[str | None], **more: Any) -> None:
        hand_in(house.register, house.archive, delivery, numbers, **more)

    return give


def test_a_delivery_is_a_book_of_its_own(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "4", "4", None])
    told = khongcho("book", "report", "d1", "--json").json()
    assert set(told) >= KEYS
    assert (told["book"], told["expected"], told["found"], told["closed"]) == ("d1", 4, 3, False)
    (gap,), (repeat,), (without,) = told["gaps"], told["repeats"], told["pages_without_entry"]
    assert (gap["number"], gap["explanation"], gap["code"]) == ("3", None, "BOOK_NUMBER_MISSING")
    assert (repeat["number"], [p["file"] for p in repeat["pages"]]) == ("4", ["d1-03.png", "d1-04.png"])
    assert (without["file"], without["code"], told["blank"]) == ("d1-05.png", "PAGE_BLANK", [])
    assert khongcho("book", "report", "sổ", "--json").json() == told
    shown = khongcho("book", "report", "d1").out
    for word in ("Số thiếu", "Số trùng", "Trang không có mục", "d1-05.png", "… chưa có"):
        assert word in shown


def test_a_book_closes_when_everything_is_explained(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "5", "5", None])
    refused = khongcho("book", "close", "d1", "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (1, "BOOK_NOT_EXPLAINED")
    assert "3-4, 5, d1-05.png" in refused.json()["error"]["vi"]
    assert "BOOK_LAST_UNSTATED" in [row["code"] for row in khongcho("book", "report", "d1", "--json").json()["ends"]]
    part = khongcho("book", "explain", "d1", "3", "--reason", "Số hủy", "--by", "luu", "--json").json()
    assert [(g["number"], g["explanation"]) for g in part["gaps"]] == [("3", "Số hủy"), ("4", None)]
    assert khongcho("book", "explain", "d1", "99", "--reason", "x").code == 2
    assert khongcho("book", "explain", "d1", "4", "--reason", " ").code == 2
    khongcho("book", "expect", "d1", "--last", "5")
    for what in ("4", "5", "d1-05.png"):
        assert khongcho("book", "explain", "d1", what, "--reason", "Trang rách mất", "--by", "luu").code == 0
    closed = khongcho("book", "close", "d1", "--by", "dao", "--json").json()
    assert (closed["closed"], closed["closed_by"], closed["open"]) == (True, "dao", 0)
    assert "BOOK_CLOSED" in khongcho("book", "explain", "d1", "3", "--reason", "khác").err
    events = [(e.event.event_type, e.event.agent) for e in house.register.events("d1")]
    assert events.count(("book explained", "luu")) == 4 and ("book closed", "dao") in events
    assert khongcho("book", "reopen", "d1", "--json").json()["closed"] is False
    assert house.register.check().whole


def test_a_book_in_two_halves_on_two_days_in_the_wrong_order(khongcho: Command, house: House, hand: Hand) -> None:
    hand("second", [str(n) for n in range(11, 21)], day=1)
    hand("first", [str(n) for n in range(1, 11)], day=2)
    assert khongcho("book", "report", "second", "--json").json()["expected"] == 10
    khongcho("book", "cover", "second", "--year", "2017", "--number", "01")
    told = khongcho("book", "add", "A-KS-2017-01", "second", "--json").json()
    told = khongcho("book", "add", "A-KS-2017-01", "first", "--json").json()
    assert (told["expected"], told["found"], told["gaps"], told["open"]) == (20, 20, [], 1)
    assert [(row["code"], row["number"]) for row in told["ends"]] == [("BOOK_LAST_UNSTATED", "20")]
    assert told["deliveries"] == ["second", "first"]
    assert told["out_of_order"] == []  # the halves stand in the order of their numbers
    assert khongcho("book", "report", "first", "--json").json() == told


def test_the_closing_page_tells_what_is_missing_at_the_end(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "3"])
    told = khongcho("book", "expect", "d1", "--events", "5", "--pages", "4", "--json").json()
    assert ([g["number"] for g in told["gaps"]], told["expected"], told["found"]) == (["4-5"], 5, 3)
    assert [row["code"] for row in told["totals"]] == ["BOOK_EVENTS_DIFFER", "BOOK_PAGES_DIFFER"]
    told = khongcho("book", "expect", "d1", "--last", "3", "--json").json()
    assert (told["gaps"], told["stated"]["events"]) == ([], 5)
    assert khongcho("book", "expect", "d1", "--first", "9", "--json").json()["error"]["code"] == "BOOK_RANGE_WRONG"


def test_a_page_of_another_book_is_told(khongcho: Command, house: House, hand: Hand) -> None:
    hand("a", ["1", "2", "3", "4"], quyenSo="01/2017")
    hand("b", ["1", "2", "3"], day=2, quyenSo="02/2017")
    stray = house.register.delivered_pages("a")[1]
    seen = PageProblem("PAGE_SEEN_BEFORE", {"file": stray.file, "delivery": "a"})
    house.register.open_delivery(house.register.delivery("b"), [replace(stray, delivery="b", seq=4, problem=seen)])
    told = khongcho("book", "report", "b", "--json").json()
    assert [(row["code"], row["file"]) for row in told["strangers"]] == [("BOOK_PAGE_ELSEWHERE", "a-02.png")]
    assert (told["found"], told["gaps"]) == (3, [])


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_page_that_lay_in_another_book_is_brought_to_its_own(
    khongcho: Command, house: House, hand: Hand, withdrawn: bool
) -> None:
    hand("wrong", ["1", "2", "3"], quyenSo="01/2017")
    hand("own", ["1", "3"], day=2, quyenSo="02/2017")
    stray = house.register.delivered_pages("wrong")[1]
    seen = PageProblem("PAGE_SEEN_BEFORE", {"file": stray.file, "delivery": "wrong"})
    house.register.open_delivery(house.register.delivery("own"), [replace(stray, delivery="own", seq=4, problem=seen)])
    (entry,) = house.register.entries(page=stray.page.id)
    if withdrawn:
        house.withdraw_entry(entry.id, "trang của sổ khác", by="luu")
    told = khongcho("book", "bring", "own", stray.file, "--by", "luu", "--json").json()
    assert (told["found"], told["gaps"], told["strangers"]) == (3, [], [])
    now = house.entry(entry.id)
    assert (now.delivery, now.state) == ("own", EntryState.DRAFT)
    assert house.register.events(entry.id)[-1].event.agent == "luu"
    left = khongcho("book", "report", "wrong", "--json").json()
    assert [(row["code"], row["file"]) for row in left["seen_again"]] == [("PAGE_GIVEN", stray.file)]
    assert [gap["number"] for gap in left["gaps"]] == ["2"]
    assert "BOOK_PAGE_NOT_ELSEWHERE" in khongcho("book", "bring", "own", stray.file).err


def test_what_keeps_a_book_open_is_named_as_it_is_explained(khongcho: Command, house: House, hand: Hand) -> None:
    """A page of another book goes by its file: its number is not one of this book."""
    hand("d1", ["1", "2", "3"], quyenSo="01/2017")
    page = house.register.delivered_pages("d1")[1].page
    stray = drafted(page, "2", "d1", nksHoTen="Lan")
    house.register.draft([replace(stray, id="KT-1", kind=RegisterKind.DEATH)])
    khongcho("book", "expect", "d1", "--last", "3")
    refused = khongcho("book", "close", "d1", "--json").json()["error"]["vi"]
    assert "(d1-02.png)" in refused
    assert khongcho("book", "explain", "d1", "d1-02.png", "--reason", "Trả về sổ khai tử").code == 0
    assert khongcho("book", "close", "d1").code == 0


def test_a_page_of_another_printing_keeps_its_book_open(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "3", "4"])
    khongcho("book", "expect", "d1", "--last", "4")
    for n, placed in enumerate(house.register.delivered_pages("d1")):
        form = {f"label {k}": [90, 60 * k + (k * k % 7 * 9 if n == 2 else 0)] for k in range(20)}
        house.register.record_stage(StageResult(placed.page.id, "classify", "1", {"printed": [form]}, 0.1))
    (told,) = khongcho("book", "report", "d1", "--json").json()["printed_otherwise"]
    assert (told["code"], told["file"]) == ("BOOK_PAGE_PRINTED_OTHERWISE", "d1-03.png")
    assert "Trang in khác mẫu" in khongcho("book", "report", "d1").out
    assert "d1-03.png" in khongcho("book", "close", "d1", "--json").json()["error"]["vi"]
    assert khongcho("book", "explain", "d1", "d1-03.png", "--reason", "Tờ in bổ sung").code == 0
    assert khongcho("book", "close", "d1").code == 0


@pytest.mark.parametrize("year", ["1800", "1955", "2099"])
def test_a_year_in_which_no_book_was_opened_is_refused(khongcho: Command, hand: Hand, year: str) -> None:
    hand("d1", ["1"])
    told = khongcho("book", "cover", "d1", "--year", year, "--json")
    assert (told.code, told.json()["error"]["code"]) == (2, "BOOK_YEAR_WRONG")
    assert year in told.json()["error"]["vi"]


def test_a_year_is_looked_at_before_any_page_is(khongcho: Command, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    told = khongcho("ingest", "book", str(folder), "--year", "1800", "--json")
    assert told.json()["error"]["code"] == "BOOK_YEAR_WRONG"
    assert "BOOK_YEAR_WRONG" in khongcho("ingest", "book", str(folder), "--book", "s1", "--year", "1800").err
    assert "s1" not in khongcho("book", "list").out


def test_a_page_with_another_wards_seal_keeps_its_book_open(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "3", "4", None])
    khongcho("book", "expect", "d1", "--last", "4")
    rims = (
        "U.B.N.D PHƯỜNG BẠCH MAI",
        "_ M.8.N.D PHƯỜNG QUỲNH LO",
        "U,Ð.N. PHƯ",
        "U.B.N.D PHƯỜNG BÁCH",
        "UBND PHƯỜNG BÁCH KHOA",
    )
    for said, placed in zip(rims, house.register.delivered_pages("d1"), strict=True):
        house.register.record_stage(StageResult(placed.page.id, "classify", "1", {"seals": [said]}, 0.1))
    assert khongcho("book", "report", "d1", "--json").json()["sealed_otherwise"] == []  # nobody said whose book it is
    cover = ("--authority", "UBND phường Bạch Mai, quận Hai Bà Trưng", "--year", "2017")
    assert khongcho("book", "cover", "d1", *cover).code == 0
    told, cover_told = khongcho("book", "report", "d1", "--json").json()["sealed_otherwise"]
    assert (cover_told["code"], cover_told["file"]) == ("BOOK_COVER_SEALED_OTHERWISE", "d1-05.png")
    assert (told["code"], told["file"]) == ("BOOK_PAGE_SEALED_OTHERWISE", "d1-02.png")
    assert "phường Quỳnh Lôi" in told["reason"]
    shown = khongcho("book", "report", "d1").out
    for word in ("Trang có dấu phường khác", "phường Quỳnh", "d1-02.png"):
        assert word in shown
    assert khongcho("book", "explain", "d1", "d1-02.png", "--reason", "Dấu nhòe, đúng là sổ này").code == 0
    assert khongcho("book", "report", "d1", "--json").json()["sealed_otherwise"][0]["explanation"]


def test_a_page_under_two_names_counts_once(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "3"])
    again = replace(house.register.delivered_pages("d1")[1], seq=4, file="copy.png")
    house.register.open_delivery(house.register.delivery("d1"), [again])
    told = khongcho("book", "report", "d1", "--json").json()
    assert (told["found"], told["pages"], told["repeats"], told["pages_without_entry"]) == (3, 3, [], [])
    assert [(row["code"], row["file"]) for row in told["seen_again"]] == [("BOOK_PAGE_AGAIN", "copy.png")]


def test_a_file_that_cannot_be_opened_is_a_page_without_entry(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2"])
    told = house.register.delivery("d1")
    broken = (("hong.jpg", house.archive.put(b"x", "image/jpeg"), PageProblem("FILE_NOT_AN_IMAGE").written()),)
    house.register.open_delivery(replace(told, quarantined=broken), [])
    (row,) = khongcho("book", "report", "d1", "--json").json()["pages_without_entry"]
    assert (row["file"], row["code"], row["page"]) == ("hong.jpg", "FILE_NOT_AN_IMAGE", None)
    assert khongcho("book", "explain", "d1", "hong.jpg", "--reason", "Tệp rác của máy quét").code == 0
    assert khongcho("book", "expect", "d1", "--last", "2").code == 0
    assert khongcho("book", "close", "d1").code == 0


def test_several_entries_on_a_page_are_read_in_its_order(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", None, "5"])
    page = house.register.delivered_pages("d1")[1].page
    for n, (x, y) in enumerate([(5, 9), (5, 40), (60, 9)], start=2):
        one = drafted(page, str(n), "d1", nksHoTen="Lan")
        where = Evidence(page.id, Box(x, y, 9, 4).polygon())
        house.register.draft([replace(one, id=f"KS-{n}", fields=(replace(one.fields[0], evidence=where),))])
    told = khongcho("book", "report", "d1", "--json").json()
    assert (told["expected"], told["found"], told["open"], told["out_of_order"]) == (5, 5, 1, [])


def test_a_number_that_jumps_is_told_with_the_reading_that_fits(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "3", "81", "5"])
    page = house.register.delivered_pages("d1")[3].page
    house.register.draft([drafted(page, "81", "d1", others=("4", "41"), nksHoTen="Lan")])
    (jump,) = khongcho("book", "report", "d1", "--json").json()["jumps"]
    assert (jump["number"], jump["file"], jump["pages"][0]["proposal"]) == ("81", "d1-04.png", "4")
    assert "Máy cũng đọc là 4." in khongcho("book", "report", "d1").out
    entry = house.entry(jump["pages"][0]["entry"])
    house.confirm_field(entry.id, "so", Presence.WRITTEN, "4", by="luu", expected_version=entry.version)
    assert khongcho("book", "expect", "d1", "--last", "5", "--json").json()["open"] == 0


def test_names_that_mean_nothing_or_too_much(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1"], label="quyển một")
    hand("d2", ["1"], label="quyển một")
    assert khongcho("book", "report", "nothing", "--json").json()["error"]["code"] == "BOOK_UNKNOWN"
    assert khongcho("book", "report", "quyển một", "--json").json()["error"]["code"] == "BOOK_AMBIGUOUS"
    assert khongcho("book", "add", "a/b", "d1", "--json").json()["error"]["code"] == "BOOK_NAME_WRONG"
    khongcho("book", "expect", "d1", "--last", "1")
    assert khongcho("book", "close", "d1").code == 0
    assert khongcho("book", "add", "d2", "d1", "--json").json()["error"]["code"] == "BOOK_CLOSED"


def test_a_folder_is_named_as_it_stands_on_the_disk(khongcho: Command, hand: Hand) -> None:
    hand("d1", ["1"], label="so-khai-sinh-2017")
    for named in ("Sổ Khai sinh 2017", "SO-KHAI-SINH-2017", "so-khai-sinh-2017"):
        assert khongcho("book", "report", named, "--json").json()["book"] == "d1"
    for named in ("2017", "?"):
        assert khongcho("book", "report", named, "--json").json()["error"]["code"] == "BOOK_UNKNOWN"


def test_books_are_listed_and_counted_against_the_district(
    khongcho: Command, house: House, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHONGCHO_OFFICE__DISTRICT_ENTRIES", "9")
    hand("d1", ["1", "2"])
    hand("d2", ["1", "2", "3"], ngayDangKy="2018-05-06")
    khongcho("book", "expect", "d1", "--last", "2")
    khongcho("book", "close", "d1")
    listed = khongcho("book", "list", "--json").json()["books"]
    assert [(b["book"], b["year"], b["entries"], b["closed"]) for b in listed] == [
        ("d1", 2017, 2, True),
        ("d2", 2018, 3, False),
    ]
    reports = [khongcho("book", "report", b["book"], "--json").json() for b in listed]
    assert [one["year"] for one in reports] == [2017, 2018]
    told = khongcho("book", "total", "--json").json()
    assert (told["entries"], told["target"], told["missing"], told["entries_in_closed_books"]) == (5, 9, 4, 2)
    assert [(r["authority"], r["year"], r["kind"], r["entries"]) for r in told["rows"]] == [
        ("UBND phường A", 2017, "KS", 2),
        ("UBND phường A", 2018, "KS", 3),
    ]
    said = khongcho("book", "total")
    assert "còn thiếu 4 mục" in said.err and "Khai sinh" in said.out
    assert "✓ đã khóa" in khongcho("book", "list").out


def test_a_page_explained_to_be_of_another_book_is_not_counted_here(
    khongcho: Command, house: House, hand: Hand
) -> None:
    hand("d1", ["1", "2", "3", "3"], quyenSo="01/2017")
    entry = house.register.claims(["d1"])
    stray = next(one for one in entry if one.pages[0] == house.register.delivered_pages("d1")[3].page.id).entry
    house.confirm_field(stray, "quyenSo", Presence.WRITTEN, "02/2017", by="luu", expected_version=1)
    assert khongcho("book", "report", "d1", "--json").json()["strangers"][0]["file"] == "d1-04.png"
    assert khongcho("book", "total", "--json").json()["entries"] == 4  # nobody said yet whose it is
    assert khongcho("book", "explain", "d1", "d1-04.png", "--reason", "Trả về quyển 02").code == 0
    told = khongcho("book", "total", "--json").json()
    assert (told["entries"], [row["entries"] for row in told["rows"]]) == (3, [3])
    assert [one["entries"] for one in khongcho("book", "list", "--json").json()["books"]] == [3]
    version = house.entry(stray).version
    house.confirm_field(stray, "quyenSo", Presence.WRITTEN, "01/2017", by="luu", expected_version=version)
    assert khongcho("book", "total", "--json").json()["entries"] == 4  # it is of this book after all


def test_the_whole_district_is_the_target_unless_another_is_set(khongcho: Command, house: House) -> None:
    assert khongcho("book", "total", "--json").json()["missing"] == 501_363


@pytest.mark.slow
def test_a_folder_is_handed_in_as_part_of_a_book(khongcho: Command, home: Path, tmp_path: Path) -> None:
    from PIL import Image

    for name, grey in (("a", 250), ("b", 251)):
        (tmp_path / name).mkdir()
        Image.new("L", (400, 560), grey).save(tmp_path / name / "trang.png")
    for name in ("a", "b"):
        words = ("--book", "A-KS-2017-01", "--year", 2017, "--number", "01", "--authority", "UBND phường A")
        assert khongcho("ingest", "book", tmp_path / name, *words, "--no-prefect", "--json").code == 1
    told = khongcho("book", "report", "A-KS-2017-01", "--json").json()
    assert (told["authority"], told["year"], told["number"]) == ("UBND phường A", 2017, "01")
    assert len(told["deliveries"]) == len(told["pages_without_entry"]) == 2


def test_a_page_scanned_twice_is_settled_by_withdrawing_one_entry(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "2", "3"])
    (repeat,) = khongcho("book", "report", "d1", "--json").json()["repeats"]
    twice = repeat["pages"][1]["entry"]
    assert khongcho("withdraw", twice, "--reason", " ").code == 2
    told = khongcho("withdraw", twice, "--reason", "Trang quét hai lần", "--by", "luu", "--json").json()
    assert told["state"] == "withdrawn"
    after = khongcho("book", "report", "d1", "--json").json()
    assert (after["found"], after["repeats"]) == (3, [])
    assert khongcho("book", "total", "--json").json()["entries"] == 3
    assert "ENTRY_WITHDRAWN" in khongcho("withdraw", twice, "--reason", "lại").err


def test_nothing_that_made_a_closed_book_whole_is_changed(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2"])
    khongcho("book", "expect", "d1", "--last", "2")
    assert khongcho("book", "close", "d1").code == 0
    entry = house.register.entries(delivery="d1")[0]
    assert "BOOK_CLOSED" in khongcho("confirm", entry.id, "--field", "so=77").err
    assert "BOOK_CLOSED" in khongcho("withdraw", entry.id, "--reason", "thử").err
    assert khongcho("confirm", entry.id, "--field", "nksHoTen=Lan").code in {0, 1}
    khongcho("book", "reopen", "d1")
    assert khongcho("confirm", entry.id, "--field", "so=77").code in {0, 1}


def test_what_a_closing_page_states_is_suggested_and_never_taken(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", "3", None])
    page = closes(house.register, "d1", 4, last=(4, 0.9), events=(3, 0.97), pages=None)
    told = khongcho("book", "report", "d1", "--json").json()
    (closing,) = told["closing"]
    assert (closing["file"], closing["page"], closing["read"]) == ("d1-04.png", page.page.id, True)
    last, events, pages = closing["figures"]
    assert (last["figure"], last["suggested"], last["confidence"]) == ("last", 4, 0.9)
    assert [c["code"] for c in last["contradictions"]] == ["CLOSING_LAST_FOUND"]
    assert (events["suggested"], events["contradictions"], len(events["outline"])) == (3, [], 4)
    assert (pages["suggested"], pages["presence"]) == (None, "blank")
    assert told["stated"] == {"first": None, "last": None, "events": None, "pages": None}
    assert (closing["nothing_suggested"], closing["at_odds"]) == (None, None)
    shown = " ".join(khongcho("book", "report", "d1").err.split())
    assert "Máy đọc trang khóa sổ d1-04.png: số cuối 4 (90%), tổng sự kiện 3 (97%)" in shown
    assert "khongcho book expect d1 --last 4 --events 3" in shown
    assert "Số lớn nhất thấy trong sổ là 3" in shown
    said = khongcho("book", "expect", "d1", "--last", "3", "--json").json()
    (closing,) = said["closing"]
    assert said["stated"]["last"] == closing["figures"][0]["stated"] == 3
    assert closing["figures"][0]["contradictions"][0]["code"] == "CLOSING_LAST_STATED"
    assert "khongcho book expect d1 --events 3" in " ".join(khongcho("book", "report", "d1").err.split())


def test_a_closing_page_that_suggests_nothing_says_so(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", None, None, None])
    closes(house.register, "d1", 2, last=None, events=None)
    closes(house.register, "d1", 3, last=(7, 0.2))
    closes(house.register, "d1", 4)
    told = khongcho("book", "report", "d1", "--json").json()["closing"]
    codes = [one["nothing_suggested"]["code"] for one in told]
    assert codes == ["CLOSING_BLANK", "CLOSING_ILLEGIBLE", "CLOSING_NOT_READ"]
    shown = " ".join(khongcho("book", "report", "d1").err.split())
    assert "d1-02.png không ghi số nào" in shown and "không đọc chắc được số nào" in shown
    assert "book expect d1" not in shown.replace("book expect --last", "")


def test_a_book_may_state_all_its_pages_or_those_with_entries(khongcho: Command, hand: Hand) -> None:
    hand("d1", ["1", "2", None])
    for pages, differs in ((3, []), (2, []), (4, ["BOOK_PAGES_DIFFER"])):
        told = khongcho("book", "expect", "d1", "--pages", str(pages), "--json").json()
        assert [row["code"] for row in told["totals"]] == differs


def test_a_loose_slip_is_tied_to_its_entry_and_taken_away(khongcho: Command, house: House, hand: Hand) -> None:
    hand("d1", ["1", "2", None])
    page = loose(house.register, "d1", 3, "Giấy báo không ghi số")
    house.settle_book("d1")
    (row,) = khongcho("book", "report", "d1", "--json").json()["pages_without_entry"]
    assert (row["code"], row["file"]) == ("PAGE_SLIP", page.file)
    done = khongcho("book", "tie", "d1", page.file, "2", "--by", "luu", "--json")
    assert f"Đã ghép tờ rời {page.file} vào mục" in done.err
    told = done.json()
    assert ([slip["file"] for slip in told["slips"]], told["pages_without_entry"]) == ([page.file], [])
    (entry,) = [e for e in house.register.entries() if e.notes]
    assert (entry.value("so"), house.register.events(entry.id)[-1].event.agent) == ("2", "luu")
    assert "Tờ rời đã ghép" in khongcho("book", "report", "d1").out
    assert khongcho("book", "untie", "d1", page.file, "--by", "luu", "--json").json()["slips"] == []
    assert house.entry(entry.id).notes == ()
    assert "SLIP_NO_SUCH_ENTRY" in khongcho("book", "tie", "d1", page.file, "77").err
    assert "SLIP_NO_SUCH_PAGE" in khongcho("book", "tie", "d1", "nowhere.png", "2").err
